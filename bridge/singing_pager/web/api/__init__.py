"""The desk, the mixer, the news, sounds and the score over HTTP: what people, buttons and displays ask for."""

from collections.abc import Callable

from fastapi import APIRouter

from singing_pager.engine import Engine
from singing_pager.score.place import Place
from singing_pager.sinks.past import Past
from singing_pager.sinks.why import Why
from singing_pager.sources.inbox import Keeper
from singing_pager.web.api import alerts, controls, news, scores, sounds, timeline
from singing_pager.web.api.commands import Commands

__all__ = ["routes"]


def routes(
    engine: Engine,
    *,
    keeper: Keeper,
    links: Callable[[], dict[str, bool]],
    journal: news.Journal | None,
    why: Why,
    past: Past,
    place: Place,
) -> tuple[APIRouter, ...]:
    """Make the routes of the API.

    Args:
        engine: Has the desk, and does what is asked for.
        keeper: Brings what changes to disk before it is answered.
        links: State of each link that the core does not know of, by name.
        journal: Reads the journal; None: the store is off.
        why: Knows what stands behind each voice.
        past: Has seen what has happened since the pager began.
        place: Where the score is kept.
    """
    commands = Commands(engine, keeper)
    return (
        alerts.routes(engine, commands),
        controls.routes(engine, commands),
        news.routes(engine, links, journal),
        sounds.routes(engine, why),
        timeline.routes(engine, past, journal),
        scores.routes(engine, commands, place),
    )
