"""OSC packets as datagrams."""

import asyncio
import logging
import socket

from singing_pager.sinks.transport.failure import Count, Failure

__all__ = ["Udp"]

_log = logging.getLogger("singing_pager.osc")

_RESOLVE_EVERY = 1.0
_LARGEST = 65536


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

    async def ask(self, question: bytes, answer: str) -> bytes:
        """Send a question, uncounted, and give the first packet that comes back to that address.

        It goes by a socket of its own: what becomes of it says nothing about the cues, an answer that comes too late
        reaches nobody, and the engine is found where its name leads to now.

        Raises:
            OSError: The question cannot be sent, or nobody listens.
        """
        loop = asyncio.get_running_loop()
        with await _connected(self._host, self._port) as asking:
            await loop.sock_sendall(asking, question)
            while True:
                packet = await loop.sock_recv(asking, _LARGEST)
                if packet.startswith(answer.encode() + b"\0"):
                    return packet

    def _failed(self, failure: Failure) -> bool:
        if failure is Failure.REFUSED:
            self._say(f"nobody listens at {self._host}:{self._port} (UDP)")
        self._count(failure)
        self._resolve_now.set()
        return False

    async def _resolve(self) -> None:
        try:
            self._adopt(await _connected(self._host, self._port))
        except socket.gaierror as error:
            self._resolve_now.set()
            self._say(f"{self._host}: {error.strerror or error}")
        except OSError as error:
            self._resolve_now.set()
            self._say(f"cannot reach {self._host}:{self._port}: {error.strerror or error}")

    def _adopt(self, fresh: socket.socket | None) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = fresh

    def _say(self, text: str) -> None:
        if text != self._said:
            _log.warning("OSC: %s", text)
        self._said = text


async def _connected(host: str, port: int) -> socket.socket:
    """Make a socket that sends to an address, and hears from it alone."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    # sclang and scsynth listen on IPv4 only, whatever comes first for a name such as localhost
    family, kind, protocol, _, address = min(found, key=lambda place: place[0] != socket.AF_INET)
    fresh = socket.socket(family, kind, protocol)
    fresh.setblocking(False)  # noqa: FBT003 - the socket's own signature
    try:
        fresh.connect(address)
    except OSError:
        fresh.close()
        raise
    return fresh
