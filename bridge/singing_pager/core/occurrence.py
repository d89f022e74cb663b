"""Which occurrence of an alert a word is about, and whether it has got worse."""

from msgspec.structs import replace

from singing_pager.core.figures import SEVERITIES
from singing_pager.model import Alert, AlertChange, State

__all__ = ["anew", "began_before", "ended_before", "severity_rank"]


def anew(alert: Alert, now: float) -> Alert:
    """The alert, firing, as if nobody had had it."""
    return replace(
        alert, state=State.FIRING, changed=now, by="", reason="", wake=None, silenced_by=(), sounded=None, alarms=0
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
