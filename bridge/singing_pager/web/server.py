"""uvicorn inside our own loop: a socket that we bound, signals left to us."""

import contextlib
import socket
from collections.abc import Iterator
from http import HTTPStatus

import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from singing_pager import __version__
from singing_pager.errors import ConfigError
from singing_pager.web.hooks import answer

__all__ = ["Server", "application", "bind"]

_BACKLOG = 2048


def application(*routers: APIRouter) -> FastAPI:
    """Make the application; the interactive pages are left out, for they load scripts from elsewhere."""
    app = FastAPI(title="The Singing Pager", version=__version__, docs_url=None, redoc_url=None)
    for router in routers:
        app.include_router(router)

    @app.exception_handler(HTTPException)
    async def refused(_request: Request, error: HTTPException) -> Response:
        response = answer(HTTPStatus(error.status_code), ok=False, error=error.detail)
        response.headers.update(error.headers or {})
        return response

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
    """Serves one application on one bound socket until `should_exit`."""

    def __init__(self, app: ASGIApp, bound: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                access_log=False,
                log_config=None,
                log_level="warning",
                lifespan="off",
                loop="none",
                http="httptools",
                ws="none",
                timeout_graceful_shutdown=3,
                server_header=False,
            )
        )
        self._bound = bound

    async def run_here(self) -> None:
        """Serve in the running loop."""
        await self.serve(sockets=[self._bound])

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: the composition root answers them."""
        yield
