"""The alert object, as Alertmanager's webhook carries it, read into an `AlertChange`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from singing_pager.core.fingerprint import fingerprint
from singing_pager.model import AlertChange, Drop, Status

__all__ = ["AlertObject", "alert_change", "label_text", "rfc3339", "texts", "unix_time"]

_GO_ZERO = "0001-"
_LONGEST_TIME = 64
"""Characters of a time: what is longer is none, and is not remembered."""
_LONGEST_FINGERPRINT = 1000
"""Characters of a fingerprint: by a longer one nobody could take the alert (`web.bodies`, `sources.mqtt.commands`)."""
_STATUSES = {str(status): status for status in Status}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class AlertObject(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """One of the `alerts` of a webhook body; nothing is required, and unknown keys are passed over.

    Attributes:
        status: `firing` or `resolved`; without it `endsAt` decides, as in Alertmanager.
        labels: Names and values; a value that is no string is read as its JSON text.
        annotations: Likewise.
        starts_at: RFC 3339; the year 1 stands for "not said".
        ends_at: Likewise.
        fingerprint: Alertmanager's own; without it, or where it is too long to be one, the labels are the identity.
    """

    status: str | None = None
    labels: dict[str, object] | None = None
    annotations: dict[str, object] | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    fingerprint: str | None = None


def alert_change(raw_alert: AlertObject, *, at: float, route: str, group: str = "") -> AlertChange:
    """Read an alert object; one whose status is no status becomes a change with a fault.

    Args:
        raw_alert: As decoded by msgspec.
        at: Unix time of its arrival, in seconds.
        route: Where it came in.
        group: Key of the group that it came with.
    """
    labels = texts(raw_alert.labels)
    status = _status(raw_alert, at)
    given = raw_alert.fingerprint
    return AlertChange(
        fingerprint=given if given and len(given) <= _LONGEST_FINGERPRINT else fingerprint(labels),
        status=status or Status.FIRING,
        labels=labels,
        annotations=texts(raw_alert.annotations),
        starts_at=unix_time(raw_alert.starts_at),
        ends_at=unix_time(raw_alert.ends_at),
        group=group,
        at=at,
        route=route,
        fault=None if status else Drop.UNREADABLE,
        detail="" if status else f"status is {(raw_alert.status or '')[:40]!r}, not firing or resolved",
    )


def texts(raw_labels: Mapping[str, object] | None) -> dict[str, str]:
    """Give labels or annotations with every value as text."""
    if not raw_labels:
        return {}
    return {name: label_text(value) for name, value in raw_labels.items()}


def label_text(value: object) -> str:
    """Give a label's value as text: what is no string as its JSON, null as nothing.

    >>> label_text("a"), label_text(True), label_text(1.5), label_text(None)
    ('a', 'true', '1.5', '')
    """
    if type(value) is str:
        return value
    return "" if value is None else msgspec.json.encode(value).decode()


def unix_time(text: str | None) -> float | None:
    """Read RFC 3339 into seconds since 1970; None for nothing, for Go's zero time, and for what is no time.

    >>> unix_time("2026-08-22T10:00:00.123456789+02:00")
    1787385600.123457
    >>> unix_time("0001-01-01T00:00:00Z") is None
    True
    """
    return _unix_time(text) if text and len(text) <= _LONGEST_TIME else None


@lru_cache(maxsize=1024)  # a group's alerts are sent again and again with the same times
def _unix_time(text: str) -> float | None:
    if text.startswith(_GO_ZERO):
        return None
    try:
        moment = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        return None
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = (zoned - _EPOCH).total_seconds()
    return seconds if seconds > 0 else None


def rfc3339(seconds: float) -> str:
    """Write seconds since 1970 as RFC 3339; Go's zero time for what no calendar has.

    >>> rfc3339(1787385600.5)
    '2026-08-22T08:00:00.500Z'
    """
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return "0001-01-01T00:00:00Z"


def _status(raw_alert: AlertObject, at: float) -> Status | None:
    if raw_alert.status:
        return _STATUSES.get(raw_alert.status) or _STATUSES.get(raw_alert.status.lower())
    ended = unix_time(raw_alert.ends_at)
    return Status.RESOLVED if ended is not None and ended <= at else Status.FIRING
