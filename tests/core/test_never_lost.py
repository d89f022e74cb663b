"""Whatever happens in whichever order: no alarm without an active alert, no active critical left in silence."""

from deskwork import Desk, plain_score
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace as changed
from singing_pager.core.fingerprint import fingerprint
from singing_pager.core.rules import Quiet, Score, Start
from singing_pager.model import (
    Acknowledge,
    Alert,
    AlertChange,
    Controls,
    Deed,
    Event,
    Mute,
    Outcome,
    Play,
    Reload,
    Snooze,
    State,
    Strike,
    Survey,
    Surveyed,
    Unacknowledge,
)
from singing_pager.testing import START, firing, resolved

LONGEST = 80.0
"""Seconds in which something is heard of a critical: the flood sound's interval, the start's, and a few turns."""

NAMES = [f"A{index}" for index in range(14)]
ALARMS = frozenset({"alert_critical", "alert_warning", "alert_info"})
names = st.sampled_from(NAMES)
QUIET = Quiet("each second minute", (), lambda now: now % 120 < 60)
scores = st.builds(
    lambda settle, quiet: plain_score(start=Start(settle=settle), quiet=quiet),
    st.sampled_from([0.0, 5.0]),
    st.sampled_from([(), (QUIET,)]),
)
some = st.lists(names, min_size=1, max_size=14, unique=True)


