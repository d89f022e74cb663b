"""The raw bytes of a request, up to a limit."""

import asyncio
import contextlib

from starlette.requests import Request

from singing_pager.errors import PagerError

__all__ = ["TooLargeError", "read"]

_LINGER = 1.0
"""Seconds for which the rest of a body that is too large is passed over."""


class TooLargeError(PagerError):
    """A body is larger than the limit."""


async def read(request: Request, limit: int) -> bytes:
    """Read a body; raises TooLargeError when it holds more than `limit` bytes."""
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > limit:
        await _discard(request)
        raise TooLargeError(f"the body has {declared} bytes; at most {limit} are allowed (HTTP_BODY_LIMIT)")
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            await _discard(request)
            raise TooLargeError(f"the body has more than {limit} bytes, the most that is allowed (HTTP_BODY_LIMIT)")
        chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def _discard(request: Request) -> None:
    """Pass over what still comes: a connection that is closed on unread bytes is reset, and the answer lost with it."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LINGER):
            while (await request.receive()).get("more_body", False):
                pass
