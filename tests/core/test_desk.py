"""The life of an alert."""

from dataclasses import dataclass

import pytest
from msgspec.structs import replace as changed
from singing_pager.core.appointments import Appointments
from singing_pager.core.desk import Desk
from singing_pager.model import AlertChange, Deed, Drop, Entry, State, Survey, Surveyed
from singing_pager.testing import START, firing, resolved

ALREADY, NOT_ACTIVE, OUTDATED, FULL = Drop.ALREADY_FIRING, Drop.NOT_ACTIVE, Drop.OUTDATED, Drop.DESK_FULL


@dataclass(frozen=True)
class At:
    """What happens at a time, in seconds since the start, and why the desk does not take it; None: it does."""

    seconds: float
    change: AlertChange
    said: Drop | None = None


def fires(name: str = "A", began: float | None = None, lasts: float | None = None) -> AlertChange:
    """Make a firing that began so many seconds after the start."""
    return firing(name, starts_at=None if began is None else START + began, lasts=lasts)


def ends(name: str = "A", began: float | None = None, ended: float | None = None) -> AlertChange:
    """Make a resolve of what began and ended so many seconds after the start."""
    return resolved(
        name,
        starts_at=None if began is None else START + began,
        ends_at=None if ended is None else START + ended,
    )


LIVES = {
    "a firing is heard": [At(0, fires())],
    "a repetition is no new alarm": [At(0, fires()), At(1, fires(), ALREADY), At(3600, fires(), ALREADY)],
    "a resolve is heard once": [At(0, fires()), At(1, ends()), At(2, ends(), NOT_ACTIVE)],
    "a resolve of what never fired is not heard": [At(0, ends(), NOT_ACTIVE)],
    "two alerts are two": [At(0, fires("A")), At(0, fires("B")), At(1, ends("A")), At(2, fires("B"), ALREADY)],
    "labels make the identity": [At(0, firing("A", host="a")), At(0, firing("A", host="b"))],
    "after its resolve an alert may fire again": [At(0, fires()), At(1, ends()), At(2, fires()), At(3, ends())],
    "a new occurrence, by its own times": [
        At(0, fires(began=0)),
        At(9, ends(began=0, ended=8)),
        At(20, fires(began=15)),
    ],
    "a pair: both fire, then both resolve": [
        At(0, fires(began=0)),
        At(1, fires(began=0), ALREADY),
        At(5, ends(began=0, ended=4)),
        At(6, ends(began=0, ended=4), NOT_ACTIVE),
    ],
    "a pair: one resolves before the other fires": [
        At(0, fires(began=0)),
        At(5, ends(began=0, ended=4)),
        At(6, fires(began=0), OUTDATED),
        At(7, ends(began=0, ended=4), NOT_ACTIVE),
    ],
    "a pair: a late firing with a slightly later start": [
        At(0, fires(began=0)),
        At(5, ends(began=0, ended=4)),
        At(6, fires(began=2), OUTDATED),
    ],
    "a pair: one is a whole occurrence behind": [
        At(0, fires(began=0)),
        At(5, ends(began=0, ended=4)),
        At(8, fires(began=7)),
        At(9, fires(began=0), ALREADY),
        At(10, ends(began=0, ended=4), OUTDATED),
        At(11, fires(began=7), ALREADY),
        At(12, ends(began=7, ended=11)),
    ],
    "a pair whose starts differ: the earlier start is merged later": [
        At(0, fires(began=2)),
        At(5, ends(began=0, ended=4)),
        At(6, fires(began=0), OUTDATED),
    ],
    "a resolve overtakes its firing": [
        At(0, ends(began=0, ended=1), NOT_ACTIVE),
        At(1, fires(began=0), OUTDATED),
        At(9, fires(began=8)),
    ],
    "only the sender's clock tells what is outdated": [At(0, fires()), At(1, ends()), At(1, fires())],
    "the end is told by the firing's start, where the resolve tells none": [
        At(0, fires(began=5)),
        At(1, ends()),
        At(2, fires(began=5), OUTDATED),
        At(3, fires(began=6)),
    ],
    "what is over is forgotten after a quarter of an hour": [
        At(0, fires(began=0)),
        At(5, ends(began=0, ended=4)),
        At(905, fires(began=0), OUTDATED),
        At(906, fires(began=0)),
    ],
    "a moment is over by itself": [At(0, fires(lasts=10)), At(9, fires(lasts=10), ALREADY), At(10, fires(lasts=10))],
    "a moment that is over cannot be resolved": [At(0, fires(lasts=10)), At(11, ends(), NOT_ACTIVE)],
    "a moment that is resolved may come again": [
        At(0, fires(lasts=10)),
        At(1, ends()),
        At(2, fires(lasts=10)),
        At(11, fires(lasts=10), ALREADY),
        At(12, fires(lasts=10)),
    ],
}


