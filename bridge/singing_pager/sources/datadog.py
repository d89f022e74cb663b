"""Datadog's webhook: one event of a monitor, in a payload that its user wrote from Datadog's variables.

Which key holds which variable is the user's business, so each is looked for under the names that people give it: that
of the variable (`alert_transition`), those of Datadog's own default payload, and those of other receivers' templates.
"""

import re
from collections.abc import Mapping

import msgspec

from singing_pager.core.fingerprint import fingerprint
from singing_pager.errors import BodyError
from singing_pager.model import AlertChange, Status
from singing_pager.sources.alert import label_text
from singing_pager.sources.times import moment

__all__ = ["change"]

_KEYS = {
    "title": ("alert_title", "event_title", "title", "name", "monitor_name"),
    "transition": ("alert_transition", "transition", "status"),
    "type": ("alert_type",),
    "priority": ("alert_priority", "priority", "severity"),
    "id": ("alert_id", "monitor_id"),
    "key": ("aggreg_key", "aggregation_key"),
    "scope": ("alert_scope", "scope"),
    "cycle": ("alert_cycle_key", "cycle_key"),
    "host": ("hostname", "host"),
    "tags": ("tags",),
    "text": ("text_only_msg", "event_msg", "event_message", "body", "message", "text"),
    "link": ("link", "url", "event_url"),
    "date": ("date_posix", "date", "last_updated"),
}
"""Names in lower case; an object inside the body gives its keys with its own name before them, and without."""

_VARIABLE = re.compile(r"\$[A-Z][A-Z0-9_]*(\[[^\]]*\])?")
"""A variable that Datadog had nothing for is sent as it was written."""
_TITLE = re.compile(r"(?:\[P[1-5]\] ?)?\[([^\]]*)\] ?")
"""`[P1] [Triggered on {host:web-1}] Host is down`, as `$EVENT_TITLE` and `$ALERT_TITLE` have it."""
_NOT_A_NAME = re.compile(r"[^a-zA-Z0-9_]")
_STATES = ("trigger", "recover", "warn", "no data", "renotify", "alert", "resolve", "ok")

_SEVERITIES = {
    **dict.fromkeys(("critical", "error", "p1", "p2"), "critical"),
    **dict.fromkeys(("warning", "p3"), "warning"),
    **dict.fromkeys(("info", "success", "p4", "p5"), "info"),
}


def change(body: bytes, *, at: float, route: str) -> AlertChange:
    """Read the body of Datadog's webhook.

    Args:
        body: JSON: an object.
        at: When it arrived.
        route: Where it came in.

    Raises:
        BodyError: It is no object, or says neither a title nor the id of a monitor.
    """
    try:
        given = msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BodyError(f"not an object of Datadog's variables: {error}") from error
    said = _said(given)
    title, told, scope = _title(said.get("title", ""))
    scope = said.get("scope") or scope
    word, again = _state(said.get("transition", ""))
    if not word:
        word, again = _state(told)
    name = title or (f"monitor {said['id']}" if "id" in said else "")
    if not name:
        raise BodyError(f"there is no title; allowed: a text in one of {', '.join(_KEYS['title'])}")
    resolved = word.startswith(("recover", "resolve", "ok")) or (not word and said.get("type", "").lower() == "success")
    labels = _labels(said, scope)
    severity = _severity(said, labels, word)
    # the date is that of the event: a reminder's is not when the alert began
    when = None if again else moment(said.get("date"))
    return AlertChange(
        fingerprint=_identity(said, name, scope),
        status=Status.RESOLVED if resolved else Status.FIRING,
        labels=labels | {"alertname": name} | ({"severity": severity} if severity else {}),
        annotations=_annotations(said),
        starts_at=None if resolved else when,
        ends_at=when if resolved else None,
        at=at,
        route=route,
    )


