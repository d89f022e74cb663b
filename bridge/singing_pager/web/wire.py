"""WebSocket connections: uvicorn's own, with little in their buffers, and an end for peers that are gone."""

import contextlib
import socket
from asyncio.transports import BaseTransport
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

__all__ = ["LONGEST", "Wire"]

LONGEST = 4096
"""Bytes of the longest message that a page sends."""
_BUFFER = 65_536
"""Bytes that may lie in the buffers of this machine: what is in them cannot be taken back, and grows old."""
_GONE = 10_000
"""Milliseconds after which a peer that takes nothing, or whose network is cut, is gone (Linux)."""
_HANG_UP = 1.0
"""Seconds that a connection may take to end when the pager stops."""


class Wire(WebSocketsSansIOProtocol):
    """One connection."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Keep the buffers small."""
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=_BUFFER)
        bare = transport.get_extra_info("socket")
        with contextlib.suppress(OSError, AttributeError):
            bare.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
            bare.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            bare.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _GONE)

    async def send(self, message: Any) -> None:  # noqa: ANN401 - uvicorn's own types are not public
        """Send; a close does not wait behind what the peer does not take."""
        if message["type"] == "websocket.close":
            self.writable.set()
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body"):
            # else uvicorn logs each refusal as a fault
            self.handshake_complete = True

    def shutdown(self) -> None:
        """End the connection, though the peer takes nothing."""
        super().shutdown()
        if self.transport.get_write_buffer_size():
            self.loop.call_later(_HANG_UP, self.transport.abort)
