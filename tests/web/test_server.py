"""The web server itself, on real sockets."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from bridging import BODY_LIMIT, Bridge
from guarded import TOKENS, Guarded
from singing_pager.errors import ConfigError
from singing_pager.web import connection
from singing_pager.web.access import Role
from singing_pager.web.server import Server, bind
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

T = TypeVar("T")

HOST = "127.0.0.1"
GOOD = b'{"alerts": [{"labels": {"alertname": "Good"}}]}'


def served(bridge: Bridge | ASGIApp, talk: Callable[[int], Awaitable[T]]) -> T:
    """Serve a bridge on a free port while somebody talks to it."""

    async def run() -> T:
        bound = bind(HOST, 0, "HTTP_PORT")
        port: int = bound.getsockname()[1]
        server = Server(bridge.app if isinstance(bridge, Bridge) else bridge, bound)
        task = asyncio.create_task(server.run_here())
        try:
            async with asyncio.timeout(20):
                return await talk(port)
        finally:
            server.should_exit = True
            await task

    return asyncio.run(run())


async def exchange(port: int, *parts: bytes) -> bytes:
    """Send bytes as they are, each part in a packet of its own; give all that comes back until the server hangs up."""
    reader, writer = await asyncio.open_connection(HOST, port)
    with contextlib.suppress(OSError):
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.01)
    answered = b""
    with contextlib.suppress(OSError):
        while chunk := await reader.read(65536):
            answered += chunk
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return answered


def request(body: bytes, head: str = "") -> bytes:
    """Write a request by hand."""
    return (f"POST /alert HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}\r\n").encode() + body


def status(answered: bytes) -> int:
    """The status of an answer."""
    return int(answered.split(b" ", 2)[1])


def good() -> bytes:
    """A good alert as Alertmanager would send it."""
    return request(GOOD, f"Content-Length: {len(GOOD)}\r\n")


def chunked(*chunks: bytes) -> bytes:
    """Encode a body in chunks, without telling its length in advance."""
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))


def test_a_good_alert() -> None:
    """An alert that comes through a real socket plays, and is answered in JSON."""
    bridge = Bridge()
    answered = served(bridge, lambda port: exchange(port, good()))
    assert status(answered) == 202
    assert json.loads(answered.split(b"\r\n\r\n", 1)[1]) == {"ok": True}
    assert bridge.heard() == ["Good"]


def test_a_good_alert_in_chunks() -> None:
    """A body without a length is read to its end."""
    bridge = Bridge()
    body = chunked(GOOD[:10], GOOD[10:])
    answered = served(bridge, lambda port: exchange(port, request(body, "Transfer-Encoding: chunked\r\n")))
    assert (status(answered), bridge.heard()) == (202, ["Good"])


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param(
            [request(chunked(*[b" " * 65536] * (BODY_LIMIT // 65536 + 2)), "Transfer-Encoding: chunked\r\n")],
            413,
            id="chunks beyond the limit",
        ),
        pytest.param([request(b"", f"Content-Length: {BODY_LIMIT + 1}\r\n")], 413, id="a length beyond the limit"),
        pytest.param(
            [request(b" " * 2 * BODY_LIMIT, f"Content-Length: {2 * BODY_LIMIT}\r\n")], 413, id="a body beyond the limit"
        ),
        pytest.param([b"HELO bridge\r\n\r\n"], 400, id="another protocol"),
        pytest.param([b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100], 400, id="TLS"),
        pytest.param([b"\0" * 1000], 400, id="NUL bytes"),
        pytest.param([request(b"", "Content-Length: many\r\n")], 400, id="a length that is no number"),
        pytest.param([request(b"", f"Content-Length: {'9' * 5000}\r\n")], 400, id="a length beyond reckoning"),
        pytest.param([request(b"zz\r\n", "Transfer-Encoding: chunked\r\n")], 400, id="a chunk without a size"),
        pytest.param([request(b"")], 400, id="no body"),
        pytest.param([request(b"", f"X: {'x' * 4_000_000}\r\n")], 0, id="a long header"),
    ],
)  # fmt: skip
def test_bad_requests(parts: list[bytes], expected: int, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever a socket brings, it is answered or hung up on, leaves no traceback, and the next good alert plays."""
    bridge = Bridge()

    async def talk(port: int) -> tuple[bytes, bytes]:
        return await exchange(port, *parts), await exchange(port, good())

    with caplog.at_level(logging.DEBUG):
        bad, next_one = served(bridge, talk)
    if expected:
        assert expected == status(bad)
    assert (status(next_one), bridge.heard()) == (202, ["Good"])
    assert [record.message for record in caplog.records if record.exc_info or "Traceback" in record.message] == []