class Pager(RuleBasedStateMachine):
    """A desk, the store that outlives it, and what ought to be true of them."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.stored: dict[str, Alert] = {}
        self.controls: Controls | None = None
        self.last: AlertChange | None = None
        self.severity = dict.fromkeys(NAMES, "critical")
        self.silent_since: dict[str, float] = {}

    @rule(called=some, severity=st.sampled_from(["critical", "warning", "info"]), grouped=st.booleans())
    def webhook(self, called: list[str], severity: str, *, grouped: bool) -> None:
        """A body fires some alerts."""
        for name in called:
            self.severity[name] = severity
            change = firing(name, severity=severity, at=self.desk.now, starts_at=self.desk.now)
            self.last = changed(change, group="g" if grouped else "")
            self.feed(self.last)

    @rule(called=some)
    def resolve(self, called: list[str]) -> None:
        """A body resolves some alerts."""
        for name in called:
            self.last = resolved(name, severity=self.severity[name], at=self.desk.now, ends_at=self.desk.now)
            self.feed(self.last)

    @precondition(lambda self: self.last is not None)
    @rule()
    def retry(self) -> None:
        """The last word comes once more."""
        assert self.last is not None
        self.feed(self.last)

    @rule(name=names, everything=st.booleans())
    def acknowledge(self, name: str, *, everything: bool) -> None:
        """Somebody takes an alert, or all."""
        self.feed(Acknowledge(at=self.desk.now, by="ada", fingerprint="" if everything else self.identity(name)))

    @rule(name=names)
    def unacknowledge(self, name: str) -> None:
        """Somebody gives an alert back."""
        self.feed(Unacknowledge(at=self.desk.now, by="ada", fingerprint=self.identity(name)))

    @rule(name=names, seconds=st.floats(1, 100))
    def snooze(self, name: str, seconds: float) -> None:
        """Somebody wants to hear of an alert later."""
        self.feed(Snooze(at=self.desk.now, by="ada", seconds=seconds, fingerprint=self.identity(name)))

    @rule(seconds=st.floats(0, 100))
    def mute(self, seconds: float) -> None:
        """Somebody mutes, or ends it."""
        self.feed(Mute(at=self.desk.now, by="ada", seconds=seconds))

    @rule(name=names)
    def play(self, name: str) -> None:
        """Somebody wants to hear an alarm again."""
        self.feed(Play(at=self.desk.now, by="ada", fingerprint=self.identity(name)))

    @rule(called=some, silenced=st.booleans(), complete=st.booleans())
    def survey(self, called: list[str], *, silenced: bool, complete: bool) -> None:
        """Alertmanager tells what it knows."""
        changes = [firing(name, severity=self.severity[name], at=self.desk.now) for name in called]
        by = ("s1",) if silenced else ()
        alerts = tuple(Surveyed(change=change, suppressed_by=by) for change in changes)
        self.feed(Survey(at=self.desk.now, alerts=alerts, complete=complete))

    @rule(seconds=st.floats(0.05, 40))
    def pass_time(self, seconds: float) -> None:
        """Time goes by."""
        for _ in range(int(seconds * 2) + 1):
            self.desk.leap(self.desk.second + 0.5)
            self.look()

    @rule(seconds=st.floats(31, 5000))
    def sleep(self, seconds: float) -> None:
        """The machine sleeps: time goes by, and nobody notices."""
        self.desk.leap(self.desk.second + seconds)
        self.silent_since = dict.fromkeys(self.silent_since, self.desk.now)
        self.look()

    @rule(played=scores)
    def reload(self, played: Score) -> None:
        """Somebody has edited the score."""
        self.feed(Reload(self.desk.now, played))

    @rule(seconds=st.floats(-3000, 3000), played=scores)
    def restart(self, seconds: float, played: Score) -> None:
        """The pager dies and comes back, on a clock that may have been set meanwhile."""
        now = max(self.desk.now + seconds, START)
        self.desk = Desk(played)
        self.desk.now = now
        self.desk.restored(self.stored.values(), self.controls)
        self.silent_since = dict.fromkeys(self.desk.core.desk.alerts, now)

    @invariant()
    def the_journal_tells_all(self) -> None:
        """The desk is what the journal's entries make of it."""
        kept = {key: alert.state for key, alert in self.stored.items() if alert.active}
        assert kept == {key: alert.state for key, alert in self.desk.core.desk.alerts.items()}

    @invariant()
    def no_critical_is_left_in_silence(self) -> None:
        """Something was heard lately of every critical that nobody has, but under a mute."""
        for key, alert in self.desk.core.desk.alerts.items():
            if alert.state is State.FIRING and alert.severity == "critical" and not self.desk.core.controls.muted:
                assert self.desk.now - self.silent_since[key] <= LONGEST, alert

    def identity(self, name: str) -> str:
        """The fingerprint by which the desk knows a name."""
        return fingerprint({"alertname": name, "severity": self.severity[name]})

    def feed(self, event: Event) -> None:
        """Feed an event, and look at what came of it."""
        self.desk.feed(event)
        self.look()

    def look(self) -> None:
        """Keep what a store would keep, and note what was heard."""
        for outcome in self.desk.outcomes:
            for entry in outcome.entries:
                if entry.alert is not None:
                    self.stored[entry.alert.fingerprint] = entry.alert
                    if entry.deed not in {Deed.SOUNDED, Deed.REFRESHED, Deed.STEADY}:
                        self.silent_since[entry.alert.fingerprint] = outcome.at
                if entry.controls is not None:
                    self.controls = entry.controls
                    self.silent_since = dict.fromkeys(self.silent_since, outcome.at)
            self.listen(outcome)
        self.desk.outcomes.clear()

    def listen(self, outcome: Outcome) -> None:
        """Note what was heard, and that it was for an alert that is firing."""
        for cue in outcome.cues:
            if not isinstance(cue, Strike) or cue.instrument == "heartbeat":
                continue
            assert not self.desk.core.controls.muted
            if cue.instrument in ALARMS:
                alert = self.desk.core.desk.alerts[cue.voice]
                assert alert.state is State.FIRING or isinstance(outcome.event, Play)
                self.silent_since[cue.voice] = outcome.at
            elif cue.instrument == "flood":
                self.silent_since = dict.fromkeys(self.silent_since, outcome.at)


Pager.TestCase.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
TestPager = Pager.TestCase
