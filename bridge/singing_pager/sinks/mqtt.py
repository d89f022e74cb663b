"""MQTT out: what came in by another way, told to whoever listens on the broker."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

import msgspec

from singing_pager.model import AlertChange, Drop, Outcome, Reading, Status
from singing_pager.sources.mqtt.topics import publishable

__all__ = ["MqttSink", "Publisher"]

_SEVERITIES = frozenset({"critical", "warning", "info"})
_METRIC = "/metric"
_NO_CHANGE = frozenset(
    {Drop.ALREADY_FIRING, Drop.NOT_ACTIVE, Drop.OUTDATED, Drop.ECHO, Drop.UNREADABLE, Drop.DESK_FULL}
)
_NO_NUMBER = frozenset({Drop.UNREADABLE, Drop.NO_VALUE, Drop.NOT_FINITE})


class Publisher(Protocol):
    """The connection that publishes."""

    def publish(self, topic: str, write: Callable[[], bytes], *, qos: int) -> Drop | None:
        """Leave a message to publish, whose payload `write` makes later; says why not, or None."""


class MqttSink:
    """Publishes alert changes to `alerts/<severity>`, and the readings of `POST /metric` to `metrics/<type>`.

    Nothing that came by MQTT is published again.

    Args:
        publisher: The alerts' connection.
        routes_from_mqtt: The routes of what came by MQTT.
        count: Is told `published`, or why not, and how many.
    """

    name = "mqtt"

    def __init__(
        self, publisher: Publisher, *, routes_from_mqtt: frozenset[str], count: Callable[[str, int], None]
    ) -> None:
        self._publisher = publisher
        self._routes_from_mqtt = routes_from_mqtt
        self._count = count

    def play(self, moment: Sequence[Outcome]) -> None:
        """Publish what a moment brought; never blocks, never raises."""
        for outcome in moment:
            match outcome.event:
                case AlertChange() as change if change.route not in self._routes_from_mqtt:
                    if change.fault is None and _NO_CHANGE.isdisjoint(outcome.drops):
                        severity = change.severity.lower()
                        topic = f"alerts/{severity if severity in _SEVERITIES else 'info'}"
                        self._publish(topic, partial(_alert, change), qos=1)
                case Reading(route=route) as reading if route == _METRIC:
                    if reading.fault is None and _NO_NUMBER.isdisjoint(outcome.drops):
                        self._publish(reading.stream, partial(_reading, reading), qos=0)

    def _publish(self, topic: str, write: Callable[[], bytes], *, qos: int) -> None:
        refusal = self._publisher.publish(topic, write, qos=qos) if publishable(topic) else Drop.UNREADABLE
        self._count(refusal or "published", 1)


def _alert(change: AlertChange) -> bytes:
    alert: dict[str, object] = {
        "status": change.status,
        "labels": dict(change.labels),
        "annotations": dict(change.annotations),
        "fingerprint": change.fingerprint,
    }
    if change.starts_at is not None:
        alert["startsAt"] = _rfc3339(change.starts_at)
    if change.ends_at is not None or change.status is Status.RESOLVED:
        alert["endsAt"] = _rfc3339(change.at if change.ends_at is None else change.ends_at)
    return _json({"value": int(change.status is Status.FIRING), "status": change.status, "alert": alert})


def _reading(reading: Reading) -> bytes:
    return _json(reading.data if isinstance(reading.data, dict) else {"value": reading.data})


def _rfc3339(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return "0001-01-01T00:00:00Z"  # What Go writes for a time that is not known.


def _json(value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except (UnicodeEncodeError, OverflowError):
        # Half a surrogate pair, or an integer past 64 bits.
        return json.dumps(value).encode()
