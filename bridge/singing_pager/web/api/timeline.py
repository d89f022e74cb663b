"""The last hours over HTTP, as a time line shows them."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Query, Response

from singing_pager.engine import Engine
from singing_pager.errors import StoreError
from singing_pager.model import Deed
from singing_pager.sinks.past import MINUTE, MOST, SHOWN, Past
from singing_pager.store import Line, Wanted
from singing_pager.web import bodies
from singing_pager.web.api import views
from singing_pager.web.api.route import Route
from singing_pager.web.api.views import View
from singing_pager.web.bodies import refusals
from singing_pager.web.intake import answer

__all__ = ["routes"]

_STEPS = 360
"""Steps of a time line at most."""
_ALARMS = 20_000
"""Alarms that are counted at most: three a second can be heard, and floods are heard as one."""

_KEYS = ("at", "deed", "fingerprint", "name", "severity", "subject", "by", "reason", "heard", "count")
"""What is shown of a line of the journal, as of an entry (`views.entry`)."""

_Journal = Callable[[Wanted], Iterable[Line]]

_Known = tuple[list[View], Mapping[float, int]]
"""Entries, oldest first, and how many alarms were heard when."""


def routes(engine: Engine, past: Past, journal: _Journal | None) -> APIRouter:
    """Make the route of the time line.

    Args:
        engine: Tells the time.
        past: What this process has seen.
        journal: What was kept; None: the store is off.
    """
    router = APIRouter(prefix="/api", tags=["news"], route_class=Route)

    @router.get(
        "/timeline",
        response_model=bodies.TimelineAnswer,
        responses=refusals(422),
        summary="The last hours: anomaly, alarms, and what was done",
    )
    async def timeline(hours: Annotated[int, Query(ge=1, le=24, description="so many")] = 6) -> Response:
        return answer(HTTPStatus.OK, **await asyncio.to_thread(_told, past, journal, engine.now(), hours))

    return router


def _told(past: Past, journal: _Journal | None, now: float, hours: int) -> View:
    """Gather everything; made for a thread."""
    step = MINUTE * ceil(hours * 60 / _STEPS)
    since = now // step * step - hours * 3600
    steps = int((now - since) // step) + 1
    known = _of_journal(journal, since)
    entries, alarms = known or _of_memory(past, since)
    return {
        "ok": True,
        "since": since,
        "until": now,
        "step": step,
        "kept": known is not None,
        "anomaly": _greatest({minute * MINUTE: value for minute, value in past.anomaly().items()}, since, step, steps),
        "alarms": _sums(alarms, since, step, steps),
        "entries": entries,
    }


def _of_memory(past: Past, since: float) -> _Known:
    entries = [views.entry(entry) for entry in past.entries() if entry.at >= since]
    return entries, {minute * MINUTE: count for minute, count in past.alarms().items()}


def _of_journal(journal: _Journal | None, since: float) -> _Known | None:
    """Read what was kept; None where it cannot be read: what is known without it is better than nothing."""
    if journal is None:
        return None
    shown = tuple(sorted(SHOWN))
    alarms: dict[float, int] = {}
    try:
        lines = journal(Wanted(since=since, deeds=shown, limit=MOST))
        entries: list[View] = [{key: getattr(line, key) for key in _KEYS} for line in lines]
        for line in journal(Wanted(since=since, deed=Deed.SOUNDED, limit=_ALARMS)):
            if line.fingerprint:
                alarms[line.at] = alarms.get(line.at, 0) + 1
    except StoreError:
        return None
    return entries, alarms


def _greatest(values: Mapping[float, float], since: float, step: int, steps: int) -> list[float | None]:
    found: list[float | None] = [None] * steps
    for at, value in values.items():
        place = int((at - since) // step)
        if 0 <= place < steps:
            before = found[place]
            found[place] = value if before is None else max(before, value)
    return found


def _sums(counts: Mapping[float, int], since: float, step: int, steps: int) -> list[int]:
    found = [0] * steps
    for at, count in counts.items():
        place = int((at - since) // step)
        if 0 <= place < steps:
            found[place] += count
    return found
