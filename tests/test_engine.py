"""The loop: inbox, core, sinks."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from singing_pager import instruments, score
from singing_pager.core.pipeline import Core
from singing_pager.engine import Clock, Engine, Sink
from singing_pager.model import AlertChange, Drop, Event, Outcome, Reload, Strike, Tick
from singing_pager.testing import START, CaptureSink, FakeClock, firing, reading

DEFAULT = score.load(None, instruments.load())
QUIET = replace(DEFAULT, ambience=None, heartbeat_every=1e9)


class BrokenSink:
    """A sink that fails."""

    name = "broken"

    def play(self, moment: Sequence[Outcome]) -> None:
        """Fail."""
        raise OSError(f"{len(moment)} outcomes are too many")


class CallingSink:
    """A sink that calls back on each moment."""

    name = "calling"

    def __init__(self, call: Callable[[], None]) -> None:
        self._call = call

    def play(self, moment: Sequence[Outcome]) -> None:
        """Call back."""
        assert moment
        self._call()


def engine(*sinks: Sink, capacity: int = 50_000, failed: Callable[[str], None] = print) -> Engine:
    """Make an engine whose clock stands still."""
    return Engine(Core(QUIET), sinks, failed=failed, clock=FakeClock(), capacity=capacity)


def readings(number: int) -> list[Event]:
    """Make readings of one stream that can be told apart."""
    return [reading("metrics/cpu", float(index)) for index in range(number)]


async def empty(line: Engine) -> int:
    """Wait until an inbox is empty; give how many turns of the loop that took."""
    turns = 0
    while line.waiting:
        turns += 1
        await asyncio.sleep(0)
    return turns


def test_an_alert_waits_for_no_task() -> None:
    """What is offered to an idle engine has been played when `offer` returns."""
    sink = CaptureSink()
    line = engine(sink)
    assert line.offer([firing("A", severity="critical")])
    assert [Strike] == [type(cue) for cue in sink.cues]
    assert (line.waiting, sink.outcomes[0].at) == (0, START)


def test_a_moment() -> None:
    """What is offered together is one moment, in order."""
    sink = CaptureSink()
    offered: list[Event] = [firing("A"), reading("metrics/cpu", 0.5), Tick(START)]
    engine(sink).offer(offered)
    assert [offered] == [[outcome.event for outcome in moment] for moment in sink.moments]


def test_nothing_is_no_moment() -> None:
    """An empty body plays nothing."""
    sink = CaptureSink()
    assert engine(sink).offer(())
    assert sink.moments == []


def test_a_flood_leaves_the_loop_free() -> None:
    """Ten thousand events are played in order, in slices with turns of the loop between them."""

    async def flood() -> tuple[list[Event], int]:
        sink = CaptureSink()
        line = engine(sink, CallingSink(lambda: None))
        assert line.offer(readings(10_000))
        turns = await empty(line)
        return [outcome.event for outcome in sink.outcomes], turns

    events, turns = asyncio.run(flood())
    assert readings(10_000) == events
    assert turns >= 3


def test_what_comes_in_during_a_flood_waits_its_turn() -> None:
    """The order of arrival is kept while a flood is being played."""

    async def flood() -> list[Event]:
        sink = CaptureSink()
        line = engine(sink)
        line.offer(readings(10_000))
        assert line.waiting
        line.offer([firing("A")])
        await empty(line)
        return [outcome.event for outcome in sink.outcomes]

    assert [*readings(10_000), firing("A")] == asyncio.run(flood())


def test_all_or_none() -> None:
    """An offer that does not fit is refused as a whole, and nothing of it is played."""

    async def fill() -> list[tuple[bool, int, bool]]:
        sink = CaptureSink()
        line = engine(sink, capacity=10_000)
        told = [(line.offer(readings(10_001)), line.waiting, line.full)]
        line.offer(readings(10_000))
        waiting = line.waiting
        room = 10_000 - waiting
        told.append((line.offer(readings(room + 1)), line.waiting - waiting, line.full))
        told.append((line.offer(readings(room)), line.waiting, line.full))
        told.append((line.offer([firing("A")]), line.waiting, line.full))
        await empty(line)
        told.append((line.offer([firing("A")]), len(sink.outcomes) - 10_000 - room, line.full))
        return told

    assert asyncio.run(fill()) == [
        (False, 0, False),
        (False, 0, False),
        (True, 10_000, True),
        (False, 10_000, True),
        (True, 1, False),
    ]


def test_capacity() -> None:
    """The engine tells how much one offer may hold."""
    expected = 7
    assert expected == engine(capacity=expected).capacity


def test_a_bad_sink_never_stops_another(caplog: pytest.LogCaptureFixture) -> None:
    """A sink that raises is counted each time and told once; the others have every moment."""
    failed: list[str] = []
    first, last = CaptureSink(), CaptureSink()
    line = engine(first, BrokenSink(), last, failed=failed.append)
    with caplog.at_level(logging.ERROR):
        for name in "ABC":
            line.offer([firing(name)])
    assert [len(sink.moments) for sink in (first, last)] == [3, 3]
    assert failed == ["broken"] * 3
    assert [record.message for record in caplog.records] == [
        "the sink broken failed; further failures are only counted"
    ]


def test_a_fault_of_the_core_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """An event on which the core itself fails has its reason, and the next one plays."""
    sink = CaptureSink()
    with caplog.at_level(logging.ERROR):
        engine(sink).offer([Reload(START, "no score"), firing("A")])
    assert [outcome.drops for outcome in sink.outcomes] == [(Drop.INTERNAL,), ()]
    assert [record.message for record in caplog.records] == ["the core failed on Reload"]


def test_ticks() -> None:
    """Time passes in the core as long as the task runs."""

    async def run() -> list[type[Event]]:
        sink, enough = CaptureSink(), asyncio.Event()
        watch = CallingSink(lambda: enough.set() if len(sink.outcomes) >= 3 else None)
        task = asyncio.create_task(engine(sink, watch).tick(0.001))
        await enough.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return [type(outcome.event) for outcome in sink.outcomes]

    assert {Tick} == set(asyncio.run(run()))


def test_a_sink_may_offer() -> None:
    """What a sink offers while it plays is played, too."""
    sink = CaptureSink()
    again = [[firing("B")], [firing("C")]]

    def offer() -> None:
        if again:
            line.offer(again.pop(0))

    line = engine(sink, CallingSink(offer))
    line.offer([firing("A")])
    names = [outcome.event.name for outcome in sink.outcomes if isinstance(outcome.event, AlertChange)]
    assert names == ["A", "B", "C"]


def test_the_clock() -> None:
    """The pager's clock shows Unix time and never goes back."""
    clock = Clock()
    shown = [clock() for _ in range(1000)]
    assert sorted(shown) == shown
    assert shown[0] > 1_700_000_000
