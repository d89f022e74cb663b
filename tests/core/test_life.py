"""The life of an alert, as it is heard: each row is one rule in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest
from deskwork import Desk, plain_score
from msgspec.structs import replace as changed
from singing_pager.core.fingerprint import fingerprint
from singing_pager.core.matching import Matcher
from singing_pager.core.rules import Quiet, Start, Watchdog
from singing_pager.model import (
    Acknowledge,
    AlertChange,
    Deed,
    Event,
    Link,
    Meeting,
    Mute,
    Play,
    Reload,
    Silenced,
    Snooze,
    Survey,
    Surveyed,
    Test,
    Unacknowledge,
    Volume,
)
from singing_pager.testing import START, firing, resolved

CRITICAL, WARNING, INFO = "alert_critical", "alert_warning", "alert_info"
OVER, FLOOD, LOST = "resolved", "flood", "lost"


@dataclass(frozen=True)
class Life:
    """What happens at which second, and what is heard at which second.

    Attributes:
        events: Seconds and what happens then.
        heard: Seconds, to a tenth, and instruments.
        until: The second at which listening ends.
        prepare: Makes the desk.
    """

    events: Sequence[tuple[float, Event]]
    heard: Sequence[tuple[float, str]]
    until: float
    prepare: Callable[[], Desk] = Desk


def fires(name: str = "A", severity: str = "critical", group: str = "", at: float = 0, **more: float) -> AlertChange:
    """Make a firing; `began` is in seconds since the start."""
    began = more.get("began")
    change = firing(
        name,
        severity=severity,
        at=START + at,
        starts_at=None if began is None else START + began,
        lasts=more.get("lasts"),
    )
    return changed(change, group=group)


def ends(name: str = "A", severity: str = "critical", group: str = "", at: float = 0) -> AlertChange:
    """Make a resolve."""
    return changed(resolved(name, severity=severity, at=START + at), group=group)


def identity(name: str = "A", severity: str = "critical") -> str:
    """The fingerprint of such an alert."""
    return fingerprint({"alertname": name, "severity": severity})


def ack(name: str = "A", severity: str = "critical") -> Acknowledge:
    """Make an acknowledgement."""
    return Acknowledge(at=START, by="ada", fingerprint=identity(name, severity))


def survey(
    *changes: AlertChange, at: float, by: tuple[str, ...] = (), silences: tuple[str, ...] = (), complete: bool = True
) -> Survey:
    """Make a survey that was asked for at a second; `by` suppresses all of its alerts."""
    alerts = tuple(Surveyed(change=change, suppressed_by=by) for change in changes)
    return Survey(at=START + at, alerts=alerts, silences=frozenset(silences), complete=complete)


def nights(*, criticals: bool) -> Callable[[], Desk]:
    """A desk whose seconds 0 to 60 are quiet hours."""
    quiet = Quiet("night", (), lambda now: now < START + 60, criticals=criticals)
    return lambda: Desk(plain_score(quiet=(quiet,)))


def quiet_for_warnings() -> Desk:
    """A desk whose seconds 0 to 60 are quiet hours of warnings."""
    matcher = Matcher("severity", "=", "warning")
    return Desk(plain_score(quiet=(Quiet("night", (matcher,), lambda now: now < START + 60),)))


def reborn(*, firing_before: int) -> Callable[[], Desk]:
    """A desk that takes up what an earlier life left firing."""

    def prepare() -> Desk:
        before = Desk()
        for index in range(firing_before):
            before.feed(fires(f"A{index}" if index else "A"))
        return Desk().restored(before.core.desk.alerts.values())

    return prepare


def begun() -> Desk:
    """A desk that begins with nothing."""
    return Desk().restored(())


def unsettled() -> Desk:
    """A desk that makes no summary, and takes up what was firing."""
    before = Desk()
    before.feed(fires())
    return Desk(plain_score(start=Start(settle=0.0))).restored(before.core.desk.alerts.values())


def impatient() -> Desk:
    """A desk whose links are missed at once."""
    return Desk(plain_score(patience=0.0))


LIVES: dict[str, Life] = {
    "a critical sounds, and again each 15 s": Life([(0, fires())], [(0, CRITICAL), (15, CRITICAL), (30, CRITICAL)], 40),
    "a warning sounds, and again each 30 s": Life([(0, fires(severity="warning"))], [(0, WARNING), (30, WARNING)], 50),
    "an info sounds once": Life([(0, fires(severity="info"))], [(0, INFO)], 120),
    "word of what is known is no new alarm": Life([(0, fires()), (1, fires()), (9, fires())], [(0, CRITICAL)], 14),
    "a resolve ends the repetition and is heard": Life([(0, fires()), (5, ends())], [(0, CRITICAL), (5, OVER)], 60),
    "an acknowledgement ends the repetition": Life([(0, fires()), (5, ack())], [(0, CRITICAL)], 60),
    "acknowledged until cleared: a new firing sounds anew": Life(
        [(0, fires()), (5, ack()), (6, fires()), (20, ends()), (25, fires())],
        [(0, CRITICAL), (20, OVER), (25, CRITICAL)],
        30,
    ),
    "an occurrence that began after the acknowledgement is another": Life(
        [(0, fires(began=0)), (5, ack()), (40, fires(began=30))], [(0, CRITICAL), (40, CRITICAL)], 50
    ),
    "what is given back sounds at once": Life(
        [(0, fires()), (5, ack()), (9, Unacknowledge(at=START, by="ada", fingerprint=identity()))],
        [(0, CRITICAL), (9, CRITICAL)],
        20,
    ),
    "one acknowledgement for all": Life(
        [(0, fires("A")), (0, fires("B")), (5, Acknowledge(at=START, by="ada"))],
        [(0, CRITICAL), (0.3, CRITICAL)],
        60,
    ),
    "a snooze is silence for its time": Life(
        [(0, fires()), (5, Snooze(at=START, by="ada", seconds=30, fingerprint=identity()))],
        [(0, CRITICAL), (35, CRITICAL)],
        45,
    ),
    "a snoozed alert that is over does not wake": Life(
        [(0, fires()), (5, Snooze(at=START, by="ada", seconds=30)), (10, ends())], [(0, CRITICAL), (10, OVER)], 60
    ),
    "what lasts a while is over by itself, silently": Life(
        [(0, fires(severity="info", lasts=10)), (20, ends(severity="info"))], [(0, INFO)], 30
    ),
    "an alert of which nothing more is heard ends with a sigh": Life(
        [(0, fires(severity="info"))], [(0, INFO), (50, "stale")], 60, lambda: Desk(timeout=50)
    ),
    "word of it begins the time-out anew": Life(
        [(0, fires(severity="info")), (40, fires(severity="info"))],
        [(0, INFO), (90, "stale")],
        95,
        lambda: Desk(timeout=50),
    ),
    "simultaneous alarms stand 300 ms apart, criticals first": Life(
        [(0, fires("A", "info")), (0, fires("B", "warning")), (0, fires("C"))],
        [(0, INFO), (0.3, CRITICAL), (0.6, WARNING)],
        5,
    ),
    "what ends before its turn is not heard at all": Life(
        [(0, fires("A")), (0, fires("B", "warning")), (0.1, ends("B", "warning"))], [(0, CRITICAL)], 5
    ),
    "a group is one alarm": Life(
        [(0, fires(name, "warning", "g")) for name in "ABCDE"] + [(5, ack(name, "warning")) for name in "ABCDE"],
        [(0, WARNING)],
        40,
    ),
    "a group that gets worse in the same word sounds as its worst too": Life(
        [(0, fires("A", "warning", "g")), (0, fires("B", "critical", "g"))], [(0, WARNING), (0.3, CRITICAL)], 10
    ),
    "what joins a group later is a new alarm": Life(
        [(0, fires("A", "info", "g")), (9, fires("B", "info", "g", at=9))], [(0, INFO), (9, INFO)], 20
    ),
    "a group that is over is heard once": Life(
        [
            (0, fires("A", "info", "g")),
            (0, fires("B", "info", "g")),
            (9, ends("A", "info", "g")),
            (9, ends("B", "info", "g")),
        ],
        [(0, INFO), (9, OVER)],
        20,
    ),
    "a large group is its alarm, and one flood sound": Life(
        [(0, fires(f"A{index}", "info", "g")) for index in range(30)], [(0, INFO), (0.3, FLOOD)], 90
    ),
    "the eleventh alarm in ten minutes begins a flood": Life(
        [(second, fires(f"A{second}", "info")) for second in range(0, 36, 3)],
        [(second, INFO) for second in range(0, 30, 3)] + [(30.2, FLOOD)],
        40,
    ),
    "in a flood new criticals keep their voice, up to three": Life(
        [(0, fires(f"A{index}", "info")) for index in range(20)]
        + [(second, fires(f"C{second}")) for second in range(2, 10)],
        [(0, INFO), (0.3, FLOOD), (2, CRITICAL), (3, CRITICAL), (4, CRITICAL)],
        14,
    ),
    "criticals that keep coming in a flood do not silence those that are there": Life(
        [(0, fires(f"A{index}", "info")) for index in range(20)]
        + [(second, fires(f"C{second}")) for second in range(2, 50, 5)],
        [(0, INFO), (0.3, FLOOD), (2, CRITICAL), (7, CRITICAL), (12, CRITICAL), (27, CRITICAL), (42, CRITICAL)],
        50,
    ),
    "a flood is over when fewer than five come in ten minutes": Life(
        [(0, fires(f"A{index}", "info")) for index in range(20)]
        + [(10, Acknowledge(at=START, by="ada")), (620, fires("B", "info"))],
        [(0, INFO), (0.3, FLOOD), (620, INFO)],
        630,
    ),
    "an alert that flaps is heard three times, then not": Life(
        [
            event
            for round_ in range(8)
            for event in ((round_ * 10, fires(severity="info")), (round_ * 10 + 5, ends(severity="info")))
        ],
        [(0, INFO), (5, OVER), (10, INFO), (15, OVER), (20, INFO)],
        100,
    ),
    "a flapping critical still repeats by its interval, not by its comings": Life(
        [event for second in range(0, 50, 5) for event in ((second, fires()), (second + 3, ends()))] + [(50, fires())],
        [
            (0, CRITICAL),
            (3, OVER),
            (5, CRITICAL),
            (8, OVER),
            (10, CRITICAL),
            (25.1, CRITICAL),
            (40.1, CRITICAL),
            (55.1, CRITICAL),
        ],
        60,
    ),
    "quiet hours are quiet, and what is left afterwards sounds": Life(
        [(0, fires(severity="warning"))], [(60, WARNING)], 80, nights(criticals=True)
    ),
    "several alerts that are left after quiet hours are one sound": Life(
        [(second, fires(f"A{second}", "warning")) for second in range(5)], [(60, FLOOD)], 80, nights(criticals=True)
    ),
    "criticals sound in quiet hours if the score says so": Life(
        [(0, fires())], [(0, CRITICAL)], 14, nights(criticals=True)
    ),
    "and do not if it says not": Life([(0, fires())], [(60, CRITICAL)], 70, nights(criticals=False)),
    "quiet hours of some are not those of others": Life(
        [(0, fires("A", "warning")), (1, fires("B", "info"))], [(1, INFO), (60, WARNING)], 70, quiet_for_warnings
    ),
    "what resolves in quiet hours is never heard": Life(
        [(0, fires(severity="warning")), (30, ends(severity="warning"))], [], 80, nights(criticals=True)
    ),
    "a meeting is quiet but for criticals": Life(
        [
            (0, Meeting(at=START, by="ada", seconds=60)),
            (1, fires("A", "warning")),
            (2, fires("B")),
            (3, ack("B")),
        ],
        [(2, CRITICAL), (60, WARNING)],
        70,
    ),
    "a meeting ends at the press of a button": Life(
        [
            (0, Meeting(at=START, by="ada", seconds=600)),
            (1, fires("A", "warning")),
            (9, Meeting(at=START, by="ada", seconds=0)),
        ],
        [(9, WARNING)],
        20,
    ),
    "a mute is silence, with an end": Life(
        [(0, Mute(at=START, by="ada", seconds=60)), (1, fires())], [(60, CRITICAL)], 70
    ),
    "what was firing goes on repeating after a mute": Life(
        [(0, fires()), (5, Mute(at=START, by="ada", seconds=60))], [(0, CRITICAL), (65, CRITICAL)], 75
    ),
    "many alarms under a mute are one sound after it": Life(
        [(0, Mute(at=START, by="ada", seconds=60))] + [(1, fires(f"A{index}", "info")) for index in range(4)],
        [(60, FLOOD)],
        70,
    ),
    "what fired before the pager came is one summary, then the criticals": Life(
        [], [(5, FLOOD), (20, CRITICAL)], 22, reborn(firing_before=3)
    ),
    "one alert that fired before the pager came is its own summary": Life(
        [], [(5, CRITICAL)], 19, reborn(firing_before=1)
    ),
    "an old alert that comes in the first seconds is part of the summary": Life(
        [(1, fires("A", began=-600)), (2, fires("B", began=-600))], [(5, FLOOD)], 15, begun
    ),
    "a new alert that comes in the first seconds sounds at once": Life(
        [(1, fires("A", began=0))], [(1, CRITICAL)], 15, begun
    ),
    "without a time to settle what fired before the pager came sounds at once": Life(
        [], [(0.1, CRITICAL), (15.1, CRITICAL)], 20, unsettled
    ),
    "what resolves before the summary is not in it": Life([(2, ends())], [], 20, reborn(firing_before=1)),
    "an alert that Alertmanager silences sounds no more": Life(
        [(0, fires()), (5, survey(fires(), at=5, by=("s1",)))], [(0, CRITICAL)], 60
    ),
    "when the silence ends it sounds again": Life(
        [(0, fires()), (5, survey(fires(), at=5, by=("s1",))), (20, survey(fires(), at=20))],
        [(0, CRITICAL), (20, CRITICAL)],
        30,
    ),
    "a webhook of a silenced alert says that the silence is over": Life(
        [(0, fires()), (5, survey(fires(), at=5, by=("s1",))), (20, fires())], [(0, CRITICAL), (20, CRITICAL)], 30
    ),
    "a resolve that was missed is made up for": Life([(0, fires()), (5, survey(at=5))], [(0, CRITICAL), (5, OVER)], 60),
    "a survey of an Alertmanager that has just started resolves nothing": Life(
        [(0, fires()), (5, survey(at=5, complete=False))], [(0, CRITICAL), (15, CRITICAL)], 20
    ),
    "a survey that was asked for before an alert came does not judge it": Life(
        [(3, fires()), (5, survey(at=2))], [(3, CRITICAL), (18, CRITICAL)], 20
    ),
    "firings that were missed are one alarm": Life(
        [(5, survey(fires("A"), fires("B"), at=5)), (6, Acknowledge(at=START, by="ada"))], [(5, CRITICAL)], 60
    ),
    "our own silence does not suppress": Life(
        [
            (0, fires()),
            (5, ack()),
            (6, Silenced(at=START, fingerprint=identity(), silence="s9")),
            (8, survey(fires(), at=8, by=("s9",), silences=("s9",))),
        ],
        [(0, CRITICAL)],
        60,
    ),
    "when somebody removes our silence the alert is given back": Life(
        [
            (0, fires()),
            (5, ack()),
            (6, Silenced(at=START, fingerprint=identity(), silence="s9")),
            (8, survey(fires(), at=8)),
        ],
        [(0, CRITICAL), (8, CRITICAL)],
        20,
    ),
    "a snoozed alert whose silence somebody removes is given back too": Life(
        [
            (0, fires()),
            (5, Snooze(at=START, by="ada", seconds=900, fingerprint=identity())),
            (6, Silenced(at=START, fingerprint=identity(), silence="s9")),
            (8, survey(fires(), at=8)),
        ],
        [(0, CRITICAL), (8, CRITICAL)],
        20,
    ),
    "an occurrence that began under the silence of the last is another": Life(
        [(0, fires(began=0)), (5, ack()), (60, survey(fires(began=50), at=60, by=("s9",)))],
        [(0, CRITICAL), (60, CRITICAL)],
        70,
    ),
    "an alert that gets worse sounds anew, whoever has it": Life(
        [
            (0, fires(severity="warning")),
            (5, ack(severity="warning")),
            (9, changed(fires(), fingerprint=identity(severity="warning"))),
        ],
        [(0, WARNING), (9, CRITICAL)],
        20,
    ),
    "what gets worse in quiet hours, and is heard, is not heard once more when they end": Life(
        [(0, fires(severity="warning")), (50, changed(fires(), fingerprint=identity(severity="warning")))],
        [(50, CRITICAL), (65, CRITICAL)],
        70,
        quiet_for_warnings,
    ),
    "and its end is heard": Life(
        [
            (0, fires(severity="warning")),
            (50, changed(fires(), fingerprint=identity(severity="warning"))),
            (55, changed(ends(), fingerprint=identity(severity="warning"))),
        ],
        [(50, CRITICAL), (55, OVER)],
        70,
        quiet_for_warnings,
    ),
    "alerts that time out together are one sigh": Life(
        [(0, fires(f"A{index}", "info", "g")) for index in range(5)],
        [(0, INFO), (50, "stale")],
        60,
        lambda: Desk(timeout=50),
    ),
    "a test sounds whatever else is": Life([(0, Test(at=START, by="ada", instrument="flood"))], [(0, FLOOD)], 5),
    "a mute mutes tests too": Life(
        [(0, Mute(at=START, by="ada", seconds=60)), (1, Test(at=START, by="ada", instrument="flood"))], [], 5
    ),
    "an alarm can be heard again": Life(
        [(0, fires(severity="info")), (9, Play(at=START, by="ada", fingerprint=identity(severity="info")))],
        [(0, INFO), (9, INFO)],
        20,
    ),
    "a link that is dead is heard once, and once when it stands again": Life(
        [
            (0, Link(at=START, name="broker", up=False)),
            (5, Link(at=START, name="broker", up=False)),
            (40, Link(at=START + 40, name="broker", up=True)),
        ],
        [(0, LOST), (40, OVER)],
        60,
        impatient,
    ),
    "a link that is soon back is not heard": Life(
        [(0, Link(at=START, name="broker", up=False)), (9, Link(at=START + 9, name="broker", up=True))], [], 30
    ),
    "a journal that cannot be written has a sound of its own, at once": Life(
        [(0, Link(at=START, name="journal", up=False)), (9, Link(at=START + 9, name="journal", up=True))],
        [(0, "fault"), (9, OVER)],
        30,
    ),
    "the watchdog is never heard": Life([(0, firing("Watchdog")), (300, firing("Watchdog"))], [], 400),
    "a watchdog that fails to come is heard once": Life(
        [(0, firing("Watchdog")), (900, firing("Watchdog"))], [(600.1, LOST), (900.1, OVER)], 1000, impatient
    ),
    "a watchdog that was never seen is not missed": Life([], [], 1300),
    "a change of volume makes no sound": Life([(0, Volume(at=START, by="ada", strip="master", level=0.5))], [], 5),
}


@pytest.mark.parametrize("rule", LIVES)
def test_an_alert_is_heard_as_the_rule_says(rule: str) -> None:
    """Each row's name is its rule."""
    life = LIVES[rule]
    desk = life.prepare()
    for second, event in life.events:
        if desk.second < second:
            desk.until(second)
        desk.feed(event)
    desk.until(life.until)
    assert life.heard == [(round(second, 1), instrument) for second, instrument in desk.heard]


