"""The desk, the mixer and the news over HTTP: what people, buttons and displays ask for (docs/api.md)."""

from collections.abc import Callable

from fastapi import APIRouter

from singing_pager.engine import Engine
from singing_pager.sources.inbox import Keeper
from singing_pager.web.api import alerts, controls, news
from singing_pager.web.api.commands import Commands

__all__ = ["routes"]


def routes(
    engine: Engine,
    *,
    keeper: Keeper,
    links: Callable[[], dict[str, bool]],
    journal: news.Journal | None,
) -> tuple[APIRouter, ...]:
    """Make the routes of the API.

    Args:
        engine: Has the desk, and does what is asked for.
        keeper: Brings what changes to disk before it is answered.
        links: State of each link that the core does not know of, by name.
        journal: Reads the journal; None: the store is off.
    """
    commands = Commands(engine, keeper)
    return (
        alerts.routes(engine, commands),
        controls.routes(engine, commands),
        news.routes(engine, links, journal),
    )
