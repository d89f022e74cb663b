"""Tabs without a browser: a sink whose frames are plain, and what a tab has taken."""

import asyncio
import json
import struct
from collections.abc import Collection, Coroutine, Sequence
from functools import cache
from typing import Any

from singing_pager import instruments
from singing_pager.core.instrument import Catalogue
from singing_pager.model import Entry, Outcome, Strike, Tick
from singing_pager.sinks.browser import BrowserSink, Tab
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.testing import START, FakeClock

__all__ = ["Browsed", "PlainTeller", "addresses", "catalogue", "kinds", "outcome", "strike", "time_tag"]


@cache
def catalogue() -> Catalogue:
    """The instruments."""
    return instruments.load()


def outcome(*cues: Any, event: Any = None, entries: Sequence[Entry] = ()) -> Outcome:  # noqa: ANN401 - any cue
    """Make the outcome of something."""
    return Outcome(event or Tick(START), START, tuple(cues), entries=tuple(entries))


def strike(voice: str = "v", instrument: str = "alert_critical", *notes: str) -> Strike:
    """Make a sound that ends by itself, with its default values."""
    return Strike(voice, instrument, catalogue()[instrument].params({}), notes)


def kinds(frames: Sequence[str | bytes]) -> list[str]:
    """What kind each frame is of; `osc` for a packet."""
    return ["osc" if isinstance(frame, bytes) else json.loads(frame)["kind"] for frame in frames]


def time_tag(bundle: bytes) -> float:
    """Unix time of a bundle."""
    whole, part = struct.unpack(">II", bundle[8:16])
    return float(whole - 2_208_988_800 + part / 2**32)


def addresses(packet: bytes) -> list[str]:
    """Addresses of the messages of a packet."""
    if not packet.startswith(b"#bundle\0"):
        return [packet.partition(b"\0")[0].decode()]
    found, place = [], 16
    while place < len(packet):
        (size,) = struct.unpack(">I", packet[place : place + 4])
        found.append(packet[place + 4 : place + 4 + size].partition(b"\0")[0].decode())
        place += 4 + size
    return found


class PlainTeller:
    """Makes frames that say only what they are of.

    Attributes:
        calls: What was asked for, in order.
        links: What `standing` tells.
        held: What `voices` tells.
        slow: While it is clear, `state` waits.
    """

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.links = 0
        self.held = 0
        self.fault = False
        self.slow = asyncio.Event()
        self.slow.set()

    async def state(self) -> str:
        """Everything, as it was when this was called."""
        if self.fault:
            raise ValueError("a fault of the test's")
        self.calls.append("state")
        links = self.links
        await self.slow.wait()
        return json.dumps({"kind": "state", "links": links})

    async def alerts(self, fingerprints: Collection[str]) -> str:
        """Alerts that have changed."""
        self.calls.append("alerts")
        return json.dumps({"kind": "alerts", "alerts": list(fingerprints)})

    def entries(self, entries: Sequence[Entry]) -> str:
        """Lines of the journal."""
        self.calls.append("entries")
        return json.dumps({"kind": "entries", "entries": [entry.subject for entry in entries]})

    def standing(self) -> Sequence[str]:
        """What is told whenever it is not as it was."""
        return (json.dumps({"kind": "links", "links": self.links}),)

    def voices(self) -> str:
        """The held voices."""
        return json.dumps({"kind": "voices", "voices": self.held})

    def anomaly(self, at: float, value: float) -> str:
        """How unlike itself this machine is."""
        return json.dumps({"kind": "anomaly", "at": at, "value": value})


class Browsed:
    """A sink for tabs, its loop, and its teller.

    Attributes:
        clock: The engine's time.
        teller: Makes the frames.
        known: Fingerprints on the desk.
        counted: Cues that were left for tabs that listen.
        failures: How often news could not be told.
        sink: The sink.
    """

    def __init__(self, most: int = 32) -> None:
        self.clock = FakeClock()
        self.teller = PlainTeller()
        self.known: set[str] = set()
        self.counted: list[tuple[str, str]] = []
        self.failures: list[str] = []
        folder = instruments.compiled_path()
        self.sink = BrowserSink(
            lambda: Scsynth(catalogue(), folder),
            catalogue(),
            self.teller,
            known=self.known,
            clock=self.clock,
            count=lambda engine, kind: self.counted.append((engine, kind)),
            failed=self.failures.append,
            most=most,
        )

    def run(self, talk: Coroutine[Any, Any, None]) -> None:
        """Serve tabs while somebody talks."""

        async def serve() -> None:
            async with asyncio.timeout(20):
                running = asyncio.create_task(self.sink.run())
                try:
                    await talk
                finally:
                    running.cancel()
                    await asyncio.gather(running, return_exceptions=True)

        asyncio.run(serve())

    @staticmethod
    async def taken(tab: Tab, number: int) -> list[str | bytes]:
        """Take so many frames."""
        frames = tab.frames()
        found = [await anext(frames) for _ in range(number)]
        await frames.aclose()
        return found

    async def until(self, tab: Tab, kind: str) -> list[str | bytes]:
        """Take frames until one of a kind has come."""
        found: list[str | bytes] = []
        frames = tab.frames()
        async for frame in frames:
            found.append(frame)
            if kinds([frame]) == [kind]:
                break
        await frames.aclose()
        return found
