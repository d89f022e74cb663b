"""The score: `score.yaml`, read, checked as a whole against the catalogue, and resolved into the core's rules."""

from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from singing_pager.core.instrument import Catalogue, Instrument, Kind, Parameter
from singing_pager.core.mapping import Mapping, Outside, Warp
from singing_pager.core.matching import Matcher, checked_filter, parse_matchers
from singing_pager.core.numbers import REDUCTIONS
from singing_pager.core.rules import AlertRule, Limits, MetricRule, Score, Sound
from singing_pager.core.scales import SCALES
from singing_pager.errors import ConfigError
from singing_pager.model import Priority
from singing_pager.yamlfile import Document, KeyPath, checked, parse, read

__all__ = ["ScoreFile", "every_key", "load"]

_T = TypeVar("_T")

_FINEST = 1e-6
"""Least step of a mapping, in the parameter's own units."""


def _one_of(allowed: dict[str, _T]) -> Callable[[str], str]:
    def check(name: str) -> str:
        if name not in allowed:
            raise ValueError(f"{name!r} is not known; allowed: {', '.join(allowed)}")
        return name

    return check


def _matchers(given: object) -> list[Matcher]:
    """Matchers as a mapping of equalities, as Alertmanager's text, or as a list of such texts."""
    if isinstance(given, dict):
        return [Matcher(str(label), "=", _text(value, f"the value of {label}")) for label, value in given.items()]
    if given is None:
        raise ValueError("is empty; {} matches every alert")
    texts = given if isinstance(given, list) else [given]
    return [matcher for text in texts for matcher in parse_matchers(_text(text, "a list of matchers"))]


def _text(given: object, what: str) -> str:
    """Give a text, or a whole number as text; what else YAML makes of a bare word is not what the label says."""
    if isinstance(given, str) or (isinstance(given, int) and not isinstance(given, bool)):
        return str(given)
    raise ValueError(f"{given!r} is no text; write {what} in quotes")


def _keys(path: str) -> tuple[str, ...]:
    """Give the keys of a path such as sensors.0.temp."""
    return tuple(path.split(".")) if path else ()


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class MapEntry(_Entry):
    """How a value becomes a parameter."""

    path: str = Field(default="", description="where its number is in a JSON payload, in place of the rule's `path`")
    from_: tuple[float, float] = Field(default=(0, 1), alias="from", description="input at the two ends of `range`")
    range: tuple[float, float] = Field(description="output at the two ends")
    warp: Warp = Field(default=Warp.LIN, description="lin: equal differences; exp: equal ratios")
    step: float = Field(default=0, ge=0, description="round the output to multiples of this")
    scale: Annotated[str, AfterValidator(_one_of(SCALES))] = Field(default="", description="tune the output to this")
    root: float = Field(default=440, ge=1, le=20_000, description="first degree of the scale in Hz, in any octave")
    outside: Outside = Field(default=Outside.CLAMP, description="clamp a value outside `from`, or drop the reading")

    @model_validator(mode="after")
    def _possible(self) -> "MapEntry":
        if self.from_[0] == self.from_[1]:
            raise ValueError("from: the two ends are the same")
        if 0 < self.step < _FINEST:
            raise ValueError(f"step: {self.step:g} is too fine; 0 (none) or at least {_FINEST:g} is allowed")
        if (self.warp is Warp.EXP or self.scale) and min(self.range) * max(self.range) <= 0:
            raise ValueError("range: with warp exp or a scale both ends must be of one sign and not 0")
        if self.scale and min(self.range) <= 0:
            raise ValueError("range: a scale needs frequencies above 0")
        return self

    def mapping(self) -> Mapping:
        """The core's value."""
        return Mapping(
            self.from_, self.range, self.warp, self.step, self.scale, self.root, self.outside, _keys(self.path)
        )


class SoundEntry(_Entry):
    """An instrument and its fixed parameters."""

    instrument: str = Field(description="name in the catalogue")
    params: dict[str, float] = Field(default_factory=dict, description="values of its parameters")


class AlertEntry(SoundEntry):
    """Which alerts sound how."""

    name: str = Field(default="", description="what logs and outcomes call the rule")
    match: Annotated[list[Matcher], BeforeValidator(_matchers)] = Field(
        description="labels, or Alertmanager's matchers"
    )


