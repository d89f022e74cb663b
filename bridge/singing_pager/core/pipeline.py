"""The core: `feed(event, now)` takes one event through admission, desk, score and voices to its outcome."""

from collections.abc import Iterable, Mapping
from math import inf

from singing_pager.core.alarms import Alarms
from singing_pager.core.chain import Chain
from singing_pager.core.desk import CAPACITY, Desk
from singing_pager.core.instrument import Kind
from singing_pager.core.kpi import Kpi
from singing_pager.core.mixer import Mixer
from singing_pager.core.rules import MetricRule, Score
from singing_pager.core.story import Story
from singing_pager.core.voices import Voices
from singing_pager.model import (
    Alert,
    AlertChange,
    Controls,
    Cue,
    Deed,
    Drop,
    Entry,
    Event,
    Link,
    Outcome,
    Reading,
    Reload,
    Silenced,
    Strike,
    Survey,
    Tick,
)

__all__ = ["Core"]

_REMEMBERED_STREAMS = 8192
"""Streams whose rules are kept at hand; a fleet with more is matched anew, in the same memory."""


class Core:
    """The state behind the sound; the same events at the same times always make the same outcomes.

    Args:
        score: Decides how events sound.
        timeout: Seconds after which an alert is over of which nothing more is heard; 0: never.
        vouched: Route of the alerts that a survey vouches for: those have no time-out.
        capacity: Alerts that the desk holds.
    """

    def __init__(self, score: Score, *, timeout: float = 0.0, vouched: str = "", capacity: int = CAPACITY) -> None:
        self.score = score
        self.desk = Desk(capacity, timeout=timeout, vouched=vouched, flapping=score.flapping)
        self.voices = Voices(score.limits)
        self.mixer = Mixer()
        self.chain = Chain()
        self.kpi = Kpi()
        self._alarms = Alarms(score, self.desk, self.voices, self.mixer, self.chain)
        self._rules: dict[str, tuple[tuple[str, MetricRule], ...]] = {}
        self._next_heartbeat = -inf
        self._heartbeats = 0

    @property
    def controls(self) -> Controls:
        """What people have set."""
        return self.mixer.controls

    @property
    def links(self) -> Mapping[str, Link]:
        """The last that is known of each link of the chain."""
        return self.chain.links

    @property
    def flooding(self) -> bool:
        """Whether one sound stands for all alarms."""
        return self._alarms.flooding

    def restore(self, alerts: Iterable[Alert], controls: Controls | None, now: float) -> None:
        """Take up what an earlier life left; what was active then is heard as one summary.

        Args:
            alerts: The desk as it was.
            controls: The mixer as it was; None: nobody touched it.
            now: Unix time.
        """
        self.desk.restore(alerts, now)
        if controls is not None:
            self.mixer.restore(controls, now)
            if controls.watchdog is not None:
                self.chain.expect(now)
        self._alarms.begin(now)

    def feed(self, event: Event, now: float) -> Outcome:
        """Tell the whole story of one event; never raises for anything that an event may hold.

        Args:
            event: What happened.
            now: Seconds since 1970; never less than at an earlier call.
        """
        story = Story()
        match event:
            case Reading():
                self._reading(event, now, story)
            case AlertChange():
                self._alarms.change(event, now, story)
            case Tick():
                self._alarms.pass_time(now, story)
                self._tick(now, story)
            case Reload():
                self._reload(event, now, story)
            case Survey() | Silenced() | Link():
                self._alarms.news(event, now, story)
            case _:
                self._alarms.obey(event, now, story)
        for entry in story.entries:
            self.kpi.take(entry)
        return story.told(event, now)

    def sounds(self, stream: str) -> bool:
        """Whether a stream sounds now: its readings go before those that nobody hears."""
        return stream in self.voices.streams

    def wants_all(self, stream: str) -> bool:
        """Whether a rule asks for every message of a stream, not only for the last before each control tick."""
        return self.score.reduces and any(rule.of != "last" for _, rule in self.rules_of(stream))

    def rules_of(self, stream: str) -> tuple[tuple[str, MetricRule], ...]:
        """Every rule of the score for a stream, each with its voice id there, kept at hand."""
        rules = self._rules.get(stream)
        if rules is None:
            if len(self._rules) >= _REMEMBERED_STREAMS:
                self._rules.clear()
            rules = self._rules[stream] = self.score.metric_rules(stream)
        return rules

    def _reading(self, reading: Reading, now: float, story: Story) -> None:
        rules = () if reading.fault is not None else self.rules_of(reading.stream)
        if not rules:
            story.drops.append(reading.fault or Drop.NO_RULE)
            return
        for key, rule in rules:
            story.rules.append(rule.name)
            result = self._sound(key, rule, reading, now)
            if isinstance(result, Drop):
                story.drops.append(result)
            else:
                story.cues.extend(result)

    def _sound(self, key: str, rule: MetricRule, reading: Reading, now: float) -> tuple[Cue, ...] | Drop:
        intent = rule.intent(key, reading)
        if isinstance(intent, Drop):
            return intent
        if rule.sound.instrument.kind is Kind.HELD:
            return self.voices.hold(intent, now)
        return self.voices.strike(intent, now)

    def _tick(self, now: float, story: Story) -> None:
        drone = self.score.drone()
        if drone is not None:
            # the pager's own sounds are left out where no voice is free
            story.sound(self.voices.hold(drone, now))
        for intent in self.voices.stale(now):
            story.cues.append(self.voices.release(intent.key))
            stale = self.score.stale
            story.sound(self.voices.strike(stale.intent(intent.key, intent.stream, lasts=stale.lasts), now))
        story.cues.extend(self.voices.refresh(now))
        if now >= self._next_heartbeat:
            story.cues.append(self._heartbeat(now))

    def _heartbeat(self, now: float) -> Strike:
        every = self.score.heartbeat_every
        self._next_heartbeat = now + every
        self._heartbeats += 1
        params = self.score.heartbeat.params({"sequence": self._heartbeats, "within": every})
        return Strike("heartbeat", self.score.heartbeat.name, params)

    def _reload(self, reload: Reload, now: float, story: Story) -> None:
        """Take a new score; only voices that it does not know or has no place for end, so that the sound has no gap."""
        score = reload.score
        if not isinstance(score, Score):
            raise TypeError(f"a {type(score).__name__} is not a score")
        self.score = score
        self.voices.limits = score.limits
        self._rules.clear()
        story.entries.append(Entry(at=now, deed=Deed.SCORE, by=reload.by))
        self._alarms.reload(score, now)
        held = self.voices.held
        rules = (found for intent in held for found in score.metric_rules(intent.stream))
        wanted = {(key, rule.sound.instrument.name) for key, rule in rules}
        drone = score.drone()
        if drone is not None:
            wanted.add((drone.key, drone.instrument))
        beyond = self.voices.beyond()
        gone = [intent.key for intent in held if (intent.key, intent.instrument) not in wanted or intent in beyond]
        story.cues.extend(self.voices.release(key) for key in gone)
