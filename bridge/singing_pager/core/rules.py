"""The score as the core reads it: which event sounds how, checked and resolved."""

from collections.abc import Callable
from collections.abc import Mapping as Labels
from dataclasses import dataclass, field
from math import inf

from singing_pager.core.instrument import Catalogue, Instrument, Kind
from singing_pager.core.mapping import Mapping
from singing_pager.core.matching import Matcher, topic_matches
from singing_pager.core.numbers import REDUCTIONS, number
from singing_pager.core.webhooks import DEFAULT, Webhook
from singing_pager.model import Drop, Intent, Params, Priority, Reading

__all__ = [
    "AlertRule",
    "Flapping",
    "Flood",
    "Limits",
    "MetricRule",
    "Quiet",
    "Score",
    "Sound",
    "Start",
    "Watchdog",
    "Webhook",
]


SHORT = 1.0
"""Seconds that a struck sound without a `dur` is taken to last."""


@dataclass(frozen=True, slots=True)
class Sound:
    """An instrument and the values that it is played with."""

    instrument: Instrument
    params: Params

    @property
    def lasts(self) -> float:
        """Seconds that the sound takes when it is struck: its `dur`, where it has one."""
        names = [parameter.name for parameter in self.instrument.parameters]
        return self.params[names.index("dur")] if "dur" in names else SHORT

    def intent(self, key: str, stream: str, *notes: str, lasts: float) -> Intent:
        """What ought to sound for `key`."""
        return Intent(key, stream, self.instrument.name, self.params, self.instrument.priority, lasts, notes)


@dataclass(frozen=True, slots=True)
class AlertRule:
    """How alerts with certain labels sound; the first rule that matches is the one.

    Attributes:
        name: What outcomes and logs call it.
        matchers: Conditions on the labels, all of them.
        sound: What is struck.
        repeat: Seconds until the alarm of an alert that nobody has yet is struck again; 0: never.
    """

    name: str
    matchers: tuple[Matcher, ...]
    sound: Sound
    repeat: float = 0.0

    def matches(self, labels: Labels[str, str]) -> bool:
        """Whether every matcher holds."""
        return all(matcher(labels) for matcher in self.matchers)


@dataclass(frozen=True, slots=True)
class MetricRule:
    """How the readings of certain streams sound; every rule that matches sounds.

    Attributes:
        name: What outcomes and logs call it.
        stream: MQTT topic filter, or the name of a stream.
        sound: Instrument and the parameters that no mapping moves.
        mappings: Place of a parameter, and the mapping that moves it.
        path: Keys that lead to the number in a JSON payload, for mappings that have no path of their own.
        of: Which reduction of the messages since the last tick (`numbers.REDUCTIONS`).
        priority: Right of way.
        stale_after: Seconds without a reading after which the voice ends and `stale` sounds.
    """

    name: str
    stream: str
    sound: Sound
    mappings: tuple[tuple[int, Mapping], ...]
    path: tuple[str, ...]
    of: str
    priority: Priority
    stale_after: float

    def matches(self, stream: str) -> bool:
        """Whether a stream is of this rule."""
        return topic_matches(self.stream, stream)

    def key(self, stream: str) -> str:
        """Voice id of a stream under this rule, readable: `cpu:metrics/pump/cpu`."""
        place = "#" + ".".join(self.path) if self.path else ""
        return f"{self.sound.instrument.name}:{stream}{place}"

    def intent(self, key: str, reading: Reading) -> Intent | Drop:
        """What ought to sound for a reading, or why nothing: one number that is missing silences the whole of it."""
        if not self.mappings and isinstance(value := self.value(reading, self.path), Drop):
            return value
        params = list(self.sound.params)
        instrument = self.sound.instrument
        path: tuple[str, ...] | None = None
        for index, mapping in self.mappings:
            if mapping.path != path:
                path = mapping.path
                value = self.value(reading, path or self.path)
            if isinstance(value, Drop):
                return value
            mapped = mapping(value)
            if isinstance(mapped, Drop):
                return mapped
            params[index] = instrument.parameters[index].clip(mapped)
        lasts = self.stale_after if instrument.kind is Kind.HELD else SHORT
        return Intent(key, reading.stream, instrument.name, tuple(params), self.priority, lasts)

    def value(self, reading: Reading, path: tuple[str, ...]) -> float | Drop:
        """The number in a reading, reduced as the rule says, or why there is none."""
        if self.of == "last":
            return number(reading.data, path)
        found = [number(data, path) for data in (*reading.before, reading.data)]
        values = [value for value in found if not isinstance(value, Drop)]
        return number(REDUCTIONS[self.of](values), ()) if values else found[-1]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may sound at once, and how often a held voice is told again.

    Attributes:
        held: Streams that sound at once; a listener follows three or four.
        struck: Alarms and earcons that sound at once.
        refresh: Seconds after which a held voice's whole state is repeated.
        stagger: Seconds between the onsets of two alarms or earcons.
        repeating: Alarms of one rule that repeat side by side, each by its own interval; more take turns.
    """

    held: int = 4
    struck: int = 12
    refresh: float = 5.0
    stagger: float = 0.3
    repeating: int = 3


@dataclass(frozen=True, slots=True)
class Flood:
    """When single alarms give way to one sound (patterned after ISA-18.2: more than 10 in 10 minutes, until under 5).

    Attributes:
        sound: What is struck; it takes a `count`.
        alarms: Alarms within `within` that are not yet a flood.
        within: Seconds.
        until: The flood is over when fewer than this came within `within`.
        criticals: New critical alarms that keep their own voice in one flood.
        repeat: Seconds until the flood sound is struck again while something is firing; 0: never.
    """

    sound: Sound
    alarms: int = 10
    within: float = 600.0
    until: int = 5
    criticals: int = 3
    repeat: float = 60.0


@dataclass(frozen=True, slots=True)
class Flapping:
    """An alert that begins `times` times within `within` seconds flaps: it is heard once more, and named."""

    times: int = 3
    within: float = 600.0


@dataclass(frozen=True, slots=True)
class Start:
    """How the pager begins: what was active before it is one summary.

    Attributes:
        settle: Seconds after the start, or after an outage of the pager's own, for which alerts gather.
        since: An alert that began more than this many seconds before the pager did was active already.
    """

    settle: float = 5.0
    since: float = 60.0


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which certain alerts are shown and not heard.

    Attributes:
        name: What the journal calls it.
        matchers: Conditions on the labels, all of them; none: every alert.
        covers: Whether a Unix time lies within the hours.
        criticals: Whether criticals sound nevertheless.
    """

    name: str
    matchers: tuple[Matcher, ...]
    covers: Callable[[float], bool]
    criticals: bool = True

    def holds(self, labels: Labels[str, str], *, critical: bool) -> bool:
        """Whether an alert is not to be heard within the hours."""
        if critical and self.criticals:
            return False
        return all(matcher(labels) for matcher in self.matchers)


