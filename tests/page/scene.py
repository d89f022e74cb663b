"""A pager in the middle of a working day: what views are looked at with, by tests and for the pictures in the docs."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge import Bridge

__all__ = ["SIZES", "VIEWS", "set_scene"]

VIEWS = ("desk", "sounding", "time", "mixer", "score", "learn", "chain", "about", "noc")
SIZES = {"phone": (360, 740), "tablet": (1024, 768), "wall": (1920, 1080)}
"""Width and height of a window, in CSS pixels."""

_ALERTS = (
    ("DiskFull", "critical", "db1:9100", "The disk of db1 is full in 20 minutes at this pace"),
    ("PumpStopped", "critical", "plant/pump-3", "Pump 3 does not turn"),
    ("CertificateExpires", "warning", "www:443", "The certificate of www expires in 6 days"),
    ("QueueGrows", "warning", "mail:9154", "1,204 mails wait to be delivered"),
    ("BackupLate", "info", "nas:22", "The last backup is 26 hours old"),
)


def set_scene(bridge: Bridge) -> None:
    """Fire some alerts, take one, snooze another, resolve a third, and let three numbers sing."""
    for name, severity, instance, summary in _ALERTS:
        _fire(bridge, name, severity, instance, summary)
    known = {alert["name"]: alert["fingerprint"] for alert in json.loads(bridge.get("/api/alerts")[1])["alerts"]}
    bridge.post(f"/api/alerts/{known['PumpStopped']}/ack", {"by": "Ada", "reason": "on my way to the plant"})
    bridge.post(f"/api/alerts/{known['QueueGrows']}/snooze", {"by": "Grace", "seconds": 3600})
    _fire(bridge, "BackupLate", "info", "nas:22", "The last backup is 26 hours old", status="resolved")
    for kind, value in (("cpu", 0.42), ("memory", 0.61), ("network", 0.3)):
        bridge.post("/metric", {"type": kind, "value": value})
    request = urllib.request.Request(
        f"{bridge.url}/api/volume", data=b'{"strip": "info", "level": 0.6, "by": "Ada"}', method="PUT"
    )
    urllib.request.urlopen(request, timeout=10).close()


def _fire(bridge: Bridge, name: str, severity: str, instance: str, summary: str, *, status: str = "firing") -> None:
    labels = {"alertname": name, "severity": severity, "instance": instance, "job": "node"}
    annotations = {"summary": summary, "runbook_url": f"https://runbooks.example/{name}"}
    alert = {"status": status, "labels": labels, "annotations": annotations}
    assert bridge.post("/alert", {"version": "4", "status": status, "alerts": [alert]})[0] == 202
