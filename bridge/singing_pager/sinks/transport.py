"""How OSC packets travel: datagrams, or a TCP stream in which an int32 length stands before each packet (OSC 1.0)."""

import asyncio
import contextlib
import logging
import socket
import struct
from collections.abc import Callable, Iterable
from enum import StrEnum

from singing_pager.backoff import full_jitter

__all__ = ["Failure", "TcpDialled", "TcpListening", "Udp"]

_log = logging.getLogger("singing_pager.osc")

_BACKLOG = 1 << 20
"""Bytes that may wait for a TCP peer; one that falls behind farther is told nothing more until it catches up."""
_RESOLVE_EVERY = 1.0
_LONGEST_WAIT = 30.0
_SYNCED = b"/synced\0"
_READY_WITHIN = 10.0
"""Seconds in which scsynth loads its SynthDefs; it takes some milliseconds."""


class Failure(StrEnum):
    """Why a packet did not leave."""

    REFUSED = "refused"
    """Nobody listens at the port."""
    UNRESOLVED = "unresolved"
    """The host's name has no address."""
    UNREACHABLE = "unreachable"
    """The network does not take it."""
    FULL = "full"
    """The peer, or the socket to it, is too slow."""
    OFFLINE = "offline"
    """No peer is connected."""


Count = Callable[[Failure | None], None]
"""Told the failure of each packet, or None when it left."""


class Udp:
    """Datagrams to one address, resolved once, and again after a failure."""

    def __init__(self, host: str, port: int, count: Count) -> None:
        self._host, self._port = host, port
        self._count = count
        self._socket: socket.socket | None = None
        self._resolve_now = asyncio.Event()
        self._said = ""

    async def start(self) -> None:
        """Resolve the address a first time."""
        await self._resolve()

    async def run(self) -> None:
        """Resolve the address again after each failure, until cancelled."""
        try:
            while True:
                await asyncio.sleep(_RESOLVE_EVERY)
                await self._resolve_now.wait()
                self._resolve_now.clear()
                await self._resolve()
        finally:
            self._adopt(None)

    def send(self, packet: bytes) -> bool:
        """Send one datagram; a refusal of the last one is reported here, so it is tried a second time."""
        if self._socket is None:
            return self._failed(Failure.UNRESOLVED)
        try:
            try:
                self._socket.send(packet)
            except ConnectionRefusedError:
                self._failed(Failure.REFUSED)
                self._socket.send(packet)
        except ConnectionRefusedError:
            return self._failed(Failure.REFUSED)
        except BlockingIOError:
            return self._failed(Failure.FULL)
        except OSError as error:
            self._say(f"cannot send to {self._host}:{self._port}: {error.strerror or error}")
            return self._failed(Failure.UNREACHABLE)
        self._count(None)
        return True

    def _failed(self, failure: Failure) -> bool:
        if failure is Failure.REFUSED:
            self._say(f"nobody listens at {self._host}:{self._port} (UDP)")
        self._count(failure)
        self._resolve_now.set()
        return False

    async def _resolve(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_DGRAM)
            # sclang and scsynth listen on IPv4 only, whatever comes first for a name such as localhost
            family, kind, protocol, _, address = min(found, key=lambda place: place[0] != socket.AF_INET)
            fresh = socket.socket(family, kind, protocol)
        except OSError as error:
            self._say(f"{self._host}: {error.strerror or error}")
            self._resolve_now.set()
            return
        fresh.setblocking(False)  # noqa: FBT003 - the socket's own signature
        try:
            fresh.connect(address)
        except OSError as error:
            fresh.close()
            self._resolve_now.set()
            self._say(f"cannot reach {self._host}:{self._port}: {error.strerror or error}")
            return
        self._adopt(fresh)

    def _adopt(self, fresh: socket.socket | None) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = fresh

    def _say(self, text: str) -> None:
        if text != self._said:
            _log.warning("OSC: %s", text)
        self._said = text


class _Stream:
    """The writing half of a TCP connection."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._kept = bytearray()
        self.keeps = False

    def send(self, packet: bytes) -> Failure | None:
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


async def _until_closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Wait for the peer to go; what it says (scsynth's replies) is read and passed over."""
    try:
        while await reader.read(65536):
            pass
    except OSError:
        pass
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


class TcpListening:
    """A port that sclang dials, since it cannot listen on TCP itself; several may."""

    def __init__(self, host: str, port: int, count: Count) -> None:
        self._host, self._port = host, port
        self._count = count
        self._peers: set[_Stream] = set()
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

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = _Stream(writer)
        self._peers.add(peer)
        _log.info("OSC: %s dialled in", writer.get_extra_info("peername"))
        try:
            await _until_closed(reader, writer)
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
        self._peer: _Stream | None = None

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
        peer = _Stream(writer)
        try:
            for packet in self._greet():
                self._count(peer.send(packet))
            peer.keep()
            self._peer = peer
            async with asyncio.timeout(_READY_WITHIN):
                await reader.readuntil(_SYNCED)
            peer.flow()
            _log.info("OSC: connected to scsynth at %s", place)
            await _until_closed(reader, writer)
            _log.warning("OSC: scsynth at %s hung up", place)
        except (OSError, EOFError, asyncio.LimitOverrunError):
            _log.warning("OSC: %s takes connections, but does not answer as scsynth does", place)
            return False
        else:
            return True
        finally:
            self._peer = None
            writer.close()

    @property
    def ready(self) -> bool:
        """Whether scsynth is there and has done all that it was greeted with."""
        return self._peer is not None and not self._peer.keeps

    def send(self, packet: bytes) -> bool:
        """Send to scsynth; false while it is away or far behind."""
        failure = Failure.OFFLINE if self._peer is None else self._peer.send(packet)
        self._count(failure)
        return failure is None
