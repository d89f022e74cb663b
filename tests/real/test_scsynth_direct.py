"""The bridge on a real scsynth by TCP, with no sclang in front of it."""

import asyncio
import contextlib
import os
import socket
import struct
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import pytest
from listening import Take
from muting import MARK, MUTED, OPEN, check, found
from pythonosc.osc_message import OscMessage
from singing_pager import instruments
from singing_pager.model import Cue, Hold, Mix, Outcome, Release, Strike, Tick
from singing_pager.perform import engines
from singing_pager.perform.replay import replay
from singing_pager.perform.timeline import Moment
from singing_pager.sinks.osc import OscSink, message, packets
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.sinks.transport import Failure, TcpDialled
from singing_pager.synth.scsyndef import Rate
from singing_pager.testing import START
from synthdefs import compiled, synthdef, ugen

pytestmark = pytest.mark.needs("studio")

T = TypeVar("T")

HOST = "127.0.0.1"
CRITICAL, SPEECH, WARNING, INFO, AMBIENCE = GROUPS = range(900, 905)
MIX, SAFETY = 905, 906
CATALOGUE = instruments.load()


RECORDER = synthdef(
    "recorder",
    [ugen("In", Rate.AUDIO, 0.0, outputs=2), ugen("DiskOut", Rate.AUDIO, 0.0, (0, 0), (0, 1))],
)
"""Writes what leaves the server to the file of buffer 0."""


class Node(NamedTuple):
    """A node of the server's tree: its id, what it plays (a group: nothing), and what is inside."""

    number: int
    name: str
    inside: tuple["Node", ...]


class Server:
    """A scsynth that listens on TCP; it can be killed and started again."""

    def __init__(self, folder: Path, jack: str) -> None:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port: int = probe.getsockname()[1]
        self._log = folder / "scsynth.log"
        self._environment = {**os.environ, "JACK_DEFAULT_SERVER": jack, "JACK_NO_START_SERVER": "1"}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """All that it has posted."""
        return self._log.read_text(errors="replace")

    def start(self) -> None:
        """Start it, and wait until it listens."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                ["scsynth", "-t", str(self.port), "-R", "0", "-D", "0"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), timeout=1):
                return
            assert time.monotonic() < end, self.log
            time.sleep(0.05)

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None


@pytest.fixture(scope="module")
def jack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a JACK without a sound card; give its name."""
    name = f"direct{os.getpid()}"
    command = ["jackd", "-r", "-n", name, "-d", "dummy", "-r", "48000", "-p", "512"]
    with (tmp_path_factory.mktemp("jack") / "jackd.log").open("wb") as log:
        jackd = subprocess.Popen(command, env={**os.environ, "JACK_NO_AUDIO_RESERVATION": "1"}, stdout=log, stderr=log)
    try:
        subprocess.run(["jack_wait", "-s", name, "-w", "-t", "20"], check=True, capture_output=True, timeout=30)
        yield name
    finally:
        jackd.terminate()
        jackd.wait(20)


@pytest.fixture
def server(tmp_path: Path, jack: str) -> Iterator[Server]:
    """Run scsynth."""
    made = Server(tmp_path, jack)
    try:
        made.start()
        yield made
    finally:
        made.kill()


