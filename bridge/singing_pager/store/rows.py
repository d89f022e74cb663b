"""Entries and alerts as rows, such as every database takes: no lone surrogates, no NUL, no key without end."""

import hashlib
import logging
from typing import TypeVar

import msgspec

from singing_pager.model import Alert, Controls, Entry

__all__ = ["alert_row", "controls_row", "decoded", "journal_row", "key"]

_log = logging.getLogger("singing_pager.store")

_T = TypeVar("_T")

Row = dict[str, str | float | int]

_LONGEST_KEY = 200
"""Characters of a fingerprint that is its own key: PostgreSQL's indexes take some 2,700 bytes."""
_MOST = 2**63 - 1

_encoder = msgspec.json.Encoder()


def key(fingerprint: str) -> str:
    """Give what a fingerprint is found by: itself, or the hash of what a sender made too long or unprintable."""
    if len(fingerprint) <= _LONGEST_KEY and fingerprint.isprintable():
        return fingerprint
    return "sha256:" + hashlib.sha256(fingerprint.encode("utf-8", "surrogatepass")).hexdigest()


def journal_row(entry: Entry) -> Row:
    """Give an entry's row of the journal."""
    alert = entry.alert
    row: Row = {
        "at": entry.at,
        "deed": entry.deed.value,
        "fingerprint": key(alert.fingerprint) if alert else "",
        "name": _clean(alert.name) if alert else "",
        "severity": _clean(alert.severity) if alert else "",
        "route": _clean(alert.route) if alert else "",
        "state": alert.state.value if alert else "",
        "subject": _clean(entry.subject),
        "by": _clean(entry.by),
        "reason": _clean(entry.reason),
        "heard": _clean(entry.heard),
        "count": min(entry.count, _MOST),
        "labels": _json(dict(alert.labels)) if alert else "{}",
        "controls": _json(entry.controls) if entry.controls else "",
    }
    return row


def alert_row(alert: Alert) -> Row:
    """Give an alert's row of the desk."""
    return {
        "fingerprint": key(alert.fingerprint),
        "state": alert.state.value,
        "changed": alert.changed,
        "alert": _json(alert),
    }


def controls_row(controls: Controls) -> Row:
    """Give the row of the controls."""
    return {"id": 1, "controls": _json(controls)}


def decoded(content: str, kind: type[_T], what: str) -> _T | None:
    """Read JSON that was kept; what cannot be read, such as a later version's, is left out with a warning."""
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeError) as error:
        _log.warning("the store's row of %s cannot be read and is left out: %s", what[:_LONGEST_KEY], error)
        return None


def _clean(text: str) -> str:
    """Give a text that UTF-8 can write and PostgreSQL takes."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _json(value: object) -> str:
    """Write JSON; it escapes a NUL by itself, a lone surrogate becomes a question mark."""
    try:
        return _encoder.encode(value).decode()
    except UnicodeEncodeError:
        return _encoder.encode(_all_clean(msgspec.to_builtins(value))).decode()


def _all_clean(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case dict():
            return {_all_clean(name): _all_clean(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_all_clean(inner) for inner in value]
        case _:
            return value
