"""What a payload under an alert topic says, from a bare number to Alertmanager's alert object."""

import msgspec
from msgspec.structs import replace

from singing_pager.core.fingerprint import fingerprint
from singing_pager.core.numbers import parse
from singing_pager.errors import BodyError
from singing_pager.model import AlertChange, Drop, Status
from singing_pager.sources.alert import AlertObject, alert_change, label_text, texts
from singing_pager.sources.mqtt.payload import decode

__all__ = ["MOMENT", "alert_from"]

MOMENT = 10.0
"""Seconds after which an alert that carries no status is over by itself."""


_LONGEST_NAME = 100
"""Characters of a text that become the alert's name."""


class _Payload(AlertObject, frozen=True, kw_only=True, rename="camel", gc=False):
    """A device's alert, or a bridge's publication with the alert object inside."""

    name: str | None = None
    severity: str | None = None
    value: object = None
    alert: AlertObject | None = None


def alert_from(topic: str, payload: bytes, *, at: float, route: str) -> AlertChange:
    """Read a payload into an alert change; one that cannot be read becomes a change with a fault.

    Args:
        topic: Where it was published; its last level is the severity unless the payload says another.
        payload: `{"value": 0.42}`, a bare number, text, nothing, `{"status": "firing", "name": …}`, or
            `{"status": …, "value": …, "alert": {…}}` with Alertmanager's alert object.
        at: Unix time of its arrival, in seconds.
        route: The subscription filter that brought it.
    """
    try:
        said = decode(payload)
        if not isinstance(said, dict):
            return _momentary(topic, said, at, route)
        read = msgspec.convert(said, _Payload)
    except (BodyError, msgspec.ValidationError) as wrong:
        labels = _labels(topic)
        return AlertChange(
            fingerprint=fingerprint(labels),
            status=Status.FIRING,
            labels=labels,
            at=at,
            route=route,
            fault=Drop.UNREADABLE,
            detail=str(wrong),
        )
    return (
        _from_alertmanager(topic, read, read.alert, at, route) if read.alert else _from_device(topic, read, at, route)
    )


def _from_alertmanager(topic: str, said: _Payload, alert: AlertObject, at: float, route: str) -> AlertChange:
    status = alert.status or said.status
    change = alert_change(replace(alert, status=status), at=at, route=route)
    # After the fingerprint was reckoned: the severity of the topic is no part of Alertmanager's label set.
    labels = {"alertname": topic, "severity": _last_level(topic)} | dict(change.labels)
    return replace(change, labels=labels, lasts=None if status else MOMENT)


def _from_device(topic: str, said: _Payload, at: float, route: str) -> AlertChange:
    labels = _labels(topic, said.name) | texts(said.labels)
    # what comes with the resolve is often another severity, or none
    identity = said.fingerprint or fingerprint(labels)
    if said.severity:
        labels["severity"] = said.severity
    annotations = texts(said.annotations)
    if said.value is not None:
        annotations.setdefault("value", label_text(said.value))
    alert = replace(said, labels=dict(labels), annotations=dict(annotations), fingerprint=identity)
    return replace(alert_change(alert, at=at, route=route), lasts=None if said.status else MOMENT)


def _momentary(topic: str, said: object, at: float, route: str) -> AlertChange:
    # two texts on one topic are two alerts; two numbers are one that is said again
    named = isinstance(said, str) and isinstance(parse(said), Drop)
    labels = _labels(topic, str(said)[:_LONGEST_NAME] if named else None)
    annotations = {} if said in ("", None) else {"summary": label_text(said)}
    return AlertChange(
        fingerprint=fingerprint(labels),
        status=Status.FIRING,
        labels=labels,
        annotations=annotations,
        lasts=MOMENT,
        at=at,
        route=route,
    )


def _labels(topic: str, name: str | None = None) -> dict[str, str]:
    return {"alertname": name or topic, "severity": _last_level(topic), "topic": topic}


def _last_level(topic: str) -> str:
    return topic.rpartition("/")[2] if "/" in topic else ""
