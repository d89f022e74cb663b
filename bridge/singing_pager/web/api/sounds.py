"""What can sound, and what does and why, over HTTP."""

from http import HTTPStatus

from fastapi import APIRouter, Response

from singing_pager.core.instrument import Instrument
from singing_pager.engine import Engine
from singing_pager.sinks.why import Why
from singing_pager.web import bodies
from singing_pager.web.api.route import Route
from singing_pager.web.api.views import View
from singing_pager.web.intake import answer

__all__ = ["routes"]


def routes(engine: Engine, why: Why) -> APIRouter:
    """Make the routes that tell of sounds."""
    router = APIRouter(prefix="/api", tags=["sounds"], route_class=Route)

    @router.get("/instruments", response_model=bodies.InstrumentsAnswer, summary="Every sound there is")
    async def instruments() -> Response:
        known = engine.core.score.instruments.values()
        return answer(HTTPStatus.OK, ok=True, instruments=[_instrument(each) for each in known])

    @router.get("/voices", response_model=bodies.VoicesAnswer, summary="What is held now, and why")
    async def voices() -> Response:
        return answer(HTTPStatus.OK, ok=True, voices=why.views())

    return router


def _instrument(instrument: Instrument) -> View:
    return {
        "name": instrument.name,
        "address": instrument.address,
        "kind": instrument.kind,
        "priority": instrument.priority,
        "severity": instrument.severity,
        "help": instrument.help,
        "meaning": instrument.meaning,
        "parameters": [
            {"name": each.name, "units": each.units, "range": each.range, "default": each.default}
            for each in instrument.parameters
        ],
    }
