"""What the desk holds and the journal tells: alerts in their states, the mixer's controls, entries."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

__all__ = ["STRIPS", "Alert", "Controls", "Deed", "Drop", "Entry", "State"]

STRIPS = ("master", "critical", "speech", "warning", "info", "ambience")
"""Strips of the mixer: the whole, then the classes in their right of way (docs/sound.md)."""


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
    """A resolve or a command for an alert that is not firing, or a resolve of one that was never heard."""
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
    GROUPED = "grouped"
    """Another alert of the same group sounds for it."""
    FLOOD = "flood"
    """The flood sound stands for it."""
    FLAPPING = "flapping"
    """The alert comes and goes; it has been heard, and is named."""
    QUIET = "quiet"
    """Quiet hours, or meeting mode."""
    MUTED = "muted"
    """The pager is muted."""
    STARTING = "starting"
    """It was active before the pager was: the summary stands for it."""
    SILENCED = "silenced"
    """Alertmanager silences or inhibits it."""
    WATCHDOG = "watchdog"
    """The alert that always fires: it is missed, never heard."""
    REFUSED = "refused"
    """The sender may not do that."""


class State(StrEnum):
    """Where an alert is in its life."""

    FIRING = "firing"
    """Nobody has it yet: it sounds, and sounds again."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody has it, until it is resolved."""
    SNOOZED = "snoozed"
    """Somebody wants to hear of it later."""
    SUPPRESSED = "suppressed"
    """Alertmanager silences or inhibits it."""
    RESOLVED = "resolved"
    """It is over."""


class Alert(Struct, frozen=True, kw_only=True, gc=False):
    """An alert on the desk.

    Attributes:
        fingerprint: Its identity; Alertmanager's own where there is one.
        labels: As the sender wrote them.
        annotations: Likewise.
        state: Where it is in its life.
        since: Unix time at which this occurrence came to the desk.
        changed: Unix time at which it came into its state.
        route: Where it came in.
        group: Alertmanager's group key, where there is one.
        starts_at: Unix time at which the occurrence began, where the sender says so.
        ends_at: Unix time at which it ended, where the sender says so.
        lasts: Seconds that it lasts, where its sender says that nobody will resolve it.
        until: Unix time at which it is over by itself; None: at its resolve.
        by: Who brought it into its state; empty: the sender, or time.
        reason: Why.
        wake: Unix time at which a snoozed alert sounds again.
        silence: Id of the silence that its acknowledgement made in Alertmanager.
        silenced_by: What suppresses it: ids of silences, fingerprints of alerts that inhibit it.
        flapping: Whether it comes and goes so often that its comings are not heard any more.
        sounded: Unix time at which its alarm was last heard; None: not yet.
        alarms: How often its alarm was heard in this occurrence.
    """

    fingerprint: str
    labels: Mapping[str, str]
    state: State
    since: float
    changed: float
    route: str
    annotations: Mapping[str, str] = {}
    group: str = ""
    starts_at: float | None = None
    ends_at: float | None = None
    lasts: float | None = None
    until: float | None = None
    by: str = ""
    reason: str = ""
    wake: float | None = None
    silence: str = ""
    silenced_by: tuple[str, ...] = ()
    flapping: bool = False
    sounded: float | None = None
    alarms: int = 0

    @property
    def name(self) -> str:
        """The `alertname` label, or nothing."""
        return self.labels.get("alertname", "")

    @property
    def severity(self) -> str:
        """The `severity` label as the sender wrote it, or nothing."""
        return self.labels.get("severity", "")

    @property
    def active(self) -> bool:
        """Whether it is not over."""
        return self.state is not State.RESOLVED


class Controls(Struct, frozen=True, kw_only=True, gc=False):
    """What people have set: mixer, mute, meeting mode.

    Attributes:
        levels: Level of each strip in the order of `STRIPS`, 0 to 1.
        muted_until: Unix time at which the mute ends by itself; None: not muted.
        muted_by: Who muted.
        muted_reason: Why.
        meeting_until: Unix time at which meeting mode ends by itself; None: no meeting.
        meeting_by: Who began it.
        watchdog: Unix time at which the watchdog was first seen: from then on it is missed when it fails to come.
    """

    levels: tuple[float, ...] = (1.0,) * len(STRIPS)
    muted_until: float | None = None
    muted_by: str = ""
    muted_reason: str = ""
    meeting_until: float | None = None
    meeting_by: str = ""
    watchdog: float | None = None

    @property
    def muted(self) -> bool:
        """Whether nothing may sound."""
        return self.muted_until is not None


class Deed(StrEnum):
    """What the journal says happened."""

    FIRED = "fired"
    REFRESHED = "refreshed"
    """The sender says that it still fires: its time-out begins anew, or it says so in other words."""
    RESOLVED = "resolved"
    EXPIRED = "expired"
    """An alert that nobody resolved reached its time-out."""
    SOUNDED = "sounded"
    """An alarm was heard for the first time in this occurrence; repetitions are not told."""
    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"
    SNOOZED = "snoozed"
    WOKE = "woke"
    SUPPRESSED = "suppressed"
    UNSUPPRESSED = "unsuppressed"
    FLAPPING = "flapping"
    STEADY = "steady"
    """An alert flaps no more."""
    LINKED = "linked"
    """The acknowledgement's silence stands in Alertmanager."""
    FLOOD = "flood"
    FLOOD_OVER = "flood_over"
    SUMMARY = "summary"
    """What was active already when the pager came was heard as one sound."""
    MUTED = "muted"
    UNMUTED = "unmuted"
    VOLUME = "volume"
    MEETING = "meeting"
    MEETING_OVER = "meeting_over"
    TESTED = "tested"
    SCORE = "score"
    """Another score is played."""
    LINK_DOWN = "link_down"
    LINK_UP = "link_up"


class Entry(Struct, frozen=True, kw_only=True, gc=False):
    """A line of the journal.

    Attributes:
        at: Unix time.
        deed: What happened.
        alert: The alert as it is afterwards, where it happened to one; the desk is kept from these.
        controls: The controls as they are afterwards, where they changed.
        subject: What it happened to, where that is no alert: an instrument, a link, a strip.
        by: Who did it; empty: the pager itself.
        reason: Why.
        heard: Instrument that sounded for it; empty: none.
        count: Alerts that it stands for.
    """

    at: float
    deed: Deed
    alert: Alert | None = None
    controls: Controls | None = None
    subject: str = ""
    by: str = ""
    reason: str = ""
    heard: str = ""
    count: int = 1
