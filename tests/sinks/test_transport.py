"""How OSC packets travel, on real sockets."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable, Coroutine

import pytest
from singing_pager.sinks.transport import Failure, TcpDialled, TcpListening, Udp

HOST = "127.0.0.1"
PACKET = b"/a\0\0,\0\0\0"


class Counts(list[Failure | None]):
    """What a transport told of each packet."""

    def __call__(self, failure: Failure | None) -> None:
        """Keep it."""
        self.append(failure)


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Give others turns until a condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is awaited has no event
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def running(work: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """Run a transport's task beside a test, and cancel it afterwards."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def free_port(kind: socket.SocketKind) -> int:
    """Find a port that nobody uses at the moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def receiver(port: int = 0) -> socket.socket:
    """Listen for datagrams."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.bind((HOST, port))
    bound.settimeout(5)
    return bound


def test_datagrams() -> None:
    """Each packet is one datagram, as it is."""

    async def send(port: int) -> tuple[bool, Counts]:
        counts = Counts()
        udp = Udp(HOST, port, counts)
        await udp.start()
        async with running(udp.run()):
            taken = udp.send(PACKET)
            await asyncio.sleep(0)
        return taken, counts

    with receiver() as listener:
        assert asyncio.run(send(listener.getsockname()[1])) == (True, [None])
        assert listener.recv(100) == PACKET


def test_nobody_listens_and_then_somebody(caplog: pytest.LogCaptureFixture) -> None:
    """A refusal is counted and told once; as soon as somebody listens, packets arrive."""

    async def send(port: int) -> Counts:
        counts = Counts()
        udp = Udp(HOST, port, counts)
        await udp.start()
        async with running(udp.run()):

            def refused() -> bool:
                udp.send(PACKET)
                return counts.count(Failure.REFUSED) >= 3

            await until(refused)
            with receiver(port) as listener:
                assert udp.send(b"/now\0\0\0\0,\0\0\0")
                assert await asyncio.to_thread(listener.recv, 100) == b"/now\0\0\0\0,\0\0\0"
        return counts

    port = free_port(socket.SOCK_DGRAM)
    assert asyncio.run(send(port))[-1] is None
    assert [f"OSC: nobody listens at {HOST}:{port} (UDP)"] == caplog.messages


def test_a_name_without_an_address(caplog: pytest.LogCaptureFixture) -> None:
    """A name that cannot be resolved stops nothing; each packet is counted, the log has it once."""

    async def send() -> list[bool]:
        udp = Udp("nowhere.invalid", 57120, counts)
        await udp.start()
        await udp.start()
        return [udp.send(PACKET), udp.send(PACKET)]

    counts = Counts()
    assert asyncio.run(send()) == [False, False]
    assert counts == [Failure.UNRESOLVED] * 2
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("OSC: nowhere.invalid: ")


