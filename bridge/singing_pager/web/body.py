"""The raw bytes of a request, up to a limit."""

from starlette.requests import Request

from singing_pager.errors import PagerError

__all__ = ["TooLargeError", "read"]


class TooLargeError(PagerError):
    """A body is larger than the limit."""


async def read(request: Request, limit: int) -> bytes:
    """Read a body; raises TooLargeError as soon as it is known to hold more than `limit` bytes."""
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > limit:
        raise TooLargeError(f"the body has {declared} bytes; at most {limit} are allowed (HTTP_BODY_LIMIT)")
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise TooLargeError(f"the body has more than {limit} bytes, the most that is allowed (HTTP_BODY_LIMIT)")
        chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