def test_a_sender_that_hangs_up(caplog: pytest.LogCaptureFixture) -> None:
    """A connection that breaks in the middle of a body leaves no traceback."""
    bridge = Bridge()

    async def talk(port: int) -> bytes:
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(request(GOOD[:5], f"Content-Length: {len(GOOD)}\r\n"))
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.transport.abort()
        del reader
        while "hung up" not in caplog.text:  # noqa: ASYNC110 - what is awaited has no event
            await asyncio.sleep(0.01)
        return await exchange(port, good())

    with caplog.at_level(logging.DEBUG):
        assert status(served(bridge, talk)) == 202
    assert bridge.heard() == ["Good"]
    assert [record.message for record in caplog.records if record.exc_info] == []


def test_a_slow_sender_keeps_nobody_waiting() -> None:
    """While one body comes in byte by byte, another alert plays; the slow one plays in the end."""
    bridge = Bridge()
    slow = GOOD.replace(b"Good", b"Slow")

    async def talk(port: int) -> tuple[bytes, bytes, list[str]]:
        reader, writer = await asyncio.open_connection(HOST, port)
        whole = request(slow, f"Content-Length: {len(slow)}\r\n")
        for index in range(len(whole) - 1):
            writer.write(whole[index : index + 1])
            await asyncio.sleep(0)
        quick = await exchange(port, good())
        heard = bridge.heard()
        writer.write(whole[-1:])
        answered = await reader.read()
        writer.close()
        await writer.wait_closed()
        return quick, answered, heard

    quick, answered, heard = served(bridge, talk)
    assert (status(quick), heard) == (202, ["Good"])
    assert (status(answered), bridge.heard()) == (202, ["Good", "Slow"])


@pytest.mark.parametrize(
    ("begun", "piece"),
    [
        (b"GET /", b"x"),
        (b"GET /healthz HTTP/1.1\r\nX: ", b"x"),
        (b"GET /healthz HTTP/1.1\r\n", b"X: y\r\n"),
        (request(b"0\r\nX: ", "Transfer-Encoding: chunked\r\n"), b"x"),
        (b"", b"\r\n"),
    ],
    ids=["an address", "one header", "many headers", "a trailer", "empty lines"],
)
def test_a_head_without_an_end(begun: bytes, piece: bytes) -> None:
    """What stands beside a body is bounded: who goes on and on is hung up on after little."""

    async def talk(port: int) -> int:
        _, writer = await asyncio.open_connection(HOST, port)
        writer.write(begun)
        sent = 0
        with contextlib.suppress(OSError):
            while sent < 50_000_000:
                writer.write(piece * 100_000)
                await writer.drain()
                sent += len(piece) * 100_000
        writer.transport.abort()
        return sent

    # some of it lies in the kernel's buffers
    assert served(Bridge(), talk) < 40_000_000


