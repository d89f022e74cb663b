"""Whether the engine lives, told from its answers."""

import asyncio
import socket
import struct
from collections.abc import Callable

import pytest
from singing_pager.sinks.osc import message
from singing_pager.sinks.probe import SCLANG, SCSYNTH, Dialect, Health, Probe, Result

ALIVE = message("/pong", 1, 12, 5.0, 25.0, 48_000.0, 7)
ENDLESS = message("/pong", 1, 12.0).replace(struct.pack(">f", 12.0), struct.pack(">f", float("inf")))
SILENT = message("/pong", 0, 0, 0.0, 0.0, 0.0, 7)

Answer = bytes | OSError | None
"""A packet, why there is none, or nothing for ever."""


class Engine:
    """Answers what it is told to, once each; then the probe's test is over."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[bytes, str]] = []
        self.over = asyncio.Event()

    async def ask(self, question: bytes, answer: str) -> bytes:
        """Answer."""
        self.asked.append((question, answer))
        if not self._answers:
            self.over.set()
        said = self._answers.pop(0) if self._answers else None
        if said is None:
            await asyncio.Event().wait()
            raise AssertionError
        if isinstance(said, OSError):
            raise said
        return said


class Told:
    """What a probe tells."""

    def __init__(self) -> None:
        self.links: list[tuple[str, bool, str]] = []
        self.tries: list[tuple[str, Health | None]] = []

    def link(self, name: str, up: bool, detail: str) -> None:  # noqa: FBT001 - as it is called
        """Keep it."""
        self.links.append((name, up, detail))

    def show(self, result: str, health: Health | None, seconds: float) -> None:
        """Keep it."""
        assert seconds >= 0
        self.tries.append((result, health))


def told(*answers: Answer, dialect: Dialect = SCLANG) -> Told:
    """Ask an engine that answers so."""

    async def ask() -> None:
        engine = Engine(*answers)
        probe = Probe(engine, dialect, link=kept.link, show=kept.show, every=0.0, within=0.02)
        running = asyncio.create_task(probe.run())
        await engine.over.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert set(engine.asked) == {(dialect.question, dialect.answer)}

    kept = Told()
    asyncio.run(ask())
    return kept


UP = ("engine", True, "")
REFUSED, RESET = ConnectionRefusedError(111, "Connection refused"), ConnectionResetError("it has hung up")
NO_HOST = socket.gaierror(-2, "Name or service not known")


@pytest.mark.parametrize(
    ("answers", "links"),
    [
        ([ALIVE, ALIVE, ALIVE], [UP]),
        ([None, REFUSED, RESET, NO_HOST, None, None], []),
        ([ALIVE, None, None, ALIVE, None, None, ALIVE], [UP]),
        ([ALIVE, None, None, None, None], [UP, ("engine", False, "sclang does not answer")]),
        ([ALIVE, SILENT, SILENT, SILENT], [UP, ("engine", False, "scsynth is silent")]),
        ([SILENT, SILENT, ALIVE], [UP]),
        ([SILENT, SILENT, SILENT, ALIVE], [("engine", False, "scsynth is silent"), UP]),
        ([ALIVE, None, SILENT, REFUSED], [UP, ("engine", False, "connection refused: sclang does not listen")]),
        ([ALIVE, RESET, RESET, ALIVE], [UP, ("engine", False, "sclang has hung up"), UP]),
        (
            [ALIVE, NO_HOST, NO_HOST, NO_HOST],
            [UP, ("engine", False, "sclang cannot be reached: Name or service not known")],
        ),
        (
            [ALIVE, b"?", message("/pong"), message("/pong", "a", 1), ENDLESS],
            [UP, ("engine", False, "sclang answers what cannot be read")],
        ),
        (
            [ALIVE, None, None, None, ALIVE, None, None, None, ALIVE],
            [UP, ("engine", False, "sclang does not answer")] * 2 + [UP],
        ),
    ],
    ids=[
        "lives",
        "nobody was ever there",
        "misses two",
        "misses three",
        "its server is silent",
        "boots",
        "never boots",
        "one fault after another",
        "hangs up",
        "its name is gone",
        "speaks nonsense",
        "goes twice",
    ],
)
def test_a_link_is_told_once(answers: list[Answer], links: list[tuple[str, bool, str]]) -> None:
    """An engine that has answered is down after three failures, at once when it hangs up, and up at its next answer."""
    assert told(*answers).links == links


def test_what_an_engine_says_of_itself() -> None:
    """The health is shown with each answer, and what came of each try."""
    tries = told(ALIVE, SILENT, None, REFUSED, RESET, NO_HOST, b"?").tries
    assert tries[:2] == [
        (Result.ALIVE, Health(alive=True, synths=12, average=0.05, peak=0.25)),
        (Result.SILENT, Health(alive=False, synths=0, average=0.0, peak=0.0)),
    ]
    assert tries[2:] == [
        (result, None)
        for result in (Result.NO_ANSWER, Result.REFUSED, Result.HUNG_UP, Result.UNREACHABLE, Result.NO_ANSWER)
    ]


def test_a_bare_scsynth() -> None:
    """`/status` is answered with the load and the synths."""
    status = message("/status.reply", 1, 90, 12, 4, 20, 5.0, 25.0, 48_000.0, 48_000.0)
    heard = told(status, None, None, None, dialect=SCSYNTH)
    assert heard.tries[0] == (Result.ALIVE, Health(alive=True, synths=12, average=0.05, peak=0.25))
    assert heard.links == [UP, ("engine", False, "scsynth does not answer")]


@pytest.mark.parametrize(("dialect", "address"), [(SCLANG, b"/ping\0\0\0,\0\0\0"), (SCSYNTH, b"/status\0,\0\0\0")])
def test_the_question(dialect: Dialect, address: bytes) -> None:
    """A question is an OSC message without arguments."""
    assert dialect.question == address


def test_it_asks_in_its_own_time() -> None:
    """The next question waits for its turn, however quickly the last was answered."""

    async def ask(taken: Callable[[], int]) -> int:
        kept = Told()
        running = asyncio.create_task(Probe(engine, SCLANG, link=kept.link, show=kept.show, every=60.0).run())
        for _ in range(50):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return taken()

    engine = Engine(ALIVE, ALIVE)
    assert asyncio.run(ask(lambda: len(engine.asked))) == 1
