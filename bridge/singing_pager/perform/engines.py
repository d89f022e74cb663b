"""The engines that a recording can be played on: sclang, scsynth, and the built-in one on the sound card."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator

from singing_pager import instruments
from singing_pager.engine import Sink
from singing_pager.errors import PagerError
from singing_pager.perform.listening import Outlets, built_in
from singing_pager.sinks.osc import Encoder, OscSink, Transport, packets, to_sclang
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.sinks.sound.card import Card
from singing_pager.sinks.transport import Failure, TcpDialled, Udp

__all__ = ["EngineError", "card", "sclang", "scsynth"]

_WITHIN = 10.0
"""Seconds in which scsynth must answer."""
_RING_OUT = 3.0
"""Seconds that what sounds at the end is given."""


class EngineError(PagerError):
    """An engine cannot be reached, or did not take what it was sent."""


@contextlib.asynccontextmanager
async def card(device: str) -> AsyncIterator[Sink]:
    """The built-in engine on a sound card; raises CardError when there is none."""
    with built_in(Outlets(card=_opened(device))) as player:
        yield player
        await asyncio.sleep(_RING_OUT)


@contextlib.asynccontextmanager
async def sclang(host: str, port: int) -> AsyncIterator[Sink]:
    """`sonify.scd` by UDP; raises EngineError at the end when nothing arrived there."""
    failures = _Failures()
    udp = Udp(host, port, failures)
    await udp.start()
    minding = asyncio.create_task(udp.run())
    await asyncio.sleep(0)  # a task that has not begun would not close the socket
    try:
        yield _sink(to_sclang(instruments.load()), udp)
    finally:
        await _ended(minding)
    failures.check(f"sclang at {host}:{port}")


@contextlib.asynccontextmanager
async def scsynth(host: str, port: int) -> AsyncIterator[Sink]:
    """Scsynth by TCP, told SynthDefs and stage first; raises EngineError when it does not answer."""
    translate = Scsynth(instruments.load(), instruments.compiled_path())
    failures = _Failures()
    dialled = TcpDialled(host, port, failures, greet=lambda: packets(translate.boot(), None))
    dialling = asyncio.create_task(dialled.run())
    try:
        async with asyncio.timeout(_WITHIN):
            while not dialled.ready:  # noqa: ASYNC110 - a moment at the start of a performance
                await asyncio.sleep(0.05)
    except TimeoutError as error:
        await _ended(dialling)
        raise EngineError(f"no scsynth answers at {host}:{port} by TCP (scsynth -t {port})") from error
    try:
        yield _sink(translate.encode, dialled)
        await asyncio.sleep(_RING_OUT)
    finally:
        await _ended(dialling)
    failures.check(f"scsynth at {host}:{port}")


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _opened(device: str) -> Card:
    found = Card(device=device)
    found.open()
    return found


def _sink(encode: Encoder, transport: Transport) -> OscSink:
    return OscSink(encode, transport, latency=0.0, clock=time.time, count=lambda _engine, _kind: None)


class _Failures(Counter[Failure | None]):
    """Counts what became of packets."""

    def __call__(self, failure: Failure | None) -> None:
        self[failure] += 1

    def check(self, engine: str) -> None:
        failed = {str(failure): number for failure, number in self.items() if failure is not None}
        if failed:
            said = ", ".join(f"{number} {failure}" for failure, number in failed.items())
            raise EngineError(f"{engine} did not take every packet: {said}; {self[None]} left")
