"""The desk over HTTP: alerts, one or all, and what people do with them."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from singing_pager.engine import Engine
from singing_pager.model import Acknowledge, Alert, Deed, Drop, Outcome, Play, Snooze, State, Unacknowledge
from singing_pager.web import bodies
from singing_pager.web.api import views
from singing_pager.web.api.commands import Commands, who
from singing_pager.web.api.route import RefusalError, Route
from singing_pager.web.bodies import refusals
from singing_pager.web.intake import answer

__all__ = ["routes"]

_ONE = "/alerts/{fingerprint}"
_REFUSALS = refusals(400, 404, 413, 422, 503)
_MAY_SNOOZE = (State.FIRING, State.SNOOZED, State.ACKNOWLEDGED)
_MAY_BE_GIVEN_BACK = (State.ACKNOWLEDGED, State.SNOOZED)


def routes(engine: Engine, commands: Commands) -> APIRouter:
    """Make the routes of the desk."""
    router = APIRouter(prefix="/api", tags=["desk"], route_class=Route)
    _add_reading(router, engine)
    _add_one(router, engine, commands)
    _add_all(router, engine, commands)
    return router


def _add_reading(router: APIRouter, engine: Engine) -> None:
    @router.get(
        "/alerts",
        response_model=bodies.AlertsAnswer,
        responses=refusals(422),
        summary="Alerts, the most severe and newest first",
    )
    async def alerts(
        state: Annotated[State | None, Query(description="only those; without it every active one")] = None,
        severity: Annotated[bodies.Severity | None, Query(description="only those")] = None,
        limit: Annotated[int, Query(ge=1, le=10_000, description="so many at most")] = 200,
        offset: Annotated[int, Query(ge=0, le=1_000_000, description="so many are left out before them")] = 0,
    ) -> Response:
        desk = engine.core.desk
        there = desk.recent if state is State.RESOLVED else tuple(desk.alerts.values())
        # 50,000 alerts take longer than an alarm may wait
        page = await asyncio.to_thread(views.page, there, _wanted(state, severity), limit, offset)
        return Response(page, media_type="application/json")

    @router.get(
        "/alerts/{fingerprint}",
        response_model=bodies.AlertAnswer,
        responses=refusals(404, 422),
        summary="One alert, also one that was resolved within the last 15 minutes",
    )
    async def alert(fingerprint: str) -> Response:
        return _shown(engine, fingerprint)


def _add_one(router: APIRouter, engine: Engine, commands: Commands) -> None:
    @router.post(
        _ONE + "/ack",
        response_model=bodies.AlertAnswer,
        responses=_REFUSALS,
        summary="Take an alert: it is silent until it is resolved",
    )
    async def ack(request: Request, fingerprint: str, asked: bodies.Take | None = None) -> Response:
        given = asked or bodies.Take()
        by = who(request, given.by)
        await commands.do(Acknowledge(at=engine.now(), by=by, fingerprint=fingerprint, reason=given.reason))
        return _shown(engine, fingerprint)

    @router.post(
        _ONE + "/unack",
        response_model=bodies.AlertAnswer,
        responses=_REFUSALS | refusals(409),
        summary="Give an acknowledged or snoozed alert back: it sounds again",
    )
    async def unack(request: Request, fingerprint: str, asked: bodies.Take | None = None) -> Response:
        given = asked or bodies.Take()
        by = who(request, given.by)
        command = Unacknowledge(at=engine.now(), by=by, fingerprint=fingerprint, reason=given.reason)
        await commands.do(command, allowed=_MAY_BE_GIVEN_BACK)
        return _shown(engine, fingerprint)

    @router.post(
        _ONE + "/snooze",
        response_model=bodies.AlertAnswer,
        responses=_REFUSALS | refusals(409),
        summary="Let an alert rest for a while",
    )
    async def snooze(request: Request, fingerprint: str, asked: bodies.Snooze) -> Response:
        by, seconds = who(request, asked.by), asked.seconds
        command = Snooze(at=engine.now(), by=by, fingerprint=fingerprint, seconds=seconds, reason=asked.reason)
        await commands.do(command, allowed=_MAY_SNOOZE)
        return _shown(engine, fingerprint)

    @router.post(
        _ONE + "/play",
        response_model=bodies.AlertAnswer,
        responses=_REFUSALS | refusals(409),
        summary="Sound an alert's alarm once more",
    )
    async def play(request: Request, fingerprint: str, asked: bodies.Who | None = None) -> Response:
        by = who(request, asked.by if asked else "")
        await commands.do(Play(at=engine.now(), by=by, fingerprint=fingerprint))
        return _shown(engine, fingerprint)


def _add_all(router: APIRouter, engine: Engine, commands: Commands) -> None:
    @router.post(
        "/ack",
        response_model=bodies.CountAnswer,
        responses=_REFUSALS,
        summary="Take every alert that is firing, or one whose fingerprint no address can hold",
    )
    async def ack(request: Request, asked: bodies.TakeAll | None = None) -> Response:
        given = asked or bodies.TakeAll()
        by, one = who(request, given.by), given.fingerprint
        command = Acknowledge(at=engine.now(), by=by, fingerprint=one, reason=given.reason)
        outcome = await commands.do(command, fine=() if one else (Drop.NOT_ACTIVE,))
        return _counted(outcome, Deed.ACKNOWLEDGED)

    @router.post(
        "/snooze",
        response_model=bodies.CountAnswer,
        responses=_REFUSALS | refusals(409),
        summary="Let every alert that is firing rest for a while, or one whose fingerprint no address can hold",
    )
    async def snooze(request: Request, asked: bodies.SnoozeAll) -> Response:
        by, one = who(request, asked.by), asked.fingerprint
        command = Snooze(at=engine.now(), by=by, fingerprint=one, seconds=asked.seconds, reason=asked.reason)
        outcome = await commands.do(command, fine=() if one else (Drop.NOT_ACTIVE,), allowed=_MAY_SNOOZE)
        return _counted(outcome, Deed.SNOOZED)


def _wanted(state: State | None, severity: str | None) -> Callable[[Alert], bool]:
    def wanted(alert: Alert) -> bool:
        return (state is None or alert.state is state) and (severity is None or views.severity(alert) == severity)

    return wanted


def _shown(engine: Engine, fingerprint: str) -> Response:
    alert = engine.core.desk.get(fingerprint)
    if alert is None:
        said = "no alert has this fingerprint; GET /api/alerts lists those that are active"
        raise RefusalError(HTTPStatus.NOT_FOUND, said)
    return answer(HTTPStatus.OK, ok=True, alert=views.alert(alert))


def _counted(outcome: Outcome, deed: Deed) -> Response:
    count = sum(entry.deed is deed for entry in outcome.entries)
    return answer(HTTPStatus.OK, ok=True, count=count)
