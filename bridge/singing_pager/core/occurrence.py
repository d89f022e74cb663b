"""Which occurrence of an alert a word is about, and whether it has got worse."""

from msgspec.structs import replace

from singing_pager.core.figures import SEVERITIES
from singing_pager.model import Alert, AlertChange, State

__all__ = ["HANDLED", "anew", "began_before", "begun", "brought_back", "ended_before", "over", "severity_rank"]

HANDLED = frozenset({State.ACKNOWLEDGED, State.SNOOZED})
"""States in which somebody has an alert."""


def begun(change: AlertChange, until: float | None, now: float) -> Alert:
    """The alert that a firing begins."""
    return Alert(
        fingerprint=change.fingerprint,
        labels=change.labels,
        annotations=change.annotations,
        state=State.FIRING,
        since=now,
        changed=now,
        route=change.route,
        group=change.group,
        starts_at=change.starts_at,
        lasts=change.lasts,
        until=until,
    )


def over(change: AlertChange, ends_at: float | None, now: float) -> Alert:
    """The alert that a resolve tells of, and nobody knew."""
    return Alert(
        fingerprint=change.fingerprint,
        labels=change.labels,
        state=State.RESOLVED,
        since=now,
        changed=now,
        route=change.route,
        ends_at=ends_at,
    )


def anew(alert: Alert, now: float) -> Alert:
    """The alert, firing, as if nobody had had it."""
    return replace(
        alert, state=State.FIRING, changed=now, by="", reason="", wake=None, silenced_by=(), sounded=None, alarms=0
    )


def brought_back(alert: Alert, until: float | None, now: float) -> Alert:
    """The alert as an earlier life left it; a clock that was ahead of ours then is brought back.

    Args:
        alert: As it was.
        until: When it would be over by itself if it came now; None: at its resolve, whatever the settings were then.
        now: Unix time.
    """
    ahead = max(0.0, alert.changed - now)
    return replace(
        alert,
        since=min(alert.since, now),
        changed=min(alert.changed, now),
        sounded=None if alert.sounded is None else min(alert.sounded, now),
        wake=None if alert.wake is None else alert.wake - ahead,
        until=until if until is None or alert.until is None else alert.until - ahead,
    )


def severity_rank(severity: str) -> int:
    """Rank of a severity, 0 for the worst."""
    return SEVERITIES.index(severity.lower()) if severity.lower() in SEVERITIES else len(SEVERITIES)


def began_before(change: AlertChange, ended: Alert) -> bool:
    """Whether a firing belongs to an occurrence that is over: only the sender's own clock can tell."""
    return change.starts_at is not None and ended.ends_at is not None and change.starts_at <= ended.ends_at


def ended_before(change: AlertChange, known: Alert) -> bool:
    """Whether a resolve belongs to an occurrence before the one that is firing: its peer is behind the others."""
    return change.ends_at is not None and known.starts_at is not None and change.ends_at < known.starts_at
