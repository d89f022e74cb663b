"""Where alerts and readings come in by HTTP.

Bodies are validated once, from their bytes: FastAPI's own body parameters cost three times as much
(docs/performance.md).
"""

import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus

import msgspec
from fastapi import APIRouter, Request, Response

from singing_pager.engine import Engine
from singing_pager.errors import BodyError
from singing_pager.model import Drop, Event
from singing_pager.sources import alertmanager, generic
from singing_pager.web import body

__all__ = ["answer", "routes"]

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

    def taken(events: Sequence[Event], route: str) -> Response:
        if engine.offer(events):
            return answer(HTTPStatus.ACCEPTED, ok=True)
        count(route, Drop.INBOX_FULL, len(events))
        return answer(HTTPStatus.SERVICE_UNAVAILABLE, ok=False, error="the inbox is full; try again")

    def refused(error: Exception, route: str, status: HTTPStatus) -> Response:
        count(route, Drop.UNREADABLE, 1)
        _log.warning("%s: %s", route, str(error)[:200])
        return answer(status, ok=False, error=str(error))

    @router.post("/alert", status_code=HTTPStatus.ACCEPTED, summary="Alertmanager's webhook, version 4")
    async def alert(request: Request) -> Response:
        at = engine.now()
        try:
            webhook = alertmanager.decode(await body.read(request, body_limit))
            if webhook.truncated:
                _log.warning("/alert: Alertmanager left out %d alerts; set max_alerts: 0 there", webhook.truncated)
                count("/alert", Drop.TRUNCATED, webhook.truncated)
            changes = await alertmanager.changes(webhook, at=at, route="/alert")
        except BodyError as error:
            return refused(error, "/alert", HTTPStatus.BAD_REQUEST)
        except body.TooLargeError as error:
            return refused(error, "/alert", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return taken(changes, "/alert")

    @router.post("/metric", status_code=HTTPStatus.ACCEPTED, summary="One value of one type")
    async def metric(request: Request) -> Response:
        at = engine.now()
        try:
            reading = generic.reading(await body.read(request, body_limit), at=at, route="/metric")
        except BodyError as error:
            return refused(error, "/metric", HTTPStatus.BAD_REQUEST)
        except body.TooLargeError as error:
            return refused(error, "/metric", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return taken((reading,), "/metric")

    return router
