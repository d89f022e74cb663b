"""A TCP connection that carries OSC packets, each behind its length as an int32."""

import asyncio
import contextlib
import struct

from singing_pager.sinks.transport.failure import Failure

__all__ = ["Stream"]

_BACKLOG = 1 << 20
"""Bytes that may wait for a TCP peer; one that falls behind farther is told nothing more until it catches up."""
_LONGEST = 1 << 20
"""Bytes of the longest packet that a peer may say: far more than scsynth's longest reply."""


class Stream:
    """One peer: what it is told, and what it answers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._kept = bytearray()
        self._asked: tuple[bytes, asyncio.Future[bytes]] | None = None
        self.keeps = False

    def send(self, packet: bytes) -> Failure | None:
        """Send a packet, or say why not."""
        transport = self._writer.transport
        if transport.is_closing():
            return Failure.OFFLINE
        if transport.get_write_buffer_size() + len(self._kept) + len(packet) > _BACKLOG:
            return Failure.FULL
        framed = struct.pack(">i", len(packet)) + packet
        if self.keeps:
            self._kept += framed
        else:
            self._writer.write(framed)
        return None

    def ask(self, question: bytes, answer: str) -> asyncio.Future[bytes]:
        """Send a question; give what will be the next packet that the peer sends to that address.

        An answer that comes too late is taken for that of the next question, which is as good a sign of life. The last
        question alone is waited for.
        """
        if self._asked is not None:
            self._asked[1].cancel()
        waiting = asyncio.get_running_loop().create_future()
        self._asked = (answer.encode() + b"\0", waiting)
        failure = self.send(question)
        if failure is Failure.OFFLINE:
            waiting.set_exception(ConnectionResetError("it has hung up"))
        return waiting

    async def packet(self) -> bytes:
        """Give the next that the peer says.

        Raises:
            EOFError, OSError: It has gone.
            ValueError: It does not speak OSC.
        """
        (length,) = struct.unpack(">i", await self._reader.readexactly(4))
        if not 0 < length <= _LONGEST:
            raise ValueError(f"{length} is no length of a packet")
        return await self._reader.readexactly(length)

    async def until_closed(self) -> None:
        """Wait for the peer to go; answers reach who asked, everything else that it says is passed over."""
        try:
            with contextlib.suppress(ValueError):
                while True:
                    self._hear(await self.packet())
            while await self._reader.read(65536):
                pass
        except (OSError, EOFError):
            pass
        finally:
            self.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()

    def close(self) -> None:
        """Hang up once everything is sent; who waits for an answer is told."""
        if self._asked is not None and not self._asked[1].done():
            self._asked[1].set_exception(ConnectionResetError("it has hung up"))
        self._writer.close()

    def abort(self) -> None:
        """Hang up at once."""
        self._writer.transport.abort()

    def keep(self) -> None:
        """Keep what is sent until `flow`."""
        self.keeps = True

    def flow(self) -> None:
        """Send what was kept, and everything from now on."""
        self.keeps = False
        self._writer.write(bytes(self._kept))
        self._kept.clear()

    def _hear(self, packet: bytes) -> None:
        if self._asked is None:
            return
        address, waiting = self._asked
        if packet.startswith(address):
            self._asked = None
            if not waiting.done():
                waiting.set_result(packet)
