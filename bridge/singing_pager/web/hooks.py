"""Where alerts and readings come in by HTTP.

Bodies are validated once, from their bytes: FastAPI's own body parameters cost three times as much
(docs/performance.md).
"""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from singing_pager.engine import Engine
from singing_pager.sources import alertmanager, generic
from singing_pager.sources.inbox import Count, Keeper
from singing_pager.web.bodies import Taken, refusals
from singing_pager.web.intake import Events, Intake
from singing_pager.web.shapes import ALERTMANAGER, METRIC

__all__ = ["routes"]


def routes(engine: Engine, *, keeper: Keeper, body_limit: int, count: Count) -> APIRouter:
    """Make the routes that take events.

    Args:
        engine: Takes them.
        keeper: Brings what they change to disk before the sender hears that it is taken.
        body_limit: Bytes of the largest body.
        count: Told route, result and number of messages that became no event.
    """
    router = APIRouter(tags=["events"])
    intake = Intake(engine, keeper=keeper, body_limit=body_limit, count=count)

    async def alerts(raw_body: bytes, at: float) -> Events:
        webhook = alertmanager.decode(raw_body)
        intake.check_number(len(webhook.alerts))
        changes = await alertmanager.changes(webhook, at=at, route="/alert")
        intake.left_out("/alert", "Alertmanager", webhook.truncated, "set max_alerts: 0 there")
        return changes

    async def readings(raw_body: bytes, at: float) -> Events:
        return (generic.reading(raw_body, at=at, route="/metric"),)

    @router.post(
        "/alert",
        status_code=HTTPStatus.ACCEPTED,
        response_model=Taken,
        responses=refusals(400, 413, 503),
        openapi_extra=ALERTMANAGER,
        summary="Alertmanager's webhook, version 4; taken when it is on disk",
    )
    async def alert(request: Request) -> Response:
        return await intake.take(request, "/alert", alerts)

    @router.post(
        "/metric",
        status_code=HTTPStatus.ACCEPTED,
        response_model=Taken,
        responses=refusals(400, 413, 503),
        openapi_extra=METRIC,
        summary="One value of one type",
    )
    async def metric(request: Request) -> Response:
        # what it makes sound is nothing that a restart would have to know
        return await intake.take(request, "/metric", readings, durable=False)

    return router
