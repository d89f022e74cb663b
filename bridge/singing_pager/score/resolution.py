"""From names to things: the instruments and parameters that a score names become the catalogue's own."""

from typing import TypeVar

from singing_pager.core.instrument import Catalogue, Instrument, Kind, Parameter
from singing_pager.core.rules import AlertRule, Limits, MetricRule, Score, Sound
from singing_pager.errors import ConfigError, Fault
from singing_pager.model import Priority
from singing_pager.score.entries import AlertEntry, MetricEntry, ScoreFile
from singing_pager.score.restraint import FloodEntry
from singing_pager.score.words import SoundEntry, keys
from singing_pager.yamlfile import Document, KeyPath

__all__ = ["resolved"]

_T = TypeVar("_T")

_REPEAT = {Priority.CRITICAL: 15.0, Priority.WARNING: 30.0}
"""Seconds until an alarm is struck again, where the rule says nothing; others are not (docs/sound.md)."""


def resolved(file: ScoreFile, document: Document, catalogue: Catalogue) -> Score:
    """Resolve a score that has been read.

    Args:
        file: The score as it was written.
        document: Where each of its keys stands.
        catalogue: Instruments that it may name.

    Raises:
        ConfigError: One line a fault: file, line, key, what is allowed.
    """
    return _Resolver(document, catalogue).score(file)


def _name(entry: AlertEntry, index: int) -> str:
    return entry.name or f"alerts[{index}]"


def _counting(instrument: Instrument) -> bool:
    return any(each.name == "count" for each in instrument.parameters)


class _Resolver:
    """Turns names of instruments and parameters into the catalogue's own, gathering every fault on the way."""

    def __init__(self, document: Document, catalogue: Catalogue) -> None:
        self._document = document
        self._catalogue = catalogue
        self._faults: list[Fault] = []

    def score(self, file: ScoreFile) -> Score:
        alerts = [self._alert(entry, index) for index, entry in enumerate(file.alerts)]
        metrics = [self._metric(entry, index) for index, entry in enumerate(file.metrics)]
        told = ("resolved", "stale", "lost", "fault", "flood")
        found = {name: self._sound(getattr(file, name), (name,), Kind.STRUCK) for name in told}
        self._counts(file.flood, found["flood"])
        # alerts of one rule take turns, and a webhook has one address: names tell them apart
        self._distinct("alerts", [_name(entry, index) for index, entry in enumerate(file.alerts)])
        self._distinct("webhooks", [entry.name for entry in file.webhooks])
        sounds = {name: sound for name, sound in found.items() if sound}
        ambience = self._sound(file.ambience, ("ambience",), Kind.HELD) if file.ambience else None
        heartbeat = self._instrument("heartbeat", ("heartbeat",))
        if self._faults or heartbeat is None:
            raise ConfigError.of(self._faults)
        return Score(
            instruments=self._catalogue,
            alerts=tuple(rule for rule in alerts if rule),
            metrics=tuple(rule for rule in metrics if rule),
            resolved=sounds["resolved"],
            stale=sounds["stale"],
            lost=sounds["lost"],
            fault=sounds["fault"],
            flood=file.flood.flood(sounds["flood"]),
            heartbeat=heartbeat,
            heartbeat_every=file.heartbeat.every,
            ambience=ambience,
            limits=Limits(**file.voices.model_dump()),
            flapping=file.flapping.flapping(),
            start=file.start.start(),
            quiet=tuple(entry.quiet(f"quiet[{index}]") for index, entry in enumerate(file.quiet)),
            meeting_criticals=file.meeting.criticals,
            watchdog=file.watchdog.watchdog() if file.watchdog else None,
            patience=file.links.patience,
            webhooks=tuple(entry.webhook() for entry in file.webhooks),
        )

    def _counts(self, entry: FloodEntry, sound: Sound | None) -> None:
        """The pager fills in how many alarms a flood stands for."""
        if sound and not _counting(sound.instrument):
            allowed = ", ".join(name for name, other in self._catalogue.items() if _counting(other))
            self._fault(("flood", "instrument"), f"{entry.instrument} takes no count; allowed here: {allowed}")
        if "count" in entry.params:
            self._fault(("flood", "params", "count"), "is what the pager counts; leave it out")

    def _distinct(self, section: str, names: list[str]) -> None:
        first = {name: index for index, name in reversed([*enumerate(names)])}
        for index, name in enumerate(names):
            if first[name] != index:
                said = f"{name!r} is the name of {section}[{first[name]}] already; each needs its own"
                self._fault((section, index, "name"), said)

    def _alert(self, entry: AlertEntry, index: int) -> AlertRule | None:
        sound = self._sound(entry, ("alerts", index), Kind.STRUCK)
        if sound is None:
            return None
        repeat = _REPEAT.get(sound.instrument.priority, 0.0) if entry.repeat is None else entry.repeat
        if 0 < repeat < sound.lasts:
            self._fault(("alerts", index, "repeat"), f"{repeat:g} is less than the {sound.lasts:g} s that it sounds")
        return AlertRule(_name(entry, index), tuple(entry.match), sound, repeat)

    def _metric(self, entry: MetricEntry, index: int) -> MetricRule | None:
        path = ("metrics", index)
        sound = self._sound(entry, path, None)
        if sound is None:
            return None
        self._known(entry.map, sound.instrument, (*path, "map"))
        names = {parameter.name for parameter in sound.instrument.parameters}
        for parameter in sound.instrument.parameters:
            for end in entry.map[parameter.name].range if parameter.name in entry.map else ():
                self._inside(end, parameter, (*path, "map", parameter.name, "range"))
        return MetricRule(
            name=entry.name or f"metrics[{index}]",
            stream=entry.topic or entry.stream,
            sound=sound,
            mappings=tuple(
                (sound.instrument.index(name), mapped.mapping()) for name, mapped in entry.map.items() if name in names
            ),
            path=keys(entry.path),
            of=entry.of,
            priority=entry.priority or sound.instrument.priority,
            stale_after=entry.stale_after,
        )

    def _sound(self, entry: SoundEntry, path: KeyPath, kind: Kind | None) -> Sound | None:
        instrument = self._instrument(entry.instrument, (*path, "instrument"))
        if instrument is None:
            return None
        if kind is not None and instrument.kind is not kind:
            allowed = ", ".join(name for name, other in self._catalogue.items() if other.kind is kind)
            self._fault((*path, "instrument"), f"{instrument.name} is {instrument.kind}; allowed here: {allowed}")
        self._known(entry.params, instrument, (*path, "params"))
        for parameter in instrument.parameters:
            value = entry.params.get(parameter.name, parameter.default)
            self._inside(value, parameter, (*path, "params", parameter.name))
        return Sound(instrument, instrument.params(entry.params))

    def _inside(self, value: float, parameter: Parameter, path: KeyPath) -> None:
        low, high = parameter.range
        if not low <= value <= high:
            self._fault(path, f"{value:g} is outside {low:g} to {high:g} {parameter.units}".rstrip())

    def _instrument(self, name: str, path: KeyPath) -> Instrument | None:
        if name not in self._catalogue:
            self._fault(path, f"there is no instrument {name!r}; allowed: {', '.join(self._catalogue)}")
        return self._catalogue.get(name)

    def _known(self, given: dict[str, _T], instrument: Instrument, path: KeyPath) -> None:
        names = [parameter.name for parameter in instrument.parameters]
        for name in given:
            if name not in names:
                self._fault((*path, name), f"{instrument.name} has no such parameter; allowed: {', '.join(names)}")

    def _fault(self, path: KeyPath, said: str) -> None:
        self._faults.append(self._document.fault(path, said))
