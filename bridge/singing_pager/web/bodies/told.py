"""What answers hold of the desk, the mixer and the news."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from singing_pager.model import State

__all__ = [
    "AlertAnswer",
    "AlertsAnswer",
    "CountAnswer",
    "JournalAnswer",
    "JournalLine",
    "LinksAnswer",
    "MeetingAnswer",
    "MuteAnswer",
    "ReadyAnswer",
    "SummaryAnswer",
    "Taken",
    "TestAnswer",
    "TicketAnswer",
    "VolumeAnswer",
]

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"}, description="RFC 3339, UTC")]


class Taken(BaseModel):
    """It was done."""

    ok: Literal[True]


class TicketAnswer(Taken):
    """What opens `/ws` once, as `?ticket=`."""

    ticket: str


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
