"""How the bridge is, over HTTP."""

import pytest
from bridging import Bridge
from prometheus_client.parser import text_string_to_metric_families
from singing_pager.model import Link, Mute
from singing_pager.testing import firing


def test_alive() -> None:
    """The process answers that it lives."""
    answered = Bridge().ask("GET", "/healthz")
    assert (answered.status_code, answered.json()) == (200, {"ok": True})


def test_ready() -> None:
    """The bridge is ready while it takes events and keeps them; links are told, but do not count."""
    bridge = Bridge()
    bridge.engine.offer([Link(at=bridge.clock(), name="broker", up=False, detail="refused")])
    answered = bridge.ask("GET", "/readyz")
    expected = {
        "ready": True,
        "reason": "",
        "waiting": 0,
        "links": {"osc": True, "broker": False},
        "muted_until": None,
    }
    assert (answered.status_code, answered.json()) == (200, expected)


def test_not_ready() -> None:
    """A bridge whose inbox takes nothing is not ready."""
    answered = Bridge(capacity=0).ask("GET", "/readyz")
    assert (answered.status_code, answered.json()["ready"]) == (503, False)
    assert answered.json()["reason"] == "the inbox is full"


def test_not_ready_while_nothing_is_kept() -> None:
    """A bridge whose journal fails takes no event durably: it is not ready, and says why."""
    bridge = Bridge()
    bridge.engine.offer([Link(at=bridge.clock(), name="journal", up=False, detail="the disk is full")])
    answered = bridge.ask("GET", "/readyz")
    assert (answered.status_code, answered.json()["ready"]) == (503, False)
    assert answered.json()["reason"] == "nothing can be kept: the disk is full"
    bridge.engine.offer([Link(at=bridge.clock(), name="journal", up=True)])
    assert bridge.ask("GET", "/readyz").status_code == 200


def test_a_mute_is_told() -> None:
    """Whoever looks at the pager sees that it is muted, and until when."""
    bridge = Bridge()
    bridge.engine.do(Mute(at=bridge.clock(), by="Ada", seconds=600))
    until = "2027-01-15T08:10:00.000Z"
    assert until == bridge.ask("GET", "/readyz").json()["muted_until"]
    assert f"MUTED until {until}" in bridge.ask("GET", "/").text
    bridge.pass_time(601, step=1)
    assert bridge.ask("GET", "/readyz").json()["muted_until"] is None
    assert "MUTED" not in bridge.ask("GET", "/").text


def test_metrics() -> None:
    """Prometheus finds its text right where it asks, without a redirection."""
    bridge = Bridge()
    bridge.engine.offer([firing("A", severity="critical")])
    answered = bridge.ask("GET", "/metrics")
    assert answered.status_code == 200
    assert answered.headers["content-type"].startswith("text/plain; version=")
    families = {family.name: family for family in text_string_to_metric_families(answered.text)}
    assert [
        sample.value
        for sample in families["bridge_alerts"].samples
        if sample.name == "bridge_alerts_total" and sample.labels["severity"] == "critical"
    ] == [1.0]


def test_reload() -> None:
    """A good score is taken; a faulty one is refused with its faults."""
    bridge = Bridge()
    answered = bridge.ask("POST", "/-/reload")
    assert (answered.status_code, answered.json(), bridge.reloads) == (200, {"ok": True}, 1)
    bridge.score_fault = "score.yaml:3: metrics[0].instrument: there is no instrument 'gong'"
    answered = bridge.ask("POST", "/-/reload")
    assert (answered.status_code, answered.json()) == (400, {"ok": False, "error": bridge.score_fault})
    assert bridge.reloads == 1


def test_about() -> None:
    """The root says what there is: every route but its own, each once."""
    bridge = Bridge()
    text = bridge.ask("GET", "/").text
    paths = bridge.ask("GET", "/openapi.json").json()["paths"]
    assert [path for path in paths if path != "/" and path not in text] == []
    told = [line[5:].split("  ")[0] for line in text.splitlines() if line[5:].startswith("/")]
    assert sorted(set(told)) == sorted(told)


@pytest.mark.parametrize("path", ["/nothing", "/alert/x", "/metrics/x", "/%00", "/%F0%9F%94%A5", "/../etc/passwd"])
def test_unknown_paths(path: str) -> None:
    """A path that is not there is answered in JSON, with the place that says what is."""
    answered = Bridge().ask("GET", path)
    assert answered.status_code == 404
    assert list(answered.json()) == ["ok", "error"]
    assert answered.json()["error"].endswith("; GET / says what there is")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/alert", "POST"),
        ("PUT", "/alert", "POST"),
        ("DELETE", "/metric", "POST"),
        ("GET", "/metric", "POST"),
        ("POST", "/metrics", "GET"),
        ("POST", "/healthz", "GET"),
        ("GET", "/-/reload", "POST"),
    ],
)
def test_wrong_methods(method: str, path: str, allowed: str) -> None:
    """A wrong method is answered with the right one."""
    answered = Bridge().ask(method, path)
    expected = {"ok": False, "error": f"{method} is not allowed here; allowed: {allowed}"}
    assert (answered.status_code, answered.json(), answered.headers["allow"]) == (405, expected, allowed)


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_no_pages_that_load_scripts_from_elsewhere(path: str) -> None:
    """The interactive pages of FastAPI are not there."""
    assert Bridge().ask("GET", path).status_code == 404
