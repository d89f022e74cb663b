"""From a webhook's arrival to the datagram: the bridge beside a server that does only the unavoidable.

Both get the same bodies of ten alerts, nine of them known and one new, as an Alertmanager group sends them, at the same
rate, from the same client, in turns, on a core of their own. Microseconds from the client's write to its receipt of the
datagram.
"""

import contextlib
import json
import os
import socket
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from broker import Broker
from flood import Flood
from machine import described, free_port, pager, process, wait_for_port

ROUNDS = 10
"""Turns that each of the two gets: what else happens on the machine then happens to both."""
RATE = 500
"""Bodies a second: as many as the score below lets sound at once."""
SCORE = """
alerts:
  - match: {}
    instrument: alert_info
    params: {dur: 0.4}
    repeat: 0
voices: {struck: 1000, stagger: 0}
flood: {alarms: 1000000}
ambience: null
heartbeat: {every: 60}
"""


Around = Callable[[], contextlib.AbstractContextManager[dict[str, str]]]
"""What goes on meanwhile; gives the settings by which the bridge takes part in it."""


class Client:
    """One keep-alive connection, and the socket at which the datagram arrives."""

    def __init__(self, http_port: int, osc: socket.socket) -> None:
        self._osc = osc
        self._http = socket.create_connection(("127.0.0.1", http_port))
        self._http.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._number = time.monotonic_ns()

    def request(self) -> bytes:
        """A body with nine known alerts and a new one."""
        self._number += 1
        names = [f"known{index}" for index in range(9)] + [f"new{self._number}"]
        alerts = [
            {
                "status": "firing",
                "labels": {"alertname": name, "severity": "info", "instance": "db-1:9100", "job": "node"},
                "annotations": {"summary": "Disk is filling up", "value": "93%"},
                "startsAt": "2026-11-21T10:00:00.000Z",
                "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": "http://prometheus:9090/graph",
                "fingerprint": f"{name:>16}",
            }
            for name in names
        ]
        body = json.dumps({"version": "4", "status": "firing", "receiver": "pager", "alerts": alerts}).encode()
        head = f"POST /alert HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body

    def once(self) -> float:
        """Post one body; microseconds until its datagram is here."""
        request = self.request()
        started = time.perf_counter()
        self._http.sendall(request)
        self._osc.recv(65536)
        took = time.perf_counter() - started
        while b"\r\n\r\n" not in self._http.recv(65536):
            pass
        return took * 1e6


def measure(http_port: int, osc: socket.socket, seconds: float) -> list[float]:
    """Post at the rate for so long."""
    client = Client(http_port, osc)
    client.once()
    time.sleep(0.5)
    osc.settimeout(0)
    with contextlib.suppress(BlockingIOError):
        while True:
            osc.recv(65536)
    osc.settimeout(5)
    taken = []
    due = time.perf_counter()
    for _ in range(int(seconds * RATE)):
        due += 1 / RATE
        time.sleep(max(0, due - time.perf_counter()))
        taken.append(client.once())
    return taken


def told(name: str, taken: list[float]) -> float:
    """Print a row; the p99."""
    cuts = statistics.quantiles(taken, n=1000)
    figures = f"p50 {cuts[499]:6.0f}  p95 {cuts[949]:6.0f}  p99 {cuts[989]:6.0f}  max {max(taken):7.0f} µs"
    print(f"{name:36} {figures}  n {len(taken)}")
    return cuts[989]


@contextlib.contextmanager
def scraped(url: str) -> Iterator[None]:
    """Scrape /metrics every second for as long as the block."""
    done = threading.Event()

    def scrape() -> None:
        while not done.wait(1):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(url, timeout=5).read()

    thread = threading.Thread(target=scrape)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextlib.contextmanager
def osc_socket() -> Iterator[socket.socket]:
    """A socket that stands for the sound engine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as osc:
        osc.bind(("127.0.0.1", 0))
        yield osc


def compare(
    seconds: float, around: Callable[[], contextlib.AbstractContextManager[dict[str, str]]], title: str
) -> None:
    """Measure both, in turns, with the same things going on around them."""
    print(title)
    # the servers have a core of their own, the same one; client, broker and publishers share the others
    cores = sorted(os.sched_getaffinity(0))
    pinned = ("taskset", "-c", str(cores[0]))
    os.sched_setaffinity(0, set(cores[1:]) or set(cores))
    taken: dict[str, list[float]] = {"bare": [], "pager": []}
    with tempfile.TemporaryDirectory() as folder, around() as env, osc_socket() as bare_osc, osc_socket() as pager_osc:
        score = Path(folder, "score.yaml")
        score.write_text(SCORE)
        bare_http, pager_http = free_port(), free_port()
        bare_port = str(bare_osc.getsockname()[1])
        with (
            process(*pinned, sys.executable, str(Path(__file__).with_name("bare.py")), str(bare_http), bare_port),
            pager(pager_http, pager_osc.getsockname()[1], *pinned, SCORE=str(score), **env),
        ):
            wait_for_port(bare_http)
            with scraped(f"http://127.0.0.1:{pager_http}/metrics") if env else contextlib.nullcontext():
                for _ in range(ROUNDS):
                    taken["bare"] += measure(bare_http, bare_osc, seconds / ROUNDS)
                    taken["pager"] += measure(pager_http, pager_osc, seconds / ROUNDS)
    os.sched_setaffinity(0, set(cores))
    bare = told("  bare ASGI: parse, one datagram", taken["bare"])
    bridge = told("  the bridge", taken["pager"])
    print(f"  p99 of the bridge is {bridge / bare:.2f} times the bare server's")


@contextlib.contextmanager
def quiet() -> Iterator[dict[str, str]]:
    """Nothing else going on."""
    yield {}


@contextlib.contextmanager
def flooded(seconds: float) -> Iterator[dict[str, str]]:
    """A real Mosquitto with 20,000 readings a second, which the bridge reads."""
    with tempfile.TemporaryDirectory() as home, Broker(Path(home)) as broker:
        # as long as the measuring takes, start and pauses included
        flood = Flood(broker.port, 20_000, seconds * 2 + 30).start()
        try:
            yield {"MQTT_HOST": "127.0.0.1", "MQTT_PORT": str(broker.port)}
        finally:
            flood.terminate()
            flood.communicate()


if __name__ == "__main__":
    duration = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    print(described())
    compare(duration, quiet, "Alert latency, HTTP arrival to datagram, nothing else going on")
    compare(
        duration,
        lambda: flooded(duration),
        "The same while the bridge reads 20,000 MQTT messages a second and /metrics is scraped every second",
    )
