"""A guarded application without a network: every router there is, and a guard with a token for each role."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
from bridging import Bridge
from fastapi import FastAPI
from singing_pager.config import Auth, Http
from singing_pager.testing import FakeClock
from singing_pager.web import auth, listen
from singing_pager.web.access import Access, Role
from singing_pager.web.guard import Guard
from singing_pager.web.refusal import Refusal
from singing_pager.wiring.tabs import Tabs
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["CLIENT", "TOKENS", "Guarded", "every_route", "lines", "tabs_of"]

CLIENT = "10.0.0.9"
"""Who asks, unless a test says otherwise."""

_CREATED = {role: auth.create(f"{role}er", [role]) for role in Role}
TOKENS = {role: token for role, (token, _) in _CREATED.items()}
"""A token for each role; its name is the role and `er`."""


def lines() -> list[str]:
    """The lines by which the pager knows `TOKENS`."""
    return [line for _, line in _CREATED.values()]


def every_route(bridge: Bridge | None = None) -> FastAPI:
    """Give the application that has every route there is; nobody listens, and the journal is empty."""
    bridge = bridge or Bridge(journal=lambda _: ())
    app = bridge.app
    app.include_router(listen.routes(None))
    app.include_router(tabs_of(bridge, auth.Tokens(Auth())).routes())
    return app


def tabs_of(bridge: Bridge, tokens: auth.Tokens) -> Tabs:
    """Everything that serves tabs, beside a bridge; its sink is not the engine's."""
    core = bridge.engine.core
    return Tabs(core, core.score.instruments, bridge.why, tokens=tokens, clock=bridge.clock, counts=bridge.counts)


async def _fine(scope: Scope, receive: Receive, send: Send) -> None:
    await Response(status_code=200)(scope, receive, send)


class Guarded:
    """An application behind its guard.

    Attributes:
        app: The guard.
        inner: What it guards.
        tokens: Who may come in.
        refused: Every refusal, in the order in which they came.
        clock: The guard's.

    Args:
        app: What is guarded; None: one that answers 200 to everything.
        auth: Tokens and secrets; a mapping is what differs from a token for each role.
        http: What differs from the default.
    """

    def __init__(
        self,
        app: ASGIApp | None = None,
        *,
        auth_given: Mapping[str, Any] | None = None,
        http: Mapping[str, Any] | None = None,
        access: Access | None = None,
    ) -> None:
        settings = Auth(**({"tokens": lines()} | dict(auth_given or {})))
        self.inner = app or _fine
        self.tokens = auth.Tokens(settings)
        self.refused: list[Refusal] = []
        self.clock = FakeClock()
        self.app = Guard(
            self.inner,
            http=Http(**(http or {})),
            auth=settings,
            tokens=self.tokens,
            count=self.refused.append,
            access=access,
            clock=self.clock,
        )

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        role: Role | None = None,
        client: str = CLIENT,
        url: str = "http://127.0.0.1:8000",
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Ask once, with the token of a role."""
        given = dict(headers or {})
        if role is not None:
            given["authorization"] = f"Bearer {TOKENS[role]}"

        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, client=(client, 40_000))
            async with httpx.AsyncClient(transport=transport, base_url=url) as browser:
                return await browser.request(method, path, content=body, headers=given)

        return asyncio.run(run())