class MetricEntry(SoundEntry):
    """Which readings sound how."""

    name: str = Field(default="", description="what logs and outcomes call the rule")
    topic: Annotated[str, AfterValidator(checked_filter)] = Field(default="", description="MQTT topic filter")
    stream: str = Field(default="", description="name of a stream, in place of `topic`")
    path: str = Field(default="", description="where the number is in a JSON payload, such as sensors.0.temp")
    of: Annotated[str, AfterValidator(_one_of(REDUCTIONS))] = Field(
        default="last", description="what is made of all messages since the last control tick"
    )
    map: dict[str, MapEntry] = Field(default_factory=dict, description="parameters that the value moves")
    priority: Priority | None = Field(default=None, description="right of way, in place of the instrument's own")
    stale_after: float = Field(default=60, gt=0, description="seconds of silence after which the voice ends")

    @model_validator(mode="after")
    def _one_source(self) -> "MetricEntry":
        if bool(self.topic) == bool(self.stream):
            has = "both topic and" if self.topic else "neither topic nor"
            raise ValueError(f"has {has} stream; one of the two is needed")
        return self


class HeartbeatEntry(_Entry):
    """How often the pager says that it lives."""

    every: float = Field(default=10, ge=1, le=60, description="seconds between heartbeats")


class VoicesEntry(_Entry):
    """How much may sound at once."""

    held: int = Field(default=4, ge=1, le=64, description="streams at once")
    struck: int = Field(default=12, ge=1, le=1000, description="alarms and earcons at once")
    refresh: float = Field(default=5, ge=0.5, le=10, description="seconds until a held voice is told its state again")


class ScoreFile(_Entry):
    """The whole of `score.yaml`."""

    version: Literal[1] = Field(default=1, description="of this format")
    alerts: list[AlertEntry] = Field(default_factory=list, description="the first that matches is the one")
    metrics: list[MetricEntry] = Field(default_factory=list, description="every one that matches sounds")
    resolved: SoundEntry = Field(default=SoundEntry(instrument="resolved"), description="when an alert is over")
    stale: SoundEntry = Field(default=SoundEntry(instrument="stale"), description="when a stream falls silent")
    ambience: SoundEntry | None = Field(default=SoundEntry(instrument="ambient"), description="all is well; null: none")
    heartbeat: HeartbeatEntry = Field(default_factory=HeartbeatEntry, description="proof of life for the engine")
    voices: VoicesEntry = Field(default_factory=VoicesEntry, description="limits")


def load(path: Path | None, catalogue: Catalogue) -> Score:
    """Read a score and check it as a whole.

    Args:
        path: File to read; None: the score that came with the pager.
        catalogue: Instruments that rules may name.

    Raises:
        ConfigError: One line a fault: file, line, key, what is allowed.
    """
    if path is None:
        document = parse(files("singing_pager").joinpath("default_score.yaml").read_text("utf-8"), "default score")
    else:
        document = read(path)
    return _Resolver(document, catalogue).score(checked(ScoreFile, document))


class _Resolver:
    """Turns names of instruments and parameters into the catalogue's own, gathering every fault on the way."""

    def __init__(self, document: Document, catalogue: Catalogue) -> None:
        self._document = document
        self._catalogue = catalogue
        self._faults: list[str] = []

    def score(self, file: ScoreFile) -> Score:
        alerts = [self._alert(entry, index) for index, entry in enumerate(file.alerts)]
        metrics = [self._metric(entry, index) for index, entry in enumerate(file.metrics)]
        resolved = self._sound(file.resolved, ("resolved",), Kind.STRUCK)
        stale = self._sound(file.stale, ("stale",), Kind.STRUCK)
        ambience = self._sound(file.ambience, ("ambience",), Kind.HELD) if file.ambience else None
        heartbeat = self._instrument("heartbeat", ("heartbeat",))
        if self._faults or resolved is None or stale is None or heartbeat is None:
            raise ConfigError("\n".join(self._faults))
        return Score(
            alerts=tuple(rule for rule in alerts if rule),
            metrics=tuple(rule for rule in metrics if rule),
            resolved=resolved,
            stale=stale,
            heartbeat=heartbeat,
            heartbeat_every=file.heartbeat.every,
            ambience=ambience,
            limits=Limits(file.voices.held, file.voices.struck, file.voices.refresh),
        )

    def _alert(self, entry: AlertEntry, index: int) -> AlertRule | None:
        path = ("alerts", index)
        sound = self._sound(entry, path, Kind.STRUCK)
        return sound if sound is None else AlertRule(entry.name or f"alerts[{index}]", tuple(entry.match), sound)

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
            path=_keys(entry.path),
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
        self._faults.append(f"{self._document.where(path)}: {said}")


def every_key(model: type[BaseModel] = ScoreFile, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every key of the score with what it means, for the documentation and its test."""
    for name, field in model.model_fields.items():
        key = prefix + (field.alias or name)
        yield key, field.description or ""
        for entry in (MapEntry, SoundEntry, AlertEntry, MetricEntry, HeartbeatEntry, VoicesEntry):
            if entry.__name__ in str(field.annotation):
                yield from every_key(entry, f"{key}.")
