"""The sections of `score.yaml` as people write them: which event sounds how, and the whole file."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from singing_pager.core.mapping import Mapping, Outside, Warp
from singing_pager.core.matching import checked_filter
from singing_pager.core.numbers import REDUCTIONS
from singing_pager.core.scales import SCALES
from singing_pager.model import Priority
from singing_pager.score.restraint import (
    FlappingEntry,
    FloodEntry,
    LinksEntry,
    MeetingEntry,
    QuietEntry,
    StartEntry,
    WatchdogEntry,
)
from singing_pager.score.senders import WebhookEntry
from singing_pager.score.words import Entry, Matchers, Repeat, SoundEntry, keys, one_of

__all__ = ["AlertEntry", "MapEntry", "MetricEntry", "ScoreFile"]

_FINEST = 1e-6
"""Least step of a mapping, in the parameter's own units."""


class MapEntry(Entry):
    """How a value becomes a parameter."""

    path: str = Field(default="", description="where its number is in a JSON payload, in place of the rule's `path`")
    from_: tuple[float, float] = Field(default=(0, 1), alias="from", description="input at the two ends of `range`")
    range: tuple[float, float] = Field(description="output at the two ends")
    warp: Warp = Field(default=Warp.LIN, description="lin: equal differences; exp: equal ratios")
    step: float = Field(default=0, ge=0, description="round the output to multiples of this")
    scale: Annotated[str, AfterValidator(one_of(SCALES))] = Field(default="", description="tune the output to this")
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
            self.from_, self.range, self.warp, self.step, self.scale, self.root, self.outside, keys(self.path)
        )


class AlertEntry(SoundEntry):
    """Which alerts sound how."""

    name: str = Field(default="", description="what logs and outcomes call the rule")
    match: Matchers = Field(description="labels, or Alertmanager's matchers")
    repeat: Repeat | None = Field(
        default=None,
        description="seconds until it sounds again while nobody has it; 0: never; default: by its priority",
    )


class MetricEntry(SoundEntry):
    """Which readings sound how."""

    name: str = Field(default="", description="what logs and outcomes call the rule")
    topic: Annotated[str, AfterValidator(checked_filter)] = Field(default="", description="MQTT topic filter")
    stream: str = Field(default="", description="name of a stream, in place of `topic`")
    path: str = Field(default="", description="where the number is in a JSON payload, such as sensors.0.temp")
    of: Annotated[str, AfterValidator(one_of(REDUCTIONS))] = Field(
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


class HeartbeatEntry(Entry):
    """How often the pager says that it lives."""

    every: float = Field(default=10, ge=1, le=60, description="seconds between heartbeats")


class VoicesEntry(Entry):
    """How much may sound at once."""

    held: int = Field(default=4, ge=1, le=64, description="streams at once")
    struck: int = Field(default=12, ge=1, le=1000, description="alarms and earcons at once")
    refresh: float = Field(default=5, ge=0.5, le=10, description="seconds until a held voice is told its state again")
    stagger: float = Field(default=0.3, ge=0, le=5, description="seconds between the onsets of two alarms or earcons")
    repeating: int = Field(
        default=3, ge=1, le=64, description="alerts of one rule that repeat side by side; more take turns"
    )


class ScoreFile(Entry):
    """The whole of `score.yaml`."""

    version: Literal[1] = Field(default=1, description="of this format")
    alerts: list[AlertEntry] = Field(default_factory=list, description="the first that matches is the one")
    metrics: list[MetricEntry] = Field(default_factory=list, description="every one that matches sounds")
    resolved: SoundEntry = Field(default=SoundEntry(instrument="resolved"), description="when an alert is over")
    stale: SoundEntry = Field(default=SoundEntry(instrument="stale"), description="when a stream falls silent")
    ambience: SoundEntry | None = Field(default=SoundEntry(instrument="ambient"), description="all is well; null: none")
    heartbeat: HeartbeatEntry = Field(default_factory=HeartbeatEntry, description="proof of life for the engine")
    voices: VoicesEntry = Field(default_factory=VoicesEntry, description="limits")
    lost: SoundEntry = Field(default=SoundEntry(instrument="lost"), description="when a link of the chain is dead")
    fault: SoundEntry = Field(
        default=SoundEntry(instrument="fault"), description="when the pager cannot keep what it accepts"
    )
    flood: FloodEntry = Field(default_factory=FloodEntry, description="when single alarms give way to one sound")
    flapping: FlappingEntry = Field(default_factory=FlappingEntry, description="which alerts come and go too often")
    start: StartEntry = Field(default_factory=StartEntry, description="how the pager begins")
    links: LinksEntry = Field(
        default_factory=LinksEntry, description="links of the chain: broker, Alertmanager, engine"
    )
    quiet: list[QuietEntry] = Field(default_factory=list, description="hours in which alerts are shown and not heard")
    meeting: MeetingEntry = Field(default_factory=MeetingEntry, description="meeting mode")
    watchdog: WatchdogEntry | None = Field(
        default_factory=WatchdogEntry, description="the alert that always fires; null: there is none"
    )
    webhooks: list[WebhookEntry] = Field(default_factory=list, description="how the JSON of other senders is read")
