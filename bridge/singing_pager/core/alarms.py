"""Alerts, people and the chain: what each says changes the desk or the mixer, and is sounded by the annunciator."""

from collections import deque
from collections.abc import Iterable
from math import inf
from typing import assert_never

from singing_pager.core.annunciator import Annunciator
from singing_pager.core.chain import Chain
from singing_pager.core.desk import Desk
from singing_pager.core.groups import Arrival
from singing_pager.core.hush import Hush
from singing_pager.core.mixer import Mixer
from singing_pager.core.rules import Score
from singing_pager.core.story import Story
from singing_pager.core.trials import Trials
from singing_pager.core.voices import Voices
from singing_pager.model import (
    Acknowledge,
    Alert,
    AlertChange,
    Command,
    Deed,
    Drop,
    Entry,
    Link,
    Meeting,
    Mute,
    Play,
    Silenced,
    Snooze,
    State,
    Status,
    Survey,
    Surveyed,
    Test,
    Unacknowledge,
    Volume,
)

__all__ = ["Alarms"]

_OUTAGE = 30.0
"""Seconds without a tick after which the pager itself was away: its machine slept, or its process stood still."""
_AT_A_STRETCH = 200
"""Alerts of a survey that are begun in one go."""
_SURVEY = "\0survey"
"""Group of what a survey finds: no sender's, for those are text."""


