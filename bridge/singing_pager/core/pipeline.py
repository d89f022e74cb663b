"""The core: `feed(event, now)` takes one event through admission, desk, score and voices to its outcome."""

from math import inf
from typing import assert_never

from singing_pager.core.desk import Desk
from singing_pager.core.instrument import Kind
from singing_pager.core.rules import MetricRule, Score
from singing_pager.core.voices import Voices
from singing_pager.model import AlertChange, Cue, Drop, Event, Outcome, Reading, Reload, Status, Strike, Tick

__all__ = ["Core"]

_REMEMBERED_STREAMS = 8192
"""Streams whose rules are kept at hand; a fleet with more is matched anew, in the same memory."""


class Core:
    """The state behind the sound; the same events at the same times always make the same outcomes."""

    def __init__(self, score: Score) -> None:
        self.score = score
        self.desk = Desk()
        self.voices = Voices(score.limits)
        self._rules: dict[str, tuple[tuple[str, MetricRule], ...]] = {}
        self._next_heartbeat = -inf
        self._heartbeats = 0

    def feed(self, event: Event, now: float) -> Outcome:
        """Tell the whole story of one event; never raises for anything that an event may hold.

        Args:
            event: What happened.
            now: Seconds since 1970; never less than at an earlier call.
        """
        match event:
            case Reading():
                return self._reading(event, now)
            case AlertChange():
                return self._alert(event, now)
            case Tick():
                return Outcome(event, now, cues=self._tick(now))
            case Reload():
                return Outcome(event, now, cues=self._reload(event.score))
        assert_never(event)

    def sounds(self, stream: str) -> bool:
        """Whether a stream sounds now: its readings go before those that nobody hears."""
        return stream in self.voices.streams

    def wants_all(self, stream: str) -> bool:
        """Whether a rule asks for every message of a stream, not only for the last before each control tick."""
        return self.score.reduces and any(rule.of != "last" for _, rule in self._rules_of(stream))

    def _reading(self, reading: Reading, now: float) -> Outcome:
        if reading.fault is not None:
            return Outcome(reading, now, drops=(reading.fault,))
        rules = self._rules_of(reading.stream)
        if not rules:
            return Outcome(reading, now, drops=(Drop.NO_RULE,))
        cues: list[Cue] = []
        drops: list[Drop] = []
        for key, rule in rules:
            result = self._sound(key, rule, reading, now)
            if isinstance(result, Drop):
                drops.append(result)
            else:
                cues.extend(result)
        return Outcome(reading, now, tuple(cues), tuple(rule.name for _, rule in rules), tuple(drops))

    def _sound(self, key: str, rule: MetricRule, reading: Reading, now: float) -> tuple[Cue, ...] | Drop:
        intent = rule.intent(key, reading)
        if isinstance(intent, Drop):
            return intent
        if rule.sound.instrument.kind is Kind.HELD:
            return self.voices.hold(intent, now)
        return self.voices.strike(intent, now)

    def _rules_of(self, stream: str) -> tuple[tuple[str, MetricRule], ...]:
        rules = self._rules.get(stream)
        if rules is None:
            if len(self._rules) >= _REMEMBERED_STREAMS:
                self._rules.clear()
            rules = self._rules[stream] = self.score.metric_rules(stream)
        return rules

    def _alert(self, change: AlertChange, now: float) -> Outcome:
        drop = change.fault or self.desk.admit(change, now)
        if drop is not None:
            return Outcome(change, now, drops=(drop,))
        if change.status is Status.RESOLVED:
            rule_name, sound = "resolved", self.score.resolved
        else:
            rule = self.score.alert_rule(change.labels)
            if rule is None:
                return Outcome(change, now, drops=(Drop.NO_RULE,))
            rule_name, sound = rule.name, rule.sound
        intent = sound.intent(change.fingerprint, change.fingerprint, change.status, change.name, lasts=sound.lasts)
        result = self.voices.strike(intent, now)
        if isinstance(result, Drop):
            return Outcome(change, now, rules=(rule_name,), drops=(result,))
        if change.status is Status.FIRING:
            self.desk.heard(change.fingerprint)
        return Outcome(change, now, result, (rule_name,))

    def _tick(self, now: float) -> tuple[Cue, ...]:
        self.desk.expire(now)
        cues: list[Cue] = []
        drone = self.score.drone()
        if drone is not None:
            cues.extend(_cues(self.voices.hold(drone, now)))
        for intent in self.voices.stale(now):
            cues.append(self.voices.release(intent.key))
            stale = self.score.stale
            cues.extend(_cues(self.voices.strike(stale.intent(intent.key, intent.stream, lasts=stale.lasts), now)))
        cues.extend(self.voices.refresh(now))
        if now >= self._next_heartbeat:
            cues.append(self._heartbeat(now))
        return tuple(cues)

    def _heartbeat(self, now: float) -> Strike:
        every = self.score.heartbeat_every
        self._next_heartbeat = now + every
        self._heartbeats += 1
        params = self.score.heartbeat.params({"sequence": self._heartbeats, "within": every})
        return Strike("heartbeat", self.score.heartbeat.name, params)

    def _reload(self, score: object) -> tuple[Cue, ...]:
        """Take a new score; only voices that it does not know or has no place for end, so that the sound has no gap."""
        if not isinstance(score, Score):
            raise TypeError(f"a {type(score).__name__} is not a score")
        self.score = score
        self.voices.limits = score.limits
        self._rules.clear()
        held = self.voices.held
        rules = (found for intent in held for found in score.metric_rules(intent.stream))
        wanted = {(key, rule.sound.instrument.name) for key, rule in rules}
        drone = score.drone()
        if drone is not None:
            wanted.add((drone.key, drone.instrument))
        beyond = self.voices.beyond()
        gone = [intent.key for intent in held if (intent.key, intent.instrument) not in wanted or intent in beyond]
        return tuple(self.voices.release(key) for key in gone)


def _cues(result: tuple[Cue, ...] | Drop) -> tuple[Cue, ...]:
    """The cues of a sound that the pager itself makes: where no voice is free it is left out."""
    return () if isinstance(result, Drop) else result
