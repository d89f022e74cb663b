"""The source: its schedule, what it offers, and what it survives."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from singing_pager.model import Drop, Event, Reading
from singing_pager.sources.host import HostSource, following
from singing_pager.sources.host.sampler import Sampler

AT = 1_800_000_000.0


class Desk:
    """An inbox that remembers batches, and can be full."""

    def __init__(self, *, has_room: bool = True) -> None:
        self.batches: list[dict[str, object]] = []
        self.routes: set[str] = set()
        self.counted: Counter[tuple[str, str]] = Counter()
        self.has_room = has_room

    def offer(self, events: Sequence[Event]) -> bool:
        """Take all, or nothing."""
        readings = [event for event in events if isinstance(event, Reading)]
        if self.has_room:
            self.batches.append({reading.stream: reading.data for reading in readings})
            self.routes |= {reading.route for reading in readings}
        return self.has_room

    def now(self) -> float:
        """Tell the time, as the engine does."""
        return AT + time.monotonic()

    def count(self, route: str, result: str, n: int) -> None:
        """Count what did not become an event."""
        self.counted[route, result] += n

    @property
    def samples(self) -> list[dict[str, object]]:
        """The batches that hold a sample, not only what is slow."""
        return [batch for batch in self.batches if "host.signature" in batch]


class Paper(Sampler):
    """A sampler of a machine that does not change."""

    def quick(self, now: float) -> dict[str, float]:  # noqa: ARG002
        """Give CPU and memory."""
        return {"host.cpu": 0.25, "host.memory": 0.5}

    def slow(self, now: float) -> dict[str, float]:  # noqa: ARG002
        """Give a sensor."""
        return {"host.battery": 0.9}


def play(desk: Desk, sampler: Sampler, enough: Callable[[], bool], interval: float = 0.01) -> None:
    """Run the source until there is enough, then cancel it."""

    async def main() -> None:
        source = HostSource(inbox=desk, count=desk.count, interval=interval, sampler=sampler)
        running = asyncio.create_task(source.run())
        async with asyncio.timeout(20):
            while not enough():  # noqa: ASYNC110 - the source runs on for ever, and tells nobody
                await asyncio.sleep(0.005)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(main())


@given(st.floats(0, 1e9), st.floats(-1, 1e6), st.floats(0.01, 10))
def test_the_schedule_goes_on_ahead(due: float, late: float, interval: float) -> None:
    """The next instant lies ahead by one interval at most, and whole intervals after the last one."""
    found = following(due, due + late, interval)
    assert found >= due + interval * 0.999
    assert due + late - 1e-6 <= found <= due + max(late, 0) + interval + 1e-6
    steps = (found - due) / interval
    assert round(steps) == pytest.approx(steps, abs=1e-3)


def test_a_sample_is_a_moment_of_readings() -> None:
    """What was measured, the jitter, each anomaly and the signature come together, on the route `host`."""
    desk = Desk()
    play(desk, Paper(), lambda: len(desk.batches) > 5)
    expected = {
        "host.cpu": 0.25,
        "host.memory": 0.5,
        "host.anomaly": 0.0,
        "host.anomaly.cpu": 0.0,
        "host.anomaly.memory": 0.0,
        "host.anomaly.jitter": 0.0,
        "host.signature": {"cpu": 0.25, "network": 0.0, "memory": 0.5, "anomaly": 0.0},
    }
    jitter = desk.samples[-1].pop("host.jitter")
    assert expected == desk.samples[-1]
    assert isinstance(jitter, float)
    assert jitter >= 0
    assert {"host.battery": 0.9} in desk.batches
    assert {"host"} == desk.routes


def test_a_full_inbox_is_counted() -> None:
    """Readings that find no room are dropped, counted by their number, and the source goes on."""
    desk = Desk(has_room=False)
    play(desk, Paper(), lambda: desk.counted.total() > 30)
    assert [("host", Drop.INBOX_FULL)] == list(desk.counted)
    assert desk.counted.total() % 8 in {0, 1}  # samples of eight readings, and one of the sensor


def test_a_loop_that_was_held_makes_no_burst() -> None:
    """Samples that were missed are left out: the next ones keep their distance."""

    class Holding(Paper):
        def __init__(self) -> None:
            super().__init__()
            self.asked: list[float] = []

        def quick(self, now: float) -> dict[str, float]:
            self.asked.append(now)
            if len(self.asked) == 3:
                time.sleep(0.35)
            return super().quick(now)

    desk, sampler = Desk(), Holding()
    play(desk, sampler, lambda: len(sampler.asked) >= 8, interval=0.05)
    first, held = sampler.asked[0], sampler.asked[2]
    after = [at for at in sampler.asked if at > held]
    assert after[0] >= held + 0.35
    places = [round((at - first) / 0.05, 3) // 1 for at in after]
    assert len(set(places)) == len(places)


def test_a_slow_sensor_holds_nothing() -> None:
    """While a sensor takes its time in a thread, samples go on."""

    class Slow(Paper):
        def __init__(self) -> None:
            super().__init__()
            self.answer = threading.Event()
            self.thread = ""

        def slow(self, now: float) -> dict[str, float]:
            self.thread = threading.current_thread().name
            self.answer.wait(20)
            return super().slow(now)

    desk, sampler = Desk(), Slow()

    def enough() -> bool:
        if len(desk.samples) >= 10 and not sampler.answer.is_set():
            assert {"host.battery": 0.9} not in desk.batches
            sampler.answer.set()
        return {"host.battery": 0.9} in desk.batches

    play(desk, sampler, enough)
    assert threading.main_thread().name != sampler.thread


def test_this_machine_is_heard() -> None:
    """With nothing given, the source samples the machine that it runs on."""
    desk = Desk()
    play(desk, Sampler(), lambda: len(desk.samples) > 3, interval=0.1)
    found = {stream for batch in desk.batches for stream in batch}
    assert {"host.cpu", "host.memory", "host.processes", "host.jitter", "host.anomaly"} <= found
    assert {"cpu", "memory", "anomaly"} <= desk.samples[-1]["host.signature"].keys()  # type: ignore[attr-defined]


@pytest.mark.parametrize("interval", [0.0, 0.009, 11.0, float("nan")])
def test_an_interval_that_cannot_be_is_refused(interval: float) -> None:
    """What is allowed is said."""
    desk = Desk()
    with pytest.raises(ValueError, match=r"0\.01 to 10 s is allowed"):
        HostSource(inbox=desk, count=desk.count, interval=interval)
