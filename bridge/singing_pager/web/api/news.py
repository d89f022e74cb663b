"""How things are, over HTTP: the summary, the chain, the key figures, the journal."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import StringConstraints

from singing_pager.core.figures import Report
from singing_pager.engine import Engine
from singing_pager.errors import StoreError
from singing_pager.model import Deed
from singing_pager.store import Line, Wanted
from singing_pager.web import bodies
from singing_pager.web.api import views
from singing_pager.web.api.route import RefusalError, Route
from singing_pager.web.bodies import refusals
from singing_pager.web.intake import answer

__all__ = ["Journal", "routes"]

Journal = Callable[[Wanted], Iterable[Line]]
"""Reads the journal, oldest first; waits for the disk, and raises StoreError."""

_Text = Annotated[str, StringConstraints(max_length=1000, pattern=bodies.PLAIN)]


def routes(engine: Engine, links: Callable[[], dict[str, bool]], journal: Journal | None) -> APIRouter:
    """Make the routes that only tell."""
    router = APIRouter(prefix="/api", tags=["news"], route_class=Route)

    def chain() -> list[views.View]:
        return views.chain(engine.core.links, links())

    @router.get("/summary", response_model=bodies.SummaryAnswer, summary="All that a lamp or a small display needs")
    async def summary() -> Response:
        core, now = engine.core, engine.now()
        counts = await asyncio.to_thread(views.counts, tuple(core.desk.alerts.values()))
        return answer(
            HTTPStatus.OK,
            ok=True,
            **counts,
            muted=core.controls.muted,
            muted_until=views.moment(core.controls.muted_until),
            meeting_until=views.moment(core.controls.meeting_until),
            flooding=core.flooding,
            quiet=[quiet.name for quiet in core.score.quiet if quiet.covers(now)],
            links_down=[link["name"] for link in chain() if not link["up"]],
        )

    @router.get("/links", response_model=bodies.LinksAnswer, summary="Every link of the chain")
    async def every_link() -> Response:
        return answer(HTTPStatus.OK, ok=True, links=chain())

    @router.get("/kpi", response_model=None, responses={200: _KPI}, summary="Key figures of the alerting")
    async def kpi() -> Response:
        core = engine.core
        report = await asyncio.to_thread(core.kpi.report, engine.now(), core.desk)
        return answer(HTTPStatus.OK, ok=True, kpi=report)

    _add_journal(router, journal)
    return router


def _add_journal(router: APIRouter, journal: Journal | None) -> None:
    @router.get(
        "/journal",
        response_model=bodies.JournalAnswer,
        responses=refusals(422, 503),
        summary="What happened: the last lines that are asked for, oldest first",
    )
    async def lines(
        since: Annotated[datetime | None, Query(description="from then on")] = None,
        until: Annotated[datetime | None, Query(description="before then")] = None,
        fingerprint: Annotated[_Text | None, Query(description="of this alert")] = None,
        deed: Annotated[Deed | None, Query(description="only those")] = None,
        limit: Annotated[int, Query(ge=1, le=10_000, description="so many at most")] = 200,
    ) -> Response:
        if journal is None:
            raise RefusalError(HTTPStatus.SERVICE_UNAVAILABLE, "nothing is kept: the store is off (STORE_URL)")
        wanted = Wanted(since=_unix(since), until=_unix(until), fingerprint=fingerprint or None, deed=deed, limit=limit)
        try:
            return Response(await asyncio.to_thread(_encoded, journal, wanted), media_type="application/json")
        except StoreError as error:
            raise RefusalError(HTTPStatus.SERVICE_UNAVAILABLE, f"the journal cannot be read: {error}") from error


def _encoded(journal: Journal, wanted: Wanted) -> bytes:
    return b'{"ok":true,"entries":[%s]}' % b",".join(map(msgspec.json.encode, journal(wanted)))


def _unix(moment: datetime | None) -> float | None:
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _schema(of: type[msgspec.Struct]) -> dict[str, Any]:
    """JSON Schema of a struct, with everything in its place: the document has no room for msgspec's own definitions."""
    schema = msgspec.json.schema(of)
    definitions = schema.pop("$defs")

    def placed(part: Any) -> Any:  # noqa: ANN401 - JSON
        match part:
            case {"$ref": str(name)}:
                return placed(definitions[name.rpartition("/")[2]])
            case dict():
                return {key: placed(value) for key, value in part.items()}
            case list():
                return [placed(each) for each in part]
            case _:
                return part

    whole: dict[str, Any] = placed(schema)
    return whole


_KPI: dict[str, Any] = {
    "description": "Of the last 24 hours, with what ISA-18.2 and EEMUA 191 recommend",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["ok", "kpi"],
                "properties": {"ok": {"const": True}, "kpi": _schema(Report)},
            }
        }
    },
}
