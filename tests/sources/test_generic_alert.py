"""Alerts in any JSON."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from singing_pager.core.fingerprint import fingerprint
from singing_pager.core.webhooks import DEFAULT, FIELDS, Webhook
from singing_pager.errors import BodyError
from singing_pager.model import AlertChange, Status
from singing_pager.sources import generic_alert

AT = 1_800_000_000.0
ROUTE = "/webhook/generic"


def read(webhook: Webhook, body: bytes) -> list[AlertChange]:
    """Read a whole body."""
    alerts = generic_alert.decode(webhook, body)
    return asyncio.run(generic_alert.changes(webhook, alerts, at=AT, route=ROUTE))


def one(body: object, webhook: Webhook = DEFAULT) -> AlertChange:
    """Read a body of one alert."""
    (change,) = read(webhook, json.dumps(body).encode())
    return change


def test_by_the_names_that_most_use() -> None:
    """Without a word in the score an alert is read by common names."""
    change = one({
        "title": "Backup failed",
        "level": "WARN",
        "state": "alerting",
        "id": 17,
        "message": "no space on /srv",
        "startsAt": "2026-08-22T08:00:00Z",
    })  # fmt: skip
    expected = AlertChange(
        fingerprint=fingerprint({"webhook": "default", "id": "17"}),
        status=Status.FIRING,
        labels={"alertname": "Backup failed", "severity": "warning"},
        annotations={"summary": "no space on /srv"},
        starts_at=1787385600.0,
        at=AT,
        route=ROUTE,
    )
    assert expected == change


KUMA = Webhook(
    name="kuma",
    fields={"name": "monitor.name", "status": "heartbeat.status", "summary": "msg", "fingerprint": "monitor.id"},
    labels={"url": "monitor.url", "tag": "monitor.tags.0.name", "slow": "heartbeat.slow", "nothing": "a.b"},
    firing=("0", "2"),
    resolved=("1",),
    severities={"5": "critical"},
    lasts=600.0,
)


def test_by_paths() -> None:
    """A path leads through objects and lists; numbers and truths are read as text."""
    body = {
        "heartbeat": {"status": 0, "slow": False},
        "monitor": {"id": 3, "name": "Shop", "url": "https://shop.example", "tags": [{"name": "web"}]},
        "msg": "[Shop] is down",
        "priority": 5,
    }
    change = one(body, KUMA)
    assert change.labels == {
        "alertname": "Shop",
        "severity": "critical",
        "url": "https://shop.example",
        "tag": "web",
        "slow": "false",
    }
    assert (change.status, change.lasts, change.annotations) == (Status.FIRING, 600.0, {"summary": "[Shop] is down"})
    over = one({**body, "heartbeat": {"status": 1}}, KUMA)
    assert (over.status, over.fingerprint) == (Status.RESOLVED, change.fingerprint)


@pytest.mark.parametrize(
    ("alerts", "body", "expected"),
    [
        pytest.param("", {"name": "A"}, ["A"], id="the body is one"),
        pytest.param("", [{"name": "A"}, {"name": "B"}], ["A", "B"], id="the body is a list"),
        pytest.param("", [], [], id="the body is an empty list"),
        pytest.param("data.alerts", {"data": {"alerts": [{"name": "A"}]}}, ["A"], id="a list somewhere"),
        pytest.param("data.0.alert", {"data": [{"alert": {"name": "A"}}]}, ["A"], id="one somewhere in a list"),
        pytest.param("x | y", {"y": [{"name": "A"}]}, ["A"], id="the second of two places"),
    ],
)
def test_where_the_alerts_are(alerts: str, body: object, expected: list[str]) -> None:
    """The alerts stand where the score says: one, or a list of them."""
    changes = read(Webhook("x", alerts=alerts), json.dumps(body).encode())
    assert expected == [change.name for change in changes]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("firing", Status.FIRING),
        ("Problem", Status.FIRING),
        ("whatever", Status.FIRING),
        ("", Status.FIRING),
        (None, Status.FIRING),
        (True, Status.FIRING),
        (1, Status.FIRING),
        ("resolved", Status.RESOLVED),
        (" OK ", Status.RESOLVED),
        ("Recovered", Status.RESOLVED),
        (False, Status.RESOLVED),
        (0, Status.RESOLVED),
    ],
)
def test_status(status: object, expected: Status) -> None:
    """What does not mean resolved is an alarm, unless the score names the words that are."""
    assert expected == one({"name": "A", "status": status}).status


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("critical", "critical"),
        ("CRIT", "critical"),
        ("P1", "critical"),
        ("medium", "warning"),
        ("Informational", "info"),
        ("page-me", "page-me"),
        (3, "3"),
        ("", None),
    ],
)
def test_severity(said: object, expected: str | None) -> None:
    """Severities by another name are known; others stay as they are, for the score to match."""
    assert expected == one({"name": "A", "severity": said}).labels.get("severity")


def test_the_score_knows_its_severities_better() -> None:
    """What the score says of a word goes before what is known of it."""
    webhook = Webhook("x", severities={"high": "warning"})
    assert [one({"name": "A", "severity": word}, webhook).severity for word in ("HIGH", "fatal")] == [
        "warning",
        "critical",
    ]


def test_identity() -> None:
    """Name and labels tell alerts apart where there is no fingerprint; severity, status and texts do not."""
    webhook = Webhook("x", labels={"host": "host"})
    fired = one({"name": "A", "host": "a", "severity": "high", "message": "bad"}, webhook)
    over = one({"name": "A", "host": "a", "severity": "ok", "message": "good", "status": "ok"}, webhook)
    other = one({"name": "A", "host": "b"}, webhook)
    elsewhere = one({"name": "A", "host": "a"}, Webhook("y", labels={"host": "host"}))
    assert fired.fingerprint == over.fingerprint
    assert len({fired.fingerprint, other.fingerprint, elsewhere.fingerprint}) == 3


def test_a_field_that_is_looked_for_nowhere() -> None:
    """An empty path takes a field out: an id that is the event's own is no identity."""
    webhook = Webhook("x", fields={"fingerprint": ""})
    assert one({"name": "A", "id": 1}, webhook).fingerprint == one({"name": "A", "id": 2}, webhook).fingerprint


