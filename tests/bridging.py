"""A bridge without a network: the web application, the engine and real metrics."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

import httpx
from fastapi import APIRouter, FastAPI
from singing_pager import instruments, score
from singing_pager.core.pipeline import Core
from singing_pager.core.rules import Score
from singing_pager.core.webhooks import Webhook
from singing_pager.engine import Engine
from singing_pager.errors import ConfigError, StoreError
from singing_pager.metrics import Instruments
from singing_pager.model import Status, Strike, Tick
from singing_pager.score.place import Place
from singing_pager.sinks.past import Past
from singing_pager.sinks.why import Why
from singing_pager.store import Line, Wanted
from singing_pager.testing import CaptureSink, FakeClock
from singing_pager.web import api, hooks, page, senders, status
from singing_pager.web.server import application

T = TypeVar("T")

BODY_LIMIT = 1_000_000

_NO_PAGE = page.Page(Path(__file__).with_name("nothing"))

Journal = Callable[[Wanted], Iterable[Line]]


# reading YAML takes longer than most tests
_catalogue = cache(instruments.load)


@cache
def _score() -> Score:
    return score.load(None, _catalogue())


class Shelf:
    """A keeper of whom one says whether he can keep.

    Attributes:
        fault: Why he cannot; empty: he can.
        kept: How often he was waited for.
    """

    def __init__(self) -> None:
        self.fault = ""
        self.kept = 0

    async def committed(self) -> None:
        """Keep everything, as a disk does: not at once."""
        await asyncio.sleep(0)
        if self.fault:
            raise StoreError(self.fault)
        self.kept += 1

    def when_committed(self, done: Callable[[], None]) -> None:
        """Say at once that everything is kept, unless it cannot be."""
        if not self.fault:
            done()


class Bridge:
    """What `app.run` puts together, with a sink that keeps in place of SuperCollider."""

    def __init__(
        self,
        capacity: int = 20_000,
        sink: CaptureSink | None = None,
        *,
        desk: int = 50_000,
        webhooks: tuple[Webhook, ...] = (),
        journal: Journal | None = None,
        score_file: Path | None = None,
        with_api: bool = True,
        built: page.Page | None = None,
    ) -> None:
        catalogue = _catalogue()
        self.clock = clock = FakeClock()
        self.keeper = Shelf()
        self.sink = sink or CaptureSink()
        self.counts = Instruments(catalogue, clock)
        self.reloads = 0
        self.score_fault = ""
        quiet = replace(_score(), ambience=None, webhooks=webhooks)
        core = Core(quiet, capacity=desk)
        self.why, self.past = Why(core), Past()
        self.engine = Engine(
            core,
            [self.sink, self.counts, self.why, self.past],
            failed=self.counts.sink_failed,
            clock=clock,
            capacity=capacity,
        )
        self.counts.watch(self.engine)
        taken: Any = {"keeper": self.keeper, "body_limit": BODY_LIMIT, "count": self.counts.count}
        links = {"osc": True}.copy
        # forty routes take longer to make than most tests that do without them
        self.api = self._routes(links, journal, score_file) if with_api else ()
        self.app: FastAPI = application(
            hooks.routes(self.engine, **taken),
            senders.routes(self.engine, **taken),
            *self.api,
            status.routes(self.engine, registry=self.counts.registry, links=links, reload=self._reload),
            page.routes(built or _NO_PAGE, partial(status.about, self.engine)),
        )

    def _routes(
        self, links: Callable[[], dict[str, bool]], journal: Journal | None, score_file: Path | None
    ) -> tuple[APIRouter, ...]:
        return api.routes(
            self.engine,
            keeper=self.keeper,
            links=links,
            journal=journal,
            why=self.why,
            past=self.past,
            place=Place(score_file),
        )

    def _reload(self) -> None:
        if self.score_fault:
            raise ConfigError(self.score_fault)
        self.reloads += 1

    async def until_idle(self) -> None:
        """Give the engine turns until it has played everything."""
        while self.engine.waiting:  # noqa: ASYNC110 - what is awaited has no event
            await asyncio.sleep(0)

    def talk(self, talk: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
        """Talk to the bridge over HTTP without a network."""

        async def run() -> T:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url="http://bridge") as client:
                return await talk(client)

        return asyncio.run(run())

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> httpx.Response:
        """Ask once."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.talk(lambda client: client.request(method, path, content=body, headers=named))

    def pass_time(self, seconds: float, *, step: float = 0.1) -> None:
        """Let time pass, as the engine's own clock does."""
        for _ in range(round(seconds / step)):
            self.engine.offer((Tick(self.clock.forward(step)),))

    def heard(self) -> list[str]:
        """Names of the alerts that sounded, when onsets that had to wait have had their time."""
        self.pass_time(2.0)
        strikes = [cue for cue in self.sink.cues if isinstance(cue, Strike)]
        return [strike.notes[1] for strike in strikes if strike.notes[:1] == (Status.FIRING,)]

    def on_desk(self) -> list[str]:
        """Names of the alerts that are active."""
        return [alert.name for alert in self.engine.core.desk.alerts.values()]
