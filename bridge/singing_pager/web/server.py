"""uvicorn inside our own loop: a socket that we bound, TLS by a context that we made, signals left to us."""

import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import uvicorn
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from singing_pager import __version__
from singing_pager.errors import ConfigError
from singing_pager.web import openapi
from singing_pager.web.access import Access
from singing_pager.web.connection import Connection
from singing_pager.web.intake import answer
from singing_pager.web.wire import LONGEST, Wire

__all__ = ["Server", "application", "bind"]

_BACKLOG = 2048

Endpoint = Callable[[Request], Awaitable[Response]]


_DIRECT = frozenset({"/alert", "/metric"})
"""Paths whose endpoints take a bare request: FastAPI's way to them would cost as much as everything that they do."""


class _Application(FastAPI):
    """FastAPI, with a short cut to the endpoints of the direct paths."""

    def __init__(self, routers: Sequence[APIRouter]) -> None:
        # the interactive pages are left out: they load scripts from elsewhere
        super().__init__(title="The Singing Pager", version=__version__, docs_url=None, redoc_url=None)
        for router in routers:
            self.include_router(router)
        routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
        self._direct: Mapping[str, Endpoint] = {r.path: r.endpoint for r in routes if r.path in _DIRECT}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = self._direct.get(scope["path"]) if scope.get("method") == "POST" else None
        if endpoint is None:
            await super().__call__(scope, receive, send)
        else:
            response = await endpoint(Request(scope, receive))
            await response(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """Describe every route, and what each asks for."""
        if self.openapi_schema is None:
            self.openapi_schema = openapi.described(super().openapi(), Access())
        return self.openapi_schema


def application(*routers: APIRouter) -> FastAPI:
    """Make the application that serves these routes, and answers every error in JSON."""
    app = _Application(routers)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        said, headers = str(error.detail), error.headers or {}
        match error.status_code:
            case HTTPStatus.NOT_FOUND:
                said = f"there is nothing at {request.url.path}; GET / says what there is"
            case HTTPStatus.METHOD_NOT_ALLOWED:
                said = f"{request.method} is not allowed here; allowed: {headers.get('Allow', '')}"
        response = answer(HTTPStatus(error.status_code), ok=False, error=said)
        response.headers.update(headers)
        return response

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        said = "; ".join(f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors())
        return answer(HTTPStatus.UNPROCESSABLE_ENTITY, ok=False, error=said)

    @app.exception_handler(Exception)
    async def broken(_: Request, __: Exception) -> Response:
        # uvicorn logs it
        return answer(HTTPStatus.INTERNAL_SERVER_ERROR, ok=False, error="a fault of the pager itself; its log has it")

    return app


def bind(host: str, port: int, setting: str) -> socket.socket:
    """Take a TCP port; raises ConfigError that names the setting when it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ConfigError(f"{setting}: {host}: {error.strerror or error}") from error
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
        bound.listen(_BACKLOG)
    except OSError as error:
        bound.close()
        raise ConfigError(f"{setting}: cannot listen on {host}:{port}: {error.strerror}; choose another") from error
    bound.setblocking(False)  # noqa: FBT003 - the socket's own signature
    return bound


class Server(uvicorn.Server):
    """Serves one application on one bound socket until `should_exit`.

    Args:
        app: The application.
        bound: The socket.
        tls: Certificate and key; None: plain HTTP.
    """

    def __init__(self, app: ASGIApp, bound: socket.socket, tls: ssl.SSLContext | None = None) -> None:
        settings = uvicorn.Config(
            app,
            access_log=False,
            log_config=None,
            log_level="warning",
            lifespan="off",
            loop="none",
            http=Connection,
            ws=Wire,
            ws_max_size=LONGEST,
            # a peer that does not answer within as long again is gone
            ws_ping_interval=20.0,
            ws_ping_timeout=20.0,
            # measured (docs/console.md): it would hold the loop once for each tab, and an alarm with it
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=3,
            server_header=False,
            proxy_headers=False,
        )
        # loading makes its own context, of files; ours is checked already, and can be renewed
        settings.load()
        settings.ssl = tls
        super().__init__(settings)
        self._bound = bound

    async def run_here(self) -> None:
        """Serve in the running loop."""
        await self.serve(sockets=[self._bound])

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: the composition root answers them."""
        yield