def test_times() -> None:
    """A beginning belongs to a firing, an end to a resolve."""
    times = {"startsAt": 1787385600, "endsAt": 1787385900000}
    fired, over = one({"name": "A", **times}), one({"name": "A", "status": "ok", **times})
    assert (fired.starts_at, fired.ends_at) == (1787385600.0, None)
    assert (over.starts_at, over.ends_at) == (None, 1787385900.0)


LOOKED_FOR = "alertname | name | title | event_title | labels.alertname | message | text | summary"


@pytest.mark.parametrize(
    ("webhook", "body", "expected"),
    [
        (DEFAULT, b"", "the body: Input data was truncated"),
        (DEFAULT, b"{}", f"the body: there is no name; looked for at {LOOKED_FOR} (webhook default)"),
        (DEFAULT, b"7", f"the body: there is no name; looked for at {LOOKED_FOR} (webhook default)"),
        (
            DEFAULT,
            b'[{"name": "A"}, {}]',
            f"the body[1]: there is no name; looked for at {LOOKED_FOR} (webhook default)",
        ),
        (DEFAULT, b'[{"name": "A"}', "not JSON: Input data was truncated"),
        (DEFAULT, b'{"name": NaN}', "the body: JSON is malformed: invalid character (byte 9)"),
        (DEFAULT, b'{"name": "\xff"}', "the body: 'utf-8' codec can't decode byte 0xff"),
        (Webhook("x", alerts="a.b"), b"[]", "there is nothing at a.b, where the alerts should be"),
        (Webhook("x", alerts="a.5"), b'{"a": [1]}', "there is nothing at a.5, where the alerts should be"),
        (Webhook("x", alerts="a"), b'{"a": ', "not JSON: Input data was truncated"),
        (
            Webhook("x", alerts="a", fields={"name": "t.n"}),
            b'{"a": [{"t": 1}, {}]}',
            "a[0]: there is no name; looked for at t.n (webhook x)",
        ),
        (
            KUMA,
            b'{"monitor": {"name": "A"}, "heartbeat": {"status": 9}}',
            "the body: status is '9'; allowed: 0, 2, 1 (webhook kuma)",
        ),
    ],
)
def test_what_can_never_be_right(webhook: Webhook, body: bytes, expected: str) -> None:
    """What is wrong is told with its place, and what was looked for."""
    with pytest.raises(BodyError) as refused:
        read(webhook, body)
    assert expected in str(refused.value)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b'{"name": ' + b"[" * 100_000])
@pytest.mark.parametrize("webhook", [DEFAULT, Webhook("x", alerts="a.b")], ids=["default", "by path"])
def test_depth(webhook: Webhook, body: bytes) -> None:
    """A body that is too deep is refused."""
    with pytest.raises(BodyError):
        read(webhook, body)


def test_a_long_body_gives_way_to_others() -> None:
    """While thousands of alerts are read, the loop has turns for others."""

    async def decode() -> tuple[int, int]:
        alerts = generic_alert.decode(DEFAULT, b"[" + b",".join([b'{"name":"A"}'] * 10_000) + b"]")
        task = asyncio.create_task(generic_alert.changes(DEFAULT, alerts, at=AT, route=ROUTE))
        turns = 0
        while not task.done():
            turns += 1
            await asyncio.sleep(0)
        return len(task.result()), turns

    number, turns = asyncio.run(decode())
    assert number == 10_000
    assert turns >= 50


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", *FIELDS]), inner, max_size=3)
    ),
    max_leaves=10,
)
_PATHS = st.lists(st.sampled_from(["a", "b", "0", "name"]), min_size=1, max_size=3).map(".".join)


@given(_JSON, _PATHS, st.none() | _PATHS)
def test_whatever_comes(body: object, name: str, alerts: str | None) -> None:
    """Any JSON by any path becomes alerts with names, or is refused; nothing else happens."""
    webhook = Webhook("x", alerts=alerts or "", fields={"name": name})
    try:
        changes = read(webhook, json.dumps(body).encode())
    except BodyError:
        return
    assert all(change.name for change in changes)
