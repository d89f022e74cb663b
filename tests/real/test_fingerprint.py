"""Our fingerprints beside those of a real Alertmanager."""

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from broker import eventually, free_port
from singing_pager.core.fingerprint import fingerprint

pytestmark = pytest.mark.needs("alertmanager")

LABELS: list[dict[str, str]] = [
    {"alertname": "DiskFull"},
    {"alertname": "DiskFull", "severity": "critical", "instance": "nas:9100"},
    {"alertname": "Door", "topic": "alerts/cellar/door", "severity": "warning"},
    {"alertname": "\N{FIRE}", "ort": "K\N{LATIN SMALL LETTER U WITH DIAERESIS}che"},
    {"alertname": "long", "text": "x" * 1_000},
    {"z": "1", "a": "2", "Z": "3", "_": "4", "aa": "5", "alertname": "order"},
    {"alertname": "empty", "nothing": ""},
    {"alertname": "odd", "text": 'a "quoted"\n\\ text'},
]


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[str]:
    """An Alertmanager that tells nobody; gives its address."""
    (tmp_path / "alertmanager.yml").write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
    address = f"http://127.0.0.1:{free_port()}"
    words = [
        "prometheus-alertmanager",
        f"--config.file={tmp_path / 'alertmanager.yml'}",
        f"--storage.path={tmp_path}",
        f"--web.listen-address={address.removeprefix('http://')}",
        "--cluster.listen-address=",
    ]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            assert eventually(lambda: ready(address))
            yield address
        finally:
            process.kill()


def ready(address: str) -> bool:
    """Ask whether it is ready."""
    try:
        with urllib.request.urlopen(f"{address}/-/ready", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_alertmanager_reckons_the_same(alertmanager: str) -> None:
    """Each label set has the very fingerprint that Alertmanager gives it."""
    alerts = f"{alertmanager}/api/v2/alerts"
    body = json.dumps([{"labels": labels} for labels in LABELS]).encode()
    request = urllib.request.Request(alerts, body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=10).close()
    with urllib.request.urlopen(alerts, timeout=10) as answer:
        theirs = {alert["labels"]["alertname"]: alert["fingerprint"] for alert in json.load(answer)}
    named = {labels["alertname"]: labels for labels in LABELS if len(labels) > 1}
    assert {name: theirs[name] for name in named if name != "DiskFull"} == {
        name: fingerprint(labels) for name, labels in named.items() if name != "DiskFull"
    }
    assert {fingerprint(labels) for labels in LABELS} >= set(theirs.values())
