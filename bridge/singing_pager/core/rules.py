"""The score as the core reads it: which event sounds how, checked and resolved."""

from collections.abc import Mapping as Labels
from dataclasses import dataclass, field
from math import inf

from singing_pager.core.instrument import Instrument, Kind
from singing_pager.core.mapping import Mapping
from singing_pager.core.matching import Matcher, topic_matches
from singing_pager.core.numbers import REDUCTIONS, number
from singing_pager.model import Drop, Intent, Params, Priority, Reading

__all__ = ["AlertRule", "Limits", "MetricRule", "Score", "Sound"]


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
    """How alerts with certain labels sound; the first rule that matches is the one."""

    name: str
    matchers: tuple[Matcher, ...]
    sound: Sound

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
        if not self.mappings and isinstance(value := self._value(reading, self.path), Drop):
            return value
        params = list(self.sound.params)
        instrument = self.sound.instrument
        path: tuple[str, ...] | None = None
        for index, mapping in self.mappings:
            if mapping.path != path:
                path = mapping.path
                value = self._value(reading, path or self.path)
            if isinstance(value, Drop):
                return value
            mapped = mapping(value)
            if isinstance(mapped, Drop):
                return mapped
            params[index] = instrument.parameters[index].clip(mapped)
        lasts = self.stale_after if instrument.kind is Kind.HELD else SHORT
        return Intent(key, reading.stream, instrument.name, tuple(params), self.priority, lasts)

    def _value(self, reading: Reading, path: tuple[str, ...]) -> float | Drop:
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
    """

    held: int = 4
    struck: int = 12
    refresh: float = 5.0


@dataclass(frozen=True, slots=True)
class Score:
    """Everything that decides how events sound."""

    alerts: tuple[AlertRule, ...]
    metrics: tuple[MetricRule, ...]
    resolved: Sound
    stale: Sound
    heartbeat: Instrument
    heartbeat_every: float
    ambience: Sound | None
    limits: Limits = field(default_factory=Limits)

    @property
    def reduces(self) -> bool:
        """Whether any rule asks for more than the last message of a stream."""
        return any(rule.of != "last" for rule in self.metrics)

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
