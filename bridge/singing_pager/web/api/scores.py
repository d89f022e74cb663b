"""The score over HTTP: read, checked, heard before it is saved, and saved."""

import asyncio
import logging
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from singing_pager.core.instrument import Kind
from singing_pager.core.rules import MetricRule, Score, Sound
from singing_pager.engine import Engine
from singing_pager.errors import ConfigError
from singing_pager.model import Drop, Reload, Test
from singing_pager.score.draft import Draft, Rule, rules, version
from singing_pager.score.place import Place
from singing_pager.score.trial import sound_of
from singing_pager.web import bodies
from singing_pager.web.api.checks import Checks
from singing_pager.web.api.commands import Commands, who
from singing_pager.web.api.route import RefusalError, Route
from singing_pager.web.api.rules import fault, quantities, views
from singing_pager.web.api.views import View
from singing_pager.web.bodies import refusals
from singing_pager.web.intake import answer, later

__all__ = ["routes"]

_log = logging.getLogger("singing_pager")

_VOICE = "audition"
"""Voice id of whatever is tried out: the next one takes its place."""
_UNHEARD = {
    Drop.OUT_OF_RANGE: "is outside `from`, and the rule says outside: drop, so that nothing sounds",
    Drop.NO_VALUE: "there is no number where the rule looks for one",
    Drop.NOT_FINITE: "is no finite number",
}
_LONGEST = 300
"""Characters of a fault in the sentence that says why a score is refused."""


class _LongRoute(Route):
    """A route that takes a score: JSON may need several bytes for a character of it."""

    limit = 4 * bodies.LONGEST_SCORE


def routes(engine: Engine, commands: Commands, place: Place) -> APIRouter:
    """Make the routes of the score.

    Args:
        engine: Has the score that sounds.
        commands: Lets things be heard.
        place: Where the score is kept.
    """
    router = APIRouter(prefix="/api", tags=["score"], route_class=_LongRoute)
    checks = Checks()
    _add_reading(router, engine, checks, place)
    _add_audition(router, engine, checks, commands)
    _add_saving(router, engine, checks, place)
    return router


def _add_reading(router: APIRouter, engine: Engine, checks: Checks, place: Place) -> None:
    @router.get("/score", response_model=bodies.ScoreAnswer, responses=refusals(503), summary="The score as it is kept")
    async def score() -> Response:
        try:
            text = await asyncio.to_thread(place.text)
        except ConfigError as error:
            raise RefusalError(HTTPStatus.SERVICE_UNAVAILABLE, f"the score cannot be read: {error}") from error
        draft = await checks.draft(text, engine.core.score.instruments)
        writable = await asyncio.to_thread(place.is_writable)
        return answer(HTTPStatus.OK, **_checked(draft), text=text, path=str(place.path or ""), writable=writable)

    @router.post(
        "/score/check",
        response_model=bodies.CheckAnswer,
        responses=refusals(400, 413, 422, 503),
        summary="Whether a text is a score; if not, what is wrong",
    )
    async def check(asked: bodies.Check) -> Response:
        return answer(HTTPStatus.OK, **_checked(await checks.draft(asked.text, engine.core.score.instruments)))


def _add_audition(router: APIRouter, engine: Engine, checks: Checks, commands: Commands) -> None:
    @router.post(
        "/score/audition",
        response_model=bodies.AuditionAnswer,
        responses=refusals(400, 409, 413, 422, 503),
        summary="Let a rule be heard before it is saved",
    )
    async def audition(request: Request, asked: bodies.Audition) -> Response:
        written = _valid(await checks.draft(asked.text, engine.core.score.instruments))
        key, rule = _found(written, asked.rule)
        sound = _sounding(rule, asked.value)
        instrument, by = sound.instrument, who(request, asked.by)
        test = Test(
            at=engine.now(),
            by=by,
            instrument=instrument.name,
            params=sound.params,
            seconds=asked.seconds,
            voice=_VOICE,
        )
        await commands.do(test)
        return answer(
            HTTPStatus.OK,
            ok=True,
            rule=key,
            instrument=instrument.name,
            kind=instrument.kind,
            params=quantities(instrument.parameters, sound.params),
            seconds=asked.seconds if instrument.kind is Kind.HELD else None,
        )


