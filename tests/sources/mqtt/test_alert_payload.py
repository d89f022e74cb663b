"""What a payload under an alert topic says."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from singing_pager.core.fingerprint import fingerprint
from singing_pager.model import AlertChange, Drop, Status
from singing_pager.sources.mqtt.alert_payload import MOMENT, alert_from

AT = 1_800_000_000.0
TOPIC = "alerts/cellar/critical"
LABELS = {"alertname": TOPIC, "severity": "critical", "topic": TOPIC}


def read(payload: bytes, topic: str = TOPIC) -> AlertChange:
    """Read a payload that came under `alerts/#`."""
    return alert_from(topic, payload, at=AT, route="alerts/#")


@pytest.mark.parametrize(
    ("payload", "annotations"),
    [
        (b'{"value": 0.42}', {"value": "0.42"}),
        (b'{"value": "93%"}', {"value": "93%"}),
        (b"{}", {}),
        (b'{"status": null}', {}),
        (b"0.42", {"summary": "0.42"}),
        (b"true", {"summary": "true"}),
        (b"93%", {"summary": "93%"}),
        (b"ON", {"summary": "ON"}),
        (b"[1, 2]", {"summary": "[1,2]"}),
        (b"null", {}),
        (b"", {}),
    ],
)
def test_a_momentary_alert(payload: bytes, annotations: dict[str, str]) -> None:
    """Without a status an alert is over by itself, and its topic is who it is."""
    expected = AlertChange(
        fingerprint=fingerprint(LABELS),
        status=Status.FIRING,
        labels=LABELS,
        annotations=annotations,
        lasts=MOMENT,
        at=AT,
        route="alerts/#",
    )
    assert expected == read(payload)


@pytest.mark.parametrize("payload", [b"Freezer door open", b'"Freezer door open"'])
def test_a_text_names_its_alert(payload: bytes) -> None:
    """Two texts on one topic are two alerts."""
    labels = LABELS | {"alertname": "Freezer door open"}
    alert = read(payload)
    assert (fingerprint(labels), labels, MOMENT) == (alert.fingerprint, alert.labels, alert.lasts)


def test_a_device_with_a_status() -> None:
    """With a status an alert stays until its resolve, which has the same fingerprint."""
    firing = read(b'{"status": "firing", "name": "Door", "value": 1, "labels": {"room": 7}}')
    resolved = read(b'{"status": "resolved", "name": "Door", "value": 0, "labels": {"room": 7}}')
    labels = LABELS | {"alertname": "Door", "room": "7"}
    assert (firing.status, resolved.status) == (Status.FIRING, Status.RESOLVED)
    assert (firing.lasts, resolved.lasts) == (None, None)
    assert labels == firing.labels
    assert fingerprint(labels) == firing.fingerprint == resolved.fingerprint


def test_a_resolve_needs_no_severity() -> None:
    """Who writes a severity beside his alert, another one later, or none, means the same alert."""
    words = ("", ', "severity": "critical"', ', "severity": "info"')
    alerts = [read(b'{"status": "firing", "name": "Door"%s}' % word.encode()) for word in words]
    assert 1 == len({alert.fingerprint for alert in alerts})
    assert ["critical", "critical", "info"] == [alert.severity for alert in alerts]


@pytest.mark.parametrize(
    ("topic", "payload", "expected"),
    [
        ("alerts/critical", b"1", "critical"),
        ("alerts/a/b/warning", b"1", "warning"),
        ("alerts/freezer", b"1", "freezer"),
        ("alerts", b"1", ""),
        ("alerts/critical", b'{"severity": "info"}', "info"),
        ("alerts/critical", b'{"labels": {"severity": "info"}}', "info"),
        ("alerts/critical", b'{"severity": "warning", "labels": {"severity": "info"}}', "warning"),
        ("alerts/critical", b'{"status": "firing", "alert": {"labels": {"severity": "page"}}}', "page"),
        ("alerts/critical", b'{"status": "firing", "alert": {"labels": {"a": "b"}}}', "critical"),
    ],
)
def test_severity(topic: str, payload: bytes, expected: str) -> None:
    """The payload's severity goes before that of the topic's last level."""
    assert expected == read(payload, topic).severity


def test_the_alert_object_of_alertmanager() -> None:
    """A publication of a bridge carries the alert object, whose fingerprint and start are kept."""
    alert = (
        b'{"status": "firing", "labels": {"alertname": "A"}, "startsAt": "2026-08-22T08:00:00Z", "fingerprint": "f00"}'
    )
    change = read(b'{"value": 1, "status": "firing", "alert": ' + alert + b"}")
    assert (change.fingerprint, change.name, change.starts_at, change.lasts) == ("f00", "A", 1787385600.0, None)


def test_an_alert_object_without_a_fingerprint() -> None:
    """Its fingerprint is that of its own labels, whatever the topic adds."""
    change = read(b'{"status": "resolved", "alert": {"labels": {"alertname": "A"}}}')
    assert fingerprint({"alertname": "A"}) == change.fingerprint
    assert change.status is Status.RESOLVED


BAD = [
    b"{",
    b"[",
    b'"',
    b'{"value": 0.4',
    b'{"value": }',
    b'{"value": 0.42,}',
    b"{'value': 0.42}",
    b"{value: 0.42}",
    b'{"value": NaN}',
    b'{"value": Infinity}',
    b'{"value": 1e400}',
    b'{"value": 0x10}',
    b'{"value": 01}',
    b'{"value": +1}',
    b'{"value": 1.}',
    b'{"value": 1} {"value": 2}',
    b"[1, 2",
    b"[1 2]",
    b'["a"',
    b'"half a string',
    b'"\\ud800"',
    b'"bad escape \\x"',
    b'"\xff"',
    b"\xff",
    b"\xff\xfe0\x00",
    b"\xe9t\xe9",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    b"\x00",
    b"a\x00b",
    b"\x00\x00\x00\x2a",
    b"\x93\x01\x02\x03",
    b"1" * 5_000,
    b"1e999",
    b"x" * 70_000,
    b'{"value": "' + b"x" * 70_000 + b'"}',
    b"[" * 30_000,
    b"[" * 5_000 + b"]" * 5_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b'{"status": "burning"}',
    b'{"status": 1}',
    b'{"status": "firing", "labels": []}',
    b'{"status": "firing", "labels": "a"}',
    b'{"status": "firing", "name": 7}',
    b'{"status": "firing", "severity": ["critical"]}',
    b'{"status": "firing", "fingerprint": 7}',
    b'{"status": "firing", "alert": []}',
    b'{"status": "firing", "alert": {"labels": 1}}',
    b'{"status": "firing", "alert": {"status": "ill"}}',
    b'{"status": "firing", "startsAt": 5}',
]


@pytest.mark.parametrize("payload", [pytest.param(each, id=repr(each[:40])) for each in BAD])
def test_a_bad_payload(payload: bytes) -> None:
    """What cannot be read becomes a change with a fault that says why in one short line."""
    change = read(payload)
    assert change.fault is Drop.UNREADABLE
    assert 0 < len(change.detail) < 200
    assert "\n" not in change.detail


@given(st.binary(max_size=200), st.text(max_size=20))
def test_any_bytes_are_read(payload: bytes, topic: str) -> None:
    """No payload raises."""
    assert read(payload, topic).route == "alerts/#"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["status", "name", "severity", "labels", "annotations", "fingerprint", "alert", "value", "startsAt"]
)
STATUS = st.sampled_from(["firing", "resolved", "FIRING", "no"])


@given(st.dictionaries(KEYS, JSON | STATUS | st.dictionaries(KEYS, JSON | STATUS, max_size=4), max_size=6))
def test_any_object_is_read(payload: dict[str, object]) -> None:
    """No JSON under the keys that mean something raises; with a status an alert lasts, without it is over by itself."""
    change = read(msgspec.json.encode(payload))
    assert change.fault is not None or change.lasts in (None, MOMENT)
