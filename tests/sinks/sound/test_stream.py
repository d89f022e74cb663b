"""The live stream without HTTP."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import pytest
from singing_pager.errors import BusyError
from singing_pager.sinks.sound.encoders import ENCODERS, Encoder, Format, Wav
from singing_pager.sinks.sound.stream import Broadcast, Listener
from sounding import decoded, tone

BLOCK = tone(0.02)
PIECE = len(BLOCK) * 4
"""Bytes of a block as 16-bit stereo."""


async def turns() -> None:
    """Give the loop turns until everything that was left has been handed out."""
    for _ in range(3):
        await asyncio.sleep(0)


async def taken(listener: Listener, pieces: int) -> bytes:
    """Take so many pieces."""
    data, iterator = b"", aiter(listener)
    for _ in range(pieces):
        data += await anext(iterator)
    return data


def play(talk: Coroutine[Any, Any, None]) -> None:
    """Run a scene."""

    async def run() -> None:
        async with asyncio.timeout(20):
            await talk

    asyncio.run(run())


def test_everybody_hears_the_same() -> None:
    """A block goes to everybody who listens then, encoded once for each format."""
    made = []

    class Counted(Wav):
        def __init__(self, rate: int, channels: int) -> None:
            made.append(self)
            super().__init__(rate, channels)

    async def scene() -> None:
        broadcast = Broadcast(encoders={**ENCODERS, Format.WAV: Counted})
        with broadcast.join(Format.WAV) as first, broadcast.join(Format.WAV) as second:
            broadcast.put(BLOCK)
            await turns()
            with broadcast.join(Format.WAV) as late:
                broadcast.put(2 * BLOCK)
                await turns()
                assert await taken(first, 2) == await taken(second, 2)
                heard = decoded(await taken(late, 1))
        assert heard == pytest.approx(2 * BLOCK, abs=1e-4)
        assert (len(made), broadcast.listeners) == (1, 0)

    play(scene())


def test_one_who_does_not_listen_is_dropped() -> None:
    """A listener's queue is bounded: when it is full, the listener is cut off, and nobody else notices."""

    async def scene() -> None:
        broadcast = Broadcast(patience=0.1)
        with broadcast.join(Format.WAV) as slow, broadcast.join(Format.WAV) as good:
            for number in range(20):
                broadcast.put(BLOCK)
                await turns()
                assert await taken(good, 1)
                assert slow.waiting <= 5 * PIECE + 44
                assert (number < 5) == (slow.cut is None)
            assert (good.cut, broadcast.listeners) == (None, 1)
            assert [data async for data in slow] == []
        assert broadcast.dropped == {"slow": 1, "broken": 0}

    play(scene())


def test_a_full_house() -> None:
    """No more than so many listen at a time; when one leaves, there is room."""

    async def scene() -> None:
        broadcast = Broadcast(most=2)
        with broadcast.join(Format.WAV):
            with (
                broadcast.join(Format.OGG),
                pytest.raises(BusyError, match="2 listen already; at most 2 may"),
            ):
                broadcast.join(Format.WAV)
            with broadcast.join(Format.WAV):
                assert broadcast.listeners == 2

    play(scene())


def test_the_end() -> None:
    """When the broadcast ends, everybody gets what waits, then the end; nobody can join any more."""

    async def scene() -> None:
        broadcast = Broadcast()
        with broadcast.join(Format.WAV) as listener:
            broadcast.put(BLOCK)
            await turns()
            broadcast.close()
            assert [PIECE + 44] == [len(data) async for data in listener]
            with pytest.raises(BusyError, match="about to stop"):
                broadcast.join(Format.WAV)

    play(scene())


def test_a_loop_that_is_busy() -> None:
    """While the loop hands nothing out, no more than so much waits for it; what does not fit is counted."""

    async def scene() -> None:
        broadcast = Broadcast(patience=60.0)
        with broadcast.join(Format.WAV) as listener:
            for _ in range(600):
                broadcast.put(BLOCK)
            assert broadcast.lost == 88
            await turns()
            assert listener.waiting == 512 * PIECE + 44

    play(scene())


def test_an_encoder_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever listens in a format that cannot be encoded any more is told by the end; other formats play on."""

    class Broken(Wav):
        def encode(self, block: object) -> bytes:
            del block
            raise RuntimeError("out of ink")

    async def scene() -> None:
        broadcast = Broadcast(encoders={**ENCODERS, Format.OGG: Broken})
        for _ in range(2):
            with broadcast.join(Format.OGG) as broken, broadcast.join(Format.WAV) as good:
                broadcast.put(BLOCK)
                await turns()
                assert [data async for data in broken] == []
                assert await taken(good, 1)
        assert broadcast.dropped == {"slow": 0, "broken": 2}

    with caplog.at_level(logging.ERROR):
        play(scene())
    assert caplog.messages == ["the stream's ogg encoder failed; further failures are only counted"]


def test_an_encoder_lives_as_long_as_somebody_listens() -> None:
    """When the last listener of a format has left, its encoder goes; the next begins a stream of its own."""
    closed: list[Encoder] = []

    class Noted(Wav):
        def close(self) -> None:
            closed.append(self)

    async def scene() -> None:
        broadcast = Broadcast(encoders={**ENCODERS, Format.OGG: Noted})
        with broadcast.join(Format.WAV) as stays:
            with broadcast.join(Format.OGG):
                broadcast.put(BLOCK)
            assert closed == []
            broadcast.put(BLOCK)
            assert len(closed) == 1
            with broadcast.join(Format.OGG):
                broadcast.put(BLOCK)
                broadcast.rest()
            assert len(closed) == 2
            await turns()
            assert await taken(stays, 3)

    play(scene())


def test_two_runs_of_one_format() -> None:
    """A listener who lives through a new encoder gets its head: a second stream in a chain."""

    async def scene() -> None:
        broadcast = Broadcast()
        with broadcast.join(Format.OGG) as listener:
            for _ in range(2):
                for _ in range(10):
                    broadcast.put(BLOCK)
                await turns()
                broadcast.rest()
            broadcast.close()
            data = b"".join([data async for data in listener])
        assert data.count(b"OpusHead") == 2

    play(scene())


def test_a_loop_that_is_gone() -> None:
    """A player that plays on after the loop has ended harms nobody."""
    broadcast = Broadcast()

    async def scene() -> None:
        broadcast.join(Format.WAV)

    asyncio.run(scene())
    broadcast.put(BLOCK)
    broadcast.put(BLOCK)
