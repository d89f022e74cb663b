"""Where Grafana, Datadog and anybody else come in by HTTP."""

import asyncio
import json
import logging
import re
import shlex
from pathlib import Path

import httpx
import pytest
from bridging import BODY_LIMIT, Bridge
from singing_pager import instruments, score
from singing_pager.core.webhooks import Webhook
from singing_pager.model import State
from singing_pager.sources import datadog

ROOT = Path(__file__).parents[2]
GRAFANA = (ROOT / "tests/testdata/grafana-webhook.json").read_bytes()

KUMA = Webhook("kuma", fields={"name": "monitor.name", "status": "heartbeat.status"}, firing=("0",), resolved=("1",))

ROUTES = {
    "/webhook/grafana": json.dumps({"alerts": [{"labels": {"alertname": "A", "severity": "critical"}}]}).encode(),
    "/webhook/datadog": b'{"title": "A", "alert_priority": "P1"}',
    "/webhook/generic": b'{"name": "A", "severity": "critical"}',
    "/webhook/generic/kuma": b'{"monitor": {"name": "A"}, "heartbeat": {"status": 0}, "severity": "critical"}',
}
"""A good body for each route."""


@pytest.mark.parametrize(("path", "body"), ROUTES.items())
def test_all_lead_to_one_desk(path: str, body: bytes) -> None:
    """An alert is heard, on the desk and on disk when it is answered, and is the same alert when it comes again."""
    bridge = Bridge(webhooks=(KUMA,), with_api=False)
    for _ in range(2):
        answered = bridge.ask("POST", path, body)
        assert (answered.status_code, answered.json()) == (202, {"ok": True})
    assert bridge.keeper.kept == 2
    (alert,) = bridge.engine.core.desk.alerts.values()
    assert (alert.name, alert.severity, alert.route) == ("A", "critical", path)
    assert bridge.heard() == ["A"]
    text = bridge.ask("GET", "/metrics").text
    assert f'bridge_messages_total{{result="accepted",route="{path}"}} 1.0' in text
    assert f'bridge_messages_total{{result="already_firing",route="{path}"}} 1.0' in text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (
            "/webhook/grafana",
            b'{"alerts": [{"status": "resolved", "labels": {"alertname": "A", "severity": "critical"}}]}',
        ),
        ("/webhook/datadog", b'{"title": "[Recovered] A", "alert_priority": "P1"}'),
        ("/webhook/generic", b'{"name": "A", "status": "ok"}'),
        ("/webhook/generic/kuma", b'{"monitor": {"name": "A"}, "heartbeat": {"status": 1}}'),
    ],
)
def test_a_recovery_ends_it(path: str, body: bytes) -> None:
    """What a sender says is over is over."""
    bridge = Bridge(webhooks=(KUMA,), with_api=False)
    assert bridge.ask("POST", path, ROUTES[path]).status_code == 202
    assert bridge.ask("POST", path, body).status_code == 202
    assert bridge.on_desk() == []
    assert [alert.state for alert in bridge.engine.core.desk.recent] == [State.RESOLVED]


