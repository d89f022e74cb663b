"""A real sound studio for tests: JACK without a card, sclang and scsynth under their own supervisor, and a recorder."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
import signal
import socket
import struct
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeAlias

from listening import Take
from pythonosc.osc_message_builder import OscMessageBuilder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

SUPERCOLLIDER = Path(__file__).resolve().parents[2] / "supercollider"

Argument: TypeAlias = int | float | str | bytes

_names = itertools.count(1)


class StudioError(Exception):
    """The studio did not do in time what it should."""


def free_udp_port() -> int:
    """Return a UDP port of 127.0.0.1 that nobody uses at the moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def headless(directory: Path) -> dict[str, str]:
    """Return an environment in which sclang runs without a screen."""
    directory.mkdir(parents=True, exist_ok=True)
    return {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "QTWEBENGINE_DISABLE_SANDBOX": "1",
        "XDG_RUNTIME_DIR": str(directory),
    }


def message(address: str, *arguments: Argument) -> bytes:
    """Encode one OSC message."""
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)
    return builder.build().dgram


def render(moments: Iterable[tuple[float, bytes]], seconds: float, directory: Path, definitions: Path) -> Take:
    """Play OSC messages, each at its time in seconds, on a real scsynth that writes a file instead of sound.

    Args:
        moments: times in seconds, with one encoded message each.
        seconds: the length of the take.
        directory: where the score and the sound file go.
        definitions: the directory of the compiled SynthDefs.

    Raises:
        StudioError: if scsynth refused a message or wrote no file.
    """
    directory.mkdir(parents=True, exist_ok=True)
    score, sound = directory / "score.osc", directory / "sound.wav"
    packets = []
    for at, content in [*sorted(moments, key=lambda moment: moment[0]), (seconds, message("/c_set", 0, 0))]:
        bundle = b"#bundle\0" + struct.pack(">Qi", round(at * 2**32), len(content)) + content
        packets.append(struct.pack(">i", len(bundle)) + bundle)
    score.write_bytes(b"".join(packets))
    done = subprocess.run(
        ["scsynth", "-N", score, "_", sound, "48000", "WAV", "float", "-o", "2", "-R", "0"],
        env={**os.environ, "SC_SYNTHDEF_PATH": str(definitions)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode or "FAILURE" in done.stdout or not sound.exists():
        raise StudioError(done.stdout + done.stderr)
    return Take.read(sound)


@dataclasses.dataclass(frozen=True, slots=True)
class Pids:
    """The process ids of a studio; 0 for one that does not run."""

    supervisor: int
    jackd: int
    sclang: int
    scsynth: int


class Studio:
    """JACK, sclang and scsynth, started by supercollider/entrypoint.sh on free ports, all that sounds recorded.

    Use it as a context manager; it is ready to play when it is entered.

    Args:
        directory: an empty directory for the recordings and the log.
        environment: variables for entrypoint.sh and sonify.scd on top of the studio's own.
    """

    def __init__(self, directory: Path, environment: Mapping[str, str] | None = None) -> None:
        self.directory = directory
        self.port = free_udp_port()
        self.server_port = free_udp_port()
        self.recording = directory / "out.wav"
        self._log = directory / "studio.log"
        self._environment = {
            **headless(directory / "run"),
            "JACK_DRIVER": "dummy",
            "JACK_SERVER": f"studio{os.getpid()}x{next(_names)}",
            "SONIFY_PORT": str(self.port),
            "SCSYNTH_PORT": str(self.server_port),
            "SONIFY_RECORD": str(self.recording),
            **(environment or {}),
        }
        self._sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._supervisor: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._supervisor = subprocess.Popen(
                [SUPERCOLLIDER / "entrypoint.sh"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self.wait_ready()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which the supervisor and the health check run."""
        return dict(self._environment)

    @property
    def log(self) -> str:
        """All that the studio's programs have posted."""
        return self._log.read_text(errors="replace")

    @property
    def pids(self) -> Pids:
        """The process ids as they are now; a program that was started again has a new one."""
        found = dict.fromkeys(("jackd", "sclang", "scsynth"), 0)
        top = self._supervisor.pid if self._supervisor else 0
        for pid, name in _descendants(top):
            if name in found:
                found[name] = pid
        return Pids(top, **found)

    @property
    def recordings(self) -> list[Path]:
        """All recordings, oldest first: each start of scsynth begins a new one."""
        return [self.recording, *sorted(self.directory.glob("out-*.wav"))]

    def send(self, address: str, *arguments: Argument) -> None:
        """Send one OSC message to sclang over UDP."""
        self._sender.sendto(message(address, *arguments), ("127.0.0.1", self.port))

    def ping(self, timeout: float = 2.0) -> list[float] | None:
        """Ask for the health; return the arguments of /pong, or None when there is no answer in `timeout` seconds."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(timeout)
            asking.connect(("127.0.0.1", self.port))
            try:
                asking.send(message("/ping"))
                answer = asking.recv(512)
            except OSError:
                return None
        return list(struct.unpack_from(">iifffi", answer, 16)) if answer.startswith(b"/pong\0") else None

    def wait_ready(self, timeout: float = 40.0) -> None:
        """Wait until sound can be made.

        Raises:
            StudioError: if that takes longer than `timeout` seconds.
        """

        def ready() -> bool:
            answer = self.ping(1.0)
            return bool(answer and answer[0] == 1 and self.pids.scsynth and self._frames())

        self.wait_for(ready, "sound", timeout)

    def wait_for(self, condition: Callable[[], bool], what: str, timeout: float = 20.0) -> None:
        """Wait until `condition` holds.

        Raises:
            StudioError: if it does not within `timeout` seconds; the error has the last lines of the log.
        """
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.1)
        text = f"no {what} within {timeout} s\n" + "\n".join(self.log.splitlines()[-30:])
        raise StudioError(text)

    def take(self, seconds: float | None = None, *, until: Callable[[Take], bool] | None = None) -> Take:
        """Return what was recorded: all of it so far, or the next `seconds`, or from now until `until` holds.

        The recorder is up to half a second behind the ear: a take from now on may begin that much earlier, and waits
        that much longer. On a machine that stands still JACK records less than goes by: a take of some length waits
        for that length.

        Raises:
            StudioError: if the recording does not go on, or `until` does not hold within `seconds` (30 by default).
        """
        if seconds is None and until is None:
            return Take.read(self.recordings[-1])
        path = self.recordings[-1]
        start = self._frames(path)
        longest = 30.0 if seconds is None else seconds
        heard: list[Take] = []

        def enough() -> bool:
            part = Take.read(path)
            heard[:] = [Take(part.samples[start:], part.rate)]
            return until(heard[0]) if until else heard[0].seconds >= longest + 0.5

        self.wait_for(enough, "sound of that kind", longest + 5.0 if until else 10.0 * longest + 30.0)
        return heard[0]

    def kill(self, pid: int, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to one of the studio's own processes.

        Raises:
            StudioError: if `pid` is none of them.
        """
        if pid not in {number for number, _ in _descendants(self._supervisor.pid if self._supervisor else 0)}:
            text = f"{pid} is no process of this studio"
            raise StudioError(text)
        os.kill(pid, number)

    def close(self) -> None:
        """Stop everything and wait until it is gone."""
        self._sender.close()
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is None:
            return
        family = [pid for pid, _ in _descendants(supervisor.pid)]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        supervisor.terminate()
        try:
            supervisor.wait(15)
        except subprocess.TimeoutExpired:
            for pid in (*family, supervisor.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            supervisor.wait(5)
        # What a killed scsynth leaves in shared memory, 8 MB each time.
        Path(f"/dev/shm/SuperColliderServer_{self.server_port}").unlink(missing_ok=True)  # noqa: S108

    def _frames(self, path: Path | None = None) -> int:
        path = path or self.recordings[-1]
        try:
            return len(Take.read(path).samples)
        except (OSError, ValueError):
            return 0


def _descendants(top: int) -> list[tuple[int, str]]:
    """Return the living processes below `top`: their ids and names, from Linux's /proc."""
    children: dict[int, list[tuple[int, str]]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            name, _, rest = (entry / "stat").read_text().partition("(")[2].rpartition(")")
            state, parent = rest.split()[:2]
            if state != "Z":
                children.setdefault(int(parent), []).append((int(entry.name), name))
    found, todo = [], [top]
    while todo:
        below = children.get(todo.pop(), [])
        found += below
        todo += [pid for pid, _ in below]
    return found