def _said(given: Mapping[str, object]) -> dict[str, str]:
    """What is said of each of `_KEYS`, as text; variables that were not replaced are not said."""
    flat: dict[str, object] = {}
    for name, value in given.items():
        key = name.lower().lstrip("$")
        if isinstance(value, dict):
            for inner, deep in value.items():
                below = inner.lower().lstrip("$")
                flat.setdefault(f"{key}_{below}", deep)
                # the id or name of an organisation or a user is not the alert's
                if key not in {"org", "user"}:
                    flat.setdefault(below, deep)
        else:
            flat[key] = value
    said: dict[str, str] = {}
    for meaning, keys in _KEYS.items():
        texts = (_text(flat.get(key)) for key in keys)
        if text := next((text for text in texts if text), ""):
            said[meaning] = text
    return said


def _text(value: object) -> str:
    text = ",".join(label_text(each) for each in value) if isinstance(value, list) else label_text(value)
    text = text.strip()
    return "" if _VARIABLE.fullmatch(text) else text


def _state(text: str) -> tuple[str, bool]:
    """A transition in lower case, and whether it is a reminder (`Re-Triggered`, `Renotify`).

    Nothing for what is none: `$ALERT_STATUS`, which people take for it, is a whole sentence.
    """
    lower = text.lower()
    word = lower.removeprefix("re-")
    return (word, word != lower or word == "renotify") if word.startswith(_STATES) else ("", False)


def _title(text: str) -> tuple[str, str, str]:
    """The bare title, and the transition and scope that stand before it."""
    found = _TITLE.match(text)
    told, _, scope = found[1].partition(" on ") if found else ("", "", "")
    if not found or not _state(told)[0]:
        return text, "", ""
    scope = scope.removeprefix("{").removesuffix("}")
    bare = text[found.end() :].strip()
    # an older form of title: [Triggered] [Memory Alert]
    if bare.startswith("[") and bare.endswith("]") and bare.count("[") == 1:
        bare = bare[1:-1]
    return bare or text, told, scope


def _labels(said: Mapping[str, str], scope: str) -> dict[str, str]:
    """The scope's tags, then the event's: `env:prod` is the label `env`, as Prometheus would write its name."""
    labels: dict[str, str] = {}
    for tag in (*scope.split(","), *said.get("tags", "").split(",")):
        name, _, value = tag.strip().partition(":")
        name = _NOT_A_NAME.sub("_", name)
        if name and name not in {"alertname", "_"}:
            labels.setdefault(name, value.strip() or "true")
    if "id" in said:
        labels["monitor"] = said["id"]
    if "host" in said:
        labels.setdefault("host", said["host"])
    return labels


def _severity(said: Mapping[str, str], labels: Mapping[str, str], word: str) -> str:
    """What the user's own tag says, else the priority of the monitor, else the type; a warning is never critical."""
    words = (labels.get("severity", ""), said.get("priority", ""), said.get("type", ""))
    found = next((_SEVERITIES[each.lower()] for each in words if each.lower() in _SEVERITIES), "")
    if word.startswith("warn"):
        return "warning" if found in {"", "critical"} else found
    return found


def _identity(said: Mapping[str, str], name: str, scope: str) -> str:
    """The same for trigger and recovery: the monitor and its group, else the cycle, else what the title says."""
    group = ",".join(sorted(tag.strip() for tag in scope.split(",")))
    kept = {key: said[key] for key in ("id", "key") if key in said}
    if not kept:
        kept = {"cycle": said["cycle"]} if "cycle" in said else {"title": name, "host": said.get("host", "")}
    return fingerprint({"sender": "datadog", "scope": group, **kept})


def _annotations(said: Mapping[str, str]) -> dict[str, str]:
    """The title as Datadog wrote it, the message without Datadog's marks, and the way back."""
    text = said.get("text", "").replace("%%%", "").strip()
    told = {"summary": said.get("title", ""), "description": text, "link": said.get("link", "")}
    return {name: value for name, value in told.items() if value}
