"""Where other senders than Alertmanager come in: Grafana, Datadog, and anything that posts JSON.

Whether Grafana signed its body has been seen to before (`web.guard`).
"""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response

from singing_pager.core.webhooks import Webhook
from singing_pager.engine import Engine
from singing_pager.sources import datadog, generic_alert, grafana
from singing_pager.sources.inbox import Count, Keeper
from singing_pager.web.bodies import Taken, refusals
from singing_pager.web.intake import Events, Intake, Read, answer
from singing_pager.web.shapes import DATADOG, GENERIC, GRAFANA

__all__ = ["routes"]

_GRAFANA = "/webhook/grafana"
_DATADOG = "/webhook/datadog"
_GENERIC = "/webhook/generic"


class _Readers:
    """Makes alerts of the body of each sender."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def grafana(self, raw_body: bytes, at: float) -> Events:
        webhook = grafana.decode(raw_body)
        self._intake.check_number(len(webhook.alerts))
        changes = await grafana.changes(webhook, at=at, route=_GRAFANA)
        self._intake.left_out(_GRAFANA, "Grafana", webhook.truncated or 0, "set Max Alerts to 0 there")
        return changes

    async def datadog(self, raw_body: bytes, at: float) -> Events:
        return (datadog.change(raw_body, at=at, route=_DATADOG),)

    def generic(self, webhook: Webhook, route: str) -> Read:
        async def read(raw_body: bytes, at: float) -> Events:
            alerts = generic_alert.decode(webhook, raw_body)
            self._intake.check_number(len(alerts))
            return await generic_alert.changes(webhook, alerts, at=at, route=route)

        return read


def routes(engine: Engine, *, keeper: Keeper, body_limit: int, count: Count) -> APIRouter:
    """Make the routes of the other senders; all lead to the same desk.

    Args:
        engine: Takes their alerts; its score says how the generic ones are read.
        keeper: Brings what they change to disk before the sender hears that it is taken.
        body_limit: Bytes of the largest body.
        count: Told route, result and number of messages that became no event.
    """
    router = APIRouter(tags=["events"])
    intake = Intake(engine, keeper=keeper, body_limit=body_limit, count=count)
    readers = _Readers(intake)

    @router.put(_GRAFANA, **_told(GRAFANA, "The same, for a contact point that is set to PUT"))
    @router.post(_GRAFANA, **_told(GRAFANA, "Grafana's webhook (unified alerting)"))
    async def from_grafana(request: Request) -> Response:
        return await intake.take(request, _GRAFANA, readers.grafana)

    @router.post(_DATADOG, **_told(DATADOG, "Datadog's webhook"))
    async def from_datadog(request: Request) -> Response:
        return await intake.take(request, _DATADOG, readers.datadog)

    @router.post(_GENERIC, **_told(GENERIC, "Any JSON, read by the names that most senders use"))
    async def from_anybody(request: Request) -> Response:
        return await from_known(request, "default")

    @router.post(_GENERIC + "/{name}", **_told(GENERIC, "Any JSON, read as the score's webhook of this name says", 404))
    async def from_known(request: Request, name: str) -> Response:
        score = engine.core.score
        webhook = score.webhook(name)
        if webhook is None:
            allowed = sorted({"default", *(known.name for known in score.webhooks)})
            said = f"the score has no webhook of this name; allowed: {', '.join(allowed)}"
            return answer(HTTPStatus.NOT_FOUND, ok=False, error=said, allowed=allowed)
        # names are the score's: there are few, and a metric's label may hold them
        route = _GENERIC if name == "default" else f"{_GENERIC}/{name}"
        return await intake.take(request, route, readers.generic(webhook, route))

    return router


def _told(shape: dict[str, Any], summary: str, *statuses: int) -> dict[str, Any]:
    """What the OpenAPI document tells of a route."""
    return {
        "status_code": HTTPStatus.ACCEPTED,
        "response_model": Taken,
        "responses": refusals(400, *statuses, 413, 503),
        "openapi_extra": shape,
        "summary": summary,
    }
