"""OSC packets by TCP: a port that sclang dials, or a connection to scsynth."""

import asyncio
import logging
from collections.abc import Callable, Iterable

from singing_pager.backoff import full_jitter
from singing_pager.sinks.transport.failure import Count, Failure
from singing_pager.sinks.transport.stream import Stream

__all__ = ["TcpDialled", "TcpListening"]

_log = logging.getLogger("singing_pager.osc")

_LONGEST_WAIT = 30.0
_SYNCED = b"/synced\0"
_READY_WITHIN = 10.0
"""Seconds in which scsynth loads its SynthDefs; it takes some milliseconds."""


class TcpListening:
    """A port that sclang dials, since it cannot listen on TCP itself; several may."""

    def __init__(self, host: str, port: int, count: Count) -> None:
        self._host, self._port = host, port
        self._count = count
        self._peers: set[Stream] = set()
        self._server: asyncio.Server | None = None

    @property
    def peers(self) -> int:
        """How many have dialled in and are there still."""
        return len(self._peers)

    async def start(self) -> None:
        """Begin to listen; raises OSError when the port cannot be had."""
        self._server = await asyncio.start_server(self._serve, self._host, self._port)

    async def run(self) -> None:
        """Serve until cancelled."""
        if self._server is None:
            await self.start()
        try:
            await asyncio.Event().wait()
        finally:
            if self._server is not None:
                self._server.close()
            for peer in self._peers:
                peer.abort()
            # a connection whose task the end of the loop cancels would be a traceback in the log
            while self._peers:  # noqa: ASYNC110 - they are gone within a turn or two
                await asyncio.sleep(0)

    def send(self, packet: bytes) -> bool:
        """Send to every peer; true when one of them took it."""
        failures = [peer.send(packet) for peer in self._peers] or [Failure.OFFLINE]
        taken = None in failures
        self._count(None if taken else failures[0])
        return taken

    async def ask(self, question: bytes, answer: str) -> bytes:
        """Send a question to every peer, uncounted, and give the first packet that comes back to that address.

        Raises:
            ConnectionResetError: Nobody has dialled in, or all have hung up.
        """
        waiting = {peer.ask(question, answer) for peer in self._peers}
        try:
            while waiting:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                answers = [answered.result() for answered in done if answered.exception() is None]
                if answers:
                    return answers[0]
        finally:
            for unanswered in waiting:
                unanswered.cancel()
        raise ConnectionResetError("it has hung up")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Stream(reader, writer)
        self._peers.add(peer)
        _log.info("OSC: %s dialled in", writer.get_extra_info("peername"))
        try:
            await peer.until_closed()
        finally:
            self._peers.discard(peer)
            _log.info("OSC: a peer hung up; %d left", len(self._peers))


class TcpDialled:
    """A connection to scsynth (`scsynth -t`), dialled again with full jitter.

    Args:
        host: Host of scsynth.
        port: Its TCP port.
        count: Told what became of each packet.
        greet: What a server that has just been reached is told first, `/sync` at its end; what is sent meanwhile is
            kept until the answer comes.
    """

    def __init__(self, host: str, port: int, count: Count, greet: Callable[[], Iterable[bytes]]) -> None:
        self._host, self._port = host, port
        self._count = count
        self._greet = greet
        self._peer: Stream | None = None

    async def run(self) -> None:
        """Keep the connection until cancelled."""
        attempt = 0
        while True:
            try:
                reader, writer = await asyncio.open_connection(self._host, self._port)
            except OSError as error:
                if attempt == 0:
                    _log.warning("OSC: cannot reach scsynth at %s:%d: %s", self._host, self._port, error)
            else:
                attempt = 0 if await self._converse(reader, writer) else attempt
            attempt += 1
            await asyncio.sleep(full_jitter(attempt, cap=_LONGEST_WAIT))

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Greet, and send on once the server has done as it was asked, until it hangs up; false if it never had."""
        place = f"{self._host}:{self._port}"
        peer = Stream(reader, writer)
        try:
            for packet in self._greet():
                self._count(peer.send(packet))
            peer.keep()
            self._peer = peer
            async with asyncio.timeout(_READY_WITHIN):
                while not (await peer.packet()).startswith(_SYNCED):
                    pass
            peer.flow()
            _log.info("OSC: connected to scsynth at %s", place)
            await peer.until_closed()
            _log.warning("OSC: scsynth at %s hung up", place)
        except (OSError, EOFError, ValueError):
            _log.warning("OSC: %s takes connections, but does not answer as scsynth does", place)
            return False
        else:
            return True
        finally:
            self._peer = None
            peer.close()

    @property
    def ready(self) -> bool:
        """Whether scsynth is there and has done all that it was greeted with."""
        return self._peer is not None and not self._peer.keeps

    def send(self, packet: bytes) -> bool:
        """Send to scsynth; false while it is away or far behind."""
        failure = Failure.OFFLINE if self._peer is None else self._peer.send(packet)
        self._count(failure)
        return failure is None

    async def ask(self, question: bytes, answer: str) -> bytes:
        """Send a question, uncounted, and give the first packet that comes back to that address.

        Raises:
            ConnectionResetError: scsynth is away, or hangs up.
        """
        if self._peer is None or not self.ready:
            raise ConnectionResetError("it has hung up")
        return await self._peer.ask(question, answer)
