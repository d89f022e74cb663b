"""What the pager publishes, and what it does not."""

import json
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from singing_pager.model import AlertChange, Drop, Event, Outcome, Reading, Status, Tick
from singing_pager.sinks.mqtt import MqttSink
from singing_pager.sources.mqtt.alert_payload import alert_from

AT = 1_800_000_000.0


class Press:
    """A publisher that remembers, and a count."""

    def __init__(self, refusal: Drop | None = None) -> None:
        self.published: list[tuple[str, object, int]] = []
        self.counted: Counter[str] = Counter()
        self._refusal = refusal
        self.sink = MqttSink(self, routes_from_mqtt=frozenset({"alerts/#", "metrics/#"}), count=self.count)

    def publish(self, topic: str, write: Callable[[], bytes], *, qos: int) -> Drop | None:
        """Remember what would go out."""
        if self._refusal is None:
            self.published.append((topic, json.loads(write()), qos))
        return self._refusal

    def count(self, result: str, n: int) -> None:
        """Count what became of publications."""
        self.counted[result] += n

    def play(self, event: Event, *drops: Drop) -> None:
        """Play an outcome."""
        self.sink.play([Outcome(event, AT, drops=drops)])


def alert(
    severity: str = "critical", status: Status = Status.FIRING, route: str = "/alert", fault: Drop | None = None
) -> AlertChange:
    """Make an alert change that came in by the webhook."""
    labels = {"alertname": "DiskFull", "severity": severity}
    return AlertChange(
        fingerprint="b20a2a3ba4ba3b84",
        status=status,
        labels=labels,
        annotations={"summary": "93%"},
        starts_at=1787385600.5,
        at=AT,
        route=route,
        fault=fault,
    )


def reading(
    data: object = 0.42, stream: str = "metrics/cpu", route: str = "/metric", fault: Drop | None = None
) -> Reading:
    """Make a reading that came in by HTTP."""
    return Reading(stream=stream, data=data, at=AT, route=route, fault=fault)


def test_an_alert_goes_out_as_alertmanager_said_it() -> None:
    """The payload holds a value for simple listeners and the whole alert for another bridge."""
    press = Press()
    press.play(alert())
    expected = {
        "value": 1,
        "status": "firing",
        "alert": {
            "status": "firing",
            "labels": {"alertname": "DiskFull", "severity": "critical"},
            "annotations": {"summary": "93%"},
            "fingerprint": "b20a2a3ba4ba3b84",
            "startsAt": "2026-08-22T08:00:00.500000Z",
        },
    }
    assert press.published == [("alerts/critical", expected, 1)]
    assert press.counted == {"published": 1}


def test_a_resolve_goes_out_too() -> None:
    """A resolve has the value 0 and an end."""
    press = Press()
    press.play(alert(status=Status.RESOLVED))
    ((topic, payload, _),) = press.published
    assert isinstance(payload, dict)
    assert (topic, payload["value"], payload["alert"]["endsAt"]) == ("alerts/critical", 0, "2027-01-15T08:00:00Z")


@pytest.mark.parametrize("status", Status)
def test_another_bridge_reads_the_same_alert(status: Status) -> None:
    """What one bridge publishes another reads as the alert that it was."""
    written: list[bytes] = []

    class Post:
        def publish(self, _topic: str, write: Callable[[], bytes], *, qos: int) -> Drop | None:
            assert qos == 1
            written.append(write())
            return None

    sent = alert(status=status)
    MqttSink(Post(), routes_from_mqtt=frozenset(), count=lambda _result, _n: None).play([Outcome(sent, AT)])
    got = alert_from("alerts/critical", written[0], at=AT, route="/alert")
    assert (sent.fingerprint, sent.status, sent.labels, sent.annotations) == (
        got.fingerprint,
        got.status,
        got.labels,
        got.annotations,
    )
    assert sent.starts_at == got.starts_at
    assert got.lasts is None


@pytest.mark.parametrize(
    ("severity", "topic"),
    [
        ("critical", "alerts/critical"),
        ("Warning", "alerts/warning"),
        ("info", "alerts/info"),
        ("page", "alerts/info"),
        ("", "alerts/info"),
        ("#", "alerts/info"),
    ],
)
def test_the_severity_is_one_of_three(severity: str, topic: str) -> None:
    """No label can make a topic of its own."""
    press = Press()
    press.play(alert(severity))
    assert [topic] == [published for published, *_ in press.published]


@pytest.mark.parametrize(
    ("event", "drops"),
    [
        (alert(route="alerts/#"), ()),
        (alert(), (Drop.ALREADY_FIRING,)),
        (alert(), (Drop.NOT_ACTIVE,)),
        (alert(), (Drop.OUTDATED,)),
        (alert(fault=Drop.UNREADABLE), (Drop.UNREADABLE,)),
        (reading(route="metrics/#"), ()),
        (reading(route="/elsewhere"), ()),
        (reading(fault=Drop.UNREADABLE), (Drop.UNREADABLE,)),
        (reading(float("nan")), (Drop.NOT_FINITE,)),
        (Tick(AT), ()),
    ],
)
def test_what_is_not_published(event: Event, drops: tuple[Drop, ...]) -> None:
    """What came by MQTT, what changed nothing and what is no alert and no reading stays here."""
    press = Press()
    press.play(event, *drops)
    assert press.published == []
    assert not press.counted


def test_an_alert_that_found_no_voice_is_published() -> None:
    """Whether it sounded here does not matter to whoever listens there."""
    press = Press()
    press.play(alert(), Drop.VOICES_FULL)
    press.play(alert(), Drop.NO_RULE)
    assert press.counted == {"published": 2}


@pytest.mark.parametrize(
    ("data", "expected"),
    [(0.42, {"value": 0.42}), ("93%", {"value": "93%"}), ({"value": 1, "unit": "m"}, {"value": 1, "unit": "m"})],
)
def test_a_reading(data: object, expected: object) -> None:
    """A reading goes out under its stream with QoS 0."""
    press = Press()
    press.play(reading(data))
    assert press.published == [("metrics/cpu", expected, 0)]


@pytest.mark.parametrize("stream", ["metrics/#", "metrics/+", "metrics/a\0b", ""])
def test_a_topic_that_nobody_may_publish_to(stream: str) -> None:
    """A wildcard in a stream's name never reaches the broker."""
    press = Press()
    press.play(reading(stream=stream))
    assert press.published == []
    assert press.counted == {Drop.UNREADABLE: 1}


@pytest.mark.parametrize("refusal", [Drop.OFFLINE, Drop.OUTBOX_FULL])
def test_what_the_connection_refuses(refusal: Drop) -> None:
    """A publication that cannot leave is counted with its reason."""
    press = Press(refusal)
    press.play(alert())
    press.play(reading())
    assert press.counted == {refusal: 2}


@given(
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=4),
    st.floats(allow_nan=False) | st.none(),
    st.sampled_from(Status),
    st.integers() | st.floats() | st.text(max_size=5) | st.just("\ud800"),
)
def test_anything_can_be_published(
    labels: dict[str, str], starts_at: float | None, status: Status, data: float | str
) -> None:
    """No label, time or value raises, on either thread."""
    press = Press()
    change = AlertChange(
        fingerprint="f", status=status, labels=labels | {"x": "\ud800"}, starts_at=starts_at, at=AT, route="/alert"
    )
    press.play(change)
    press.play(reading(data))
    assert press.counted == {"published": 2}
