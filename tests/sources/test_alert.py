"""The alert object of Alertmanager's webhook."""

import tracemalloc

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from singing_pager.model import AlertChange, Drop, Status
from singing_pager.sources.alert import AlertObject, alert_change, label_text, unix_time

AT = 1_800_000_000.0

WEBHOOK_ALERT = b"""{
  "status": "resolved",
  "labels": {"alertname": "DiskFull", "severity": "critical", "instance": "nas:9100"},
  "annotations": {"summary": "93% of /srv"},
  "startsAt": "2026-08-22T10:00:00.123456789+02:00",
  "endsAt": "2026-08-22T08:05:00Z",
  "generatorURL": "http://prometheus/graph",
  "fingerprint": "b20a2a3ba4ba3b84"
}"""


def read(raw: bytes) -> AlertChange:
    """Decode and read one alert object."""
    return alert_change(msgspec.json.decode(raw, type=AlertObject), at=AT, route="/alert")


def test_a_whole_alert_object() -> None:
    """Every field that Alertmanager sends finds its place."""
    expected = AlertChange(
        fingerprint="b20a2a3ba4ba3b84",
        status=Status.RESOLVED,
        labels={"alertname": "DiskFull", "severity": "critical", "instance": "nas:9100"},
        annotations={"summary": "93% of /srv"},
        starts_at=1787385600.123457,
        ends_at=1787385900.0,
        at=AT,
        route="/alert",
    )
    assert expected == read(WEBHOOK_ALERT)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(b'{"status": "firing"}', Status.FIRING, id="firing"),
        pytest.param(b'{"status": "RESOLVED"}', Status.RESOLVED, id="upper case"),
        pytest.param(b"{}", Status.FIRING, id="nothing said"),
        pytest.param(b'{"endsAt": "2026-08-22T08:05:00Z"}', Status.RESOLVED, id="ended in the past"),
        pytest.param(b'{"endsAt": "2999-08-22T08:05:00Z"}', Status.FIRING, id="ends in the future"),
        pytest.param(b'{"endsAt": "0001-01-01T00:00:00Z"}', Status.FIRING, id="never ends"),
        pytest.param(b'{"status": null, "labels": null, "annotations": null}', Status.FIRING, id="nulls"),
    ],
)
def test_status(raw: bytes, expected: Status) -> None:
    """The status is what is said, or what the end of the alert says."""
    change = read(raw)
    assert (expected, None) == (change.status, change.fault)


def test_a_status_that_is_none() -> None:
    """A word that is no status makes a fault that names it."""
    change = read(b'{"status": "suppressed"}')
    assert (change.fault, change.detail) == (Drop.UNREADABLE, "status is 'suppressed', not firing or resolved")


def test_values_that_are_no_strings() -> None:
    """Numbers, bools, null and lists among the labels are read as text."""
    change = read(b'{"labels": {"a": 1, "b": 0.5, "c": true, "d": null, "e": [1, "x"], "f": "f"}}')
    assert change.labels == {"a": "1", "b": "0.5", "c": "true", "d": "", "e": '[1,"x"]', "f": "f"}


def test_a_fingerprint_that_is_not_said() -> None:
    """Without a fingerprint the labels' own is reckoned."""
    expected = "cbf29ce484222325"
    assert expected == read(b'{"fingerprint": ""}').fingerprint


def test_a_fingerprint_that_nobody_could_name() -> None:
    """A fingerprint longer than the API and a button can say is none: the labels' own is reckoned."""
    longest = "x" * 1000
    assert longest == read(b'{"fingerprint": "%s"}' % longest.encode()).fingerprint
    assert "cbf29ce484222325" == read(b'{"fingerprint": "%sx"}' % longest.encode()).fingerprint


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b'{"labels": []}', b'{"status": 1}', b'{"startsAt": 5}', b"null"])
def test_what_is_no_alert_object(raw: bytes) -> None:
    """A wrong type is msgspec's error, which says where."""
    with pytest.raises(msgspec.ValidationError):
        read(raw)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:01Z", 1.0),
        ("2026-08-22T10:00:00+02:00", 1787385600.0),
        ("2026-08-22T08:00:00", 1787385600.0),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+05:00", None),
        ("2026-13-40T00:00:00Z", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_unix_time(text: str | None, expected: float | None) -> None:
    """RFC 3339 becomes seconds since 1970, Go's zero time and nonsense nothing."""
    assert expected == unix_time(text)


def test_what_is_too_long_to_be_a_time_is_not_remembered() -> None:
    """Times are remembered, and megabytes in the place of a time are not."""
    tracemalloc.start()
    try:
        for number in range(20):
            assert None is unix_time(f"{number}" * 500_000)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 1_000_000


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(JSON)
def test_any_label_becomes_text(value: object) -> None:
    """Whatever JSON holds can be a label."""
    assert isinstance(label_text(value), str)


@given(st.dictionaries(st.text(), JSON), st.text(), st.text(), st.text())
def test_any_alert_object_is_read(labels: dict[str, object], status: str, starts: str, ends: str) -> None:
    """No alert object of the right types raises."""
    raw_alert = AlertObject(labels=labels, status=status, starts_at=starts, ends_at=ends)
    assert set(labels) == set(alert_change(raw_alert, at=AT, route="/alert").labels)
