"""The page in the browser: a closed set of files, read once; no path that is asked for ever reaches a disk."""

import asyncio
import gzip
import hashlib
import logging
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import PlainTextResponse

import singing_pager
from singing_pager.web.preferences import weights

__all__ = ["POLICY", "Page", "built", "read", "routes"]

_log = logging.getLogger("singing_pager.web")

POLICY = (
    "default-src 'none'; "
    # scsynth is WebAssembly, which counts as a script that is made while it runs
    "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
    "style-src 'self'; img-src 'self'; font-src 'self'; manifest-src 'self'; "
    # every browser that knows 'wasm-unsafe-eval' counts an origin's WebSocket to it
    "connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the page may load, and from where: its own origin. A worker has the policy of the file that it is read from."""
_PERMISSIONS = (
    "autoplay=(self), fullscreen=(self), screen-wake-lock=(self), "
    "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()"
)

_INDEX = "index.html"
_UNBUILT = """The Singing Pager is running, but its page is not built: it was started from a tree of its sources.

    make console

builds the page; then start the pager again. Everything else is there: curl http://… says what.
"""
_BINARY = "application/octet-stream"
_TYPES: Mapping[str, str] = {
    "": "text/plain; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_PACKED = frozenset({_BINARY, "font/woff2", "image/png"})
"""What gzip makes no smaller."""
_HASHED = re.compile(r"assets/[^/]+-[\w-]{8}\.\w+")
"""Names that change with what they name."""
_FOREVER = "private, max-age=31536000, immutable"
_ASK_AGAIN = "private, no-cache"
"""Never in a cache that many share: who may read it is asked with each request."""
_LEVEL = 6
"""Measured on scsynth (1.46 MB): 0.10 s to 420 kB; level 9 takes 0.18 s to 418 kB."""


def built() -> Path:
    """Where the built page is: the wheel carries it inside the package, a checkout beside it."""
    package = Path(singing_pager.__file__).parent
    carried = package / "page"
    return carried if carried.exists() else package.parent / "console/dist"


def read() -> "Page":
    """Read the built page; where there is none, the log says so."""
    page = Page(built())
    if page.index is None:
        _log.warning("the page is not built: make console builds it (looked for it at %s)", built())
    return page


class Page:
    """The built page.

    Args:
        folder: Where it is; with no page in it, there is none.
    """

    def __init__(self, folder: Path) -> None:
        found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
        self.files: Mapping[str, File] = {name: File(name, path.read_bytes()) for name, path in found.items()}
        """By the path below `/page/`."""

    @property
    def index(self) -> "File | None":
        """What a browser gets first; None: there is no page."""
        return self.files.get(_INDEX)


class File:
    """A file of the page.

    Args:
        name: The path in its folder.
        content: All of it.

    Attributes:
        content: All of it.
        media_type: By the name's ending.
        cache: How long it may be kept (`Cache-Control`).
    """

    def __init__(self, name: str, content: bytes) -> None:
        self.content = content
        self.media_type = _TYPES.get(Path(name).suffix, _BINARY)
        self.cache = _FOREVER if _HASHED.fullmatch(name) else _ASK_AGAIN
        self._tag = hashlib.sha256(content).hexdigest()[:32]
        self._packed: bytes | None = None

    async def answer(self, request: Request, *vary: str) -> Response:
        """Give the file as whoever asks takes it: packed or not, or word that he has it already.

        Args:
            request: GET or HEAD.
            vary: Further headers of the request that decide about the answer.
        """
        packed = self.media_type not in _PACKED and _takes_gzip(request.headers.get("accept-encoding", ""))
        tag = f'"{self._tag}{"-gzip" if packed else ""}"'
        headers = {
            "cache-control": self.cache,
            "content-security-policy": POLICY,
            "etag": tag,
            "permissions-policy": _PERMISSIONS,
            "vary": ", ".join((*vary, "accept-encoding")),
        }
        if _has(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        headers["content-type"] = self.media_type
        body = self.content
        if packed:
            headers["content-encoding"] = "gzip"
            body = await self._pack()
        headers["content-length"] = str(len(body))
        return Response(body if request.method == "GET" else b"", headers=headers)

    async def _pack(self) -> bytes:
        if self._packed is None:
            # not on the loop that carries alerts
            self._packed = await asyncio.to_thread(gzip.compress, self.content, _LEVEL, mtime=0)
        return self._packed


def routes(page: Page, about: Callable[[], str]) -> APIRouter:
    """Make the routes of the page, and of the text that everybody gets who is no browser.

    Args:
        page: The built page.
        about: Says what there is.
    """
    router = APIRouter(tags=["page"])

    @router.head("/", include_in_schema=False)
    @router.get(
        "/",
        response_class=PlainTextResponse,
        responses={
            200: {"content": {"text/html": {"schema": {"type": "string"}}}},
            503: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "The page is not built."},
        },
        summary="The page, for a browser; for others, what is here",
    )
    async def front(request: Request) -> Response:
        if not _takes_html(request.headers.get("accept", "")):
            return PlainTextResponse(about(), headers={"vary": "accept"})
        if page.index is None:
            return PlainTextResponse(_UNBUILT, HTTPStatus.SERVICE_UNAVAILABLE, {"vary": "accept"})
        return await page.index.answer(request, "accept")

    async def file(request: Request) -> Response:
        found = page.files.get(request.scope["path"].removeprefix("/page/"))
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return await found.answer(request)

    for path in ("/page/{file}", "/page/{folder}/{file}", "/page/{folder}/{subfolder}/{file}"):
        router.add_api_route(path, file, methods=["GET", "HEAD"], include_in_schema=False, response_class=Response)
    return router


def _takes_html(accept: str) -> bool:
    """Tell whether a browser asks: it names HTML, and likes it no less than text. A command takes whatever there is."""
    liked = weights(accept)
    return 0.0 < liked.get("text/html", 0.0) >= liked.get("text/plain", 0.0)


def _takes_gzip(accept_encoding: str) -> bool:
    liked = weights(accept_encoding)
    return liked.get("gzip", liked.get("*", 0.0)) > 0.0


def _has(if_none_match: str, tag: str) -> bool:
    """Tell whether a tag is among those that somebody has; `*`: whatever there is."""
    had = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return tag in had or "*" in had
