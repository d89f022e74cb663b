"""A storm upon a real bridge: what is posted and answered, what sounds, and how long health checks take."""

import contextlib
import http.client
import json
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Storm", "body", "fired", "health", "listening", "memory"]


@dataclass
class Storm:
    """What was seen of a storm.

    Attributes:
        statuses: How often each status was answered.
        onsets: Monotonic second and OSC address of every alarm and earcon.
        checks: Seconds that each health check took.
        refused: Health checks that were answered with anything but 200.
    """

    statuses: dict[int, int] = field(default_factory=dict)
    onsets: list[tuple[float, str]] = field(default_factory=list)
    checks: list[float] = field(default_factory=list)
    refused: int = 0

    def post(self, port: int, bodies: Iterator[bytes], every: float) -> None:
        """Post bodies at a pace, on one connection."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        due = time.monotonic()
        for content in bodies:
            time.sleep(max(0.0, due - time.monotonic()))
            due += every
            connection.request("POST", "/alert", content)
            with connection.getresponse() as answer:
                answer.read()
                self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        connection.close()


def body(first: int, number: int, *, severity: str = "warning") -> bytes:
    """A body of alerts that nobody has seen, as Alertmanager would send it."""
    alerts = [
        {
            "status": "firing",
            "labels": {"alertname": "PodDown", "severity": severity, "namespace": "shop", "pod": f"cart-{index:06d}"},
            "annotations": {"summary": f"Pod cart-{index:06d} has been down for 5 minutes", "value": "1"},
            "generatorURL": "http://prometheus:9090/graph?g0.expr=up&g0.tab=1",
            "fingerprint": f"{index:016x}",
        }
        for index in range(first, first + number)
    ]
    return json.dumps({"version": "4", "status": "firing", "receiver": "pager", "alerts": alerts}).encode()


@contextlib.contextmanager
def listening(storm: Storm, osc: socket.socket) -> Iterator[None]:
    """Note every onset that leaves for SuperCollider, for as long as the block."""
    done = threading.Event()
    osc.settimeout(0.1)

    def listen() -> None:
        while not done.is_set():
            with contextlib.suppress(TimeoutError):
                packet = osc.recv(65536)
                for address in (b"/alert", b"/flood", b"/resolved", b"/lost", b"/fault", b"/stale"):
                    storm.onsets += [(time.monotonic(), address.decode())] * packet.count(address + b"\0")

    with _beside(listen, done):
        yield


@contextlib.contextmanager
def health(storm: Storm, port: int, every: float = 0.02) -> Iterator[None]:
    """Ask for /healthz all the time, for as long as the block."""
    done = threading.Event()

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while not done.wait(every):
            asked = time.perf_counter()
            connection.request("GET", "/healthz")
            with connection.getresponse() as answer:
                answer.read()
                storm.refused += answer.status != 200
            storm.checks.append(time.perf_counter() - asked)
        connection.close()

    with _beside(ask, done):
        yield


@contextlib.contextmanager
def _beside(work: Callable[[], None], done: threading.Event) -> Iterator[None]:
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def memory(pid: int) -> float:
    """Resident memory of a process in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(pid)


def fired(store: Path) -> tuple[int, int]:
    """How many alerts the journal says have fired, and how many the desk holds."""
    with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as database:
        journal = database.execute("SELECT count(DISTINCT fingerprint) FROM journal WHERE deed = 'fired'").fetchone()
        desk = database.execute("SELECT count(*) FROM desk WHERE state != 'resolved'").fetchone()
    return journal[0], desk[0]
