"""CPU per message of what reads the flood, beside a bare paho subscriber that only counts.

PYTHONPATH=tests/real python bench/mqtt_probe.py [seconds]
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil
import uvloop
from broker import Broker
from flood import Flood
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from singing_pager.model import Event, Reading
from singing_pager.sources.mqtt import Intake, Interest, Pace, connection
from singing_pager.sources.mqtt.metrics import MetricSource
from singing_pager.sources.mqtt.topics import Routes

RATES = (5_000, 20_000, 50_000)


class Tally:
    """An inbox that counts."""

    def __init__(self) -> None:
        self.readings = 0
        self.messages = 0

    def offer(self, events: Sequence[Event]) -> bool:
        """Count the messages that the readings stand for."""
        self.readings += len(events)
        self.messages += sum(event.count for event in events if isinstance(event, Reading))
        return True

    def now(self) -> float:
        """Tell the time."""
        return time.time()

    def count(self, _route: str, _result: str, n: int) -> None:
        """Count what did not become an event."""
        self.messages += n

    def connected(self, _connection: str, /, *, up: bool) -> None:
        """Tell the parent that the flood may begin."""
        if up:
            print("ready", flush=True)


def read_with_the_pager(port: int) -> None:
    """Read, conflate and decode until standard input ends, then print what was counted."""
    tally = Tally()
    intake = Intake(inbox=tally, count=tally.count, connected=tally.connected)
    broker = connection.Broker(host="127.0.0.1", port=port, client_id="probe")
    interest = Interest(wants_all=lambda _topic: False, prompt=lambda _topic: False)
    source = MetricSource(broker, Routes(["metrics/#"]), intake, interest, Pace())

    async def main() -> None:
        task = asyncio.create_task(source.run())
        await asyncio.to_thread(sys.stdin.read)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    uvloop.run(main())
    print(json.dumps({"messages": tally.messages, "readings": tally.readings}))


def read_with_paho(port: int) -> None:
    """Count in paho's callback until standard input ends."""
    messages = 0

    def count(_client: Client, _data: object, _message: MQTTMessage) -> None:
        nonlocal messages
        messages += 1

    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = count
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.subscribe("metrics/#")
    # The subscription has no answer to wait for in one line; the flood begins well after it.
    time.sleep(0.5)
    print("ready", flush=True)
    sys.stdin.read()
    client.disconnect()
    client.loop_stop()
    print(json.dumps({"messages": messages}))


def measure(reader: str, port: int, rate: int, seconds: float) -> str:
    """Let a reader in a process of its own read a flood; gives a line of the table."""
    words = [sys.executable, __file__, reader, str(port)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None  # noqa: S101 - asked for above
        child.stdout.readline()
        process = psutil.Process(child.pid)
        before = process.cpu_times()
        sent = Flood(port, rate, seconds).run()
        time.sleep(0.5)
        after = process.cpu_times()
        counted = json.loads(child.communicate()[0])
    cpu = after.user + after.system - before.user - before.system
    lost = sent - counted["messages"]
    readings = f"{counted['readings'] / seconds:8.0f}" if "readings" in counted else " " * 8
    return f"{reader:8} {sent / seconds:10.0f} {cpu / sent * 1e6:10.2f} {100 * cpu / seconds:6.1f} {lost:8d} {readings}"


def main(seconds: float) -> None:
    """Print the table."""
    print("reader   messages/s µs/message  CPU %     lost readings/s")
    with tempfile.TemporaryDirectory() as home, Broker(Path(home)) as broker:
        for rate in RATES:
            for reader in ("pager", "paho"):
                print(measure(reader, broker.port, rate, seconds), flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["pager", port]:
            read_with_the_pager(int(port))
        case ["paho", port]:
            read_with_paho(int(port))
        case [seconds]:
            main(float(seconds))
        case _:
            main(5.0)
