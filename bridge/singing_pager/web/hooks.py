"""Where alerts and readings come in by HTTP.

Bodies are validated once, from their bytes: FastAPI's own body parameters cost three times as much
(docs/performance.md).
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from singing_pager.engine import Engine
from singing_pager.errors import BodyError
from singing_pager.model import Drop, Event
from singing_pager.sources import alertmanager, generic
from singing_pager.web import body

__all__ = ["answer", "routes"]

_Events = Sequence[Event]

_log = logging.getLogger("singing_pager.web")


def answer(status: HTTPStatus, **fields: object) -> Response:
    """Answer with a JSON object."""
    return Response(msgspec.json.encode(fields), status_code=status, media_type="application/json")


def routes(engine: Engine, *, body_limit: int, count: Callable[[str, str, int], None]) -> APIRouter:
    """Make the routes that take events.

    Args:
        engine: Takes them.
        body_limit: Bytes of the largest body.
        count: Told route, result and number of messages that became no event.
    """
    router = APIRouter()
    intake = _Intake(engine, body_limit, count)

    @router.post("/alert", status_code=HTTPStatus.ACCEPTED, summary="Alertmanager's webhook, version 4")
    async def alert(request: Request) -> Response:
        return await intake.take(request, "/alert", intake.alerts)

    @router.post("/metric", status_code=HTTPStatus.ACCEPTED, summary="One value of one type")
    async def metric(request: Request) -> Response:
        return await intake.take(request, "/metric", intake.readings)

    return router


class _Intake:
    """Takes bodies into the engine, and says what is wrong with those that it does not take."""

    def __init__(self, engine: Engine, body_limit: int, count: Callable[[str, str, int], None]) -> None:
        self._engine = engine
        self._body_limit = body_limit
        self._count = count
        self._said: dict[str, str] = {}

    async def take(self, request: Request, route: str, read: Callable[[bytes, float], Awaitable[_Events]]) -> Response:
        at = self._engine.now()
        try:
            events = await read(await body.read(request, self._body_limit), at)
        except BodyError as error:
            return self._refused(str(error), route, HTTPStatus.BAD_REQUEST)
        except body.TooLargeError as error:
            return self._refused(str(error), route, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except ClientDisconnect:
            return self._refused("the sender hung up before the end of the body", route, HTTPStatus.BAD_REQUEST)
        if self._engine.offer(events):
            return answer(HTTPStatus.ACCEPTED, ok=True)
        self._count(route, Drop.INBOX_FULL, len(events))
        return answer(HTTPStatus.SERVICE_UNAVAILABLE, ok=False, error="the inbox is full; try again")

    async def alerts(self, raw_body: bytes, at: float) -> _Events:
        webhook = alertmanager.decode(raw_body)
        number, most = len(webhook.alerts), self._engine.capacity
        if number > most:
            raise body.TooLargeError(f"the body has {number} alerts; at most {most} are allowed")
        changes = await alertmanager.changes(webhook, at=at, route="/alert")
        if webhook.truncated > 0:
            _log.warning("/alert: Alertmanager left out %d alerts; set max_alerts: 0 there", webhook.truncated)
            self._count("/alert", Drop.TRUNCATED, webhook.truncated)
        return changes

    async def readings(self, raw_body: bytes, at: float) -> _Events:
        return (generic.reading(raw_body, at=at, route="/metric"),)

    def _refused(self, error: str, route: str, status: HTTPStatus) -> Response:
        self._count(route, Drop.UNREADABLE, 1)
        if self._said.get(route) != error:
            _log.warning("%s: %s; the same again is only counted", route, error[:200])
            self._said[route] = error
        return answer(status, ok=False, error=error)