@pytest.mark.parametrize("life", list(LIVES.values()), ids=list(LIVES))
def test_life(life: list[At]) -> None:
    """Each alert begins once and ends once, however often and by whichever way the word of it comes."""
    desk = Desk()
    said = []
    for moment in life:
        now = START + moment.seconds
        list(desk.pass_time(now))
        firing_now = moment.change.status == "firing"
        result = desk.fire(moment.change, now) if firing_now else desk.resolve(moment.change, now)
        said.append(result if isinstance(result, Drop) else None)
    assert [moment.said for moment in life] == said


def test_active() -> None:
    """The desk knows what fires, as its sender wrote it."""
    desk = Desk()
    fired = fires()
    desk.fire(fired, START)
    assert [(fired.fingerprint, fired.labels)] == [(key, alert.labels) for key, alert in desk.alerts.items()]
    desk.resolve(ends(), START)
    assert len(desk) == 0
    assert [State.RESOLVED] == [alert.state for alert in desk.recent]


def test_a_full_desk() -> None:
    """A full desk takes no further alert, but knows those that it has, and has room again after a resolve."""
    desk = Desk(capacity=2)
    said = [desk.fire(fires(name), START) for name in "ABCA"]
    assert [Deed.FIRED, Deed.FIRED, FULL, ALREADY] == [s if isinstance(s, Drop) else s.deed for s in said]
    desk.resolve(ends("B"), START)
    assert isinstance(desk.fire(fires("C"), START), Entry)


def test_memory_is_bounded() -> None:
    """Ten thousand alerts that come and go leave no more behind than the desk may hold."""
    desk = Desk(capacity=100)
    for number in range(10_000):
        assert isinstance(desk.fire(fires(str(number), lasts=1), START + number), Entry)
        assert isinstance(desk.resolve(ends(str(number)), START + number), Entry)
    assert (0, True) == (len(desk.alerts), len(desk.recent) <= 100)


def test_times_pass_without_events() -> None:
    """A moment is over when the clock says so, not when the next alert comes."""
    desk = Desk()
    desk.fire(fires(lasts=10), START)
    assert [] == list(desk.pass_time(START + 9.9))
    assert [Deed.EXPIRED] == [entry.deed for entry in desk.pass_time(START + 10)]
    assert len(desk) == 0


def test_what_is_restored_is_never_of_the_future() -> None:
    """A desk that was kept by a clock that went ahead is taken up as if it were now."""
    before = Desk()
    before.fire(fires(), START + 500)
    after = Desk()
    after.restore(before.alerts.values(), START)
    assert [(START, START)] == [(alert.since, alert.changed) for alert in after.alerts.values()]


def test_a_snooze_that_was_made_by_a_clock_that_went_ahead_is_no_longer_than_it_was() -> None:
    """Nobody sleeps for a year because a clock was wrong."""
    before = Desk()
    before.fire(fires(lasts=900), START + 500)
    list(before.snooze(fires().fingerprint, 60, "ada", "", START + 500))
    after = Desk()
    after.restore(before.alerts.values(), START)
    assert [(START + 60, START + 900)] == [(alert.wake, alert.until) for alert in after.alerts.values()]


