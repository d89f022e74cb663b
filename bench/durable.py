"""Webhooks a second that are answered 202: with the store, where each is on disk first, beside STORE_URL=off.

Every body holds one new alert, the dearest kind. Both ways get the same bodies from the same senders, in turns, each
turn a bridge and a file of its own. The senders are a process of their own, as Alertmanagers would be.

    PYTHONPATH=tests/real python bench/durable.py
"""

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import described, free_port, pager

TURNS = 3
SECONDS = 4.0
SENDERS = (1, 32)
"""Senders at once; each waits for its answer before it posts again."""


def request(name: str) -> bytes:
    """Make the request that posts one alert."""
    alert = {
        "status": "firing",
        "labels": {"alertname": "PodDown", "severity": "warning", "namespace": "shop", "pod": name},
        "annotations": {"summary": f"Pod {name} has been down for 5 minutes"},
        "startsAt": "2026-11-21T10:00:00.000Z",
    }
    body = json.dumps({"version": "4", "status": "firing", "alerts": [alert]}).encode()
    lines = (
        "POST /alert HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join([*lines, "", ""]).encode() + body


async def sent(port: int, name: int, until: float, took: list[float]) -> int:
    """Post one after the other; gives how many were not taken."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    refused = number = 0
    while (began := time.perf_counter()) < until:
        number += 1
        writer.write(request(f"cart-{name}-{number}"))
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode().lower().splitlines()
        length = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length"))
        await reader.readexactly(length)
        refused += not head.startswith(b"HTTP/1.1 202")
        took.append(time.perf_counter() - began)
    writer.close()
    return refused


async def posted(port: int, senders: int) -> None:
    """Post for some seconds, and print what it took."""
    took: list[float] = []
    until = time.perf_counter() + SECONDS
    refused = sum(await asyncio.gather(*(sent(port, name, until, took) for name in range(senders))))
    some = sorted(took)[:: max(1, len(took) // 1000)]
    print(json.dumps({"rate": len(took) / SECONDS, "took": some, "refused": refused}))


def turn(store: str, senders: int) -> tuple[float, list[float]]:
    """Run a bridge for a turn; gives webhooks a second and some of the seconds that they took."""
    http = free_port()
    settings = {"HTTP_RATE": "0", "STORE_URL": store, "SOUND_OUTLET": "off", "LOG_LEVEL": "error"}
    with pager(http, free_port(socket.SOCK_DGRAM), **settings):
        words = [sys.executable, __file__, "post", str(http), str(senders)]
        told = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    if told["refused"]:
        raise RuntimeError(f"{told['refused']} webhooks were not taken")
    return told["rate"], told["took"]


def disk(folder: Path) -> float:
    """How often a second the disk takes a page for good: what no durable accept can beat one at a time."""
    with (folder / "probe").open("wb") as file:
        began, number = time.perf_counter(), 0
        while time.perf_counter() - began < 1:
            file.write(b"x" * 4096)
            file.flush()
            os.fdatasync(file.fileno())
            number += 1
    return number / (time.perf_counter() - began)


def main() -> None:
    """Take turns."""
    print(described())
    print(f"Webhooks of one new alert, {TURNS} turns of {SECONDS:g} s")
    with tempfile.TemporaryDirectory() as folder:
        print(f"  the disk alone: {disk(Path(folder)):.0f} pages brought to it a second, one at a time")
        for senders in SENDERS:
            rates: dict[str, list[float]] = {"off": [], "durable": []}
            took: dict[str, list[float]] = {"off": [], "durable": []}
            for number in range(TURNS):
                for way, url in (("off", "off"), ("durable", f"sqlite:///{folder}/{senders}-{number}.db")):
                    rate, some = turn(url, senders)
                    rates[way].append(rate)
                    took[way] += some
            for way, reached in rates.items():
                cuts = statistics.quantiles(took[way], n=100)
                print(
                    f"  {senders:>3} senders, {way:<8} {statistics.median(reached):6.0f} webhooks/s, "
                    f"answered in {cuts[49] * 1e3:.2f} ms (p50), {cuts[98] * 1e3:.2f} ms (p99)"
                )
            ratio = statistics.median(rates["durable"]) / statistics.median(rates["off"])
            print(f"  {senders:>3} senders: durable is {ratio:.2f} of off")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["post", port, senders]:
            asyncio.run(posted(int(port), int(senders)))
        case _:
            main()
