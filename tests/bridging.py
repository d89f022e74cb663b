"""A bridge without a network: the web application, the engine and real metrics."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

import httpx
from fastapi import FastAPI
from singing_pager import instruments, score
from singing_pager.core.pipeline import Core
from singing_pager.engine import Engine
from singing_pager.errors import ConfigError
from singing_pager.metrics import Instruments
from singing_pager.model import AlertChange
from singing_pager.testing import CaptureSink, FakeClock
from singing_pager.web import hooks, status
from singing_pager.web.server import application

T = TypeVar("T")

BODY_LIMIT = 1_000_000


class Bridge:
    """What `app.run` puts together, with a sink that keeps in place of SuperCollider."""

    def __init__(self, capacity: int = 20_000, sink: CaptureSink | None = None) -> None:
        catalogue = instruments.load()
        clock = FakeClock()
        self.sink = sink or CaptureSink()
        self.counts = Instruments(catalogue, clock)
        self.reloads = 0
        self.score_fault = ""
        quiet = replace(score.load(None, catalogue), ambience=None)
        self.engine = Engine(
            Core(quiet), [self.sink, self.counts], failed=self.counts.sink_failed, clock=clock, capacity=capacity
        )
        self.counts.watch(self.engine)
        self.app: FastAPI = application(
            hooks.routes(self.engine, body_limit=BODY_LIMIT, count=self.counts.count),
            status.routes(self.engine, registry=self.counts.registry, links=lambda: {"osc": True}, reload=self._reload),
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

    def heard(self) -> list[str]:
        """Names of the alerts that sounded."""
        return [
            outcome.event.name
            for outcome in self.sink.outcomes
            if isinstance(outcome.event, AlertChange) and outcome.cues
        ]