def _add_saving(router: APIRouter, engine: Engine, checks: Checks, place: Place) -> None:
    saving = asyncio.Lock()

    @router.put(
        "/score",
        response_model=bodies.SavedAnswer,
        responses=refusals(400, 409, 413, 422, 503),
        summary="Put another score in the place of the one that is kept, and let it sound",
    )
    async def save(request: Request, asked: bodies.Save) -> Response:
        if place.path is None:
            said = "this is the score that came with the pager: copy it to a file, set SCORE to that, and start again"
            raise RefusalError(HTTPStatus.CONFLICT, said)
        draft = await checks.draft(asked.text, engine.core.score.instruments)
        written = _valid(draft)
        by = who(request, asked.by)
        async with saving:
            await _replace(place, asked.text, asked.version, engine)
            read = engine.offer((Reload(engine.now(), written, by),))
        if not read:
            _log.warning("the score %s has been written by %s, and not been read: the inbox is full", place.path, by)
            return later("it is written, and not read: the inbox is full; POST /-/reload reads it", done=True)
        await engine.played()
        _log.info("the score %s has been written by %s, and read", place.path, by)
        return answer(HTTPStatus.OK, ok=True, version=draft.version, path=str(place.path))


async def _replace(place: Place, text: str, before: str, engine: Engine) -> None:
    """Write a text in the place of another, or say why not."""
    if engine.full:
        raise RefusalError(HTTPStatus.SERVICE_UNAVAILABLE, "the inbox is full; try again")
    try:
        if version(await asyncio.to_thread(place.text)) != before:
            said = "somebody else has saved the score since you read it; GET /api/score has it as it is"
            raise RefusalError(HTTPStatus.CONFLICT, said)
        await asyncio.to_thread(place.write, text)
    except ConfigError as error:
        raise RefusalError(HTTPStatus.CONFLICT, f"the score cannot be written: {error}") from error


def _checked(draft: Draft) -> View:
    known = {} if draft.score is None else rules(draft.score)
    return {
        "ok": True,
        "valid": draft.score is not None,
        "version": draft.version,
        "errors": [fault(each) for each in draft.faults],
        "rules": views(known),
    }


def _valid(draft: Draft) -> Score:
    if draft.score is None:
        first, more = draft.faults[0], len(draft.faults) - 1
        where = ", ".join(part for part in (f"line {first.line or 1}", first.key) if part)
        said = f"the score is faulty: {where}: {_plain(first.said)}" + (f"; and {more} more" if more else "")
        raise RefusalError(HTTPStatus.UNPROCESSABLE_ENTITY, said, errors=[fault(each) for each in draft.faults])
    return draft.score


def _found(written: Score, wanted: str) -> tuple[str, Rule]:
    """Find a rule by its key, or by its name; raises RefusalError."""
    known = rules(written)
    named = {getattr(rule, "name", key): key for key, rule in reversed(known.items())}
    key = wanted if wanted in known else named.get(wanted)
    if key is None:
        said = "rule: there is none of this name in the score"
        raise RefusalError(HTTPStatus.UNPROCESSABLE_ENTITY, said, list(known)[:200])
    return key, known[key]


def _sounding(rule: Rule, value: float | dict[str, object] | None) -> Sound:
    """What a rule makes of a value; raises RefusalError."""
    if value is None and isinstance(rule, MetricRule):
        raise RefusalError(HTTPStatus.UNPROCESSABLE_ENTITY, "value: a rule for metrics needs one")
    sound = sound_of(rule, 0.0 if value is None else value)
    if isinstance(sound, Drop):
        raise RefusalError(HTTPStatus.UNPROCESSABLE_ENTITY, f"value: {_UNHEARD.get(sound, sound)}")
    return sound


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text[:_LONGEST])