def test_the_time_after_the_pagers_own_outage_is_quiet() -> None:
    """What began while the machine slept is one summary, not a burst."""
    desk = Desk().restored(())
    desk.until(10)
    desk.leap(4000)
    for index in range(6):
        desk.feed(fires(f"A{index}", "info", began=1000, at=4001))
    desk.until(4020)
    assert [(4005.0, FLOOD)] == [(round(second, 1), instrument) for second, instrument in desk.heard]


def test_quiet_hours_that_end_in_the_moment_of_another_alert_end_for_all() -> None:
    """What was held back is free at the hour's end, also when an alert is what finds that out."""
    desk = nights(criticals=True)()
    desk.feed(fires("A", "warning"))
    desk.until(59.95)
    desk.now = START + 60.0
    desk.feed(fires("B", "info", at=60))
    desk.until(70)
    assert [INFO, WARNING] == desk.sounds()


def test_a_new_score_without_quiet_hours_frees_what_they_held_back() -> None:
    """An edited score is heard at once, not at the next change of the hours."""
    desk = nights(criticals=True)()
    desk.feed(fires("A", "warning"))
    desk.until(9)
    desk.feed(Reload(desk.now, plain_score()))
    desk.until(10)
    assert [WARNING] == desk.sounds()


def test_what_only_a_new_score_has_a_rule_for_is_heard_as_soon_as_it_is_there() -> None:
    """An alert of which nothing was heard begins to sound, also where its rule never repeats: many are one summary."""
    no_info = replace(plain_score(), alerts=plain_score().alerts[:2])
    desk = Desk(no_info)
    desk.feed(fires("A", "info"))
    desk.feed(fires("B", "warning"))
    desk.until(9)
    desk.feed(Reload(desk.now, plain_score()))
    desk.until(10)
    assert [WARNING, INFO] == desk.sounds()
    desk.feed(Reload(desk.now, plain_score()))
    desk.until(11)
    assert [WARNING, INFO] == desk.sounds()