def test_localhost_is_where_sclang_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with addresses of both families is sent to by IPv4, the only one that SuperCollider listens on."""

    async def send(port: int) -> bool:
        async def both(*_args: object, **_more: object) -> list[tuple[object, ...]]:
            place = (socket.SOCK_DGRAM, 0, "")
            return [(socket.AF_INET6, *place, ("::1", port, 0, 0)), (socket.AF_INET, *place, (HOST, port))]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
        udp = Udp("localhost", port, Counts())
        await udp.start()
        async with running(udp.run()):
            await asyncio.sleep(0)
            return udp.send(PACKET)

    with receiver() as listener:
        assert asyncio.run(send(listener.getsockname()[1]))
        assert listener.recv(100) == PACKET


def test_a_packet_too_large_for_a_datagram(caplog: pytest.LogCaptureFixture) -> None:
    """What no datagram holds is counted and told, and the next packet leaves."""

    async def send(port: int) -> Counts:
        counts = Counts()
        udp = Udp(HOST, port, counts)
        await udp.start()
        async with running(udp.run()):
            udp.send(b"x" * 70_000)
            udp.send(PACKET)
            await asyncio.sleep(0)
        return counts

    with receiver() as listener:
        assert asyncio.run(send(listener.getsockname()[1])) == [Failure.UNREACHABLE, None]
    assert ["Message too long" in line for line in caplog.messages] == [True]


async def read_packet(reader: asyncio.StreamReader) -> bytes:
    """Read one framed packet."""
    (length,) = struct.unpack(">i", await reader.readexactly(4))
    return await reader.readexactly(length)


def test_sclang_dials_in() -> None:
    """Every peer that dialled in has each packet behind its length, and one that hangs up is forgotten."""

    async def play() -> tuple[list[bool], list[bytes], Counts]:
        counts = Counts()
        port = free_port(socket.SOCK_STREAM)
        listening = TcpListening(HOST, port, counts)
        await listening.start()
        async with running(listening.run()):
            taken = [listening.send(PACKET)]
            peers = [await asyncio.open_connection(HOST, port) for _ in range(2)]
            await until(lambda: listening.peers == 2)
            taken.append(listening.send(PACKET))
            taken.append(listening.send(b"/two\0\0\0\0,\0\0\0"))
            heard = [await read_packet(reader) for reader, _ in peers for _ in range(2)]
            for _, writer in peers:
                writer.close()
                await writer.wait_closed()
            await until(lambda: listening.peers == 0)
            taken.append(listening.send(PACKET))
        return taken, heard, counts

    taken, heard, counts = asyncio.run(play())
    assert taken == [False, True, True, False]
    assert heard == [PACKET, b"/two\0\0\0\0,\0\0\0"] * 2
    assert counts == [Failure.OFFLINE, None, None, Failure.OFFLINE]


def test_stopping_with_peers(caplog: pytest.LogCaptureFixture) -> None:
    """Peers are hung up on at the end, without a traceback."""

    async def play() -> None:
        port = free_port(socket.SOCK_STREAM)
        listening = TcpListening(HOST, port, Counts())
        await listening.start()
        async with running(listening.run()):
            reader, writer = await asyncio.open_connection(HOST, port)
            await until(lambda: listening.peers == 1)
        with contextlib.suppress(OSError):
            assert await reader.read() == b""
        writer.close()

    asyncio.run(play())
    assert [record.message for record in caplog.records if record.exc_info or record.levelname == "ERROR"] == []


def test_a_peer_that_never_reads() -> None:
    """What waits for a peer is bounded, and a peer that reads has every packet meanwhile."""

    async def play() -> tuple[Counts, int]:
        counts = Counts()
        port = free_port(socket.SOCK_STREAM)
        listening = TcpListening(HOST, port, counts)
        await listening.start()
        async with running(listening.run()):
            _, deaf = await asyncio.open_connection(HOST, port, limit=1)
            await until(lambda: listening.peers == 1)
            packet = b"x" * 8192
            for _ in range(10_000):
                listening.send(packet)
                if Failure.FULL in counts:
                    break
                await asyncio.sleep(0)
            assert Failure.FULL in counts
            reader, writer = await asyncio.open_connection(HOST, port)
            await until(lambda: listening.peers == 2)
            before = len(counts)
            heard = 0
            for _ in range(100):
                assert listening.send(packet)
                heard += len(await read_packet(reader))
            for one in (deaf, writer):
                one.transport.abort()
            assert set(counts[before:]) == {None}
            return counts, heard

    counts, heard = asyncio.run(play())
    assert len(counts) < 10_000
    assert heard == 819_200


def test_a_port_that_is_taken() -> None:
    """A port that somebody else has is an error at the start."""

    async def listen(port: int) -> None:
        await TcpListening(HOST, port, Counts()).start()

    with socket.create_server((HOST, 0)) as other, pytest.raises(OSError, match="address already in use"):
        asyncio.run(listen(other.getsockname()[1]))


class Server:
    """A server of our own that answers as scsynth does."""

    def __init__(self, *, answers: bool = True) -> None:
        self.heard: list[bytes] = []
        self._answers = answers
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None
        self.silent = asyncio.Event()

    async def start(self, port: int = 0) -> int:
        """Listen, on a free port at first; give the port."""
        self._server = await asyncio.start_server(self._serve, HOST, port)
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def stop(self) -> None:
        """Hang up on everyone and listen no more."""
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        with contextlib.suppress(EOFError, OSError):
            while True:
                packet = await read_packet(reader)
                self.heard.append(packet)
                if packet.startswith(b"/sync"):
                    if not self._answers:
                        await self.silent.wait()
                    answer = b"/synced\0,i\0\0\0\0\0\0"
                    writer.write(struct.pack(">i", len(answer)) + answer)


GREETING = (b"/hello\0\0,\0\0\0", b"/sync\0\0\0,\0\0\0")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dial again without waiting long; the waiting itself is tested below."""
    monkeypatch.setattr("singing_pager.sinks.transport.tcp.full_jitter", lambda _attempt, *, cap: min(0.01, cap))


