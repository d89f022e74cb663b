"""What the log tells."""

import logging
from collections.abc import Iterator

import pytest
from singing_pager.model import Alert, Deed, Drop, Entry, Event, Hold, Mix, Outcome, Release, State, Strike, Tick
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


def entry(deed: Deed, name: str = "A", severity: str = "critical", **others: str) -> Entry:
    """Make an entry about an alert."""
    change = firing(name, severity=severity)
    alert = Alert(
        fingerprint=change.fingerprint,
        labels=change.labels,
        state=State.FIRING,
        since=START,
        changed=START,
        route="/alert",
    )
    return Entry(at=START, deed=deed, alert=alert, **others)  # type: ignore[arg-type]


def by_itself(*entries: Entry, at: float = START) -> Outcome:
    """Make the outcome of a tick that brought these."""
    return Outcome(Tick(at), at, entries=entries)


def test_alarms(told: pytest.LogCaptureFixture) -> None:
    """What sounds for a change is on its line, with the rule by which it does."""
    fired, sounded = entry(Deed.FIRED), entry(Deed.SOUNDED, heard="alert_critical")
    LogSink().play(
        [
            Outcome(firing("A", severity="critical"), START, (ALARM,), ("alerts[0]",), entries=(fired, sounded)),
            Outcome(
                resolved("A", severity="critical"), START, (ALARM,), ("resolved",), entries=(entry(Deed.RESOLVED),)
            ),
        ]
    )
    assert told.messages == [
        "fired critical A → alert_critical (alerts[0])",
        "resolved critical A → alert_critical (resolved)",
    ]


@pytest.mark.parametrize(
    ("happened", "line"),
    [
        (entry(Deed.SOUNDED, heard="alert_critical"), "sounded critical A → alert_critical"),
        (entry(Deed.ACKNOWLEDGED, by="ann", reason="on it"), "acknowledged critical A by ann: on it"),
        (entry(Deed.SNOOZED, severity="", by="wall button"), "snoozed alert A by wall button"),
        (entry(Deed.EXPIRED), "expired critical A"),
        (Entry(at=START, deed=Deed.FLOOD), "flood"),
        (Entry(at=START, deed=Deed.FLOOD_OVER), "flood over"),
        (Entry(at=START, deed=Deed.SUMMARY, count=17, heard="flood"), "summary (17 alerts) → flood"),
        (Entry(at=START, deed=Deed.MUTED, by="ann", reason="on the phone"), "muted by ann: on the phone"),
        (Entry(at=START, deed=Deed.UNMUTED), "unmuted"),
        (Entry(at=START, deed=Deed.VOLUME, subject="warning", by="ann"), "volume warning by ann"),
        (Entry(at=START, deed=Deed.LINK_DOWN, subject="broker", reason="refused"), "link down broker: refused"),
        (Entry(at=START, deed=Deed.LINK_UP, subject="broker"), "link up broker"),
    ],
)
def test_each_entry_is_a_line(happened: Entry, line: str, told: pytest.LogCaptureFixture) -> None:
    """What happened, to what, by whom, why, and how it sounded."""
    LogSink().play([by_itself(happened)])
    assert told.messages == [line]


def test_a_link_that_is_down_is_a_warning(told: pytest.LogCaptureFixture) -> None:
    """Who looks for faults finds it."""
    LogSink().play([by_itself(Entry(at=START, deed=Deed.LINK_DOWN, subject="broker"))])
    assert [logging.WARNING] == [record.levelno for record in told.records]


@pytest.mark.parametrize("deed", [Deed.REFRESHED, Deed.LINKED, Deed.SCORE])
def test_what_nobody_asked_for_is_not_told(deed: Deed, told: pytest.LogCaptureFixture) -> None:
    """What only the pager cares for stays in the journal."""
    LogSink().play([by_itself(entry(deed))])
    assert told.messages == []


def test_a_storm_does_not_fill_the_log(told: pytest.LogCaptureFixture) -> None:
    """Twenty changes a second are told one by one, the rest as a number; what is seldom is told all the same."""
    sink = LogSink()
    for number in range(10_000):
        sink.play([Outcome(firing(f"A{number}"), START, entries=(entry(Deed.FIRED, f"A{number}"),))])
    sink.play([by_itself(*(entry(Deed.RESOLVED, f"A{number}") for number in range(50)))])
    sink.play([by_itself(Entry(at=START, deed=Deed.FLOOD))])
    assert len(told.messages) == 21
    assert told.messages[-1] == "flood"
    sink.play([Outcome(Tick(START + 1), START + 1)])
    assert told.messages[-1] == "and 10030 more: 9980 fired, 50 resolved"
    sink.play([by_itself(entry(Deed.FIRED), at=START + 1.1)])
    sink.play([Outcome(Tick(START + 3), START + 3)])
    assert told.messages[-1] == "fired critical A"


def test_streams(told: pytest.LogCaptureFixture) -> None:
    """A stream is told when it begins and when it ends, not at every value."""
    sink = LogSink()
    hold, event = Hold("cpu:x", "cpu", (440.0,), 0), reading("x", 1)
    sink.play([Outcome(event, START, (hold,)), Outcome(event, START, (hold,)), Outcome(Tick(START), START, (hold,))])
    sink.play([Outcome(Tick(START), START, (Release("cpu:x", "cpu", 0),)), Outcome(event, START, (hold,))])
    assert told.messages == ["cpu:x sounds as cpu", "cpu:x has ended", "cpu:x sounds as cpu"]


def test_the_mix_is_no_sound(told: pytest.LogCaptureFixture) -> None:
    """A cue that only tells an engine its levels is not told."""
    LogSink().play([Outcome(firing("A", severity="critical"), START, (Mix(), ALARM), entries=(entry(Deed.FIRED),))])
    assert told.messages == ["fired critical A → alert_critical"]


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


@pytest.mark.parametrize(
    "drop",
    [
        *(Drop.ALREADY_FIRING, Drop.NOT_ACTIVE, Drop.OUTDATED, Drop.CONFLATED, Drop.ECHO),
        *(Drop.GROUPED, Drop.FLOOD, Drop.FLAPPING, Drop.QUIET, Drop.MUTED, Drop.STARTING, Drop.SILENCED, Drop.WATCHDOG),
    ],
)
def test_an_ordinary_day_is_not_told(drop: Drop, told: pytest.LogCaptureFixture) -> None:
    """What belongs to an ordinary day is only counted."""
    LogSink().play([dropped(firing("A"), drop)])
    assert told.messages == []


def test_nobody_writes_lines_of_their_own(told: pytest.LogCaptureFixture) -> None:
    """What somebody sent stays on its line, without escape sequences, and of a length that can be read."""
    sink = LogSink()
    evil = "A\nERROR all is lost\x1b[2J" + "x" * 1000
    sink.play([by_itself(entry(Deed.ACKNOWLEDGED, evil, evil, by=evil, reason=evil))])
    sink.play([by_itself(Entry(at=START, deed=Deed.LINK_DOWN, subject=evil, reason=evil))])
    sink.play([dropped(firing(evil), Drop.NO_RULE)])
    sink.play([Outcome(Tick(START), START, (Hold(evil, "cpu", (440.0,), 0), Release(evil, "cpu", 0)))])
    assert len(told.messages) == 5
    for line in told.messages:
        assert line.isprintable()
        assert len(line) < 600