BAD: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "no JSON": (b"alert!", 400),
    "a form": (b"payload=%7B%7D", 400),
    "a number": (b"5", 400),
    "an empty object": (b"{}", 400),
    "null": (b"null", 400),
    "truncated": (b'{"alerts": [', 400),
    "NaN": (b'{"title": NaN}', 400),
    "invalid UTF-8": (b'{"title": "\xff"}', 400),
    "half a letter": (b'{"title": "\\ud83d"}', 400),
    "deep": (b'{"title": ' + b"[" * 100_000, 400),
    "deep and whole": (b'{"title": ' + b"[" * 5000 + b"]" * 5000 + b"}", 400),
    "compressed": (b"\x1f\x8b\x08\x00", 400),
    "over the limit": (b" " * BODY_LIMIT + b"{}", 413),
}


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(("body", "status"), BAD.values(), ids=BAD)
def test_bad_bodies(path: str, body: bytes, status: int, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever comes in is answered in one sentence, counted, leaves no traceback, and the next good alert plays."""
    bridge = Bridge(webhooks=(KUMA,), with_api=False)

    async def send(client: httpx.AsyncClient) -> list[httpx.Response]:
        return [
            await client.post(path, content=body),
            await client.post(path, content=ROUTES[path]),
            await client.get("/metrics"),
        ]

    with caplog.at_level(logging.DEBUG):
        refused, good, metrics = bridge.talk(send)
    assert status == refused.status_code
    assert list(refused.json()) == ["ok", "error"]
    assert refused.json()["error"].isprintable()
    assert (good.status_code, bridge.on_desk()) == (202, ["A"])
    assert f'bridge_messages_total{{result="unreadable",route="{path}"}} 1.0' in metrics.text
    assert [record.message for record in caplog.records if record.exc_info or "Traceback" in record.message] == []


@pytest.mark.parametrize(("path", "body"), ROUTES.items())
def test_a_full_disk(path: str, body: bytes) -> None:
    """What cannot be kept is to be sent again."""
    bridge = Bridge(webhooks=(KUMA,), with_api=False)
    bridge.keeper.fault = "the disk is full"
    refused = bridge.ask("POST", path, body)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert refused.json()["error"] == "it was played, and cannot be kept: the disk is full; try again"


@pytest.mark.parametrize(("path", "body"), ROUTES.items())
def test_a_full_inbox(path: str, body: bytes) -> None:
    """What finds no room in the inbox is refused; a body that never will is too large."""
    refused = Bridge(capacity=0, webhooks=(KUMA,), with_api=False).ask("POST", path, body)
    assert refused.status_code == (503 if path == "/webhook/datadog" else 413)


def test_a_group_of_grafana_is_one_alarm(caplog: pytest.LogCaptureFixture) -> None:
    """A body of Grafana's is read whole, and what Grafana left out is told and counted."""
    bridge = Bridge()
    assert bridge.ask("PUT", "/webhook/grafana", GRAFANA).status_code == 202
    assert bridge.on_desk() == ["High CPU usage"]
    assert caplog.messages == [
        "/webhook/grafana: Grafana leaves alerts out; set Max Alerts to 0 there; the same again is only counted"
    ]
    text = bridge.ask("GET", "/metrics").text
    assert 'bridge_messages_total{result="truncated",route="/webhook/grafana"} 2.0' in text


def test_a_webhook_that_the_score_does_not_have() -> None:
    """An unknown name is answered with those that there are, and makes no metric of its own."""
    bridge = Bridge(webhooks=(KUMA,), with_api=False)
    answered = bridge.ask("POST", "/webhook/generic/nobody", b'{"name": "A"}')
    assert answered.status_code == 404
    assert answered.json() == {
        "ok": False,
        "error": "the score has no webhook of this name; allowed: default, kuma",
        "allowed": ["default", "kuma"],
    }
    assert "generic/nobody" not in bridge.ask("GET", "/metrics").text


def test_the_scores_own_default() -> None:
    """A webhook of the score's by the name `default` takes the place of the one that comes with the pager."""
    bridge = Bridge(webhooks=(Webhook("default", fields={"name": "who"}),))
    assert bridge.ask("POST", "/webhook/generic", b'{"name": "A"}').status_code == 400
    assert bridge.ask("POST", "/webhook/generic", b'{"who": "B"}').status_code == 202
    assert bridge.ask("POST", "/webhook/generic/default", b'{"who": "C"}').status_code == 202
    assert bridge.on_desk() == ["B", "C"]


def test_what_nobody_resolves_is_over_by_itself() -> None:
    """Where the score says how long an alert lasts, it ends then."""
    bridge = Bridge(webhooks=(Webhook("bell", lasts=30.0),))
    assert bridge.ask("POST", "/webhook/generic/bell", b'{"name": "Doorbell"}').status_code == 202
    bridge.pass_time(29, step=1)
    assert bridge.on_desk() == ["Doorbell"]
    bridge.pass_time(2, step=1)
    assert bridge.on_desk() == []


def test_ten_thousand_alerts_in_one_body() -> None:
    """A long body is read while others are answered."""
    bridge = Bridge()
    body = json.dumps([{"name": f"A{number}"} for number in range(10_000)]).encode()

    async def send(client: httpx.AsyncClient) -> tuple[int, int]:
        healthy = 0

        sending = asyncio.create_task(client.post("/webhook/generic", content=body))
        while not sending.done():
            await asyncio.sleep(0)
            healthy += (await client.get("/healthz")).status_code == 200
        return (await sending).status_code, healthy

    status, healthy = bridge.talk(send)
    assert (status, len(bridge.on_desk())) == (202, 10_000)
    assert healthy >= 10


def _blocks(language: str) -> list[str]:
    page = (ROOT / "docs/senders.md").read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def test_every_example_of_the_page_is_taken(tmp_path: Path) -> None:
    """The commands of docs/senders.md do what the page says, one after the other, with the score that it shows."""
    (text,) = _blocks("yaml")
    (tmp_path / "score.yaml").write_text(text)
    bridge = Bridge(webhooks=score.load(tmp_path / "score.yaml", instruments.load()).webhooks)
    desks = []
    for command in "".join(_blocks("sh")).splitlines():
        curl, url, flag, body = shlex.split(command)
        assert (curl, flag) == ("curl", "-d")
        answered = bridge.ask("POST", url.removeprefix("http://127.0.0.1:8000"), body.encode())
        assert answered.status_code == 202, command
        desks.append(bridge.on_desk())
    assert desks == [
        ["High CPU"],
        ["High CPU", "CPU is high"],
        ["High CPU"],
        ["High CPU", "High Latency in PaymentGateway"],
        ["High CPU", "High Latency in PaymentGateway", "Backup failed"],
        ["High CPU", "High Latency in PaymentGateway"],
        ["High CPU", "High Latency in PaymentGateway", "Shop"],
        ["High CPU", "High Latency in PaymentGateway"],
    ]


def test_the_payload_of_the_page() -> None:
    """Datadog takes the page's payload as it stands, and every key of it is read."""
    (text,) = _blocks("json")
    payload = json.loads(text)
    filled = {name: f"x{number}" for number, name in enumerate(payload)}
    change = datadog.change(json.dumps({**filled, "date": "5"}).encode(), at=0.0, route="/webhook/datadog")
    assert all(re.fullmatch(r"\$[A-Z_]+", variable) for variable in payload.values())
    assert (change.name, change.starts_at) == ("x0", 5.0)
    assert change.annotations == {"summary": "x0", "description": "x1", "link": filled["link"]}
    assert {"monitor", "host"} < set(change.labels)
