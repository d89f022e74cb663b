"""How times and alerts are written in what is published."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

__all__ = ["LARGEST", "SEVERITIES", "rank", "rfc3339", "to_json", "to_size"]

SEVERITIES = ("info", "warning", "critical")
"""The severities that have a topic and a count, the worst last; whatever else people invent counts as info."""

LARGEST = 64 * 1024
"""Bytes of a message: a broker ends the connection over one that is too large."""


def rank(severity: str) -> int:
    """The place of a severity among `SEVERITIES`."""
    severity = severity.lower()
    return SEVERITIES.index(severity) if severity in SEVERITIES else 0


def rfc3339(seconds: float) -> str:
    """Write a Unix time."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return "0001-01-01T00:00:00Z"  # What Go writes for a time that is not known.


def to_json(value: object) -> bytes:
    """Write as JSON, whatever text or number is inside."""
    try:
        return msgspec.json.encode(value)
    except (UnicodeEncodeError, OverflowError):
        # Half a surrogate pair, or an integer past 64 bits.
        return json.dumps(value).encode()


def to_size(alert: Mapping[str, object]) -> dict[str, object]:
    """Give the fields of an alert; of one that is too large neither annotations nor labels, but that they lack."""
    kept = dict(alert)
    for key in ("annotations", "labels"):
        if len(to_json(kept)) <= LARGEST:
            break
        kept[key] = {}
        kept["truncated"] = True
    return kept