def test_a_server_that_restarts() -> None:
    """A server that is reached is greeted first; when it restarts it is dialled and greeted again."""

    async def play() -> tuple[list[bytes], Counts]:
        counts = Counts()
        server = Server()
        port = await server.start()
        dialled = TcpDialled(HOST, port, counts, greet=lambda: GREETING)
        assert not dialled.send(PACKET)
        async with running(dialled.run()):
            await until(lambda: dialled.send(PACKET))
            await until(lambda: PACKET in server.heard)
            await server.stop()
            await until(lambda: not dialled.send(PACKET))
            server.heard.append(b"restarted")
            await server.start(port)
            await until(lambda: dialled.send(PACKET))
            await until(lambda: server.heard[-1] == PACKET)
            await server.stop()
        return server.heard, counts

    heard, counts = asyncio.run(play())
    restart = heard.index(b"restarted")
    for part in (heard[:restart], heard[restart + 1 :]):
        assert [*GREETING, PACKET] == part[:3]
    assert Failure.OFFLINE in counts


def test_nothing_overtakes_the_greeting() -> None:
    """What is sent while the server gets ready waits, and arrives when the server has answered."""

    async def play() -> list[bytes]:
        server = Server(answers=False)
        port = await server.start()
        dialled = TcpDialled(HOST, port, Counts(), greet=lambda: GREETING)
        async with running(dialled.run()):
            await until(lambda: len(server.heard) == 2)
            assert dialled.send(PACKET)
            assert dialled.send(b"/two\0\0\0\0,\0\0\0")
            for _ in range(20):
                await asyncio.sleep(0)
            assert [*GREETING] == server.heard
            server.silent.set()
            await until(lambda: len(server.heard) == 4)
            await server.stop()
        return server.heard

    assert [*GREETING, PACKET, b"/two\0\0\0\0,\0\0\0"] == asyncio.run(play())


def test_a_server_that_is_no_scsynth(caplog: pytest.LogCaptureFixture) -> None:
    """A server that hangs up on the greeting is told of and dialled again."""

    async def play() -> int:
        calls = 0

        async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal calls
            calls += 1
            writer.close()
            await writer.wait_closed()

        server = await asyncio.start_server(hang_up, HOST, 0)
        dialled = TcpDialled(HOST, server.sockets[0].getsockname()[1], Counts(), greet=lambda: GREETING)
        async with running(dialled.run()):
            await until(lambda: calls >= 2)
        server.close()
        return calls

    assert asyncio.run(play()) >= 2
    assert "does not answer as scsynth does" in caplog.text


def test_what_waits_for_a_silent_server_is_bounded() -> None:
    """A server that never gets ready does not fill the memory."""

    async def play() -> Counts:
        counts = Counts()
        server = Server(answers=False)
        port = await server.start()
        dialled = TcpDialled(HOST, port, counts, greet=lambda: GREETING)
        async with running(dialled.run()):
            await until(lambda: len(server.heard) == 2)
            for _ in range(1000):
                dialled.send(b"x" * 8192)
            server.silent.set()
            await server.stop()
        return counts

    counts = asyncio.run(play())
    assert 100 <= counts.count(None) <= 130
    assert counts[-1] is Failure.FULL