async def ask(port: int, question: bytes, answer: str) -> list[object]:
    """Ask the server over a connection of its own; give the arguments of the answer."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(struct.pack(">i", len(question)) + question)
        async with asyncio.timeout(10):
            while True:
                (length,) = struct.unpack(">i", await reader.readexactly(4))
                found = OscMessage(await reader.readexactly(length))
                if found.address == answer:
                    return list(found.params)
    finally:
        writer.close()
        await writer.wait_closed()


async def tree(port: int) -> Node:
    """Read the whole tree of nodes."""
    flat = iter((await ask(port, message("/g_queryTree", 0, 0), "/g_queryTree.reply"))[1:])

    def node() -> Node:
        number, children = next(flat), next(flat)
        assert isinstance(number, int)
        assert isinstance(children, int)
        if children < 0:
            return Node(number, str(next(flat)), ())
        return Node(number, "", tuple(node() for _ in range(children)))

    return node()


async def until(holds: Callable[[], Awaitable[T]], seconds: float = 15.0) -> T:
    """Ask again until the answer is something."""
    async with asyncio.timeout(seconds):
        while not (found := await holds()):  # noqa: ASYNC110 - what is awaited has no event
            await asyncio.sleep(0.05)
    return found


class Player:
    """The bridge's way to scsynth, as `app.run` puts it together."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.told: list[Failure | None] = []
        self.scsynth = scsynth = Scsynth(CATALOGUE, instruments.compiled_path())
        self.dialled = TcpDialled(HOST, port, self.told.append, greet=lambda: packets(scsynth.boot(), None))
        self._sink = OscSink(
            scsynth.encode, self.dialled, latency=0.0, clock=time.time, count=lambda _engine, _kind: None
        )

    def play(self, *cues: Cue) -> bool:
        """Play cues as one moment; whether they left."""
        before = len(self.told)
        self._sink.play([Outcome(Tick(START), START, cues)])
        return set(self.told[before:]) == {None}

    async def inside(self, group: int) -> Sequence[str]:
        """What plays in a group."""
        root = await tree(self.port)
        return [each.name for part in root.inside if part.number == group for each in part.inside]


def played(port: int, talk: Callable[[Player], Awaitable[None]]) -> None:
    """Run a way to scsynth while somebody plays."""

    async def run() -> None:
        player = Player(port)
        task = asyncio.create_task(player.dialled.run())
        try:
            await talk(player)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())


def test_voices_on_the_stage(server: Server) -> None:
    """From the first connection on, held voices, alarms and their ends are there; the server refuses nothing."""

    async def talk(player: Player) -> None:
        hold = Hold("cpu:x", "cpu", (440.0,), 0)

        async def left() -> bool:
            # at once when the connection stands: the server is still loading its SynthDefs
            return player.play(hold)

        await until(left)
        assert await until(lambda: player.inside(AMBIENCE)) == ["cpu"]
        root = await tree(player.port)
        assert [node.number for node in root.inside] == [*GROUPS, MIX, SAFETY]
        assert [node.name for node in root.inside] == [*[""] * 5, "mix", "safety"]
        assert player.play(Strike("f", "alert_critical", (880.0, 0.9, 2.0), ("firing", "A")))
        assert await until(lambda: player.inside(CRITICAL)) == ["alert_critical"]
        assert player.play(Hold("cpu:x", "cpu", (660.0,), 0), Hold("memory:x", "memory", (0.5,), 1))
        assert sorted(await until(lambda: player.inside(AMBIENCE))) == ["cpu", "memory"]
        (cpu,) = [node.number for node in root.inside[GROUPS.index(AMBIENCE)].inside]
        assert await ask(player.port, message("/s_get", cpu, "freq", "out"), "/n_set") == [
            cpu,
            "freq",
            660.0,
            "out",
            24.0,
        ]
        assert player.play(Release("cpu:x", "cpu", 0))

        async def only_memory() -> bool:
            return list(await player.inside(AMBIENCE)) == ["memory"]

        await until(only_memory)
        status = await ask(player.port, message("/status"), "/status.reply")
        definitions = len(list(instruments.compiled_path().glob("*.scsyndef")))
        assert status[3:5] == [1 + len(GROUPS), definitions]

    played(server.port, talk)
    assert "FAILURE" not in server.log, server.log


def test_every_instrument_plays(server: Server) -> None:
    """The server knows every SynthDef and control that the catalogue names."""

    async def talk(player: Player) -> None:
        cues: list[Cue] = []
        for instrument in CATALOGUE.values():
            params = tuple(parameter.default for parameter in instrument.parameters)
            held = instrument.kind == "held"
            cues.append(
                Hold(instrument.name, instrument.name, params, 0) if held else Strike("v", instrument.name, params)
            )

        async def left() -> bool:
            return player.play(*cues)

        await until(left)
        await until(lambda: player.inside(AMBIENCE))
        root = await tree(player.port)
        assert set(CATALOGUE) == {each.name for part in root.inside for each in part.inside}

    played(server.port, talk)
    assert "FAILURE" not in server.log, server.log


