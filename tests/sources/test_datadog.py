"""Datadog's webhook."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from singing_pager.errors import BodyError
from singing_pager.model import AlertChange, Status
from singing_pager.sources import datadog

AT = 1_800_000_000.0

RECOMMENDED = {
    "title": "[P2] [Triggered on {host:web-1,env:prod}] CPU is high",
    "text": "%%%\nCPU of web-1 is over 93%\n\n@webhook-pager\n%%%",
    "alert_id": "1234",
    "aggreg_key": "9bd4ac313a4d1e8fae2482df7b77628",
    "alert_transition": "Triggered",
    "alert_type": "error",
    "alert_priority": "P2",
    "alert_scope": "host:web-1,env:prod",
    "hostname": "web-1",
    "tags": "env:prod,host:web-1,monitor,team:blue,availability-zone:eu-1a",
    "date": "1787385600000",
    "link": "https://app.datadoghq.example/event/1",
}
"""What docs/senders.md tells one to put into Datadog, filled in."""

DEFAULT = {
    "id": "5485379890863845239",
    "last_updated": "1787385600000",
    "event_type": "query_alert_monitor",
    "title": "[Triggered on {host:web-1}] CPU is high",
    "date": "1787385600000",
    "org": {"id": "415600", "name": "Acme"},
    "body": "%%%\nCPU\n%%%",
}
"""Datadog's own payload, where nobody wrote another."""


def read(body: object) -> AlertChange:
    """Read a body."""
    return datadog.change(json.dumps(body).encode(), at=AT, route="/webhook/datadog")


def test_the_recommended_payload() -> None:
    """Every variable of the recommended payload finds its place."""
    change = read(RECOMMENDED)
    assert change.labels == {
        "alertname": "CPU is high",
        "severity": "critical",
        "host": "web-1",
        "env": "prod",
        "team": "blue",
        "monitor": "1234",
        "availability_zone": "eu-1a",
    }
    assert change.annotations == {
        "summary": "[P2] [Triggered on {host:web-1,env:prod}] CPU is high",
        "description": "CPU of web-1 is over 93%\n\n@webhook-pager",
        "link": "https://app.datadoghq.example/event/1",
    }
    assert (change.status, change.starts_at, change.ends_at) == (Status.FIRING, 1787385600.0, None)
    assert (change.at, change.route, change.lasts, change.fault) == (AT, "/webhook/datadog", None, None)


def test_the_payload_of_echoops() -> None:
    """A title and a text are enough; until somebody acknowledges it, or the desk's time is over, it is firing."""
    change = read({"event_title": "High Latency in PaymentGateway", "body": "Latency > 500ms"})
    assert (change.status, change.labels) == (Status.FIRING, {"alertname": "High Latency in PaymentGateway"})
    assert change.annotations == {"summary": "High Latency in PaymentGateway", "description": "Latency > 500ms"}


RECOVERED = {"alert_transition": "Recovered", "alert_type": "success", "date": "1787385900000"}


@pytest.mark.parametrize(
    ("trigger", "recovery"),
    [
        pytest.param(
            RECOMMENDED,
            {**RECOMMENDED, **RECOVERED, "title": "[P2] [Recovered on {host:web-1,env:prod}] CPU is high"},
            id="recommended",
        ),
        pytest.param(
            RECOMMENDED,
            {**RECOMMENDED, **RECOVERED, "title": "[Recovered] CPU", "tags": "", "alert_scope": "env:prod, host:web-1"},
            id="other tags, and the scope in another order",
        ),
        pytest.param(
            DEFAULT,
            {**DEFAULT, "id": "77", "title": "[Recovered on {host:web-1}] CPU is high", "date": "1787385900000"},
            id="Datadog's own, where the title alone tells",
        ),
        pytest.param(
            {"title": "[Triggered] [Memory Alert]"}, {"title": "[Recovered] [Memory Alert]"}, id="an older title"
        ),
        pytest.param(
            {"title": "CPU", "alert_cycle_key": "99", "alert_transition": "Triggered"},
            {"title": "It is well", "alert_cycle_key": "99", "alert_transition": "Recovered"},
            id="the cycle",
        ),
        pytest.param(
            {"title": "[Warn] CPU", "alert_id": 5}, {"title": "[Recovered] CPU", "alert_id": "5"}, id="a number as id"
        ),
    ],
)
def test_trigger_and_recovery_are_of_one_alert(trigger: dict[str, object], recovery: dict[str, object]) -> None:
    """What recovers has the identity of what was triggered."""
    fired, ended = read(trigger), read(recovery)
    assert fired.fingerprint == ended.fingerprint
    assert (fired.status, ended.status) == (Status.FIRING, Status.RESOLVED)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"alert_scope": "host:web-2,env:prod"}, id="another group of the monitor"),
        pytest.param({"alert_id": "1235"}, id="another monitor"),
    ],
)
def test_what_is_another_alert(other: dict[str, str]) -> None:
    """Each group of a multi-alert monitor is an alert of its own."""
    assert read(RECOMMENDED).fingerprint != read({**RECOMMENDED, **other}).fingerprint


