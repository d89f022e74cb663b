"""What came in by another way, told to whoever listens on the broker."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from singing_pager.model import Alert, Deed, Drop, Entry, Outcome, Reading, Status
from singing_pager.sinks.mqtt.wording import SEVERITIES, rank, rfc3339, to_json, to_size
from singing_pager.sources.mqtt.topics import publishable

__all__ = ["MqttSink", "Publisher"]

_METRIC = "/metric"
_CHANGES = {Deed.FIRED: Status.FIRING, Deed.RESOLVED: Status.RESOLVED, Deed.EXPIRED: Status.RESOLVED}
_NO_NUMBER = frozenset({Drop.UNREADABLE, Drop.NO_VALUE, Drop.NOT_FINITE})


class Publisher(Protocol):
    """The connection that publishes."""

    def publish(self, topic: str, write: Callable[[], bytes], *, qos: int) -> Drop | None:
        """Leave a message to publish, whose payload `write` makes later; says why not, or None."""


class MqttSink:
    """Publishes alert changes to `alerts/<severity>`, and the readings of `POST /metric` to `metrics/<type>`.

    Nothing that came by MQTT is published again. Whether an alert sounds is no matter: it has begun, or it is over.

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
            for entry in outcome.entries:
                self._change(entry)
            match outcome.event:
                case Reading(route=route) as reading if route == _METRIC:
                    if reading.fault is None and _NO_NUMBER.isdisjoint(outcome.drops):
                        self._publish(reading.stream, partial(_reading, reading), qos=0)

    def _change(self, entry: Entry) -> None:
        status = _CHANGES.get(entry.deed)
        alert = entry.alert
        if status is not None and alert is not None and alert.route not in self._routes_from_mqtt:
            topic = f"alerts/{SEVERITIES[rank(alert.severity)]}"
            self._publish(topic, partial(_alert, alert, status, entry.at), qos=1)

    def _publish(self, topic: str, write: Callable[[], bytes], *, qos: int) -> None:
        refusal = self._publisher.publish(topic, write, qos=qos) if publishable(topic) else Drop.UNREADABLE
        self._count(refusal or "published", 1)


def _alert(alert: Alert, status: Status, at: float) -> bytes:
    told: dict[str, object] = {
        "status": status,
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "fingerprint": alert.fingerprint,
    }
    if alert.starts_at is not None:
        told["startsAt"] = rfc3339(alert.starts_at)
    if status is Status.RESOLVED:
        told["endsAt"] = rfc3339(at if alert.ends_at is None else alert.ends_at)
    return to_json({"value": int(status is Status.FIRING), "status": status, "alert": to_size(told)})


def _reading(reading: Reading) -> bytes:
    return to_json({"value": reading.data})
