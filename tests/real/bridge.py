"""The real bridge in a process of its own, under its supervisor, on free ports."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from broker import eventually, free_port

__all__ = ["Bridge", "alert_body"]

_ROOT = Path(__file__).resolve().parents[2]


def alert_body(status: str, **labels: str) -> dict[str, object]:
    """What Alertmanager would send of one alert."""
    return {"version": "4", "status": status, "alerts": [{"status": status, "labels": labels, "annotations": {}}]}


class Bridge:
    """`singing-pager run` under `scripts/supervise`; a context manager, ready when it is entered.

    Args:
        directory: Where the log goes.
        osc_port: Where the sound engine listens.
        mqtt_port: Where the broker is; None: no broker at all.
        environment: Further settings.
    """

    def __init__(
        self, directory: Path, osc_port: int, mqtt_port: int | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        self.port = free_port()
        self.metrics_port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = directory / "bridge.log"
        self._environment = {
            **os.environ,
            "HTTP_PORT": str(self.port),
            "METRICS_PORT": str(self.metrics_port),
            "OSC_PORT": str(osc_port),
            "MQTT_PORT": str(mqtt_port or free_port()),
            "STORE_URL": f"sqlite:///{directory / 'pager.db'}",
            **(environment or {}),
        }
        self._supervisor: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._supervisor = subprocess.Popen(
                [_ROOT / "scripts/supervise", Path(sys.executable).with_name("singing-pager"), "run"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        if not eventually(self.lives, 60):
            self.__exit__()
            raise TimeoutError(self.log)
        return self

    def __exit__(self, *_: object) -> None:
        if self._supervisor is not None:
            self._supervisor.terminate()
            self._supervisor.wait(15)

    @property
    def log(self) -> str:
        """What the bridge and its supervisor have written."""
        return self._log.read_text(errors="replace")

    @property
    def pid(self) -> int:
        """The bridge's own process id; 0 while there is none."""
        if self._supervisor is None:
            return 0
        children = Path(f"/proc/{self._supervisor.pid}/task/{self._supervisor.pid}/children").read_text().split()
        names = {int(child): Path(f"/proc/{child}/comm").read_text() for child in children}
        return next((child for child, name in names.items() if name.startswith("singing")), 0)

    def kill(self) -> None:
        """End the bridge as a power cut would."""
        os.kill(self.pid, signal.SIGKILL)

    def lives(self) -> bool:
        """Whether it answers."""
        with contextlib.suppress(OSError):
            return self.get("/healthz")[0] == 200
        return False

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page."""
        return self._ask(urllib.request.Request(self.url + path))

    def post(self, path: str, body: object) -> tuple[int, str]:
        """Status and text of the answer to a body: bytes as they are, anything else as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._ask(urllib.request.Request(self.url + path, data=content, method="POST"))

    def metric(self, name: str, **labels: str) -> float:
        """A sample as Prometheus would scrape it from the metrics port; 0 where there is none."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=5) as page:
            text = page.read().decode()
        for line in text.splitlines():
            found = re.fullmatch(rf"{name}(?:{{(.*)}})? (\S+)", line)
            given = dict(re.findall(r'(\w+)="([^"]*)"', found[1] or "")) if found else {}
            if found and labels.items() <= given.items():
                return float(found[2])
        return 0.0

    @staticmethod
    def _ask(request: urllib.request.Request) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read().decode()
