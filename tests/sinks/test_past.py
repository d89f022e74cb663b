"""The last day in memory."""

from collections.abc import Iterable

import pytest
from singing_pager.model import Alert, Deed, Drop, Entry, Event, Outcome, Reading, State, Tick
from singing_pager.sinks.past import DAY, MOST, SHOWN, Past
from singing_pager.testing import START, reading

MINUTE = int(START // 60)
ALERT = Alert(fingerprint="a", labels={"alertname": "A"}, state=State.FIRING, since=START, changed=START, route="/")


def told(past: Past, at: float = START, event: Event | None = None, entries: Iterable[Entry] = ()) -> None:
    """Play an outcome."""
    past.play([Outcome(event or Tick(at), at, entries=tuple(entries))])


@pytest.mark.parametrize(
    ("stream", "data", "expected"),
    [
        ("host.anomaly", 0.4, {MINUTE: 0.4}),
        ("db.anomaly", "0.4", {MINUTE: 0.4}),
        ("metrics/pump/anomaly", {"value": 0.4}, {MINUTE: 0.4}),
        ("metrics/pump/anomaly", {"other": 0.4}, {}),
        ("metrics/pump/anomaly", float("nan"), {}),
        ("host.anomaly.cpu", 0.4, {}),
        ("metrics/pump/cpu", 0.4, {}),
        ("anomaly", 0.4, {}),
    ],
)
def test_streams_that_say_how_unusual_something_is(stream: str, data: object, expected: dict[int, float]) -> None:
    """The anomaly is what streams of that last name say, where it is a number."""
    past = Past()
    told(past, event=reading(stream, data))
    assert expected == past.anomaly()


def test_the_greatest_of_a_minute() -> None:
    """Of each minute the greatest value stands, also where all are less than nothing."""
    past = Past()
    for at, value in ((0, -0.5), (1, -0.2), (2, -0.3), (60, 0.9), (61, 0.1)):
        told(past, START + at, reading("host.anomaly", value))
    assert {MINUTE: -0.2, MINUTE + 1: 0.9} == past.anomaly()


def test_a_day_is_remembered_and_no_more() -> None:
    """After a day each minute is forgotten, however long nothing came."""
    past = Past()
    for minute in range(2 * DAY):
        told(past, START + 60 * minute, reading("host.anomaly", 0.1))
        told(past, START + 60 * minute, entries=[Entry(at=START, deed=Deed.SOUNDED, alert=ALERT)])
    assert DAY == len(past.anomaly()) == len(past.alarms())
    told(past, START + 10 * 86_400, reading("host.anomaly", 0.1))
    assert 1 == len(past.anomaly())


def test_faulty_readings_say_nothing() -> None:
    """What could not be read is no anomaly."""
    past = Past()
    told(past, event=Reading(stream="host.anomaly", data=1, at=START, route="x", fault=Drop.UNREADABLE))
    assert {} == past.anomaly()


@pytest.mark.parametrize("deed", Deed)
def test_only_what_people_look_for(deed: Deed) -> None:
    """Refreshes, links to silences, volumes and the like do not stand on a time line."""
    past = Past()
    entry = Entry(at=START, deed=deed)
    told(past, entries=[entry])
    assert ((entry,) if deed in SHOWN else ()) == past.entries()


def test_alarms() -> None:
    """An alarm is one that was heard for an alert; the sound of a flood is none."""
    past = Past()
    told(past, entries=[Entry(at=START, deed=Deed.SOUNDED, alert=ALERT), Entry(at=START, deed=Deed.SOUNDED)])
    assert {MINUTE: 1} == past.alarms()


def test_a_storm() -> None:
    """Of a storm the newest entries are remembered."""
    past = Past()
    told(past, entries=[Entry(at=START + number, deed=Deed.RESOLVED, alert=ALERT) for number in range(MOST + 5)])
    assert (MOST, START + 5) == (len(past.entries()), past.entries()[0].at)
