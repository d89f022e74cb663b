"""A flood of readings: 1,000 devices at a steady rate, at little CPU.

A process of its own encodes a PUBLISH packet for each device once, and writes the packets of 5 ms in one `send`: a
hundredth of what a client library costs, so that the machine is left to what is measured.

    python bench/flood.py PORT MESSAGES_PER_SECOND SECONDS
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

import mqtt5

__all__ = ["Flood"]

_STEP = 0.005


@dataclass(frozen=True, slots=True)
class Flood:
    """So many messages a second of `metrics/<device>/cpu {"value": 0.42}`, for so long.

    Attributes:
        port: Of a broker at 127.0.0.1 that lets everybody in.
        rate: Messages a second.
        seconds: How long.
        devices: How many topics.
    """

    port: int
    rate: int
    seconds: float
    devices: int = 1_000

    def run(self) -> int:
        """Publish in a process of its own, wait for its end, and give the number of messages sent."""
        words = [sys.executable, __file__, str(self.port), str(self.rate), str(self.seconds), str(self.devices)]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
        sent: int = json.loads(done.stdout)["sent"]
        return sent

    def start(self) -> "subprocess.Popen[str]":
        """Publish in a process of its own that prints `{"sent": …}` at its end."""
        words = [sys.executable, __file__, str(self.port), str(self.rate), str(self.seconds), str(self.devices)]
        return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)

    def publish(self) -> int:
        """Publish here and now; gives the number of messages sent."""
        width = len(str(self.devices))
        packets = [
            mqtt5.PublishPacket(f"metrics/device-{place:0{width}d}/cpu", b'{"value": 0.42}').write()
            for place in range(self.devices)
        ]
        size = len(packets[0])
        # Twice round, so that any run of up to `devices` packets is one slice.
        ring = memoryview(b"".join(packets * 2))
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(mqtt5.ConnectPacket(f"flood-{os.getpid()}", clean_start=True).write())
            connection.recv(1024)
            return self._pour(connection, ring, size)

    def _pour(self, connection: socket.socket, ring: memoryview, size: int) -> int:
        begun = time.monotonic()
        sent = 0
        while (elapsed := time.monotonic() - begun) < self.seconds:
            due = min(int(elapsed * self.rate) - sent, self.devices)
            first = sent % self.devices
            connection.sendall(ring[first * size : (first + due) * size])
            sent += due
            time.sleep(_STEP)
        connection.sendall(mqtt5.DisconnectPacket().write())
        # What the broker has read it has: without this the last packets could be lost with the connection.
        with contextlib.suppress(OSError):
            connection.recv(1024)
        return sent


if __name__ == "__main__":
    port, rate, seconds, devices = sys.argv[1:]
    print(json.dumps({"sent": Flood(int(port), int(rate), float(seconds), int(devices)).publish()}))
