"""The chain: which link is said to be dead, and what is heard of it."""

from collections.abc import Callable

import pytest
from deskwork import Desk, plain_score
from singing_pager.core.chain import BOUND, Chain
from singing_pager.model import AlertChange, Controls, Deed, Drop, Link, Mute, Reload, Survey, Surveyed
from singing_pager.testing import START, firing

WATCHDOG = firing("Watchdog")


def link(name: str, at: float, *, up: bool, detail: str = "") -> Link:
    """Make news of a link at a second."""
    return Link(at=START + at, name=name, up=up, detail=detail)


def survey(at: float, *changes: AlertChange) -> Survey:
    """Make a survey of these alerts, asked for at a second."""
    return Survey(at=START + at, alerts=tuple(Surveyed(change=change) for change in changes))


def down(desk: Desk) -> list[tuple[str, str]]:
    """Links that the journal says went down, and why."""
    return [(entry.subject, entry.reason) for entry in desk.entries if entry.deed is Deed.LINK_DOWN]


@pytest.mark.parametrize(
    ("surveys", "expected"),
    [
        pytest.param((), "no watchdog for more than 600 s: Prometheus", id="nobody was asked"),
        pytest.param((500, 590), "Alertmanager answers and has no watchdog: Prometheus", id="Alertmanager has none"),
    ],
)
def test_a_dead_link_is_named(surveys: tuple[float, ...], expected: str) -> None:
    """When the watchdog fails to come, what Alertmanager knows says which link it is."""
    desk = Desk()
    desk.feed(WATCHDOG)
    for at in surveys:
        desk.until(at, tick=10)
        desk.feed(survey(at))
    desk.until(620, tick=0.1)
    assert [("prometheus", True)] == [(name, reason.startswith(expected)) for name, reason in down(desk)]
    assert ["lost"] == desk.sounds()


def test_a_watchdog_that_alertmanager_has_and_the_pager_gets_no_more_names_the_webhook() -> None:
    """A webhook that used to come every minute, and does not, is not Prometheus's fault."""
    desk = Desk()
    for at in range(0, 300, 60):
        desk.until(at, tick=10)
        desk.feed(WATCHDOG)
    for at in range(300, 1300, 30):
        desk.until(at, tick=10)
        desk.feed(survey(at, WATCHDOG))
    assert ["webhook"] == [name for name, _ in down(desk)]


def test_a_watchdog_that_comes_seldom_is_not_missed_while_alertmanager_has_it() -> None:
    """Alertmanager repeats by default every four hours: as long as it has the watchdog, Prometheus lives."""
    desk = Desk()
    desk.feed(WATCHDOG)
    for at in range(0, 3000, 30):
        desk.until(at, tick=10)
        desk.feed(survey(at, WATCHDOG))
    assert [] == down(desk)


@pytest.mark.parametrize(
    ("begin", "words"),
    [
        pytest.param(Desk, (20.0,), id="the survey was before the first word"),
        pytest.param(lambda: Desk().restored((), Controls(watchdog=START)), (20.0,), id="a restart was just before"),
        pytest.param(Desk, (0.0, 1.0), id="both of a pair of Alertmanagers tell the first"),
    ],
)
def test_what_is_no_habit_of_the_watchdog(begin: Callable[[], Desk], words: tuple[float, ...]) -> None:
    """Two words that are close together for another reason do not make one late that comes every four hours."""
    desk = begin()
    for at in sorted({*range(0, 3000, 30), *words}):
        desk.until(at, tick=10)
        if at in words:
            desk.feed(WATCHDOG)
        desk.feed(survey(at, WATCHDOG))
    assert [] == down(desk)


def test_an_outage_is_no_habit_of_the_watchdog_for_long() -> None:
    """A webhook that was dead for a night is missed as soon as ever when it is dead again."""
    desk = Desk()
    for at in (0, 60, 120, 30_000, *range(30_060, 30_600, 60)):
        desk.until(at, tick=25)
        desk.feed(WATCHDOG)
    desk.entries.clear()
    for at in range(30_600, 31_600, 30):
        desk.until(at, tick=10)
        desk.feed(survey(at, WATCHDOG))
    assert ["webhook"] == [name for name, _ in down(desk)]


def test_a_watchdog_that_nobody_expects_any_more_is_not_missed() -> None:
    """A score without one ends what was said of its links."""
    desk = Desk(plain_score(patience=0.0))
    desk.feed(WATCHDOG)
    desk.until(620, tick=1)
    assert not desk.core.links["prometheus"].up
    desk.feed(Reload(desk.now, plain_score(watchdog=None)))
    desk.until(625)
    assert desk.core.links["prometheus"].up


def test_a_dead_alertmanager_speaks_for_the_watchdog() -> None:
    """Of a chain the link is told that is known to be dead, not what follows from it."""
    desk = Desk()
    desk.feed(WATCHDOG)
    desk.feed(link("alertmanager", 0, up=False, detail="connection refused"))
    desk.until(900, tick=10)
    assert [("alertmanager", "connection refused")] == down(desk)
    assert 1 == desk.sounds().count("lost")


def test_a_watchdog_of_an_earlier_life_is_still_missed() -> None:
    """The pager that was restarted after Prometheus had died says so."""
    desk = Desk().restored((), Controls(watchdog=START))
    desk.until(620, tick=10)
    assert ["prometheus"] == [name for name, _ in down(desk)]


def test_the_watchdog_is_not_on_the_desk() -> None:
    """What always fires is nothing to act upon; neither its webhook nor a survey brings it there."""
    desk = Desk()
    assert (Drop.WATCHDOG,) == desk.feed(WATCHDOG).drops
    desk.feed(survey(1, WATCHDOG))
    assert {} == desk.core.desk.alerts


def test_a_link_that_dies_under_a_mute_is_heard_after_it() -> None:
    """Once the mute is over, what is still dead is told."""
    desk = Desk()
    desk.feed(Mute(at=desk.now, by="ada", seconds=60))
    desk.feed(link("broker", 0, up=False))
    desk.until(59)
    assert [] == desk.sounds()
    desk.until(61)
    assert ["lost"] == desk.sounds()


def test_the_detail_of_a_link_is_the_last() -> None:
    """What is known of a fault changes; since when it lasts does not."""
    desk = Desk(plain_score(patience=1000.0))
    desk.feed(link("broker", 0, up=False, detail="refused"))
    desk.feed(link("broker", 5, up=False, detail="no route"))
    assert (START, "no route") == (desk.core.links["broker"].at, desk.core.links["broker"].detail)


def test_links_are_bounded() -> None:
    """However many names of links come, no more are known than may be."""
    chain = Chain()
    drops = [chain.take(link(f"link{index}", 0, up=True)) for index in range(BOUND + 3)]
    assert [Drop.REFUSED] * 3 == [drop for drop in drops if drop]