@pytest.mark.parametrize(
    ("then", "now", "until"),
    [
        pytest.param("", "/alert", None, id="Alertmanager vouches for it since"),
        pytest.param("/alert", "", START + 110, id="Alertmanager vouches for it no more"),
        pytest.param("", "", START + 100, id="nothing has changed"),
    ],
)
def test_who_vouches_for_an_alert_is_a_setting_of_this_life(then: str, now: str, until: float | None) -> None:
    """An alert that was kept has a time-out where one that came now would have one."""
    before = Desk(timeout=100, vouched=then)
    before.fire(fires(), START)
    after = Desk(timeout=100, vouched=now)
    after.restore(before.alerts.values(), START + 10)
    assert [until] == [alert.until for alert in after.alerts.values()]


def reworded(summary: str, name: str = "A", severity: str = "warning") -> AlertChange:
    """Make a firing with these words; it is the same alert by whatever severity."""
    return changed(firing(name, severity=severity), fingerprint=name, annotations={"summary": summary})


def test_new_words_are_told_after_a_while() -> None:
    """Pages, boards and the journal learn of them, at most so often, however often they change; the last count."""
    desk = Desk()
    desk.fire(reworded("91 %"), START)
    told = []
    for second in range(1, 700):
        assert desk.fire(reworded(f"{second}"), START + second) is ALREADY
        told += [(entry.at - START, entry) for entry in desk.pass_time(START + second)]
    assert [301, 602] == [at for at, _ in told]
    assert [(Deed.REFRESHED, "301"), (Deed.REFRESHED, "602")] == [
        (entry.deed, entry.alert.annotations["summary"]) for _, entry in told if entry.alert
    ]


def test_the_same_words_are_told_once() -> None:
    """A repetition is no news, and words of what is over are none."""
    desk = Desk()
    for second in (0, 1, 2):
        desk.fire(reworded("91 %"), START + second)
        desk.fire(reworded(f"{second}", "B"), START + second)
    desk.resolve(changed(ends("B"), fingerprint="B"), START + 3)
    assert [] == list(desk.pass_time(START + 1000))


def test_many_new_words_are_told_a_few_at_a_time() -> None:
    """Ten thousand at once would hold the loop."""
    desk = Desk()
    for words in ("91 %", "99 %"):
        for number in range(500):
            desk.fire(reworded(words, f"A{number}"), START)
    assert [200, 200, 100, 0] == [len(list(desk.pass_time(START + 301 + tick))) for tick in range(4)]


@pytest.mark.parametrize("state", ["worse", "another", "unsuppressed"])
def test_an_alert_that_sounds_anew_has_its_new_words(state: str) -> None:
    """Nobody is woken with the text of the last time."""
    desk = Desk()
    desk.fire(reworded("81 %"), START)
    if state == "unsuppressed":
        seen = Surveyed(change=reworded("81 %"), suppressed_by=("s1",))
        list(desk.survey(Survey(at=START + 1, alerts=(seen,), route=seen.change.route), START + 1))
    else:
        list(desk.acknowledge("A", "ada", "", START + 1))
    anew = reworded("99 %", severity="critical" if state == "worse" else "warning")
    entry = desk.fire(changed(anew, starts_at=START + 5), START + 9)
    assert isinstance(entry, Entry)
    assert entry.alert is not None
    assert (State.FIRING, anew.labels, {"summary": "99 %"}) == (
        entry.alert.state,
        entry.alert.labels,
        entry.alert.annotations,
    )


def test_appointments_do_not_pile_up() -> None:
    """However often an appointment is moved, each key has one."""
    appointments = Appointments()
    for number in range(10_000):
        appointments.set("a", START + number)
    assert ["a"] == list(appointments.due(START + 20_000))
    appointments.set("b", START)
    appointments.set("b", None)
    assert [] == list(appointments.due(START + 20_000))