def test_a_question_by_datagram() -> None:
    """A question goes by a socket of its own, uncounted; what is no answer to it is passed over."""

    async def ask(listener: socket.socket) -> tuple[bytes, Counts]:
        counts = Counts()
        udp = Udp(HOST, listener.getsockname()[1], counts)
        asking = asyncio.create_task(udp.ask(b"/ping\0\0\0,\0\0\0", "/pong"))
        _, sender = await asyncio.to_thread(listener.recvfrom, 100)
        for answer in (b"/pongs\0\0,\0\0\0", b"/pong\0\0\0,\0\0\0"):
            listener.sendto(answer, sender)
        return await asking, counts

    with receiver() as listener:
        assert (b"/pong\0\0\0,\0\0\0", []) == asyncio.run(ask(listener))


def test_a_question_that_nobody_takes() -> None:
    """A port where nobody listens refuses at once, and a name without an address is told as such."""
    with pytest.raises(ConnectionRefusedError):
        asyncio.run(Udp(HOST, free_port(socket.SOCK_DGRAM), Counts()).ask(PACKET, "/pong"))
    with pytest.raises(socket.gaierror):
        asyncio.run(Udp("nowhere.invalid", 1, Counts()).ask(PACKET, "/pong"))


def framed(packet: bytes) -> bytes:
    """Put the length before a packet."""
    return struct.pack(">i", len(packet)) + packet


def test_a_question_to_those_who_dialled_in() -> None:
    """Everybody is asked, the first answer counts, and what else they say is passed over; it is counted by nobody."""

    async def play() -> tuple[list[bytes], Counts]:
        counts = Counts()
        port = free_port(socket.SOCK_STREAM)
        listening = TcpListening(HOST, port, counts)
        await listening.start()
        answers: list[bytes] = []
        async with running(listening.run()):
            with pytest.raises(ConnectionError):
                await listening.ask(PACKET, "/pong")
            (quick, says), (_, silent) = [await asyncio.open_connection(HOST, port) for _ in range(2)]
            await until(lambda: listening.peers == 2)
            for _ in range(2):
                asking = asyncio.create_task(listening.ask(PACKET, "/pong"))
                assert await read_packet(quick) == PACKET
                says.write(framed(b"/hello\0\0,\0\0\0") + framed(b"/pong\0\0\0,\0\0\0"))
                answers.append(await asking)
            asking = asyncio.create_task(listening.ask(PACKET, "/pong"))
            await read_packet(quick)
            for writer in (says, silent):
                writer.close()
                await writer.wait_closed()
            with pytest.raises(ConnectionError):
                await asking
        return answers, counts

    assert ([b"/pong\0\0\0,\0\0\0"] * 2, []) == asyncio.run(play())


@pytest.mark.parametrize("said", [b"GET / HTTP/1.1\r\n\r\n", struct.pack(">i", -1), struct.pack(">i", 0)])
def test_a_peer_that_speaks_no_osc(said: bytes) -> None:
    """What a peer says in another language is passed over, and it is told everything as before."""

    async def play() -> bytes:
        port = free_port(socket.SOCK_STREAM)
        listening = TcpListening(HOST, port, Counts())
        await listening.start()
        async with running(listening.run()):
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(said * 100)
            await writer.drain()
            await until(lambda: listening.peers == 1)
            assert listening.send(PACKET)
            heard = await read_packet(reader)
            writer.close()
            await writer.wait_closed()
        return heard

    assert asyncio.run(play()) == PACKET


def test_a_question_to_a_server() -> None:
    """Only a server that has done as it was greeted is asked; one that goes meanwhile has hung up."""

    async def play() -> list[bytes]:
        counts = Counts()
        server = Server(answers=False)
        port = await server.start()
        dialled = TcpDialled(HOST, port, counts, greet=lambda: GREETING)
        async with running(dialled.run()):
            await until(lambda: len(server.heard) == 2)
            with pytest.raises(ConnectionError):
                await dialled.ask(PACKET, "/synced")
            server.silent.set()
            await until(lambda: dialled.ready)
            greeted = len(counts)
            answer = await dialled.ask(b"/sync\0\0\0,\0\0\0", "/synced")
            asking = asyncio.create_task(dialled.ask(PACKET, "/synced"))
            await until(lambda: server.heard[-1] == PACKET)
            await server.stop()
            with pytest.raises(ConnectionError):
                await asking
            assert len(counts) == greeted
        return [answer]

    assert [b"/synced\0,i\0\0\0\0\0\0"] == asyncio.run(play())
