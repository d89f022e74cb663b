"""The live stream over HTTP, on real sockets."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TypeVar

import httpx
import numpy as np
import pytest
import uvloop
from fastapi import FastAPI
from singing_pager import instruments
from singing_pager.model import Hold, Outcome, Tick
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.sinks.sound.encoders import Format
from singing_pager.sinks.sound.player import BuiltIn
from singing_pager.sinks.sound.stream import Broadcast
from singing_pager.testing import START
from singing_pager.web import listen
from singing_pager.web.server import Server, application, bind
from sounding import LEVEL, Organ, decoded, eventually, pitch, tone

T = TypeVar("T")

HOST = "127.0.0.1"


Loop = Callable[[], asyncio.AbstractEventLoop]


def served(broadcast: Broadcast | None, talk: Callable[[str], Awaitable[T]], loop: Loop = asyncio.new_event_loop) -> T:
    """Serve the live stream on a free port while somebody talks to it."""

    async def run() -> T:
        app: FastAPI = application(listen.routes(broadcast))
        bound = bind(HOST, 0, "HTTP_PORT")
        server = Server(app, bound)
        url = f"http://{HOST}:{bound.getsockname()[1]}"
        task = asyncio.create_task(server.run_here())
        try:
            async with asyncio.timeout(30):
                return await talk(url)
        finally:
            if broadcast is not None:
                broadcast.close()
            server.should_exit = True
            await task

    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(run())


async def hear(url: str, enough: int, headers: dict[str, str] | None = None) -> tuple[httpx.Response, bytes]:
    """Listen until so many bytes have come."""
    data = b""
    async with httpx.AsyncClient() as client, client.stream("GET", url, headers=headers) as answered:
        async for piece in answered.aiter_raw():
            data += piece
            if len(data) >= enough:
                break
    return answered, data


@contextlib.contextmanager
def playing(broadcast: Broadcast) -> Iterator[BuiltIn]:
    """Let a player hold a tone."""
    scsynth = Scsynth(instruments.load(), instruments.compiled_path())
    with BuiltIn(scsynth, Organ, broadcast=broadcast) as player:
        player.play([Outcome(Tick(START), START, (Hold("cpu:x", "cpu", (440.0,), 0),))])
        yield player


def test_several_hear_the_tone() -> None:
    """Listeners of both formats, joining at different times, hear the held tone; when they have left, all rests."""
    broadcast = Broadcast()

    async def talk(url: str) -> Sequence[tuple[httpx.Response, bytes]]:
        async def late(path: str, enough: int) -> tuple[httpx.Response, bytes]:
            await asyncio.sleep(0.3)
            return await hear(url + path, enough)

        return await asyncio.gather(
            hear(f"{url}/listen", 100_000),
            hear(f"{url}/listen.wav", 100_000),
            hear(f"{url}/listen.ogg", 10_000),
            late("/listen.ogg", 10_000),
            late("/listen.wav", 100_000),
        )

    with playing(broadcast) as player:
        for answered, data in served(broadcast, talk):
            heard = decoded(data)[2400:]
            assert answered.status_code == 200
            assert answered.headers["cache-control"] == "no-store"
            assert answered.headers["content-type"] == (
                "audio/ogg; codecs=opus" if data.startswith(b"OggS") else "audio/wav"
            )
            assert pitch(heard) == pytest.approx(440.0, rel=0.01)
            assert np.abs(heard).max() == pytest.approx(LEVEL, rel=0.1)
        eventually(lambda: player.stats().outlet == "rest")
        assert player.stats().cut == {"slow": 0, "broken": 0}


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_one_who_does_not_read_is_dropped(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    """A client that reads no more costs a bounded queue, is hung up on, and keeps nobody else from hearing."""
    broadcast = Broadcast(patience=1.0)
    block = tone(0.5)
    piece = len(block) * 4

    async def talk(url: str) -> int:
        lazy = socket.socket()
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lazy.connect((HOST, httpx.URL(url).port))
        lazy.sendall(b"GET /listen.wav HTTP/1.1\r\nHost: x\r\n\r\n")
        lazy.setblocking(False)  # noqa: FBT003 - the socket's own signature
        received = 0
        async with httpx.AsyncClient() as client, client.stream("GET", f"{url}/listen.wav") as good:
            pieces = good.aiter_raw()
            while broadcast.listeners < 2:  # noqa: ASYNC110 - what is awaited has no event
                await asyncio.sleep(0.001)
            put = 44
            while not broadcast.dropped["slow"]:
                assert put < 100 * piece
                broadcast.put(block)
                put += piece
                while received < put:
                    received += len(await anext(pieces))
            broadcast.put(block)
            received += len(await anext(pieces))
        with lazy, contextlib.suppress(ConnectionError):
            while await asyncio.get_running_loop().sock_recv(lazy, 1 << 20):
                pass
        return broadcast.dropped["slow"]

    with caplog.at_level(logging.WARNING):
        assert served(broadcast, talk, loop) == 1
    assert caplog.messages == []


def test_whoever_leaves_is_forgotten() -> None:
    """When a client goes away, its place is free, without waiting for anything to be sent."""
    broadcast = Broadcast(most=1)

    async def talk(url: str) -> int:
        for path in ("/listen.wav", "/listen.ogg", "/listen"):
            async with httpx.AsyncClient() as client, client.stream("GET", url + path) as answered:
                assert (answered.status_code, broadcast.listeners) == (200, 1)
            while broadcast.listeners:  # noqa: ASYNC110 - what is awaited has no event
                await asyncio.sleep(0.001)
        return broadcast.listeners

    assert served(broadcast, talk) == 0


def test_a_full_house() -> None:
    """One listener too many is told so, and when to come again."""
    broadcast = Broadcast(most=1)

    async def talk(url: str) -> httpx.Response:
        async with httpx.AsyncClient() as client, client.stream("GET", f"{url}/listen"):
            return await client.get(f"{url}/listen")

    refused = served(broadcast, talk)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert refused.json() == {"ok": False, "error": "1 listen already; at most 1 may"}


def test_no_engine() -> None:
    """Without an engine the pager says so; it does not send silence."""

    async def talk(url: str) -> httpx.Response:
        async with httpx.AsyncClient() as client:
            return await client.get(f"{url}/listen")

    refused = served(None, talk)
    assert refused.status_code == 503
    assert refused.json()["error"] == "no sound is made here: the built-in engine is off (SOUND_OUTLET)"


def test_a_head_takes_no_place() -> None:
    """HEAD says what GET would give, and wakes nobody."""
    broadcast = Broadcast()

    async def talk(url: str) -> list[tuple[int, str]]:
        async with httpx.AsyncClient() as client:
            heads = [await client.head(url + path) for path in ("/listen", "/listen.wav", "/listen.ogg")]
        assert broadcast.listeners == 0
        return [(head.status_code, head.headers["content-type"]) for head in heads]

    assert served(broadcast, talk) == [(200, "audio/wav"), (200, "audio/wav"), (200, "audio/ogg; codecs=opus")]


def test_the_end(caplog: pytest.LogCaptureFixture) -> None:
    """When the pager stops, listeners get what waits and an ordinary end, and it stops at once."""
    broadcast = Broadcast()

    async def talk(url: str) -> bytes:
        async with httpx.AsyncClient() as client, client.stream("GET", f"{url}/listen.wav") as answered:
            broadcast.put(tone(0.1))
            asyncio.get_running_loop().call_soon(broadcast.close)
            return await answered.aread()

    with caplog.at_level(logging.WARNING):
        assert len(served(broadcast, talk)) == 44 + 4800 * 4
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", Format.WAV),
        ("*/*", Format.WAV),
        ("audio/*", Format.WAV),
        ("audio/ogg", Format.OGG),
        ("audio/opus, */*;q=0.1", Format.OGG),
        ("audio/wav, audio/ogg;q=0.5", Format.WAV),
        ("audio/ogg;q=0", Format.WAV),
        ("audio/ogg;q=many", Format.OGG),
        (
            "audio/webm,audio/ogg,audio/wav,audio/*;q=0.9,application/ogg;q=0.7,video/*;q=0.6,*/*;q=0.5",
            Format.OGG,
        ),
        (";;,,", Format.WAV),
    ],
)
def test_the_format_that_is_preferred(accept: str, expected: Format) -> None:
    """Ogg is for those who name it (Firefox does); everybody else gets what every player plays."""
    assert expected is listen.preferred(accept)
