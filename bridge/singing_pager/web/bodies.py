"""What requests and answers hold, as the OpenAPI document tells it.

Answers are written by msgspec from plain values (`web.api.views`): a desk holds 50,000 alerts. These models describe
them, and the tests hold every answer to its model.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from singing_pager.model import STRIPS, State

__all__ = [
    "LONGEST_MUTE",
    "LONGEST_SNOOZE",
    "PLAIN",
    "AlertAnswer",
    "AlertsAnswer",
    "CountAnswer",
    "JournalAnswer",
    "LinksAnswer",
    "Meet",
    "MeetingAnswer",
    "Mute",
    "MuteAnswer",
    "ReadyAnswer",
    "Refused",
    "Severity",
    "Snooze",
    "SnoozeAll",
    "SummaryAnswer",
    "Take",
    "TakeAll",
    "Taken",
    "TestAnswer",
    "Turn",
    "VolumeAnswer",
    "Who",
    "refusals",
]

PLAIN = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
"""No control characters: what people write is shown on terminals, lamps and pages, and spoken."""
LONGEST_SNOOZE = 604_800.0
LONGEST_MUTE = 86_400.0

Name = Annotated[str, StringConstraints(max_length=200, pattern=PLAIN)]
Reason = Annotated[str, StringConstraints(max_length=1000, pattern=PLAIN)]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"}, description="RFC 3339, UTC")]
Severity = Literal["critical", "warning", "info", "other"]
Strip = Literal[STRIPS]  # type: ignore[valid-type]


class _Asked(BaseModel):
    """Nothing is guessed, and a key that is not known is a mistake."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Who(_Asked):
    """Who asks for it."""

    by: Name = Field(default="", description="who; empty: the name of the token, else http")


class Take(Who):
    """Who takes an alert, and why."""

    reason: Reason = Field(default="", description="why; it is kept in the journal, and in Alertmanager's silence")


class TakeAll(Take):
    """Who takes which alert."""

    fingerprint: str = Field(default="", max_length=1000, description="which alert; empty: every one that is firing")


class Snooze(Take):
    """For how long an alert is to rest."""

    seconds: float = Field(ge=1, le=LONGEST_SNOOZE, description="it fires again after so long")


class SnoozeAll(TakeAll):
    """For how long which alert is to rest."""

    seconds: float = Field(ge=1, le=LONGEST_SNOOZE, description="it fires again after so long")


class Mute(Take):
    """For how long nothing may sound."""

    seconds: float = Field(default=900.0, ge=1, le=LONGEST_MUTE, description="the mute ends by itself after so long")


class Meet(Who):
    """For how long only what the score lets through may sound."""

    seconds: float = Field(default=3600.0, ge=1, le=LONGEST_MUTE, description="it ends by itself after so long")


class Turn(Who):
    """To which level a strip of the mixer is brought."""

    strip: Strip = Field(default="master", description="which")
    level: float = Field(ge=0, le=1, description="0: nothing, 1: as the score has it")


class Taken(BaseModel):
    """It was done."""

    ok: Literal[True]


class Refused(BaseModel):
    """It was not done, or is not on disk."""

    ok: Literal[False]
    error: str = Field(description="what is wrong, and what is allowed")
    allowed: list[str] = Field(default=[], description="values that are allowed, where there is a list of them")
    done: bool = Field(default=False, description="whether it was done nevertheless, and only cannot be kept")


class AlertView(BaseModel):
    """An alert on the desk."""

    fingerprint: str
    name: str = Field(description="the label alertname")
    severity: str = Field(description="the label severity, as the sender wrote it")
    state: State
    labels: dict[str, str]
    annotations: dict[str, str]
    since: Moment = Field(description="when this occurrence came to the desk")
    changed: Moment = Field(description="when it came into its state")
    starts_at: Moment | None = Field(description="when it began, as the sender says")
    ends_at: Moment | None = Field(description="when it ended, as the sender says")
    until: Moment | None = Field(description="when it is over by itself")
    by: str = Field(description="who brought it into its state; empty: the sender, or time")
    reason: str
    wake: Moment | None = Field(description="when a snoozed alert fires again")
    silence: str = Field(description="id of the silence that its acknowledgement made in Alertmanager")
    silenced_by: list[str] = Field(description="silences and alerts that suppress it")
    flapping: bool
    sounded: Moment | None = Field(description="when its alarm was last heard")
    alarms: int = Field(description="how often its alarm was heard")
    group: str = Field(description="its sender's group key")
    route: str = Field(description="where it came in")


class AlertAnswer(Taken):
    """One alert."""

    alert: AlertView


class AlertsAnswer(Taken):
    """Alerts, the most severe and newest first."""

    total: int = Field(description="how many there are, on every page together")
    alerts: list[AlertView]


class CountAnswer(Taken):
    """How many alerts it was done to."""

    count: int


class MuteAnswer(Taken):
    """Whether the pager is muted, and until when."""

    muted: bool
    until: Moment | None
    by: str
    reason: str


class MeetingAnswer(Taken):
    """Whether there is a meeting, and until when."""

    meeting: bool
    until: Moment | None
    by: str
    muted_until: Moment | None


class VolumeAnswer(Taken):
    """Level of each strip of the mixer, 0 to 1."""

    levels: dict[str, float]
    muted_until: Moment | None


class TestAnswer(Taken):
    """It sounds."""

    __test__ = False

    instrument: str


class LinkView(BaseModel):
    """A link of the chain."""

    name: str
    up: bool
    since: Moment | None = Field(description="since when it is so; null: not known")
    detail: str


class LinksAnswer(Taken):
    """Every link of the chain that is known."""

    links: list[LinkView]


class SummaryAnswer(Taken):
    """All that a lamp or a small display needs."""

    total: int = Field(description="active alerts")
    sounding: int = Field(description="those that nobody has: they are firing")
    worst: str = Field(
        description="the most severe of those that are firing: critical, warning, info, other; empty: none"
    )
    alerts: dict[str, dict[str, int]] = Field(description="number by state and severity; what is none is left out")
    muted: bool
    muted_until: Moment | None
    meeting_until: Moment | None
    flooding: bool = Field(description="whether one sound stands for all alarms")
    quiet: list[str] = Field(description="quiet hours that hold now, by name")
    links_down: list[str]


class JournalLine(BaseModel):
    """A line of the journal."""

    id: int
    at: float
    time: str
    deed: str
    fingerprint: str
    name: str
    severity: str
    route: str
    state: str
    subject: str
    by: str
    reason: str
    heard: str
    count: int
    labels: dict[str, str]
    controls: dict[str, Any] | None


class JournalAnswer(Taken):
    """Lines of the journal, oldest first."""

    entries: list[JournalLine]


class ReadyAnswer(BaseModel):
    """Whether events are taken, and kept."""

    ready: bool
    reason: str = Field(description="why not")
    waiting: int = Field(description="events in the inbox")
    links: dict[str, bool]
    muted_until: Moment | None


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Tell the OpenAPI document with which statuses a route may refuse (`web.openapi` puts the schema beside them)."""
    # by reference, not by model: FastAPI would build a validator for each, half a second's worth of them
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refused"}}}
    return {status: {"description": _WHY[status], "content": content} for status in statuses}


_WHY = {
    400: "It can never be right: no JSON, or not what is read here.",
    401: "The signature or the token is missing or wrong.",
    403: "The token's role may not do that.",
    404: "There is none by this name.",
    409: "Not as things are now.",
    413: "The body is too large.",
    422: "A value is not allowed.",
    429: "Too many requests.",
    503: "Not now, or not on disk: try again.",
}
