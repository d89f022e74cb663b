"""The life of an alert."""

from dataclasses import dataclass

import pytest
from singing_pager.core.desk import Desk
from singing_pager.model import AlertChange, Drop
from singing_pager.testing import START, firing, resolved

ALREADY, NOT_ACTIVE, OUTDATED, FULL = Drop.ALREADY_FIRING, Drop.NOT_ACTIVE, Drop.OUTDATED, Drop.DESK_FULL


@dataclass(frozen=True)
class At:
    """What happens at a time, in seconds since the start, and what the desk says to it; None: let it be heard."""

    seconds: float
    change: AlertChange
    said: Drop | None = None
    voice: bool = True


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
    "an alarm with no voice is heard when it is repeated": [
        At(0, fires(), voice=False),
        At(1, fires(), voice=False),
        At(2, fires()),
        At(3, fires(), ALREADY),
    ],
    "what was never heard to begin is not heard to end": [
        At(0, fires(), voice=False),
        At(1, ends(), NOT_ACTIVE),
        At(2, fires()),
    ],
}


@pytest.mark.parametrize("life", list(LIVES.values()), ids=list(LIVES))
def test_life(life: list[At]) -> None:
    """Each alert is heard once to begin and once to end, however often and by whichever way it comes."""
    desk = Desk()
    said = []
    for moment in life:
        drop = desk.admit(moment.change, START + moment.seconds)
        if drop is None and moment.change.status == "firing" and moment.voice:
            desk.heard(moment.change.fingerprint)
        said.append(drop)
    assert [moment.said for moment in life] == said


def test_active() -> None:
    """The desk knows what fires, and gives a copy of it."""
    desk = Desk()
    fired = fires()
    desk.admit(fired, START)
    assert [fired] == [active.change for active in desk.active.values()]
    desk.active.clear()
    assert len(desk) == 1
    desk.admit(ends(), START)
    assert len(desk) == 0


def test_a_full_desk() -> None:
    """A full desk takes no further alert, but knows those that it has, and has room again after a resolve."""
    desk = Desk(capacity=2)
    assert [desk.admit(fires(name), START) for name in "ABC"] == [None, None, FULL]
    assert desk.admit(fires("A"), START) is None
    desk.admit(ends("B"), START)
    assert desk.admit(fires("C"), START) is None


def test_memory_is_bounded() -> None:
    """A hundred thousand alerts that come and go leave no more behind than the desk may hold."""
    desk = Desk(capacity=100)
    for number in range(10_000):
        assert desk.admit(fires(str(number), lasts=1), START + number) is None
        desk.heard(fires(str(number)).fingerprint)
        assert desk.admit(ends(str(number)), START + number) is None
    sizes = {name: len(getattr(desk, name)) for name in ("_active", "_ended", "_expiries")}
    assert dict.fromkeys(sizes, True) == {name: size <= 101 for name, size in sizes.items()}


def test_times_pass_without_events() -> None:
    """A moment is over when the clock says so, not when the next alert comes."""
    desk = Desk()
    desk.admit(fires(lasts=10), START)
    desk.expire(START + 9.9)
    assert len(desk) == 1
    desk.expire(START + 10)
    assert len(desk) == 0