@dataclass(frozen=True, slots=True)
class Watchdog:
    """The alert that always fires: it is never heard, and missed when it does not come within `within` seconds."""

    matchers: tuple[Matcher, ...]
    within: float

    def matches(self, labels: Labels[str, str]) -> bool:
        """Whether an alert is the watchdog."""
        return all(matcher(labels) for matcher in self.matchers)


@dataclass(frozen=True, slots=True)
class Score:
    """Everything that decides how events sound.

    Attributes:
        alerts: The first that matches is the one.
        metrics: Every one that matches sounds.
        resolved: When an alert is over.
        stale: When a stream falls silent, or an alert reaches its time-out.
        lost: When a link of the chain is dead.
        fault: When the pager cannot keep what it accepts.
        flood: When too many alarms come.
        heartbeat: Proof of life for the engine.
        heartbeat_every: Seconds between heartbeats.
        ambience: All is well; None: nothing says so.
        limits: How much may sound.
        flapping: Which alerts come and go too often.
        start: How the pager begins.
        quiet: Hours in which alerts are not heard.
        meeting_criticals: Whether criticals sound in meeting mode.
        watchdog: The alert that always fires; None: there is none.
        patience: Seconds that a link may be down before that is heard.
        instruments: The catalogue, for tests of single sounds.
        webhooks: How the JSON of other senders is read.
    """

    alerts: tuple[AlertRule, ...]
    metrics: tuple[MetricRule, ...]
    resolved: Sound
    stale: Sound
    lost: Sound
    fault: Sound
    flood: Flood
    heartbeat: Instrument
    heartbeat_every: float
    ambience: Sound | None
    limits: Limits = field(default_factory=Limits)
    flapping: Flapping = field(default_factory=Flapping)
    start: Start = field(default_factory=Start)
    quiet: tuple[Quiet, ...] = ()
    meeting_criticals: bool = True
    watchdog: Watchdog | None = None
    patience: float = 10.0
    instruments: Catalogue = field(default_factory=dict)
    webhooks: tuple[Webhook, ...] = ()

    @property
    def reduces(self) -> bool:
        """Whether any rule asks for more than the last message of a stream."""
        return any(rule.of != "last" for rule in self.metrics)

    def webhook(self, name: str) -> Webhook | None:
        """How the sender at this address is read; `default` is there unless the score has its own."""
        return next((webhook for webhook in (*self.webhooks, DEFAULT) if webhook.name == name), None)

    def alert_rule(self, labels: Labels[str, str]) -> AlertRule | None:
        """The first rule for these labels."""
        return next((rule for rule in self.alerts if rule.matches(labels)), None)

    def metric_rules(self, stream: str) -> tuple[tuple[str, MetricRule], ...]:
        """Every rule for a stream, each with its voice id there; of two for the same voice, the first."""
        rules: dict[str, MetricRule] = {}
        for rule in self.metrics:
            if rule.matches(stream):
                rules.setdefault(rule.key(stream), rule)
        return tuple(rules.items())

    def drone(self) -> Intent | None:
        """The ambience that says that the pager lives, for ever."""
        return self.ambience.intent("ambience", "", lasts=inf) if self.ambience else None
