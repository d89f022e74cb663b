"""The nouns that travel the line: events in, intents and cues inside, outcomes out.

Every value is frozen: msgspec's structs are frozen dataclasses that cost a tenth to make (docs/decisions/0001), and no
cycle goes through them, so the garbage collector need not look at 10,000 alerts. Events and cues name their kind where
they are written down (`tag`), so that a recording can be read back. Times are seconds since 1970 on a clock that never
jumps (`engine.Clock`).
"""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

__all__ = [
    "AlertChange",
    "Cue",
    "Drop",
    "Event",
    "Hold",
    "Intent",
    "Outcome",
    "Params",
    "Priority",
    "Reading",
    "Release",
    "Reload",
    "Status",
    "Strike",
    "Tick",
]

Params = tuple[float, ...]
"""Parameter values in catalogue order, in the units that the catalogue gives."""


class Status(StrEnum):
    """What Alertmanager calls the status of an alert."""

    FIRING = "firing"
    RESOLVED = "resolved"


class Drop(StrEnum):
    """Why something that came in did not sound, or a cue did not leave."""

    UNREADABLE = "unreadable"
    """The payload is not JSON, not a number, or not UTF-8."""
    NO_VALUE = "no_value"
    """There is no number where the rule looks for one."""
    NOT_FINITE = "not_finite"
    """The number is NaN or infinite."""
    OUT_OF_RANGE = "out_of_range"
    """The number is outside `from`, and the rule says `outside: drop`."""
    NO_RULE = "no_rule"
    """No rule of the score matches."""
    CONFLATED = "conflated"
    """A newer reading of the same stream came before the control tick."""
    ALREADY_FIRING = "already_firing"
    """The alert is known and firing: no new alarm."""
    NOT_ACTIVE = "not_active"
    """A resolve of an alert that is not firing, or was never heard to."""
    OUTDATED = "outdated"
    """A late word about an occurrence that is over."""
    ECHO = "echo"
    """The bridge's own publication came back."""
    VOICES_FULL = "voices_full"
    """Every voice is taken by something of at least the same priority."""
    TRUNCATED = "truncated"
    """Alertmanager left the alert out of its body (`max_alerts`)."""
    DESK_FULL = "desk_full"
    """The desk holds as many alerts as it may."""
    INBOX_FULL = "inbox_full"
    """Events arrive faster than the core takes them."""
    TOPICS_FULL = "topics_full"
    """More topics wait for their control tick than may wait."""
    OUTBOX_FULL = "outbox_full"
    """A sink is slower than the events that it is given."""
    OFFLINE = "offline"
    """The peer of a sink is away."""
    INTERNAL = "internal"
    """A fault of the pager itself; the log has it."""


class Priority(StrEnum):
    """Right of way among voices, the first before the last (docs/sound.md)."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"
    AMBIENCE = "ambience"

    @property
    def rank(self) -> int:
        """0 for the first right of way."""
        return _RANKS[self]


_RANKS = {priority: rank for rank, priority in enumerate(Priority)}


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
    """A checked score takes the place of the old one (the command of `/-/reload`)."""

    at: float
    score: object


Event = Reading | AlertChange | Tick | Reload


class Intent(Struct, frozen=True, gc=False):
    """What ought to sound.

    Attributes:
        key: Voice id.
        stream: The stream or alert that it stands for.
        instrument: Name in the catalogue.
        params: Values in catalogue order.
        priority: Right of way.
        lasts: Seconds that a struck sound takes, or that a held voice lives without a new reading; infinity: for ever.
        notes: Text that travels behind the voice id (for alerts: status, alert name).
    """

    key: str
    stream: str
    instrument: str
    params: Params
    priority: Priority
    lasts: float
    notes: tuple[str, ...] = ()


class Strike(Struct, frozen=True, gc=False, tag=True):
    """Play a sound that ends by itself."""

    voice: str
    instrument: str
    params: Params
    notes: tuple[str, ...] = ()


class Hold(Struct, frozen=True, gc=False, tag=True):
    """Begin a voice, or bring it to these values; `slot` is its place among the held voices."""

    voice: str
    instrument: str
    params: Params
    slot: int


class Release(Struct, frozen=True, gc=False, tag=True):
    """End a held voice."""

    voice: str
    instrument: str
    slot: int


Cue = Strike | Hold | Release


class Outcome(Struct, frozen=True, gc=False):
    """The whole story of one event: what it made sound, by which rules, and what was dropped and why."""

    event: Event
    at: float
    cues: tuple[Cue, ...] = ()
    rules: tuple[str, ...] = ()
    drops: tuple[Drop, ...] = ()
