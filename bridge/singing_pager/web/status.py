"""How the bridge is: alive, ready, in numbers; and the order to read its score again."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from singing_pager import __version__
from singing_pager.engine import Engine
from singing_pager.errors import BusyError, ConfigError
from singing_pager.web.hooks import answer

__all__ = ["routes"]

_ABOUT = f"""The Singing Pager {__version__}: hear your systems.

POST /alert      Alertmanager's webhook, version 4
POST /metric     {{"type": "cpu", "value": 0.42}}
GET  /listen     the sound, live
GET  /metrics    for Prometheus
GET  /healthz    alive
GET  /readyz     ready to take events, and the state of each link
POST /-/reload   read the score again
"""


def routes(
    engine: Engine,
    *,
    registry: CollectorRegistry,
    links: Callable[[], dict[str, bool]],
    reload: Callable[[], None],
) -> APIRouter:
    """Make the routes that tell of the bridge.

    Args:
        engine: The line.
        registry: The bridge's metrics.
        links: State of each link of the chain, by name.
        reload: Reads the score again; raises ConfigError and changes nothing when it is wrong, BusyError when not now.
    """
    router = APIRouter()

    @router.get("/", response_class=PlainTextResponse, summary="What is here")
    async def about() -> str:
        return _ABOUT

    @router.head("/healthz", include_in_schema=False)
    @router.get("/healthz", summary="Whether the process lives")
    async def healthz() -> Response:
        return answer(HTTPStatus.OK, ok=True)

    @router.head("/readyz", include_in_schema=False)
    @router.get("/readyz", summary="Whether events are taken")
    async def readyz() -> Response:
        status = HTTPStatus.SERVICE_UNAVAILABLE if engine.full else HTTPStatus.OK
        return answer(status, ready=not engine.full, waiting=engine.waiting, links=links())

    @router.get("/metrics", summary="Prometheus exposition")
    async def metrics() -> Response:
        # never on the loop that carries alerts: a scrape takes longer than an alert may wait
        text = await asyncio.to_thread(generate_latest, registry)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    @router.post("/-/reload", summary="Read the score again")
    async def reload_score() -> Response:
        try:
            reload()
        except ConfigError as error:
            return answer(HTTPStatus.BAD_REQUEST, ok=False, error=str(error))
        except BusyError as error:
            return answer(HTTPStatus.SERVICE_UNAVAILABLE, ok=False, error=str(error))
        return answer(HTTPStatus.OK, ok=True)

    return router