@pytest.mark.parametrize(
    ("transition", "status", "starts_at"),
    [
        ("Triggered", Status.FIRING, 1787385600.0),
        ("Re-Triggered", Status.FIRING, None),
        ("Renotify", Status.FIRING, None),
        ("No Data", Status.FIRING, 1787385600.0),
        ("Re-No Data", Status.FIRING, None),
        ("Warn", Status.FIRING, 1787385600.0),
        ("Re-Warn", Status.FIRING, None),
        ("Recovered", Status.RESOLVED, None),
        ("RECOVERED", Status.RESOLVED, None),
        ("Null", Status.FIRING, 1787385600.0),
        ("", Status.FIRING, 1787385600.0),
        ("$ALERT_TRANSITION", Status.FIRING, 1787385600.0),
        ("Somersaulted", Status.FIRING, 1787385600.0),
    ],
)
def test_transitions(transition: str, status: Status, starts_at: float | None) -> None:
    """A reminder does not begin anew what somebody has acknowledged, and a word that is not known is an alarm."""
    change = read({"title": "CPU", "alert_transition": transition, "date": "1787385600000"})
    assert (status, starts_at) == (change.status, change.starts_at)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"title": "[Recovered] x"}, Status.RESOLVED),
        ({"title": "[P1] [Recovered on {a:b}] x"}, Status.RESOLVED),
        ({"title": "[Re-Triggered on {a:b}] x"}, Status.FIRING),
        ({"title": "x", "alert_type": "success"}, Status.RESOLVED),
        ({"title": "[Triggered] x", "alert_type": "success"}, Status.FIRING),
        ({"title": "[Triggered] x", "status": "CPU over host:a was > 0 at least once"}, Status.FIRING),
        ({"title": "[Recovered] x", "status": "system.load.1 over host:a was <= 0"}, Status.RESOLVED),
    ],
)
def test_what_the_title_tells(body: dict[str, str], expected: Status) -> None:
    """Without a transition the title says whether it is over, and then the type."""
    assert expected == read(body).status


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("CPU is high", "CPU is high"),
        ("[Triggered on {host:a}] CPU is high", "CPU is high"),
        ("[P1] [Warn on {host:a}] CPU", "CPU"),
        ("[Triggered] [TEST] Host", "[TEST] Host"),
        ("[Deploy] CPU", "[Deploy] CPU"),
        ("[Triggered]", "[Triggered]"),
        ("[Triggered on {host:a}", "[Triggered on {host:a}"),
        ("[Triggered] []", "[Triggered] []"),
    ],
)
def test_names(title: str, name: str) -> None:
    """The name is the title without the state before it, and the same at the recovery."""
    assert name == read({"title": title}).name


@pytest.mark.parametrize("title", ["[" + " on " * 100_000, "[P1] [Warn" + " on {" * 100_000 + "] x", "[" * 400_000])
def test_a_long_title_takes_no_longer(title: str) -> None:
    """A title is read in time in proportion to its length: nobody stops the pager with one."""
    began = time.process_time()
    read({"title": title})
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"alert_priority": "P1"}, "critical"),
        ({"alert_priority": "p2"}, "critical"),
        ({"alert_priority": "P3"}, "warning"),
        ({"alert_priority": "P4"}, "info"),
        ({"alert_priority": "P5", "alert_type": "error"}, "info"),
        ({"alert_type": "error"}, "critical"),
        ({"alert_type": "warning"}, "warning"),
        ({"alert_type": "info"}, "info"),
        ({"priority": "normal", "alert_type": "warning"}, "warning"),
        ({"alert_priority": "P1", "tags": "severity:info"}, "info"),
        ({"alert_priority": "P1", "alert_transition": "Warn"}, "warning"),
        ({"alert_priority": "P4", "alert_transition": "Re-Warn"}, "info"),
        ({"alert_transition": "Warn"}, "warning"),
        ({"alert_priority": "$ALERT_PRIORITY"}, ""),
        ({}, ""),
    ],
)
def test_severity(said: dict[str, str], expected: str) -> None:
    """The severity is that of a tag, else the priority, else the type; what only warns is never critical."""
    assert expected == read({"title": "CPU", **said}).severity