def test_a_server_that_was_killed(server: Server) -> None:
    """A server that comes back gets its stage again, and held voices with their next repetition."""

    async def talk(player: Player) -> None:
        hold = Hold("cpu:x", "cpu", (440.0,), 0)

        async def left() -> bool:
            return player.play(hold)

        await until(left)
        await until(lambda: player.inside(AMBIENCE))
        server.kill()

        async def gone() -> bool:
            return not player.play(hold)

        await until(gone)
        await asyncio.to_thread(server.start)
        await until(left)
        assert await until(lambda: player.inside(AMBIENCE)) == ["cpu"]

    played(server.port, talk)
    assert "FAILURE" not in server.log, server.log


def test_a_recording_is_played_again(server: Server) -> None:
    """`replay --to scsynth` sets the stage, plays the cues, and leaves no voice behind."""
    hold, alarm = Hold("cpu:x", "cpu", (440.0,), 0), Strike("f", "alert_critical", (880.0, 0.9, 2.0), ("firing", "A"))
    seen: list[Sequence[str]] = []

    async def run() -> None:
        async with engines.scsynth(HOST, server.port) as sink:
            await replay([Moment(0.0, (hold,)), Moment(0.5, (alarm,))], sink)
            seen.append([part.name for part in (await tree(server.port)).inside if part.name])
            seen.append(await Player(server.port).inside(CRITICAL))

    asyncio.run(run())
    assert [["mix", "safety"], ["alert_critical"]] == seen
    assert "FAILURE" not in server.log, server.log


def test_a_mute_is_digital_silence(server: Server, tmp_path: Path) -> None:
    """A mute is measured on what scsynth records: exact zeros within 50 ms, and back without a click (muting.py)."""
    path = tmp_path / "direct.wav"
    asks = (
        message("/d_recv", compiled(RECORDER)),
        message("/b_alloc", 0, 65536, 2),
        message("/b_write", 0, str(path), "WAV", "float", 0, 0, 1),
    )

    def dated(player: Player, at: float, *cues: Cue) -> None:
        messages = [content for cue in cues for content in player.scsynth.encode(cue)]
        assert all(player.dialled.send(packet) for packet in packets(messages, at))

    async def talk(player: Player) -> None:
        hold = Hold("cpu:x", "cpu", (330.0,), 0)

        async def left() -> bool:
            return player.play(hold)

        await until(left)
        await until(lambda: player.inside(AMBIENCE))
        for content in asks:
            assert player.dialled.send(content)
            await ask(player.port, message("/sync", 1), "/synced")
        assert player.dialled.send(message("/s_new", "recorder", 2000, 1, 0))
        at = time.time() + 2.0  # the ambience is there by then
        dated(player, at, Strike("a", MARK, CATALOGUE[MARK].params({})))
        for step in range(20):
            dated(player, at + MUTED + 0.04 * step, Mix(muted=True), Hold("cpu:x", "cpu", (300.0 + step,), 0))
        dated(player, at + MUTED + 0.1, Strike("b", "alert_info", CATALOGUE["alert_info"].params({})))
        dated(player, at + OPEN, Mix())

        async def recorded() -> bool:
            return path.exists() and path.stat().st_size > 5 * 48_000 * 8

        await until(recorded)
        assert player.dialled.send(message("/b_close", 0))
        await ask(player.port, message("/sync", 2), "/synced")

    played(server.port, talk)
    assert "FAILURE" not in server.log, server.log
    check(found(Take.read(path)))


def test_an_engine_that_is_not_there(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """A scsynth that was killed is missed within seconds."""
    server.kill()
    monkeypatch.setattr(engines, "_WITHIN", 0.3)

    async def run() -> None:
        async with engines.scsynth(HOST, server.port):
            pass

    with pytest.raises(engines.EngineError, match="no scsynth answers"):
        asyncio.run(run())
