"""The flood of readings: the whole bridge beside a bare paho subscriber that counts, and beside the tutorial's bridge.

1,000 devices publish `metrics/<device>/cpu {"value": 0.42}` through a real Mosquitto at a steady rate. CPU is that of
the reading process, user and system, everything included.
"""

import contextlib
import re
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
from broker import Broker
from flood import Flood
from machine import described, free_port, pager, process, wait_for_port
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

RATES = (5_000, 20_000, 50_000)

Reader = tuple[psutil.Process, Callable[[], int]]
"""A process that reads, and how many messages it has read."""


def scraped(port: int, name: str) -> int:
    """Sum of a counter over all its labels, as /metrics has it."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as page:
        text = page.read().decode()
    return int(sum(float(value) for value in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE)))


@contextlib.contextmanager
def bridge(port: int, osc: int) -> Iterator[Reader]:
    """The bridge, every sink and its default score included."""
    http = free_port()
    with pager(http, osc, MQTT_HOST="127.0.0.1", MQTT_PORT=str(port)) as child:
        while '"mqtt metrics":true' not in urllib.request.urlopen(f"http://127.0.0.1:{http}/readyz").read().decode():
            time.sleep(0.05)
        yield psutil.Process(child.pid), lambda: scraped(http, "bridge_messages_total")


@contextlib.contextmanager
def tutorial(port: int, osc: int) -> Iterator[Reader]:
    """The tutorial's bridge."""
    http, metrics = free_port(), free_port()
    env = {"MQTT_PORT": str(port), "OSC_PORT": str(osc), "HTTP_PORT": str(http), "METRICS_PORT": str(metrics)}
    with process(sys.executable, str(Path(__file__).with_name("tutorial.py")), env=env) as child:
        wait_for_port(http)
        time.sleep(1)
        yield psutil.Process(child.pid), lambda: scraped(metrics, "mqtt_messages_total")


@contextlib.contextmanager
def bare_paho(port: int, _osc: int) -> Iterator[Reader]:
    """A paho subscriber that does nothing but count."""
    with tempfile.TemporaryDirectory() as folder:
        tally = Path(folder, "tally")
        with process(sys.executable, __file__, "paho", str(port), str(tally)) as child:
            while not tally.exists():
                time.sleep(0.05)
            yield psutil.Process(child.pid), lambda: int(tally.read_text() or 0)


def count_with_paho(port: int, tally: Path) -> None:
    """Count messages, and write the number down twice a second."""
    seen = [0]

    def counted(*_: object) -> None:
        seen[0] += 1

    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = counted
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.subscribe("metrics/#")
    while True:
        time.sleep(0.5)
        tally.write_text(str(seen[0]))


def compare(seconds: float) -> None:
    """Print the table."""
    print("The MQTT flood: 1,000 devices, QoS 0, a real Mosquitto")
    print("  reader            messages/s   µs CPU/message   CPU %      lost")
    readers = {"the bridge": bridge, "bare paho, counts": bare_paho, "tutorial's bridge": tutorial}
    with tempfile.TemporaryDirectory() as home, Broker(Path(home)) as broker:
        for rate in RATES:
            for name, reader in readers.items():
                with reader(broker.port, free_port()) as (child, read):
                    already, before, began = read(), child.cpu_times(), time.monotonic()
                    sent = Flood(broker.port, rate, seconds).run()
                    took = time.monotonic() - began
                    after = child.cpu_times()
                    cpu = after.user + after.system - before.user - before.system
                    time.sleep(2)
                    lost = sent - (read() - already)
                print(
                    f"  {name:18}{sent / took:10.0f}{cpu / sent * 1e6:17.1f}{100 * cpu / took:8.1f}{lost:10d}",
                    flush=True,
                )


def flat(topics: int, messages: int) -> None:
    """Print the memory of the bridge while many topics come by."""
    print(f"Memory: {messages:,} messages on {topics:,} topics")
    rate = 20_000
    with (
        tempfile.TemporaryDirectory() as home,
        Broker(Path(home)) as broker,
        bridge(broker.port, free_port()) as (child, _),
    ):
        sizes = [child.memory_info().rss]
        flood = Flood(broker.port, rate, messages / rate, topics).start()
        while flood.poll() is None:
            time.sleep(messages / rate / 10)
            sizes.append(child.memory_info().rss)
        flood.communicate()
    print("  MiB, at the start and after each tenth: " + " ".join(f"{size / 2**20:.1f}" for size in sizes))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["paho", port, tally]:
            count_with_paho(int(port), Path(tally))
        case _:
            print(described())
            compare(5)
            flat(100_000, 1_000_000)
