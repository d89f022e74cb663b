"""Grafana's webhook."""

import asyncio
import json
from pathlib import Path

import pytest
from singing_pager.errors import BodyError
from singing_pager.model import AlertChange, Drop, Status
from singing_pager.sources import grafana

AT = 1_800_000_000.0
WEBHOOK = (Path(__file__).parents[1] / "testdata" / "grafana-webhook.json").read_bytes()


def changes(body: bytes) -> list[AlertChange]:
    """Read a whole body."""
    return asyncio.run(grafana.changes(grafana.decode(body), at=AT, route="/webhook/grafana"))


def one(**alert: object) -> AlertChange:
    """Read a body of one alert."""
    (change,) = changes(json.dumps({"alerts": [alert]}).encode())
    return change


def test_a_body_as_grafana_sends_it() -> None:
    """Every alert becomes a change of its group, the most severe first, with the ways back into Grafana."""
    fired, ended = changes(WEBHOOK)
    expected = AlertChange(
        fingerprint="bc97ff14869b13e3",
        status=Status.FIRING,
        labels={
            "alertname": "High CPU usage",
            "grafana_folder": "Ops",
            "priority": "Critical",
            "zone": "eu-1",
            "severity": "critical",
        },
        annotations={
            "summary": "CPU over 93%",
            "runbook_url": "https://runbook.example/1",
            "values": "[ var='B' labels={zone=eu-1} value=44.2 ]",
            "dashboard_url": "https://grafana.example/d/abc",
            "panel_url": "https://grafana.example/d/abc?viewPanel=1",
            "silence_url": "https://grafana.example/alerting/silence/new?alertmanager=grafana",
            "generator_url": "https://grafana.example/alerting/d1rdpdv7k/edit",
        },
        starts_at=1787385840.0,
        group='{}:{grafana_folder="Ops"}',
        at=AT,
        route="/webhook/grafana",
    )
    assert expected == fired
    assert (ended.status, ended.fingerprint, ended.severity) == (Status.RESOLVED, "c6eadffa33fcdf37", "")
    assert (ended.starts_at, ended.ends_at, ended.lasts) == (1787385600.157076, 1787385900.0, None)


def test_alerts_that_were_left_out() -> None:
    """The number of alerts that Grafana left out is read."""
    assert grafana.decode(WEBHOOK).truncated == 2


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param({"severity": "warning", "priority": "P1"}, "warning", id="the severity"),
        pytest.param({"priority": "Critical"}, "critical", id="the priority in its place"),
        pytest.param({"severity": "", "priority": "info"}, "info", id="an empty severity is none"),
        pytest.param({"team": "blue"}, "", id="neither"),
    ],
)
def test_severity(labels: dict[str, str], expected: str) -> None:
    """The severity is the label of that name, else the priority."""
    change = one(labels=labels)
    assert expected == change.severity
    assert "" not in change.labels.values()


def test_the_test_button() -> None:
    """The alert of Grafana's Test button, which Grafana never resolves, is over by itself."""
    assert one(labels={"alertname": "TestAlert", "instance": "Grafana"}, status="firing").lasts == 60.0
    assert one(labels={"alertname": "TestAlert", "instance": "web-1"}, status="firing").lasts is None


def test_an_annotation_is_not_written_over() -> None:
    """What the rule's author wrote stays, whatever Grafana puts beside it."""
    assert one(annotations={"values": "mine"}, valueString="theirs").annotations == {"values": "mine"}


def test_nulls() -> None:
    """A body in which everything that may be null is null is read."""
    alert = {"labels": None, "valueString": None, "panelURL": None}
    body = json.dumps({"alerts": [alert], "groupKey": None, "truncatedAlerts": None}).encode()
    (change,) = changes(body)
    assert (change.labels, change.annotations, change.group, change.fault) == ({}, {}, "", None)


def test_a_status_that_is_none() -> None:
    """One alert that cannot be read does not take the others with it."""
    assert one(status="paused").fault is Drop.UNREADABLE


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "not a Grafana webhook: Input data was truncated"),
        (b"{}", "not a Grafana webhook: Object missing required field `alerts`"),
        (b'{"alerts": [5]}', "alerts[0]: Expected `object`, got `int`"),
        (b'{"alerts": [{}, {"panelURL": 1}]}', "alerts[1]: Expected `str | null`, got `int` - at `$.panelURL`"),
        (b'{"alerts": [{"labels": "x"}]}', "alerts[0]: Expected `object | null`, got `str` - at `$.labels`"),
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
        body = grafana.decode(b'{"alerts": [' + b",".join([b"{}"] * 10_000) + b"]}")
        task = asyncio.create_task(grafana.changes(body, at=AT, route="/webhook/grafana"))
        turns = 0
        while not task.done():
            turns += 1
            await asyncio.sleep(0)
        return len(task.result()), turns

    number, turns = asyncio.run(decode())
    assert number == 10_000
    assert turns >= 50