@pytest.mark.parametrize(
    ("begun", "piece"),
    [
        (b"", b""),
        (b"GET / HT", b""),
        (b"", b"\r\n"),
        (request(b"", f"Content-Length: {BODY_LIMIT}\r\n"), b" "),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"\r\n"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n", b" "),
    ],
    ids=[
        "silent",
        "half a head",
        "empty lines",
        "a slow body",
        "answered, and empty lines",
        "answered, and a slow body",
    ],
)
def test_a_request_that_does_not_come(begun: bytes, piece: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody holds a connection by what he does not say, or says drop by drop."""
    monkeypatch.setattr(connection, "_PATIENCE", 0.5)

    async def talk(port: int) -> None:
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(begun)
        ended = asyncio.create_task(reader.read())
        while not ended.done():
            writer.write(piece)
            await asyncio.wait({ended}, timeout=0.05)
        with contextlib.suppress(OSError):
            ended.result()
        writer.transport.abort()

    served(Bridge(), talk)


def test_who_has_asked_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a request is waited for so long: an answer takes as long as it takes, and the connection is kept."""
    monkeypatch.setattr(connection, "_PATIENCE", 1.0)

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(1.3)
        await Response("done")(scope, receive, send)

    async def talk(port: int) -> list[bytes]:
        reader, writer = await asyncio.open_connection(HOST, port)
        answers = []
        for _ in range(2):
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            answers.append(await reader.readuntil(b"done"))
        writer.transport.abort()
        return answers

    assert [200, 200] == [status(answered) for answered in served(slow, talk)]


def test_a_connection_is_kept() -> None:
    """Alertmanager keeps its connection and sends one body after another."""
    bridge = Bridge()

    async def talk(port: int) -> list[int]:
        reader, writer = await asyncio.open_connection(HOST, port)
        statuses = []
        for name in ("A", "B", "C"):
            body = GOOD.replace(b"Good", name.encode())
            writer.write(request(body, f"Content-Length: {len(body)}\r\n").replace(b"Connection: close\r\n", b""))
            statuses.append(status(await reader.readuntil(b"}")))
        writer.close()
        await writer.wait_closed()
        return statuses

    assert served(bridge, talk) == [202, 202, 202]
    assert bridge.heard() == ["A", "B", "C"]


def test_a_body_that_nobody_reads() -> None:
    """Who is refused before his body is read hears why, and his connection, where he keeps it, takes the next body."""
    bridge = Bridge()
    guarded = Guarded(bridge.app)

    def post(body: bytes, head: str) -> bytes:
        length = f"Content-Length: {len(body)}\r\n{head}"
        return request(body, length).replace(b"Connection: close\r\n", b"").replace(b"Host: x", b"Host: 127.0.0.1")

    async def talk(port: int) -> list[int]:
        reader, writer = await asyncio.open_connection(HOST, port)
        statuses = []
        for body, head in ((b" " * BODY_LIMIT, ""), (GOOD, f"Authorization: Bearer {TOKENS[Role.SEND]}\r\n")):
            writer.write(post(body, head))
            statuses.append(status(await reader.readuntil(b"}")))
        writer.close()
        await writer.wait_closed()
        return statuses

    assert [401, 202] == served(guarded.app, talk)
    assert ["Good"] == bridge.on_desk()


def test_a_port_that_is_taken() -> None:
    """A port that somebody else has is refused with the settings that choose another."""
    with bind(HOST, 0, "HTTP_HOST, HTTP_PORT") as bound:
        port = bound.getsockname()[1]
        with pytest.raises(ConfigError) as refused:
            bind(HOST, port, "HTTP_HOST, HTTP_PORT")
    expected = f"HTTP_HOST, HTTP_PORT: cannot listen on {HOST}:{port}: Address already in use; choose another"
    assert expected == str(refused.value)


def test_an_address_that_is_none() -> None:
    """A name that cannot be resolved is refused with the setting that holds it."""
    with pytest.raises(ConfigError, match=r"^HTTP_HOST: nowhere\.invalid: "):
        bind("nowhere.invalid", 8000, "HTTP_HOST")
