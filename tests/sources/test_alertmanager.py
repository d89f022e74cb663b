"""Alertmanager's webhook."""

import asyncio
import json
from pathlib import Path

import pytest
from singing_pager.errors import BodyError
from singing_pager.model import AlertChange, Drop, Status
from singing_pager.sources import alertmanager

AT = 1_800_000_000.0
WEBHOOK = (Path(__file__).parents[1] / "testdata" / "alertmanager-webhook.json").read_bytes()


def changes(body: bytes) -> list[AlertChange]:
    """Read a whole body."""
    return asyncio.run(alertmanager.changes(alertmanager.decode(body), at=AT, route="/alert"))


def test_a_body_as_alertmanager_sends_it() -> None:
    """Every alert of a group becomes a change with its own fingerprint, status, labels and times."""
    fired, ended = changes(WEBHOOK)
    assert (
        fired.status,
        fired.fingerprint,
        fired.name,
        fired.severity,
        fired.route,
        fired.at,
        fired.fault,
    ) == ("firing", "b20a2a3ba4ba3b84", "HighCPU", "critical", "/alert", AT, None)
    assert fired.annotations == {"summary": "CPU over 93%"}
    assert (fired.starts_at, fired.ends_at) == (1787385600.0, None)
    assert (
        ended.status,
        ended.name,
        ended.starts_at,
        ended.ends_at,
    ) == (Status.RESOLVED, "DiskFull", 1787385600.0, 1787385900.0)


def test_alerts_that_were_left_out() -> None:
    """The number of alerts that Alertmanager left out is read."""
    assert (len(alertmanager.decode(WEBHOOK).alerts), alertmanager.decode(WEBHOOK).truncated) == (2, 3)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b'{"alerts": []}', 0, id="no alerts"),
        pytest.param(b'{"alerts": [{}]}', 1, id="an alert of nothing"),
        pytest.param(b'{"alerts": [{"unheard": [1, {"of": null}]}], "version": 5}', 1, id="unknown keys"),
        pytest.param(b'{"alerts": [{}], "alerts": [{}, {}]}', 2, id="the last of duplicate keys"),
        pytest.param(b' \n{"alerts":[{}]}\n ', 1, id="blanks around"),
    ],
)
def test_little_is_required(body: bytes, expected: int) -> None:
    """Nothing but the list of alerts is required, and unknown keys are passed over."""
    assert expected == len(changes(body))


def test_the_most_severe_come_first() -> None:
    """The core makes one alarm of a group, the first: it is the worst; among equals the order stays, spelling aside."""
    severities = ["info", "warning", "none", "CRITICAL", "warning", None, "critical", "Info"]
    alerts = [
        {"labels": {"alertname": str(number)} | ({"severity": severity} if severity else {})}
        for number, severity in enumerate(severities)
    ]
    found = changes(json.dumps({"alerts": alerts}).encode())
    assert [3, 6, 1, 4, 0, 7, 2, 5] == [int(change.name) for change in found]
    assert {AT} == {change.at for change in found}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        pytest.param('"{}:{alertname=\\"HighCPU\\"}"', '{}:{alertname="HighCPU"}', id="as Alertmanager sends it"),
        pytest.param('""', "", id="empty"),
        pytest.param("null", "", id="null"),
        pytest.param("5", "", id="no text"),
    ],
)
def test_the_key_of_a_group(key: str, expected: str) -> None:
    """Every alert of a body has it; whatever else stands there is passed over."""
    found = changes(f'{{"groupKey": {key}, "alerts": [{{}}, {{}}]}}'.encode())
    assert [expected] * 2 == [change.group for change in found]
    assert [""] == [change.group for change in changes(b'{"alerts": [{}]}')]


def test_an_alert_that_is_neither_firing_nor_resolved() -> None:
    """One alert that cannot be read does not take the others with it."""
    found = changes(b'{"alerts": [{"status": "firing"}, {"status": "sleeping"}]}')
    assert [change.fault for change in found] == [None, Drop.UNREADABLE]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "not an Alertmanager webhook: Input data was truncated"),
        (b"[]", "not an Alertmanager webhook: Expected `object`, got `array`"),
        (b"{}", "not an Alertmanager webhook: Object missing required field `alerts`"),
        (b'{"alerts": null}', "not an Alertmanager webhook: Expected `array`, got `null` - at `$.alerts`"),
        (b'{"alerts": [', "not an Alertmanager webhook: Input data was truncated"),
        (b'{"alerts": [{}, 5]}', "alerts[1]: Expected `object`, got `int`"),
        (b'{"alerts": [{"labels": []}]}', "alerts[0]: Expected `object | null`, got `array` - at `$.labels`"),
    ],
)
def test_what_can_never_be_right(body: bytes, expected: str) -> None:
    """A body that is no webhook is refused with the place of what is wrong."""
    with pytest.raises(BodyError) as refused:
        changes(body)
    assert expected == str(refused.value)


def test_a_long_body_gives_way_to_others() -> None:
    """While thousands of alerts are decoded, the loop has turns for others."""

    async def decode() -> tuple[int, int]:
        body = alertmanager.decode(b'{"alerts": [' + b",".join([b"{}"] * 10_000) + b"]}")
        task = asyncio.create_task(alertmanager.changes(body, at=AT, route="/alert"))
        turns = 0
        while not task.done():
            turns += 1
            await asyncio.sleep(0)
        return len(task.result()), turns

    number, turns = asyncio.run(decode())
    assert number == 10_000
    assert turns >= 10_000 / 1000
