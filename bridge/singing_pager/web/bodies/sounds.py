"""What requests and answers hold of sounds: the catalogue, what is held and why, the time line, the score."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from singing_pager.core.instrument import Kind
from singing_pager.core.mapping import Outside, Warp
from singing_pager.model import Priority
from singing_pager.web.bodies.asked import Asked, Reason, Who
from singing_pager.web.bodies.refused import Wrong
from singing_pager.web.bodies.told import Taken

__all__ = [
    "LONGEST_SCORE",
    "Audition",
    "AuditionAnswer",
    "Check",
    "CheckAnswer",
    "InstrumentsAnswer",
    "Save",
    "SavedAnswer",
    "ScoreAnswer",
    "TimelineAnswer",
    "VoicesAnswer",
]

LONGEST_SCORE = 262_144
"""Characters of a score that is sent."""

_Text = Annotated[str, Field(max_length=LONGEST_SCORE, description="the score, in YAML")]
_Seconds = Annotated[float, Field(description="Unix time")]
_Span = Annotated[list[float], Field(min_length=2, max_length=2)]


class ParameterView(BaseModel):
    """A parameter of an instrument."""

    name: str
    units: str = Field(description="such as Hz; empty: a ratio")
    range: _Span
    default: float


class InstrumentView(BaseModel):
    """An instrument of the catalogue."""

    name: str
    address: str = Field(description="OSC address")
    kind: Kind
    priority: Priority
    severity: str = Field(description="of alarms alone")
    help: str = Field(description="how it sounds")
    meaning: str = Field(description="what it says")
    parameters: list[ParameterView]


class InstrumentsAnswer(Taken):
    """Every sound there is."""

    instruments: list[InstrumentView]


class Quantity(BaseModel):
    """A value of a parameter."""

    value: float
    units: str


class _Mapping(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True)

    parameter: str
    path: str = Field(description="where the number is in a JSON payload; empty: the payload itself")
    from_: _Span = Field(alias="from")
    range: _Span
    warp: Warp
    scale: str = Field(description="empty: none")
    units: str = Field(description="of the range")


class MappingView(_Mapping):
    """How a parameter of a voice follows a value."""

    value: float | None = Field(description="the last; null: not known")


class MappingRule(_Mapping):
    """How a parameter is to follow a value."""

    step: float
    root: float
    outside: Outside


class VoiceView(BaseModel):
    """A voice that is held, and why."""

    voice: str = Field(description="its id")
    stream: str = Field(description="empty: it stands for none")
    instrument: str
    help: str
    priority: Priority
    params: dict[str, Quantity]
    rule: str = Field(description="name of the rule; empty: none")
    value: float | None = Field(description="of the last reading; null: there is none, or its mappings have several")
    at: float | None = Field(description="Unix time of the last reading")
    mappings: list[MappingView]
    why: str = Field(description="all that in one sentence")


class VoicesAnswer(Taken):
    """What is held now."""

    voices: list[VoiceView]


class EntryView(BaseModel):
    """A line of the journal, as a time line shows it."""

    at: _Seconds
    deed: str
    fingerprint: str
    name: str
    severity: str
    subject: str
    by: str
    reason: str
    heard: str
    count: int


class TimelineAnswer(Taken):
    """The last hours."""

    since: _Seconds
    until: _Seconds
    step: int = Field(description="seconds")
    kept: bool = Field(description="whether alarms and entries are the journal's, or only those since the pager began")
    anomaly: list[float | None] = Field(description="the greatest of each step; null: none was told")
    alarms: list[int] = Field(description="how many were heard for the first time in each step")
    entries: list[EntryView] = Field(description="the newest 2,000, oldest first")


class RuleView(BaseModel):
    """What gives a sound to something."""

    key: str = Field(description="its place in the score, such as metrics[0]")
    name: str = Field(description="what the journal and the log call it")
    kind: Literal["alert", "metric", "sound"]
    instrument: str
    priority: Priority
    params: dict[str, Quantity] = Field(description="those that no mapping moves")
    match: list[str] = Field(description="of alerts: matchers, all of which must hold")
    repeat: float | None = Field(description="of alerts: seconds; 0: never")
    stream: str = Field(description="of metrics: topic filter, or name of a stream")
    path: str
    of: str
    stale_after: float | None = Field(description="of metrics: seconds")
    mappings: list[MappingRule]


class Check(Asked):
    """A score that is to be checked."""

    text: _Text


class CheckAnswer(Taken):
    """Whether a text is a score."""

    valid: bool
    version: str = Field(description="of the text: its SHA-256")
    errors: list[Wrong]
    rules: list[RuleView] = Field(description="none where it is not valid")


class ScoreAnswer(CheckAnswer):
    """The score as it is kept."""

    text: str
    path: str = Field(description="its file; empty: it came with the pager (SCORE is not set)")
    writable: bool


class Audition(Who):
    """Which rule of which score is to be heard, for which value."""

    text: _Text
    rule: Reason = Field(description="its key, such as metrics[0], or its name")
    value: Annotated[float, Field(allow_inf_nan=False)] | dict[str, Any] | None = Field(
        default=None, description="a number, or a payload as a sender would send it; alerts need none"
    )
    seconds: float = Field(default=3.0, ge=1, le=30, description="for which a held instrument plays")


class AuditionAnswer(Taken):
    """What is heard."""

    rule: str = Field(description="its key")
    instrument: str
    kind: Kind
    params: dict[str, Quantity]
    seconds: float | None = Field(description="until it ends; null: it ends by itself")


class Save(Who):
    """A score that is to take the place of the one that is kept."""

    text: _Text
    version: str = Field(pattern=r"^[0-9a-f]{64}$", description="of the text that it takes the place of")


class SavedAnswer(Taken):
    """It is written, and sounds."""

    version: str
    path: str