class Alarms:
    """Everything between the line and the voices that has to do with alerts."""

    def __init__(self, score: Score, desk: Desk, voices: Voices, mixer: Mixer, chain: Chain) -> None:
        self._score = score
        self._desk = desk
        self._voices = voices
        self._mixer = mixer
        self._chain = chain
        self._hush = Hush(score)
        self._annunciator = Annunciator(score, desk, voices, self._hush)
        self._began: float | None = None
        self._ticked: float | None = None
        self._trials = Trials(voices)
        self._missed: deque[tuple[Surveyed, float]] = deque()
        self._new_score = True
        self._sighed = -inf

    @property
    def flooding(self) -> bool:
        """Whether one sound stands for all alarms."""
        return self._annunciator.flood.flooding

    def begin(self, now: float) -> None:
        """Begin a life, or go on after an outage: what was active before is gathered into one sound."""
        self._began = now
        self._hush.until = now + self._score.start.settle
        self._hush.look(self._mixer.controls, now, force=True)
        self._annunciator.gather()

    def reload(self, score: Score, now: float) -> None:
        """Take another score."""
        self._score = score
        self._new_score = True
        self._hush.score = score
        self._desk.flaps.rule = score.flapping
        self._hush.look(self._mixer.controls, now, force=True)
        self._annunciator.change(score)

    # senders

    def change(self, change: AlertChange, now: float, story: Story) -> None:
        """Take what a sender says of an alert."""
        if change.fault is not None:
            story.drops.append(change.fault)
            return
        self._hush.look(self._mixer.controls, now)
        firing = change.status is Status.FIRING
        if self._score.watchdog is not None and self._score.watchdog.matches(change.labels):
            self._watchdog(now, story, firing=firing)
            return
        result = self._desk.fire(change, now) if firing else self._desk.resolve(change, now)
        if isinstance(result, Drop):
            story.drops.append(result)
            return
        self._tell(result, (change.group, change.at), now, story, old=self._old(change))

    def _watchdog(self, now: float, story: Story, *, firing: bool) -> None:
        story.drops.append(Drop.WATCHDOG)
        if firing:
            self._expect_watchdog(now, story)
            self._chain.barks(now)

    def _expect_watchdog(self, now: float, story: Story) -> None:
        """From now on the watchdog is missed."""
        if not self._chain.watched:
            story.entries.append(self._mixer.watchdog_seen(now))
            self._chain.expect(now)

    def _retire_watchdog(self, now: float, story: Story) -> None:
        """Take off the desk what only this score calls the watchdog."""
        watchdog = self._score.watchdog
        if watchdog is None:
            return
        for alert in [alert for alert in self._desk.alerts.values() if watchdog.matches(alert.labels)]:
            self._annunciator.rests(alert)
            story.entries.append(self._desk.retire(alert, "it is the watchdog", now))
            self._expect_watchdog(now, story)

    def _old(self, change: AlertChange) -> bool:
        """Whether an alert was active before the pager was."""
        since = self._began
        return since is not None and change.starts_at is not None and change.starts_at < since - self._score.start.since

    # people, Alertmanager, the chain

    def news(self, event: Survey | Silenced | Link, now: float, story: Story) -> None:
        """Take what Alertmanager or a link says."""
        match event:
            case Survey():
                self._survey(event, now, story)
            case Silenced(fingerprint=fingerprint, silence=silence):
                story.entries.extend(self._desk.silenced(fingerprint, silence, now))
            case Link():
                self._link(event, now, story)
            case _:
                assert_never(event)

    def obey(self, command: Command, now: float, story: Story) -> None:
        """Do what somebody asks for."""
        match command:
            case Acknowledge(fingerprint=fingerprint, by=by, reason=reason):
                self._each(self._desk.acknowledge(fingerprint, by, reason, now), now, story)
            case Unacknowledge(fingerprint=fingerprint, by=by, reason=reason):
                self._each(self._desk.unacknowledge(fingerprint, by, reason, now), now, story)
            case Snooze(fingerprint=fingerprint, seconds=seconds, by=by, reason=reason):
                self._each(self._desk.snooze(fingerprint, max(0.0, seconds), by, reason, now), now, story)
            case Mute():
                self._turn(self._mixer.mute(command, now), now, story)
            case Meeting():
                self._turn(self._mixer.meet(command, now), now, story)
            case Volume():
                self._turn(self._mixer.turn(command, now), now, story)
            case Test():
                self._trials.test(command, self._score.instruments, now, story, muted=self._mixer.controls.muted)
            case Play(fingerprint=fingerprint):
                self._play(fingerprint, now, story)
            case _:
                assert_never(command)

    def _each(self, entries: Iterable[Entry], now: float, story: Story) -> None:
        """Tell every entry of what people did; Drop.NOT_ACTIVE where there is none."""
        before = len(story.entries)
        for entry in entries:
            self._tell(entry, ("", now), now, story)
        if len(story.entries) == before:
            story.drops.append(Drop.NOT_ACTIVE)

    def _turn(self, result: Entry | Drop, now: float, story: Story) -> None:
        if isinstance(result, Drop):
            story.drops.append(result)
            return
        story.entries.append(result)
        story.cues.append(self._mixer.tell(now))
        self._hush.look(self._mixer.controls, now, force=True)
        self._annunciator.pass_time(now, story)

    def _play(self, fingerprint: str, now: float, story: Story) -> None:
        alert = self._desk.alerts.get(fingerprint)
        if alert is None:
            story.drops.append(Drop.NOT_ACTIVE)
        else:
            self._annunciator.again(alert, now, story)

    def _survey(self, survey: Survey, now: float, story: Story) -> None:
        if self._chain.survey(survey, self._score):
            self._expect_watchdog(now, story)
        self._hush.look(self._mixer.controls, now)
        for entry in self._desk.survey(survey, now):
            self._tell(entry, (_SURVEY, survey.at), now, story)
        known = self._desk.alerts
        missed = (seen for seen in survey.alerts if seen.ours and seen.change.fingerprint not in known)
        self._missed = deque((seen, survey.at) for seen in missed)
        self._take_missed(now, story)

    def _take_missed(self, now: float, story: Story) -> None:
        """Begin what a survey found, a few in one go: ten thousand at once would hold the loop."""
        watchdog = self._score.watchdog
        for _ in range(min(len(self._missed), _AT_A_STRETCH)):
            seen, at = self._missed.popleft()
            if watchdog is not None and watchdog.matches(seen.change.labels):
                continue
            entry = self._desk.missed(seen, now)
            if entry is not None:
                # while the pager comes to itself, what a survey finds was active before it
                self._tell(entry, (_SURVEY, at), now, story, old=self._hush.starting)

    def _link(self, link: Link, now: float, story: Story) -> None:
        drop = self._chain.take(link)
        if drop is not None:
            story.drops.append(drop)
        self._links(now, story)

    # what an entry means for the ear

    def _tell(self, entry: Entry, group: Arrival, now: float, story: Story, *, old: bool = False) -> None:
        """Take a change of an alert into the story, and let it be heard, or rest."""
        story.entries.append(entry)
        alert = entry.alert
        if alert is None or entry.deed in {Deed.LINKED, Deed.REFRESHED, Deed.STEADY}:
            return
        if alert.state is State.FIRING:
            self._annunciator.fires(alert, group, now, story, old=old)
        elif alert.state is not State.RESOLVED:
            self._annunciator.rests(alert)
        elif entry.deed is Deed.EXPIRED:
            self._expired(alert, now, story)
        else:
            story.rules.append("resolved")
            self._annunciator.ends(alert, group, now, story)

    def _expired(self, alert: Alert, now: float, story: Story) -> None:
        self._annunciator.rests(alert)
        if alert.lasts is None and not self._mixer.controls.muted and self._sighed != now:
            # nobody has said that it is well: that nothing more is heard is something else, of however many at once
            self._sighed = now
            self._annunciator.says(alert.fingerprint, self._score.stale, now, story)

    # time

    def pass_time(self, now: float, story: Story) -> None:
        """Do what is due."""
        if self._ticked is not None and now - self._ticked > _OUTAGE:
            self._began = now
            self._hush.until = now + self._score.start.settle
        self._ticked = now
        if self._new_score:
            self._new_score = False
            self._retire_watchdog(now, story)
        ended = tuple(self._mixer.pass_time(now))
        if ended:
            story.entries.extend(ended)
            story.cues.append(self._mixer.tell(now))
        for entry in self._desk.pass_time(now):
            self._tell(entry, ("", now), now, story)
        self._take_missed(now, story)
        self._hush.look(self._mixer.controls, now, force=bool(ended))
        self._links(now, story)
        self._annunciator.pass_time(now, story)
        self._trials.pass_time(now, story)
        mix = self._mixer.refresh(self._score.limits.refresh, now)
        if mix is not None:
            story.cues.append(mix)

    def _links(self, now: float, story: Story) -> None:
        """Hear of each link once that it is dead, and once that it stands again."""
        muted = self._mixer.controls.muted
        for entry in self._chain.pass_time(self._score, now):
            story.entries.append(entry)
            if entry.deed is Deed.LINK_UP and not muted:
                self._annunciator.says(f"link:{entry.subject}", self._score.resolved, now, story)
        if muted:
            return
        for name in self._chain.unheard():
            sound = self._score.fault if self._chain.ours(name) else self._score.lost
            self._annunciator.says(f"link:{name}", sound, now, story)
            self._chain.sounded(name)
