"""What the pager publishes of changes and readings, and what it does not."""

import json
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from singing_pager.model import Alert, Deed, Drop, Entry, Event, Outcome, Reading, State, Status, Tick
from singing_pager.sinks.mqtt import MqttSink
from singing_pager.sinks.mqtt.wording import LARGEST
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

    def play(self, event: Event, *drops: Drop, entries: tuple[Entry, ...] = ()) -> None:
        """Play an outcome."""
        self.sink.play([Outcome(event, AT, drops=drops, entries=entries)])

    def tell(self, entry: Entry, *drops: Drop) -> None:
        """Play what a tick brought about."""
        self.play(Tick(AT), *drops, entries=(entry,))


def changed(
    deed: Deed = Deed.FIRED,
    *,
    severity: str = "critical",
    route: str = "/alert",
    annotations: dict[str, str] | None = None,
    labels: dict[str, str] | None = None,
    starts_at: float | None = 1787385600.5,
) -> Entry:
    """Make a change of an alert that came in by the webhook."""
    alert = Alert(
        fingerprint="b20a2a3ba4ba3b84",
        labels={"alertname": "DiskFull", "severity": severity} if labels is None else labels,
        annotations={"summary": "93%"} if annotations is None else annotations,
        state=State.RESOLVED if deed in {Deed.RESOLVED, Deed.EXPIRED} else State.FIRING,
        since=AT,
        changed=AT,
        route=route,
        starts_at=starts_at,
    )
    return Entry(at=AT, deed=deed, alert=alert)


def reading(
    data: object = 0.42, stream: str = "metrics/cpu", route: str = "/metric", fault: Drop | None = None
) -> Reading:
    """Make a reading that came in by HTTP."""
    return Reading(stream=stream, data=data, at=AT, route=route, fault=fault)


def test_an_alert_goes_out_as_alertmanager_said_it() -> None:
    """The payload holds a value for simple listeners and the whole alert for another bridge."""
    press = Press()
    press.tell(changed())
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


@pytest.mark.parametrize("deed", [Deed.RESOLVED, Deed.EXPIRED])
def test_an_end_goes_out_too(deed: Deed) -> None:
    """What is over, by its resolve or by time, has the value 0 and an end."""
    press = Press()
    press.tell(changed(deed))
    ((topic, payload, _),) = press.published
    assert isinstance(payload, dict)
    assert (topic, payload["value"], payload["alert"]["endsAt"]) == ("alerts/critical", 0, "2027-01-15T08:00:00Z")


@pytest.mark.parametrize(("deed", "status"), [(Deed.FIRED, Status.FIRING), (Deed.RESOLVED, Status.RESOLVED)])
def test_another_bridge_reads_the_same_alert(deed: Deed, status: Status) -> None:
    """What one bridge publishes another reads as the alert that it was."""
    written: list[bytes] = []

    class Post:
        def publish(self, _topic: str, write: Callable[[], bytes], *, qos: int) -> Drop | None:
            assert qos == 1
            written.append(write())
            return None

    entry = changed(deed)
    sent = entry.alert
    assert sent is not None
    sink = MqttSink(Post(), routes_from_mqtt=frozenset(), count=lambda _result, _n: None)
    sink.play([Outcome(Tick(AT), AT, entries=(entry,))])
    got = alert_from("alerts/critical", written[0], at=AT, route="/alert")
    assert (sent.fingerprint, status, sent.labels, sent.annotations) == (
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
    press.tell(changed(severity=severity))
    assert [topic] == [published for published, *_ in press.published]


@pytest.mark.parametrize(
    ("event", "drops"),
    [
        (reading(route="metrics/#"), ()),
        (reading(route="/elsewhere"), ()),
        (reading(fault=Drop.UNREADABLE), (Drop.UNREADABLE,)),
        (reading(float("nan")), (Drop.NOT_FINITE,)),
        (Tick(AT), ()),
    ],
)
def test_what_is_not_published(event: Event, drops: tuple[Drop, ...]) -> None:
    """What came by MQTT, what cannot be read and what is no reading stays here."""
    press = Press()
    press.play(event, *drops)
    assert press.published == []
    assert not press.counted


@pytest.mark.parametrize("deed", sorted(set(Deed) - {Deed.FIRED, Deed.RESOLVED, Deed.EXPIRED}))
def test_what_people_do_is_no_change_of_an_alert(deed: Deed) -> None:
    """An alert that somebody takes, or that sounds, is still the alert that it was."""
    press = Press()
    press.tell(changed(deed))
    assert press.published == []


def test_what_came_by_mqtt_is_not_published_again() -> None:
    """An alert of a device is on the broker already."""
    press = Press()
    press.tell(changed(route="alerts/#"))
    assert press.published == []


@pytest.mark.parametrize("drop", [Drop.VOICES_FULL, Drop.NO_RULE, Drop.FLOOD, Drop.QUIET, Drop.MUTED, Drop.GROUPED])
def test_an_alert_that_does_not_sound_is_published(drop: Drop) -> None:
    """Whether it sounded here does not matter to whoever listens there."""
    press = Press()
    press.tell(changed(), drop)
    assert press.counted == {"published": 1}


def test_what_is_too_large_for_a_broker_is_told_without_its_texts() -> None:
    """A broker would end the connection over it."""
    press = Press()
    press.tell(changed(annotations={"log": "x" * 1_000_000}))
    press.tell(changed(labels={"alertname": "y" * 1_000_000}))
    alerts = [payload["alert"] for _, payload, _ in press.published if isinstance(payload, dict)]
    assert [({}, True), ({}, True)] == [(alert["annotations"], alert["truncated"]) for alert in alerts]
    assert all(len(json.dumps(alert)) < LARGEST for alert in alerts)
    assert alerts[0]["labels"]


@pytest.mark.parametrize("data", [0.42, "93%", True])
def test_a_reading(data: object) -> None:
    """A reading goes out under its stream with QoS 0."""
    press = Press()
    press.play(reading(data))
    assert press.published == [("metrics/cpu", {"value": data}, 0)]


@pytest.mark.parametrize("stream", ["metrics/#", "metrics/+", "metrics/a\0b", "metrics/a\nb", ""])
def test_a_topic_that_nobody_may_publish_to(stream: str) -> None:
    """A wildcard or a line end in a stream's name never reaches the broker."""
    press = Press()
    press.play(reading(stream=stream))
    assert press.published == []
    assert press.counted == {Drop.UNREADABLE: 1}


@pytest.mark.parametrize("refusal", [Drop.OFFLINE, Drop.OUTBOX_FULL])
def test_what_the_connection_refuses(refusal: Drop) -> None:
    """A publication that cannot leave is counted with its reason."""
    press = Press(refusal)
    press.tell(changed())
    press.play(reading())
    assert press.counted == {refusal: 2}


@given(
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=4),
    st.floats(allow_nan=False) | st.none(),
    st.sampled_from([Deed.FIRED, Deed.RESOLVED]),
    st.integers() | st.floats() | st.text(max_size=5) | st.just("\ud800"),
)
def test_anything_can_be_published(
    labels: dict[str, str], starts_at: float | None, deed: Deed, data: float | str
) -> None:
    """No label, time or value raises, on either thread."""
    press = Press()
    press.tell(changed(deed, labels=labels | {"x": "\ud800"}, starts_at=starts_at))
    press.play(reading(data))
    assert press.counted == {"published": 2}
