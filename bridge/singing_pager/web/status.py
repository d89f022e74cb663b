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
from singing_pager.web.api.views import moment
from singing_pager.web.bodies import ReadyAnswer, Taken, refusals
from singing_pager.web.intake import answer

__all__ = ["about", "routes"]

_ABOUT = f"""The Singing Pager {__version__}: hear your systems.

GET  /                         in a browser: the page; see, hear and act

POST /alert                    Alertmanager's webhook, version 4
POST /webhook/grafana          Grafana's webhook (PUT too)
POST /webhook/datadog          Datadog's webhook
POST /webhook/generic          any JSON; /webhook/generic/{{name}} as the score says
POST /metric                   {{"type": "cpu", "value": 0.42}}

GET  /api/alerts               what is on the desk: ?state= &severity= &limit= &offset=
GET  /api/alerts/{{fingerprint}}
POST /api/alerts/{{fingerprint}}/ack, /api/alerts/{{fingerprint}}/unack
POST /api/alerts/{{fingerprint}}/snooze, /api/alerts/{{fingerprint}}/play
POST /api/ack, /api/snooze     every alert that is firing
     /api/mute                 GET; POST {{"seconds": 900}}; DELETE
     /api/meeting              GET; POST {{"seconds": 3600}}; DELETE
     /api/volume               GET; PUT {{"strip": "master", "level": 0.5}}
POST /api/test/{{instrument}}    one sound
GET  /api/summary              all that a lamp needs
GET  /api/links                each link of the chain
GET  /api/kpi                  key figures of the alerting
GET  /api/journal              what happened: ?since= &until= &fingerprint= &deed= &limit=
GET  /api/timeline             the last hours: ?hours=
GET  /api/instruments          every sound
GET  /api/voices               what is held now, and why
     /api/score                GET; PUT {{"text": "...", "version": "..."}}
POST /api/score/check          whether a text is a score
POST /api/score/audition       one rule, heard before it is saved
POST /api/ticket               what opens /ws: the frames of the page

GET  /listen                   the sound, live; /listen.wav, /listen.ogg
GET  /metrics                  for Prometheus
GET  /healthz                  alive
GET  /readyz                   ready to take events and to keep them, and the state of each link
POST /-/reload                 read the score again
GET  /openapi.json             all this for machines
"""
_JOURNAL = "journal"
"""The link to what is kept."""


def about(engine: Engine) -> str:
    """Say what is here, and whether it is muted."""
    until = moment(engine.core.controls.muted_until)
    return f"{_ABOUT}\nMUTED until {until}: nothing sounds. DELETE /api/mute ends that.\n" if until else _ABOUT


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
        links: State of each link that the core does not know of, by name.
        reload: Reads the score again; raises ConfigError and changes nothing when it is wrong, BusyError when not now.
    """
    router = APIRouter(tags=["status"])

    @router.head("/healthz", include_in_schema=False)
    @router.get("/healthz", response_model=Taken, summary="Whether the process lives")
    async def healthz() -> Response:
        return answer(HTTPStatus.OK, ok=True)

    @router.head("/readyz", include_in_schema=False)
    @router.get(
        "/readyz",
        response_model=ReadyAnswer,
        responses={503: {"model": ReadyAnswer, "description": "Not now: the inbox is full, or nothing can be kept."}},
        summary="Whether events are taken, and kept",
    )
    async def readyz() -> Response:
        reason = _why_not(engine)
        known = {name: link.up for name, link in engine.core.links.items()}
        return answer(
            HTTPStatus.SERVICE_UNAVAILABLE if reason else HTTPStatus.OK,
            ready=not reason,
            reason=reason,
            waiting=engine.waiting,
            links=links() | known,
            muted_until=moment(engine.core.controls.muted_until),
        )

    @router.get("/metrics", response_class=PlainTextResponse, summary="Prometheus exposition")
    async def metrics() -> Response:
        # never on the loop that carries alerts: a scrape takes longer than an alert may wait
        text = await asyncio.to_thread(generate_latest, registry)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    @router.post("/-/reload", response_model=Taken, responses=refusals(400, 503), summary="Read the score again")
    async def reload_score() -> Response:
        try:
            reload()
        except ConfigError as error:
            return answer(HTTPStatus.BAD_REQUEST, ok=False, error=str(error))
        except BusyError as error:
            return answer(HTTPStatus.SERVICE_UNAVAILABLE, ok=False, error=str(error))
        return answer(HTTPStatus.OK, ok=True)

    return router


def _why_not(engine: Engine) -> str:
    """Why events are not taken, or not kept; nothing when they are."""
    if engine.full:
        return "the inbox is full"
    journal = engine.core.links.get(_JOURNAL)
    return f"nothing can be kept: {journal.detail}" if journal is not None and not journal.up else ""
