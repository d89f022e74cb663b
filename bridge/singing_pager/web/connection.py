"""HTTP connections: uvicorn's own, with bounds on what may stand before a body, and on how long a request may take."""

from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["Connection"]

_HEAD = 65_536
"""Bytes of a request's first line and header fields, and of what may stand behind its body."""
_PATIENCE = 60.0
"""Seconds within which a request is to come in full, on a new connection and from its first byte on."""


class Connection(HttpToolsProtocol):
    """One connection; without these bounds whoever reaches the port may fill the memory, or hold all connections."""

    def __init__(self, *args: Any, **given: Any) -> None:  # noqa: ANN401 - as uvicorn gives them
        super().__init__(*args, **given)
        self._unread = 0
        self._whole = False
        self._due: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Wait for a request, for a while."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Read what came, and hang up on what leads to nothing."""
        self._unread += len(data)
        self._whole = False
        super().data_received(data)
        if self._unread > _HEAD and not self.transport.is_closing():
            self.send_400_response(f"The head of the request is larger than {_HEAD} bytes.")
        if self._whole:
            self._rest()
        elif self._due is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._rest()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over: it has a patience of its own from now on (`web.wire`)."""
        super().handle_websocket_upgrade()
        self._unread, self._whole = 0, True

    # what the parser finds

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._whole = False

    def on_headers_complete(self) -> None:
        """Let the application have it."""
        self._unread = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece, whose length is the application's business (`web.body`)."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Know that all of it has come."""
        self._unread, self._whole = 0, True
        super().on_message_complete()

    def _wait(self) -> None:
        self._due = self.loop.call_later(_PATIENCE, self.transport.abort)

    def _rest(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