def test_variables_that_were_not_replaced() -> None:
    """A variable that Datadog had nothing for says nothing."""
    change = read({
        "title": "CPU",
        "hostname": "$HOSTNAME",
        "alert_scope": "$ALERT_SCOPE",
        "tags": "$TAGS",
        "link": "$LINK",
        "date": "$DATE",
        "aggreg_key": "$AGGREG_KEY",
        "text": "$TEXT_ONLY_MSG",
    })  # fmt: skip
    assert change == read({"title": "CPU"})
    assert read({"title": "costs $5"}).name == "costs $5"


@pytest.mark.parametrize(
    "body",
    [
        {"ALERT_TITLE": "CPU", "$ALERT_ID": "5"},
        {"title": "CPU", "metadata": {"ALERT_ID": "5"}},
        {"alert": {"title": "CPU", "id": 5}},
        {"event": {"title": "CPU"}, "monitor_id": "5", "org": {"id": "7", "title": "Acme"}},
    ],
)
def test_other_peoples_templates(body: dict[str, object]) -> None:
    """Names in capitals, with their `$`, and within an object are found; those of the organisation are its own."""
    change = read(body)
    assert (change.name, change.labels["monitor"]) == ("CPU", "5")


def test_tags_as_a_list() -> None:
    """Tags may be a list; a tag without a value is there, and cannot take the alert's name from it."""
    change = read({"title": "CPU", "tags": ["a:b:c", "lonely", "alertname:other", "!!", ":x", ""]})
    assert change.labels == {"alertname": "CPU", "a": "b:c", "lonely": "true", "__": "true"}


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("1787385600000", 1787385600.0),
        (1787385600000, 1787385600.0),
        ("1787385600", 1787385600.0),
        ("2026-08-22T08:00:00Z", 1787385600.0),
        ("nan", None),
        ("-5", None),
        ("1e300", None),
        ("yesterday", None),
        (True, None),
        (9 * 10**400, None),
    ],
)
def test_dates(date: object, expected: float | None) -> None:
    """A date is read in milliseconds, seconds or RFC 3339; what is none says nothing."""
    assert expected == read({"title": "CPU", "date": date}).starts_at


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "not an object of Datadog's variables: Input data was truncated"),
        (b"[]", "not an object of Datadog's variables: Expected `object`, got `array`"),
        (b"payload=%7B%7D", "not an object of Datadog's variables: JSON is malformed: invalid character (byte 0)"),
        (
            b"{}",
            "there is no title; allowed: a text in one of alert_title, event_title, title, name, monitor_name",
        ),
        (
            b'{"title": "$EVENT_TITLE"}',
            "there is no title; allowed: a text in one of alert_title, event_title, title, name, monitor_name",
        ),
    ],
)
def test_what_can_never_be_right(body: bytes, expected: str) -> None:
    """A body without a title or a monitor is refused with what is allowed."""
    with pytest.raises(BodyError) as refused:
        datadog.change(body, at=AT, route="/webhook/datadog")
    assert expected == str(refused.value)


def test_a_monitor_without_a_title() -> None:
    """The id of the monitor names what has no title."""
    assert read({"alert_id": "5"}).name == "monitor 5"


_KEYS = [*RECOMMENDED, *DEFAULT, "metadata", "status"]
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS) | st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(_KEYS) | st.text(), _JSON, max_size=8))
def test_whatever_comes(body: dict[str, object]) -> None:
    """Any object is an alert with a name, or is refused; nothing else happens."""
    try:
        change = read(body)
    except BodyError:
        return
    assert change.name
    assert change.fingerprint == read(body).fingerprint
