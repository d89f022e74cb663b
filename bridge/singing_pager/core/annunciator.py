"""The annunciator: which alert of the desk sounds when, and what stands for those that do not.

An alarm sounds when its alert fires, and again by its rule's interval until somebody has the alert or it is over.
Onsets stand apart (`voices.stagger`); of a group one alarm sounds; too many alarms are a flood, which has one sound.
"""

from singing_pager.core.desk import Desk
from singing_pager.core.flood import FloodGate
from singing_pager.core.groups import Arrival, Groups
from singing_pager.core.hush import Hush
from singing_pager.core.onset import Onset, alarm, is_critical
from singing_pager.core.rules import AlertRule, Score, Sound
from singing_pager.core.story import Story
from singing_pager.core.turns import MOMENT, Turns
from singing_pager.core.voices import Voices
from singing_pager.model import Alert, Deed, Drop, Entry, Priority, State, Status

__all__ = ["Annunciator"]

_WAITING = 256
"""Sounds that may wait for their onset."""
_LOOKS = 32
"""Turns that may be passed over in one moment."""


class Annunciator:
    """Sounds the desk's alerts through the voices."""

    def __init__(self, score: Score, desk: Desk, voices: Voices, hush: Hush) -> None:
        self._desk = desk
        self._voices = voices
        self._hush = hush
        self._onset = 0.0
        self._waiting: list[Onset] = []
        self._late: dict[str, None] = {}
        self._groups = Groups()
        self._turns = Turns()
        self.score = score
        self.flood = FloodGate(score.flood)

    def change(self, score: Score) -> None:
        """Take another score: every alert of the desk finds its place in it."""
        before, self.score = self.score, score
        self.flood.change(score.flood)
        self._turns.clear()
        for alert in self._desk.alerts.values():
            if alert.state is not State.FIRING or alert.fingerprint in self._late:
                continue
            if alert.sounded is None and before.alert_rule(alert.labels) is None:
                # nothing has stood for it
                self._late[alert.fingerprint] = None
            else:
                self._stand_by(alert, alert.sounded if alert.sounded is not None else alert.changed)

    def gather(self) -> None:
        """Let everything that is firing wait for the summary: the pager has only just come."""
        self._late = {alert.fingerprint: None for alert in self._desk.alerts.values() if alert.state is State.FIRING}

    # what happens to an alert

    def fires(self, alert: Alert, group: Arrival, now: float, story: Story, *, old: bool = False) -> None:
        """Sound an alert that begins, or say why not.

        Args:
            alert: As it is on the desk.
            group: Its group, and when the word of it came: what came together is one alarm; no name: no group.
            now: Unix time.
            story: Takes what comes of it.
            old: Whether it was active before the pager was.
        """
        self._late.pop(alert.fingerprint, None)
        rule = self.score.alert_rule(alert.labels)
        if rule is None:
            story.drops.append(Drop.NO_RULE)
            return
        story.rules.append(rule.name)
        drop = self._why_not(alert, rule, old=old)
        if drop is not None:
            story.drops.append(drop)
            if drop is Drop.FLAPPING:
                self._turns.take(alert.fingerprint, rule, alert.sounded or now)
            else:
                self._late[alert.fingerprint] = None
            return
        joined = self._groups.joins(group, Status.FIRING, rule.sound.instrument.priority.rank)
        if joined:
            self._tell_of_the_rest(joined, now)
            story.drops.append(Drop.GROUPED)
            self._turns.take(alert.fingerprint, rule, now)
            return
        if self.flood.arrive(now):
            self._begin_flood(now, story)
        if alert.flapping:
            story.entries.append(Entry(at=now, deed=Deed.FLAPPING, alert=alert))
        if self.flood.flooding and not (is_critical(rule.sound) and self.flood.own_voice()):
            self.flood.stand_for(1, now)
            story.drops.append(Drop.FLOOD)
            self._turns.take(alert.fingerprint, rule, now)
            return
        self._offer(Onset(alarm(alert, rule), rule.name, alert.fingerprint), now, story)

    def _tell_of_the_rest(self, joined: int, now: float) -> None:
        """Of a group that is as large as a flood, let the flood sound tell how large."""
        most = self.score.flood.alarms
        if joined > most:
            self.flood.stand_for(joined if joined == most + 1 else 1, now)

    def rests(self, alert: Alert) -> None:
        """Let an alert sound no more: somebody has it, or it is over."""
        self._late.pop(alert.fingerprint, None)
        self._turns.leave(alert.fingerprint)
        self._waiting = [waiting for waiting in self._waiting if waiting.alert != alert.fingerprint]

    def ends(self, alert: Alert, group: Arrival, now: float, story: Story) -> None:
        """Sound that an alert is over, where it was heard to begin, or say why not; arguments as of `fires`."""
        sound = self.score.resolved
        waits = alert.fingerprint in self._late or any(alert.fingerprint == sound.alert for sound in self._waiting)
        unheard = waits or self.score.alert_rule(alert.labels) is None
        self.rests(alert)
        drop = Drop.NOT_ACTIVE if unheard else self._why_no_end(alert)
        if drop is None:
            drop = Drop.GROUPED if self._groups.joins(group, Status.RESOLVED, sound.instrument.priority.rank) else None
        if drop is not None:
            story.drops.append(drop)
            return
        intent = sound.intent(alert.fingerprint, alert.fingerprint, Status.RESOLVED, alert.name, lasts=sound.lasts)
        self._offer(Onset(intent, "resolved", ""), now, story)

    def says(self, key: str, sound: Sound, now: float, story: Story) -> None:
        """Sound something that is no alert, such as a link that is dead."""
        self._offer(Onset(sound.intent(key, key, lasts=sound.lasts), key, ""), now, story)

    def again(self, alert: Alert, now: float, story: Story) -> None:
        """Sound an alert's alarm because somebody asks for it."""
        rule = self.score.alert_rule(alert.labels)
        drop = Drop.MUTED if self._hush.muted else Drop.NO_RULE if rule is None else None
        if rule is None or drop is not None:
            story.drops.append(drop or Drop.NO_RULE)
        elif not story.sound(self._voices.strike(alarm(alert, rule), now)):
            story.drops.append(Drop.VOICES_FULL)

    # what time brings

    def pass_time(self, now: float, story: Story) -> None:
        """Sound what is due."""
        if self._hush.stirred():
            self._late_ones(now, story)
        if self.flood.calm(now):
            story.entries.append(Entry(at=now, deed=Deed.FLOOD_OVER))
        if self._hush.muted:
            return
        self._strike_waiting(now, story)
        self._strike_flood(now, story)
        self._take_turns(now, story)

    def _take_turns(self, now: float, story: Story) -> None:
        for _ in range(_LOOKS):
            passed_over = False
            for fingerprint, rule in self._turns.due(now, self.score.limits.repeating, flooding=self.flood.flooding):
                alert = self._desk.alerts[fingerprint]
                if self._hush.why(alert.labels, critical=is_critical(rule.sound)):
                    self._turns.pass_over(fingerprint)
                    passed_over = True
                elif self._free(now) and story.sound(self._voices.strike(alarm(alert, rule), now)):
                    heard = self._heard(fingerprint, rule, now)
                    if heard.alarms == 1:
                        # something else stood for it until now
                        instrument = rule.sound.instrument.name
                        story.entries.append(Entry(at=now, deed=Deed.SOUNDED, alert=heard, heard=instrument))
                    story.rules.append(rule.name)
                    break
            if not passed_over:
                return

    def _late_ones(self, now: float, story: Story) -> None:
        """Sound what was held back and may be heard now: one alarm, or one summary of many."""
        free: list[tuple[Alert, AlertRule]] = []
        for fingerprint in self._late:
            alert = self._desk.alerts[fingerprint]
            rule = self.score.alert_rule(alert.labels)
            if rule is not None and self._why_not(alert, rule, old=True) is None:
                free.append((alert, rule))
        for alert, _ in free:
            del self._late[alert.fingerprint]
        if len(free) == 1:
            alert, rule = free[0]
            self._offer(Onset(alarm(alert, rule), rule.name, alert.fingerprint), now, story)
        elif free:
            for alert, rule in free:
                self._turns.take(alert.fingerprint, rule, now)
            self.says("summary", self._counted(len(free)), now, story)
            heard = self.score.flood.sound.instrument.name
            story.entries.append(Entry(at=now, deed=Deed.SUMMARY, heard=heard, count=len(free)))

    def _begin_flood(self, now: float, story: Story) -> None:
        """Let the flood sound stand for the alarms that wait, but for criticals that have a voice of their own."""
        story.entries.append(Entry(at=now, deed=Deed.FLOOD))
        waiting, self._waiting = self._waiting, []
        for sound in waiting:
            if not sound.alert or (sound.intent.priority is Priority.CRITICAL and self.flood.own_voice()):
                self._waiting.append(sound)
            else:
                self.flood.stand_for(1, now)
                self._stand_by(self._desk.alerts[sound.alert], now)

    def _strike_flood(self, now: float, story: Story) -> None:
        if self.flood.due is None or now < self.flood.due:
            return
        if not any(self._may_sound(alert) for alert in self._desk.alerts.values()):
            self.flood.postpone(now)
            return
        sound = self._counted(self.flood.count)
        intent = sound.intent("flood", "flood", Status.FIRING, f"{self.flood.count} alarms", lasts=sound.lasts)
        if self._free(now) and story.sound(self._voices.strike(intent, now)):
            heard = Entry(at=now, deed=Deed.SOUNDED, subject="flood", heard=intent.instrument, count=self.flood.count)
            story.entries.append(heard)
            self._onset = now
            self.flood.struck(now)

    def _may_sound(self, alert: Alert) -> bool:
        rule = self.score.alert_rule(alert.labels) if alert.state is State.FIRING else None
        return rule is not None and self._hush.why(alert.labels, critical=is_critical(rule.sound)) is None

    def _counted(self, count: int) -> Sound:
        """The flood sound, with its count."""
        sound = self.score.flood.sound
        place = sound.instrument.index("count")
        parameter = sound.instrument.parameters[place]
        params = (*sound.params[:place], parameter.clip(count), *sound.params[place + 1 :])
        return Sound(sound.instrument, params)

    # onsets

    def _offer(self, waiting: Onset, now: float, story: Story) -> None:
        """Begin a sound now, or as soon as it may: what has right of way goes first."""
        if not self._waiting and self._free(now) and self._begin(waiting, now, story):
            return
        if len(self._waiting) >= _WAITING:
            story.drops.append(Drop.VOICES_FULL)
            if waiting.alert:
                self._stand_by(self._desk.alerts[waiting.alert], now)
            return
        self._waiting.append(waiting)
        self._waiting.sort(key=lambda sound: sound.intent.priority.rank)

    def _strike_waiting(self, now: float, story: Story) -> None:
        if self._waiting and self._free(now) and self._begin(self._waiting[0], now, story):
            self._waiting.pop(0)

    def _begin(self, waiting: Onset, now: float, story: Story) -> bool:
        if not story.sound(self._voices.strike(waiting.intent, now)):
            return False
        self._onset = now
        if waiting.alert:
            rule = self.score.alert_rule(self._desk.alerts[waiting.alert].labels)
            heard = self._heard(waiting.alert, rule, now)
            story.entries.append(Entry(at=now, deed=Deed.SOUNDED, alert=heard, heard=waiting.intent.instrument))
        return True

    def _free(self, now: float) -> bool:
        return now - self._onset >= self.score.limits.stagger - MOMENT

    def _heard(self, fingerprint: str, rule: AlertRule | None, now: float) -> Alert:
        self._onset = now
        if rule is not None:
            self._turns.take(fingerprint, rule, now, struck=True)
        return self._desk.heard(fingerprint, now)

    def _stand_by(self, alert: Alert, heard: float) -> None:
        """Let an alert that something else stood for sound by itself when its interval is over."""
        rule = self.score.alert_rule(alert.labels)
        if rule is not None:
            self._turns.take(alert.fingerprint, rule, heard)

    # reasons

    def _why_not(self, alert: Alert, rule: AlertRule, *, old: bool) -> Drop | None:
        if self._hush.starting and old:
            return Drop.STARTING
        hushed = self._hush.why(alert.labels, critical=is_critical(rule.sound))
        if hushed is not None:
            return hushed
        return Drop.FLAPPING if alert.flapping and alert.sounded is not None else None

    def _why_no_end(self, alert: Alert) -> Drop | None:
        if alert.silenced_by:
            return Drop.SILENCED
        hushed = self._hush.why(alert.labels, critical=False)
        if hushed is not None:
            return hushed
        if alert.flapping:
            return Drop.FLAPPING
        return Drop.FLOOD if self.flood.flooding else None
