"""10,000 alerts in one body, as Alertmanager sends them: how long is the loop ever held?

The bridge runs in this process beside a watch that wants to be woken every millisecond; how late it is woken is how
long the loop was held. A process of its own posts the body.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import uvloop
from machine import described, free_port
from singing_pager import app
from singing_pager.config import Config, Http, Log, Metrics, Mqtt, Osc, Store

ALERTS = 10_000


def body() -> bytes:
    """What Alertmanager would send: about 3.5 MB."""
    alerts = [
        {
            "status": "firing",
            "labels": {"alertname": "PodDown", "severity": "warning", "namespace": "shop", "pod": f"cart-{number:05d}"},
            "annotations": {"summary": f"Pod cart-{number:05d} has been down for 5 minutes", "value": "1"},
            "startsAt": "2026-11-21T10:00:00.000Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus:9090/graph?g0.expr=up&g0.tab=1",
            "fingerprint": f"{number:016x}",
        }
        for number in range(ALERTS)
    ]
    return json.dumps({"version": "4", "status": "firing", "receiver": "pager", "alerts": alerts}).encode()


def _start(words: list[str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


async def watched(port: int, content: Path) -> None:
    """Post once the bridge is up, and watch the loop meanwhile."""
    held: list[float] = []
    posting: subprocess.Popen[str] | None = None
    began = time.monotonic()
    while posting is None or posting.poll() is None:
        asked = time.perf_counter()
        await asyncio.sleep(0.001)
        late = (time.perf_counter() - asked - 0.001) * 1e3
        if posting is None:
            if time.monotonic() - began > 1:
                words = [sys.executable, __file__, "post", str(port), str(content)]
                posting = _start(words)
        else:
            held.append(late)
    # what is left in the inbox is taken in further slices
    for _ in range(1000):
        asked = time.perf_counter()
        await asyncio.sleep(0.001)
        held.append((time.perf_counter() - asked - 0.001) * 1e3)
    answer = posting.communicate()[0].strip()
    longest = sorted(held)[-3:]
    print(f"  {answer}; the loop was held at most {longest[-1]:.1f} ms (then {longest[-2]:.1f}, {longest[-3]:.1f})")
    os.kill(os.getpid(), signal.SIGTERM)


async def main(content: Path) -> None:
    """Run the bridge and the watch."""
    http = free_port()
    config = Config(
        osc=Osc(port=free_port()), mqtt=Mqtt(port=free_port()), http=Http(port=http), metrics=Metrics(port=free_port()),
        log=Log(level="error"), store=Store(url=f"sqlite:///{content.parent / 'pager.db'}"),
    )  # fmt: skip
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(app.run(config))
        tasks.create_task(watched(http, content))


def post(port: int, content: Path) -> None:
    """Post a file and say how it was answered."""
    began = time.perf_counter()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/alert", data=content.read_bytes(), method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        took = (time.perf_counter() - began) * 1e3
        print(f"{content.stat().st_size / 1e6:.1f} MB answered {answer.status} after {took:.0f} ms")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["post", port, content]:
            post(int(port), Path(content))
        case _:
            print(described())
            print(f"One body of {ALERTS:,} alerts")
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder, "body.json")
                file.write_bytes(body())
                uvloop.run(main(file))
