"""Moments played in time."""

import asyncio
from collections.abc import Iterable
from math import inf

import pytest
from singing_pager.model import Hold, Mix, Release, Strike
from singing_pager.perform.replay import replay
from singing_pager.perform.timeline import Moment
from singing_pager.testing import CaptureSink

HOLD = Hold("cpu:x", "cpu", (440.0,), 0)
ALARM = Strike("a", "alert_info", (440.0, 0.5, 1.0), ("firing", "A"))
PLAYED = [Moment(0.0, (HOLD,), "a tone"), Moment(0.1, (), "nothing"), Moment(0.3, (ALARM,)), Moment(30.0, (ALARM,))]


class Racing:
    """A clock that moves on by so much each time that it is asked."""

    def __init__(self, step: float) -> None:
        self.now = 0.0
        self._step = step

    def __call__(self) -> float:
        """The time; it is later the next time."""
        self.now += self._step
        return self.now


def played(moments: Iterable[Moment], speed: float = inf, clock: Racing | None = None) -> CaptureSink:
    """Play moments on a sink that keeps."""
    sink = CaptureSink()
    asyncio.run(replay(moments, sink, speed=speed, clock=clock))
    return sink


def test_everything_is_played_in_order() -> None:
    """Each moment with cues is one moment of the sink, at its own time, and what is held is released at the end."""
    outcomes = played(PLAYED).outcomes
    assert [(0.0, (HOLD,)), (0.3, (ALARM,)), (30.0, (ALARM,)), (30.0, (Release("cpu:x", "cpu", 0),))] == [
        (outcome.at, outcome.cues) for outcome in outcomes
    ]


def test_what_was_released_is_not_released_again() -> None:
    """A voice that ends by itself needs no end."""
    release = Release("cpu:x", "cpu", 0)
    assert [HOLD, release] == played([Moment(0.0, (HOLD,)), Moment(1.0, (release,))]).cues


def test_a_mute_of_the_recording_ends_with_it() -> None:
    """The mix is played as it was, and an engine is left neither muted nor turned down."""
    mute, back = Mix(muted=True), Mix()
    assert [mute, back] == played([Moment(0.0, (mute,))]).cues
    assert [mute, back] == played([Moment(0.0, (mute,)), Moment(1.0, (back,))]).cues


def test_nothing_plays_nothing() -> None:
    """An empty performance gives the sink nothing."""
    assert [] == played([]).moments


@pytest.mark.parametrize("speed", [1.0, 2.0, 0.5])
def test_moments_wait_for_their_time(speed: float) -> None:
    """Nothing is played before its time, by whatever clock, and twice the speed is half the time."""
    clock = Racing(0.05)
    heard: list[float] = []

    class Watch(CaptureSink):
        """Takes note of the time."""

        def play(self, moment: object) -> None:
            assert moment
            heard.append(clock.now)

    times = (0.0, 0.3, 0.6)
    asyncio.run(replay([Moment(at, (ALARM,)) for at in times], Watch(), speed=speed, clock=clock))
    assert all(at / speed <= now < at / speed + 0.2 for at, now in zip(times, heard, strict=True)), heard


def test_what_is_late_is_played_at_once() -> None:
    """A clock that has run ahead loses no moment."""
    assert [HOLD, ALARM, ALARM, Release("cpu:x", "cpu", 0)] == played(PLAYED, 1.0, Racing(1000.0)).cues


def test_captions_and_progress() -> None:
    """Every moment is told when it is reached, with or without cues, and the seconds only rise."""
    told: list[str] = []
    seconds: list[float] = []
    asyncio.run(
        replay(
            PLAYED,
            CaptureSink(),
            speed=100.0,
            tell=lambda moment: told.append(moment.caption),
            progress=seconds.append,
        )
    )
    assert ["a tone", "nothing", "", ""] == told
    assert sorted(seconds) == seconds
    assert 30.0 == seconds[-1]
