"""What happens: readings, changes of alerts, commands of people, news of the chain, time."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from singing_pager.model.alerts import Drop

__all__ = [
    "Acknowledge",
    "AlertChange",
    "Command",
    "Event",
    "Link",
    "Meeting",
    "Mute",
    "Play",
    "Reading",
    "Reload",
    "Silenced",
    "Snooze",
    "Status",
    "Survey",
    "Surveyed",
    "Test",
    "Tick",
    "Unacknowledge",
    "Volume",
]


class Status(StrEnum):
    """What Alertmanager calls the status of an alert."""

    FIRING = "firing"
    RESOLVED = "resolved"


class Reading(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """A value of a stream.

    Attributes:
        stream: MQTT topic, or a dotted name such as `host.cpu`.
        data: Decoded payload: a number, text, or JSON with the number somewhere inside.
        before: Payloads of the same stream that came since the last reading, oldest first, where a rule asks for them.
        at: When it arrived.
        route: Where it came in: a subscription filter or an HTTP path (bounded: it is a metric's label).
        count: Messages that it stands for.
        fault: Why it cannot sound, found before the core saw it.
        detail: What the log says of the fault.
    """

    stream: str
    data: object
    at: float
    route: str
    before: tuple[object, ...] = ()
    count: int = 1
    fault: Drop | None = None
    detail: str = ""


class AlertChange(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """An alert is firing, or is resolved.

    Attributes:
        fingerprint: Identity of the alert; Alertmanager's own where there is one.
        status: Firing or resolved.
        labels: The alert's labels.
        annotations: The alert's annotations.
        starts_at: Unix time at which this occurrence began, where the sender says so.
        ends_at: Unix time at which it ended, where the sender says so.
        lasts: Seconds until an alert that nobody will resolve is over; None: until its resolve.
        group: Alertmanager's group key: what fires together under one key at one arrival is one alarm.
        at: When it arrived.
        route: Where it came in (see `Reading.route`).
        fault: Why it cannot sound, found before the core saw it.
        detail: What the log says of the fault.
    """

    fingerprint: str
    status: Status
    labels: Mapping[str, str]
    at: float
    route: str
    annotations: Mapping[str, str] = {}
    starts_at: float | None = None
    ends_at: float | None = None
    lasts: float | None = None
    group: str = ""
    fault: Drop | None = None
    detail: str = ""

    @property
    def name(self) -> str:
        """The `alertname` label, or nothing."""
        return self.labels.get("alertname", "")

    @property
    def severity(self) -> str:
        """The `severity` label as the sender wrote it, or nothing."""
        return self.labels.get("severity", "")


class Tick(Struct, frozen=True, gc=False, tag=True):
    """Time has passed: what is due is done."""

    at: float


class Reload(Struct, frozen=True, gc=False, tag=True):
    """A checked score takes the place of the old one.

    Attributes:
        at: Unix time.
        score: The new one.
        by: Who has saved it; empty: a file was read again (the command of `/-/reload`).
    """

    at: float
    score: object
    by: str = ""


class Acknowledge(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """Somebody has an alert: it sounds no more until it is resolved and fires anew.

    Attributes:
        at: Unix time.
        by: Who.
        fingerprint: Which alert; empty: every one that is firing.
        reason: Why.
        route: Where the command came in (bounded: it is a metric's label).
    """

    at: float
    by: str
    fingerprint: str = ""
    reason: str = ""
    route: str = "/api"


class Unacknowledge(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """An acknowledged or snoozed alert is given back: it sounds again; attributes as of `Acknowledge`."""

    at: float
    by: str
    fingerprint: str
    reason: str = ""
    route: str = "/api"


class Snooze(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """An alert is to sound again later; attributes as of `Acknowledge`, and `seconds` until then."""

    at: float
    by: str
    seconds: float
    fingerprint: str = ""
    reason: str = ""
    route: str = "/api"


class Mute(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """Nothing may sound for so many seconds; 0 ends a mute."""

    at: float
    by: str
    seconds: float
    reason: str = ""
    route: str = "/api"


class Meeting(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """Only what the score lets through may sound for so many seconds; 0 ends the meeting."""

    at: float
    by: str
    seconds: float
    route: str = "/api"


class Volume(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """A strip of the mixer (one of `STRIPS`) is brought to a level, 0 to 1."""

    at: float
    by: str
    strip: str
    level: float
    route: str = "/api"


class Test(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """An instrument is to sound once, whatever else is; a held one for some seconds.

    Attributes:
        at: Unix time.
        by: Who.
        instrument: Its name.
        params: Values in the catalogue's order; None: its defaults.
        seconds: For which a held one sounds.
        voice: Voice id; what is held under it is brought to these values. Empty: one of the instrument's own.
        route: Where the command came in.
    """

    __test__: ClassVar[bool] = False  # pytest takes every class of this name for one of its own

    at: float
    by: str
    instrument: str
    params: tuple[float, ...] | None = None
    seconds: float = 3.0
    voice: str = ""
    route: str = "/api"


class Play(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """The alarm of an active alert is to be heard again, now."""

    at: float
    by: str
    fingerprint: str
    route: str = "/api"


class Surveyed(Struct, frozen=True, kw_only=True, gc=False):
    """An active alert as Alertmanager's API tells it.

    Attributes:
        change: Its firing.
        suppressed_by: Ids of silences and fingerprints of alerts that silence or inhibit it; empty: it is active.
        by: Who made the silence.
        reason: Its comment.
        ours: Whether it is routed to the pager's receiver; others are not begun here.
    """

    change: AlertChange
    suppressed_by: tuple[str, ...] = ()
    by: str = ""
    reason: str = ""
    ours: bool = True


class Survey(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """What every Alertmanager that could be asked knows: the desk is brought to it.

    Attributes:
        at: Unix time at which the first was asked: what came to the desk later is not judged by it.
        alerts: Every alert that is not resolved, suppressed ones too.
        silences: Ids of the silences that are active.
        complete: Whether an alert that is missing here is over: not so when every peer has just started.
        route: The route of the alerts that it is about.
    """

    at: float
    alerts: tuple[Surveyed, ...]
    silences: frozenset[str] = frozenset()
    complete: bool = True
    route: str = "/alert"


class Silenced(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """The silence of an acknowledgement stands in Alertmanager under this id."""

    at: float
    fingerprint: str
    silence: str


class Link(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """A link of the chain is up or down.

    Attributes:
        at: Unix time.
        name: One of a bounded set, such as `broker`, `alertmanager`, `engine`, `journal`, `prometheus`.
        up: Whether it stands.
        detail: What is known of the fault, for people.
    """

    at: float
    name: str
    up: bool
    detail: str = ""


Command = Acknowledge | Unacknowledge | Snooze | Mute | Meeting | Volume | Test | Play
"""What people and buttons ask for."""

Event = Reading | AlertChange | Tick | Reload | Command | Survey | Silenced | Link
