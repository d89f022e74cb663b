"""The mixer over HTTP: mute, meeting mode, levels, and the test of a sound."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import StringConstraints

from singing_pager.engine import Engine
from singing_pager.model import Drop, Meeting, Mute, Test, Volume
from singing_pager.web import bodies
from singing_pager.web.api.commands import Commands, who
from singing_pager.web.api.route import RefusalError, Route
from singing_pager.web.api.views import levels, moment
from singing_pager.web.bodies import refusals
from singing_pager.web.intake import answer

__all__ = ["routes"]

_By = Annotated[str, StringConstraints(max_length=200, pattern=bodies.PLAIN), Query(description="who")]


def routes(engine: Engine, commands: Commands) -> APIRouter:
    """Make the routes of the mixer."""
    router = APIRouter(prefix="/api", tags=["mixer"], route_class=Route)
    _add_mute(router, engine, commands)
    _add_meeting(router, engine, commands)
    _add_volume(router, engine, commands)
    return router


def _add_mute(router: APIRouter, engine: Engine, commands: Commands) -> None:
    def shown() -> Response:
        controls = engine.core.controls
        until = moment(controls.muted_until)
        return answer(
            HTTPStatus.OK,
            ok=True,
            muted=controls.muted,
            until=until,
            by=controls.muted_by,
            reason=controls.muted_reason,
        )

    @router.get("/mute", response_model=bodies.MuteAnswer, summary="Whether the pager is muted, and until when")
    async def is_muted() -> Response:
        return shown()

    @router.post(
        "/mute",
        response_model=bodies.MuteAnswer,
        responses=refusals(400, 413, 422, 503),
        summary="Let nothing sound for a while",
    )
    async def mute(request: Request, asked: bodies.Mute | None = None) -> Response:
        given = asked or bodies.Mute()
        by, seconds = who(request, given.by), given.seconds
        await commands.do(Mute(at=engine.now(), by=by, seconds=seconds, reason=given.reason))
        return shown()

    @router.delete("/mute", response_model=bodies.MuteAnswer, responses=refusals(413, 422, 503), summary="End the mute")
    async def unmute(request: Request, by: _By = "") -> Response:
        await commands.do(Mute(at=engine.now(), by=who(request, by), seconds=0), fine=(Drop.NOT_ACTIVE,))
        return shown()


def _add_meeting(router: APIRouter, engine: Engine, commands: Commands) -> None:
    def shown() -> Response:
        controls = engine.core.controls
        until, muted = moment(controls.meeting_until), moment(controls.muted_until)
        meeting = until is not None
        return answer(HTTPStatus.OK, ok=True, meeting=meeting, until=until, by=controls.meeting_by, muted_until=muted)

    @router.get("/meeting", response_model=bodies.MeetingAnswer, summary="Whether there is a meeting, and until when")
    async def is_meeting() -> Response:
        return shown()

    @router.post(
        "/meeting",
        response_model=bodies.MeetingAnswer,
        responses=refusals(400, 413, 422, 503),
        summary="Let only what the score lets through sound for a while",
    )
    async def meet(request: Request, asked: bodies.Meet | None = None) -> Response:
        given = asked or bodies.Meet()
        await commands.do(Meeting(at=engine.now(), by=who(request, given.by), seconds=given.seconds))
        return shown()

    @router.delete(
        "/meeting", response_model=bodies.MeetingAnswer, responses=refusals(413, 422, 503), summary="End the meeting"
    )
    async def adjourn(request: Request, by: _By = "") -> Response:
        await commands.do(Meeting(at=engine.now(), by=who(request, by), seconds=0), fine=(Drop.NOT_ACTIVE,))
        return shown()


def _add_volume(router: APIRouter, engine: Engine, commands: Commands) -> None:
    def shown() -> Response:
        controls = engine.core.controls
        return answer(HTTPStatus.OK, ok=True, levels=levels(controls), muted_until=moment(controls.muted_until))

    @router.get("/volume", response_model=bodies.VolumeAnswer, summary="Level of each strip of the mixer")
    async def volume() -> Response:
        return shown()

    @router.put(
        "/volume",
        response_model=bodies.VolumeAnswer,
        responses=refusals(400, 413, 422, 503),
        summary="Bring a strip of the mixer to a level",
    )
    async def turn(request: Request, asked: bodies.Turn) -> Response:
        by = who(request, asked.by)
        await commands.do(Volume(at=engine.now(), by=by, strip=asked.strip, level=asked.level))
        return shown()

    @router.post(
        "/test/{instrument}",
        response_model=bodies.TestAnswer,
        responses=refusals(400, 404, 409, 413, 422, 503),
        summary="Let one instrument be heard",
    )
    async def test(
        request: Request,
        instrument: Annotated[str, Path(description="its name")],
        asked: bodies.Who | None = None,
    ) -> Response:
        names = tuple(engine.core.score.instruments)
        if instrument not in names:
            said = f"there is no instrument of this name; allowed: {', '.join(names)}"
            raise RefusalError(HTTPStatus.NOT_FOUND, said, names)
        by = who(request, asked.by if asked else "")
        await commands.do(Test(at=engine.now(), by=by, instrument=instrument))
        return answer(HTTPStatus.OK, ok=True, instrument=instrument)
