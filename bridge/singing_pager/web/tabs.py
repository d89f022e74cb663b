"""`/ws`: what a page is told and plays, and the ticket that opens it (docs/console.md, The wire)."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus

import msgspec
from fastapi import APIRouter, Request, Response, WebSocket
from starlette.websockets import WebSocketDisconnect

from singing_pager import __version__
from singing_pager.errors import BusyError
from singing_pager.sinks.browser import LATENCY, BrowserSink, Closing, Tab
from singing_pager.web.access import Role
from singing_pager.web.auth import Token
from singing_pager.web.bodies import TicketAnswer
from singing_pager.web.frames import frame
from singing_pager.web.intake import answer
from singing_pager.web.limits import Buckets
from singing_pager.web.tickets import Tickets

__all__ = ["routes"]

_PATIENCE = 10.0
"""Seconds for which a tab may take nothing."""
_RATE, _BURST = 5.0, 20.0
"""Messages of a page that are heeded, a second and at once: each may cost a millisecond of everybody's time."""


class _Said(msgspec.Struct, frozen=True):
    """What a page says."""

    kind: str
    t0: float = 0.0


_IGNORED = _Said("")
_read = msgspec.json.Decoder(_Said).decode


def routes(
    browser: BrowserSink, tickets: Tickets, *, clock: Callable[[], float], patience: float = _PATIENCE
) -> APIRouter:
    """Make the routes by which tabs are served.

    Args:
        browser: Serves them.
        tickets: Those that are out.
        clock: The engine's time.
        patience: Seconds for which a tab may take nothing.
    """
    router = APIRouter(tags=["page"])
    run = secrets.token_hex(8)

    @router.post("/api/ticket", response_model=TicketAnswer, summary="A ticket for /ws: good once, and for 30 seconds")
    async def ticket(request: Request) -> Response:
        return answer(HTTPStatus.OK, ok=True, ticket=tickets.issue(request.state.token))

    @router.websocket("/ws")
    async def tab(socket: WebSocket) -> None:
        state = socket.state
        await socket.accept()
        with contextlib.suppress(WebSocketDisconnect, OSError):
            try:
                with browser.join(state.token) as joined:
                    joined.tell(_hello(run, clock(), state.user, state.token))
                    await _serve(socket, joined, clock, patience)
            except BusyError as error:
                await socket.close(Closing.FULL.code, str(error))

    return router


def _hello(run: str, now: float, user: str, token: Token | None) -> str:
    roles = sorted(Role if token is None else token.roles)
    return frame("hello", version=__version__, run=run, now=now, latency=LATENCY, user=user, roles=roles)


async def _serve(socket: WebSocket, tab: Tab, clock: Callable[[], float], patience: float) -> None:
    """Tell and listen until one side hangs up."""
    tasks = {asyncio.create_task(_tell(socket, tab, patience)), asyncio.create_task(_listen(socket, tab, clock))}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _tell(socket: WebSocket, tab: Tab, patience: float) -> None:
    try:
        async for told in tab.frames():
            async with asyncio.timeout(patience):
                await socket.send({"type": "websocket.send", "text" if isinstance(told, str) else "bytes": told})
    except TimeoutError:
        tab.end(Closing.STUCK)
    if tab.closing is not None:
        await socket.close(tab.closing.code, tab.closing.reason)


async def _listen(socket: WebSocket, tab: Tab, clock: Callable[[], float]) -> None:
    heeded = Buckets(_RATE, _BURST, 1)
    while True:
        message = await socket.receive()
        received = clock()
        if message["type"] == "websocket.disconnect":
            return
        said = _IGNORED if heeded.take("", time.monotonic()) else _understood(message)
        match said.kind:
            case "ping":
                pong = frame("pong", t0=said.t0, t1=received, t2=clock())
                await socket.send({"type": "websocket.send", "text": pong})
            case "listen":
                tab.listen()
            case "rest":
                tab.rest()
            case "resync":
                tab.resync()
            case _:
                tab.ignored()


def _understood(message: Mapping[str, object]) -> _Said:
    try:
        return _read(str(message.get("text") or ""))
    except msgspec.MsgspecError:
        return _IGNORED