def test_a_score_without_a_start_makes_no_summary() -> None:
    """`settle: 0` lets everything sound as it comes."""
    desk = Desk(replace(plain_score(), start=Start(settle=0.0))).restored(())
    desk.feed(fires("A", began=-600))
    assert [CRITICAL] == desk.sounds()


def test_what_something_else_stood_for_is_in_the_journal_when_it_is_heard_itself() -> None:
    """Each alert once in its occurrence: the key figures count these."""
    desk = Desk()
    for name in "ABC":
        desk.feed(fires(name, group="g"))
    desk.until(60)
    heard = [entry for entry in desk.entries if entry.deed is Deed.SOUNDED and entry.alert]
    assert [("A", 1), ("B", 1), ("C", 1)] == [(entry.alert.name, entry.alert.alarms) for entry in heard if entry.alert]
    assert 3 == desk.core.kpi.report(desk.now, desk.core.desk).sounded


def test_what_a_new_score_calls_the_watchdog_leaves_the_desk() -> None:
    """Whoever names it because its alarm never ends hears it no more, and misses it from now on."""
    desk = Desk()
    desk.feed(fires("DeadMansSwitch"))
    desk.until(9)
    watchdog = Watchdog((Matcher("alertname", "=", "DeadMansSwitch"),), 600.0)
    desk.feed(Reload(desk.now, plain_score(watchdog=watchdog)))
    desk.until(100)
    assert ([CRITICAL], {}) == (desk.sounds(), desk.core.desk.alerts)
    (over,) = [entry for entry in desk.entries if entry.deed is Deed.RESOLVED]
    assert "it is the watchdog" == over.reason
    assert desk.core.controls.watchdog == START + 9.1
    desk.until(640)
    assert [CRITICAL, LOST] == desk.sounds()


def test_what_the_score_calls_the_watchdog_since_an_earlier_life_leaves_the_desk() -> None:
    """A score that was changed while the pager was away counts as well."""
    before = Desk()
    before.feed(fires("DeadMansSwitch"))
    watchdog = Watchdog((Matcher("alertname", "=", "DeadMansSwitch"),), 600.0)
    desk = Desk(plain_score(watchdog=watchdog)).restored(before.core.desk.alerts.values())
    desk.until(60)
    assert ([], {}) == (desk.sounds(), desk.core.desk.alerts)
