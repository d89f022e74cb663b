"""The live stream: the built-in engine's sound, for whoever opens it in a browser or a player."""

import asyncio
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from starlette.types import Receive, Scope, Send

from singing_pager.errors import BusyError
from singing_pager.sinks.sound.encoders import Format
from singing_pager.sinks.sound.stream import Broadcast, Listener
from singing_pager.web.intake import answer
from singing_pager.web.preferences import weights

__all__ = ["preferred", "routes"]

_HANG_UP = 1.0
"""Seconds that a connection which was aborted may take to end."""
_NONE = "no sound is made here: the built-in engine is off (SOUND_OUTLET)"


def routes(broadcast: Broadcast | None) -> APIRouter:
    """Make the routes of the live stream.

    Args:
        broadcast: What the built-in engine plays to; None: there is no engine.
    """
    router = APIRouter()

    def live(form: Format) -> Response:
        if broadcast is None:
            return answer(HTTPStatus.SERVICE_UNAVAILABLE, ok=False, error=_NONE)
        return _Live(broadcast, form)

    @router.head("/listen", include_in_schema=False)
    @router.get("/listen", response_class=Response, summary="The sound, live; the format as the listener prefers it")
    async def listen(request: Request) -> Response:
        return live(preferred(request.headers.get("accept", "")))

    @router.head("/listen.wav", include_in_schema=False)
    @router.get("/listen.wav", response_class=Response, summary="The sound, live, as WAV")
    async def wav() -> Response:
        return live(Format.WAV)

    @router.head("/listen.ogg", include_in_schema=False)
    @router.get("/listen.ogg", response_class=Response, summary="The sound, live, as Ogg Opus")
    async def ogg() -> Response:
        return live(Format.OGG)

    return router


def preferred(accept: str) -> Format:
    """Choose a format by an Accept header: Ogg for whoever names it and likes it no less, else WAV, which all play."""
    liked = weights(accept)
    ogg = max(liked.get(name, 0.0) for name in ("audio/ogg", "audio/opus"))
    wav = max(liked.get(name, 0.0) for name in ("audio/wav", "audio/x-wav", "audio/wave"))
    return Format.OGG if 0.0 < ogg >= wav else Format.WAV


class _Live(Response):
    """An answer that goes on until one side hangs up.

    A listener who takes the sound too slowly is cut off: the connection is aborted, for an ordinary end would wait
    until the listener has taken what is under way.
    """

    def __init__(self, broadcast: Broadcast, form: Format) -> None:
        super().__init__(media_type=form.media_type)
        self._broadcast = broadcast
        self._form = form
        del self.headers["content-length"]
        self.headers["cache-control"] = "no-store"
        self.headers["accept-ranges"] = "none"
        self.headers["x-accel-buffering"] = "no"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._broadcast.check()
        except BusyError as error:
            refused = answer(HTTPStatus.SERVICE_UNAVAILABLE, ok=False, error=str(error))
            refused.headers["retry-after"] = "5"
            await refused(scope, receive, send)
            return
        head = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        if scope["method"] == "HEAD":
            await send(head)
            await send({"type": "http.response.body", "body": b""})
            return
        with self._broadcast.join(self._form) as listener:
            await send(head)
            sending = asyncio.create_task(_send(listener, send))
            leaving = asyncio.create_task(_left(receive))
            cut = asyncio.create_task(listener.ended.wait())
            tasks = {sending, leaving, cut}
            try:
                await asyncio.wait({sending, leaving, cut}, return_when=asyncio.FIRST_COMPLETED)
                if listener.cut is not None:
                    _hang_up(receive)
                    await asyncio.wait({leaving}, timeout=_HANG_UP)
                elif not leaving.done():
                    # the broadcast has ended: what waits is still sent
                    await asyncio.wait({sending, leaving}, timeout=_HANG_UP, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)


async def _send(listener: Listener, send: Send) -> None:
    async for data in listener:
        await send({"type": "http.response.body", "body": data, "more_body": True})
    if listener.cut is None:
        await send({"type": "http.response.body", "body": b""})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _hang_up(receive: Receive) -> None:
    """Abort the connection, where uvicorn's own way to it can be found; else it is closed when the answer ends."""
    abort = getattr(getattr(getattr(receive, "__self__", None), "transport", None), "abort", None)
    if callable(abort):
        abort()
