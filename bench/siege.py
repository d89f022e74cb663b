"""10,000 alerts in one body, then 100 bodies of 10 a second for 30 s, with the journal: does the bridge still answer?

Health checks go on all the time, every 20 ms, on a connection of their own; beside them stand those of the same bridge
before the storm. The client shares the two cores with the bridge.
"""

import socket
import statistics
import tempfile
import time
from pathlib import Path

from machine import described, free_port, pager
from storming import Storm, body, fired, health, listening, memory

LARGE = 10_000
SECONDS, RATE, EACH = 30, 100, 10


def told(name: str, checks: list[float]) -> None:
    """Print how long health checks took."""
    taken = sorted(check * 1e3 for check in checks)
    p50, p99 = statistics.median(taken), taken[int(len(taken) * 0.99)]
    print(f"  {name:24} p50 {p50:6.1f}  p99 {p99:6.1f}  max {taken[-1]:6.1f} ms  n {len(taken)}")


def main() -> None:
    """Run it."""
    print(described())
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as osc:
        osc.bind(("127.0.0.1", 0))
        store = Path(folder, "pager.db")
        port = free_port()
        settings = {"STORE_URL": f"sqlite:///{store}", "SOUND_OUTLET": "off"}
        with pager(port, osc.getsockname()[1], **settings) as child:
            calm, storm = Storm(), Storm()
            with health(calm, port):
                time.sleep(5)
            before = memory(child.pid)
            began = time.monotonic()
            with listening(storm, osc), health(storm, port):
                storm.post(port, iter([body(0, LARGE)]), 0)
                large = time.monotonic() - began
                bodies = (body(LARGE + number * EACH, EACH) for number in range(SECONDS * RATE))
                storm.post(port, bodies, 1 / RATE)
                took = time.monotonic() - began - large
                time.sleep(1)
            grown = memory(child.pid) - before
        print(f"One body of {LARGE:,} alerts, on disk and answered after {large:.2f} s;")
        print(f"then {SECONDS * RATE:,} bodies of {EACH} in {took:.1f} s ({SECONDS * RATE / took:.0f} a second)")
        told("health checks before", calm.checks)
        told("health checks meanwhile", storm.checks)
        print(f"  answered: {storm.statuses}; in the journal and on the desk: {fired(store)}")
        heard = ", ".join(f"{address} after {at - began:.1f} s" for at, address in storm.onsets)
        print(f"  sounds: {heard}")
        print(f"  memory grew by {grown:.0f} MiB, to {before + grown:.0f}")


if __name__ == "__main__":
    main()
