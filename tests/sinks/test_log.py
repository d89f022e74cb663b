"""What the log tells."""

import logging
from collections.abc import Iterator

import pytest
from singing_pager.model import Drop, Event, Hold, Outcome, Release, Strike, Tick
from singing_pager.sinks.log import LogSink
from singing_pager.testing import START, firing, reading, resolved

ALARM = Strike("f", "alert_critical", (880.0, 0.9, 2.0))


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Catch the pager's log."""
    with caplog.at_level(logging.INFO, logger="singing_pager"):
        yield caplog


def dropped(event: Event, drop: Drop, at: float = START) -> Outcome:
    """Make the outcome of what did not sound."""
    return Outcome(event, at, drops=(drop,))


def test_alarms(told: pytest.LogCaptureFixture) -> None:
    """Each alarm is one line: what it is, how it sounds, by which rule."""
    LogSink().play(
        [
            Outcome(firing("A", severity="critical"), START, (ALARM,), ("alerts[0]",)),
            Outcome(resolved("A"), START, (ALARM,), ("resolved",)),
        ]
    )
    assert told.messages == [
        "firing critical A → alert_critical (alerts[0])",
        "resolved alert A → alert_critical (resolved)",
    ]


def test_streams(told: pytest.LogCaptureFixture) -> None:
    """A stream is told when it begins and when it ends, not at every value."""
    sink = LogSink()
    hold, event = Hold("cpu:x", "cpu", (440.0,), 0), reading("x", 1)
    sink.play([Outcome(event, START, (hold,)), Outcome(event, START, (hold,)), Outcome(Tick(START), START, (hold,))])
    sink.play([Outcome(Tick(START), START, (Release("cpu:x", "cpu", 0),)), Outcome(event, START, (hold,))])
    assert told.messages == ["cpu:x sounds as cpu", "cpu:x has ended", "cpu:x sounds as cpu"]


def test_drops_are_told_once_a_minute(told: pytest.LogCaptureFixture) -> None:
    """A reason to drop that goes on is told again after a minute, with its count; another reason at once."""
    sink = LogSink()
    event = reading("metrics/cpu", "?")
    sink.play([dropped(event, Drop.NO_VALUE, START + second) for second in (0, 1, 59, 60)])
    sink.play([dropped(event, Drop.NOT_FINITE, START + 61)])
    assert told.messages == [
        "metrics/#: no_value of 'metrics/cpu'",
        "metrics/#: no_value of 'metrics/cpu' (2 more since)",
        "metrics/#: not_finite of 'metrics/cpu'",
    ]


@pytest.mark.parametrize("drop", [Drop.ALREADY_FIRING, Drop.NOT_ACTIVE, Drop.OUTDATED, Drop.CONFLATED, Drop.ECHO])
def test_an_ordinary_day_is_not_told(drop: Drop, told: pytest.LogCaptureFixture) -> None:
    """What belongs to an ordinary day is only counted."""
    LogSink().play([dropped(firing("A"), drop)])
    assert told.messages == []


def test_nobody_writes_lines_of_their_own(told: pytest.LogCaptureFixture) -> None:
    """What somebody sent stays on its line, without escape sequences, and of a length that can be read."""
    sink = LogSink()
    evil = "A\nERROR all is lost\x1b[2J" + "x" * 1000
    sink.play([Outcome(firing(evil, severity=evil), START, (ALARM,), ("r",)), dropped(firing(evil), Drop.NO_RULE)])
    sink.play([Outcome(Tick(START), START, (Hold(evil, "cpu", (440.0,), 0), Release(evil, "cpu", 0)))])
    assert len(told.messages) == 4
    for line in told.messages:
        assert line.isprintable()
        assert len(line) < 400
