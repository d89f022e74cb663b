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
from pythonosc.osc_message import OscMessage
from singing_pager import instruments
from singing_pager.model import Cue, Hold, Outcome, Release, Strike, Tick
from singing_pager.perform import engines
from singing_pager.perform.replay import replay
from singing_pager.perform.timeline import Moment
from singing_pager.sinks.osc import OscSink, message, packets
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.sinks.transport import Failure, TcpDialled
from singing_pager.testing import START

pytestmark = pytest.mark.needs("studio")

T = TypeVar("T")

HOST = "127.0.0.1"
AMBIENCE, ALARMS, DUCK, SAFETY = 900, 901, 902, 903
CATALOGUE = instruments.load()


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
        scsynth = Scsynth(CATALOGUE, instruments.compiled_path())
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
        assert [node.number for node in root.inside] == [AMBIENCE, ALARMS, DUCK, SAFETY]
        assert [node.name for node in root.inside] == ["", "", "duck", "safety"]
        assert player.play(Strike("f", "alert_critical", (880.0, 0.9, 2.0), ("firing", "A")))
        assert await until(lambda: player.inside(ALARMS)) == ["alert_critical"]
        assert player.play(Hold("cpu:x", "cpu", (660.0,), 0), Hold("memory:x", "memory", (0.5,), 1))
        assert sorted(await until(lambda: player.inside(AMBIENCE))) == ["cpu", "memory"]
        (cpu,) = [node.number for node in root.inside[0].inside]
        assert await ask(player.port, message("/s_get", cpu, "freq", "out"), "/n_set") == [
            cpu,
            "freq",
            660.0,
            "out",
            16.0,
        ]
        assert player.play(Release("cpu:x", "cpu", 0))

        async def only_memory() -> bool:
            return list(await player.inside(AMBIENCE)) == ["memory"]

        await until(only_memory)
        status = await ask(player.port, message("/status"), "/status.reply")
        definitions = len(list(instruments.compiled_path().glob("*.scsyndef")))
        assert status[3:5] == [3, definitions]

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
        names = {*await until(lambda: player.inside(AMBIENCE)), *await player.inside(ALARMS)}
        assert set(CATALOGUE) == names

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
            seen.append(await Player(server.port).inside(ALARMS))

    asyncio.run(run())
    assert [["duck", "safety"], ["alert_critical"]] == seen
    assert "FAILURE" not in server.log, server.log


def test_an_engine_that_is_not_there(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """A scsynth that was killed is missed within seconds."""
    server.kill()
    monkeypatch.setattr(engines, "_WITHIN", 0.3)

    async def run() -> None:
        async with engines.scsynth(HOST, server.port):
            pass

    with pytest.raises(engines.EngineError, match="no scsynth answers"):
        asyncio.run(run())
