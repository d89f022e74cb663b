"""The life of a connection, with a broker that says whatever a test wants it to say."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import mqtt5
import pytest
import uvloop
from singing_pager.sources.mqtt.connection import Broker
from singing_pager.sources.mqtt.session import Session
from singing_pager.sources.mqtt.topics import Routes
from singing_pager.sources.mqtt.wire import LARGEST, Closed

Script = Callable[["Peer"], Awaitable[None]]


class Peer:
    """The broker's side of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._bytes = b""

    async def hear(self) -> mqtt5.Packet:
        """Wait for the next packet."""
        while True:
            with contextlib.suppress(IndexError):
                packet, size = mqtt5.read(memoryview(self._bytes))
                self._bytes = self._bytes[size:]
                return packet
            more = await self._reader.read(4096)
            if not more:
                raise EOFError
            self._bytes += more

    def say(self, *said: mqtt5.Packet | bytes) -> None:
        """Send packets, or raw bytes."""
        for each in said:
            self._writer.write(each if isinstance(each, bytes) else each.write())

    async def welcome(self, connack: mqtt5.ConnAckPacket | None = None) -> mqtt5.ConnectPacket:
        """Take CONNECT and answer it."""
        connect = await self.hear()
        assert isinstance(connect, mqtt5.ConnectPacket)
        self.say(connack or mqtt5.ConnAckPacket())
        return connect

    async def subscribe(self, count: int = 1) -> list[mqtt5.SubscribePacket]:
        """Take the subscriptions and grant them."""
        subscriptions = [await self.hear() for _ in range(count)]
        for each in subscriptions:
            assert isinstance(each, mqtt5.SubscribePacket)
            self.say(mqtt5.SubAckPacket(each.packet_id, [mqtt5.SubAckReasonCode.GRANTED_QOS_AT_MOST_ONCE]))
        return [each for each in subscriptions if isinstance(each, mqtt5.SubscribePacket)]

    async def gone(self) -> None:
        """Wait until the other side has closed."""
        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                await self.hear()


class Told:
    """What a session brought and what it was told."""

    def __init__(self) -> None:
        self.messages: list[mqtt5.PublishPacket] = []
        self.refused: list[str] = []
        self.ended = ""

    @property
    def payloads(self) -> list[bytes]:
        """The payloads, in order."""
        return [message.payload for message in self.messages]


@contextlib.asynccontextmanager
async def listening(script: Script) -> AsyncIterator[int]:
    """Run a script for each connection; gives the port."""
    scripts: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        scripts.append(task)
        try:
            await script(Peer(reader, writer))
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.gather(*scripts)


def converse(
    script: Script,
    *subscriptions: str,
    seconds: float | None = None,
    keepalive: int = 30,
    will: mqtt5.Will | None = None,
    meanwhile: Callable[[Session], None] = lambda _: None,
) -> Told:
    """Live through a session with a script until it ends or so many seconds have passed; do something meanwhile."""
    told = Told()

    async def main() -> None:
        async with listening(script) as port:
            session = Session(
                Broker(host="127.0.0.1", port=port, client_id="pager", keepalive=keepalive),
                None,
                Routes(subscriptions or ["metrics/#"]),
                will=will,
                messages=told.messages.extend,
                refused=told.refused.append,
            )
            try:
                async with asyncio.timeout(seconds), session:
                    meanwhile(session)
                    await session.live()
            except (Closed, TimeoutError) as end:
                told.ended = str(end)

    uvloop.run(main())
    return told


def test_what_is_said_to_the_broker() -> None:
    """CONNECT and the subscriptions are as QoS 0 wants them; No Local, but not where it is a protocol error."""
    heard: list[mqtt5.Packet] = []

    async def script(peer: Peer) -> None:
        heard.append(await peer.welcome())
        heard.extend(await peer.subscribe(2))
        heard.append(await peer.hear())

    converse(script, "metrics/#", "$share/choir/a/#", seconds=0.2)
    connect, first, second, last = heard
    assert isinstance(connect, mqtt5.ConnectPacket)
    assert (connect.client_id, connect.clean_start, connect.topic_alias_max) == ("pager-metrics", True, 0)
    assert isinstance(first, mqtt5.SubscribePacket)
    assert isinstance(second, mqtt5.SubscribePacket)
    filters = [(each.topic_filters[0].pattern, each.subscription_id) for each in (first, second)]
    assert filters == [("metrics/#", 1), ("$share/choir/a/#", 2)]
    assert first.topic_filters[0].no_local
    assert not second.topic_filters[0].no_local
    assert isinstance(last, mqtt5.DisconnectPacket)


def test_packets_in_pieces_and_in_heaps() -> None:
    """Bytes that arrive one by one, and hundreds of packets at once, are the same messages in order."""
    values = [str(value).encode() for value in range(500)]
    heap = b"".join(mqtt5.PublishPacket("metrics/a", value).write() for value in values)

    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.subscribe()
        for byte in heap[:60]:
            peer.say(bytes([byte]))
            await asyncio.sleep(0.001)
        peer.say(heap[60:], mqtt5.DisconnectPacket(reason_code=mqtt5.DisconnectReasonCode.SERVER_SHUTTING_DOWN))
        await peer.gone()

    told = converse(script, seconds=10)
    assert values == told.payloads
    assert told.ended == "the broker sent us away: server shutting down"


def test_a_large_message() -> None:
    """A message as large as the broker may send is read; a larger one ends the connection, with a reason."""
    large = mqtt5.PublishPacket("metrics/a", b"x" * (LARGEST - 100))
    larger = mqtt5.PublishPacket("metrics/a", b"x" * (3 * LARGEST))

    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.subscribe()
        peer.say(large, mqtt5.PublishPacket("metrics/a", b"1"), larger)
        await peer.gone()

    told = converse(script, seconds=10)
    assert list(map(len, told.payloads)) == [LARGEST - 100, 1]
    assert told.ended == f"the broker sent a packet of more than {LARGEST} bytes"


async def _refuse(peer: Peer) -> None:
    await peer.welcome(mqtt5.ConnAckPacket(reason_code=mqtt5.ConnAckReasonCode.BANNED, reason_str="go away"))
    await peer.gone()


async def _close(peer: Peer) -> None:
    await peer.welcome()
    await peer.subscribe()


async def _take_over(peer: Peer) -> None:
    await peer.welcome()
    peer.say(mqtt5.DisconnectPacket(reason_code=mqtt5.DisconnectReasonCode.SESSION_TAKEN_OVER))
    await peer.gone()


async def _speak_http(peer: Peer) -> None:
    await peer.hear()
    peer.say(b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n400 Bad Request")
    await peer.gone()


async def _answer_oddly(peer: Peer) -> None:
    await peer.hear()
    peer.say(mqtt5.PingRespPacket())
    await peer.gone()


async def _babble(peer: Peer) -> None:
    await peer.welcome()
    peer.say(mqtt5.PingRespPacket().write() * 1_000)
    await peer.gone()


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (_refuse, "the broker refused us: banned (go away)"),
        (_close, "the broker closed the connection"),
        (_take_over, "the broker sent us away: session taken over"),
        (_speak_http, "the broker sent what is no MQTT 5: "),
        (_answer_oddly, "the broker answered CONNECT with PingRespPacket"),
        (_babble, "the broker sent what is no MQTT 5: more answers than questions"),
    ],
)
def test_why_a_connection_ended(script: Script, expected: str) -> None:
    """Whatever the broker does, the end is told in words, and nothing else is raised."""
    assert converse(script, seconds=10).ended.startswith(expected)


# The codec's panic also goes where Python tells of errors that nobody can catch.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_topic_that_is_not_utf8() -> None:
    """The codec panics over such a topic; the pager tells it in words and goes on."""

    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.subscribe()
        peer.say(mqtt5.PublishPacket("metrics/aXb", b"1").write().replace(b"X", b"\xff"))
        await peer.gone()

    assert converse(script, seconds=10).ended == "the broker sent a topic that is not UTF-8"


def test_a_refused_subscription() -> None:
    """A refused subscription is told by its filter and the reason; the others are heard."""

    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.hear()
        await peer.hear()
        peer.say(mqtt5.SubAckPacket(2, [mqtt5.SubAckReasonCode.NOT_AUTHORIZED]))
        peer.say(mqtt5.SubAckPacket(1, [mqtt5.SubAckReasonCode.GRANTED_QOS_AT_MOST_ONCE]))
        peer.say(mqtt5.PublishPacket("metrics/a", b"1"))

    told = converse(script, "metrics/#", "$share/choir/secret/#", seconds=10)
    assert told.refused == ["the broker refused secret/#: not authorized"]
    assert told.payloads == [b"1"]


def test_a_broker_without_subscription_identifiers() -> None:
    """Identifiers are not sent to a broker that has none."""
    heard: list[mqtt5.SubscribePacket] = []

    async def script(peer: Peer) -> None:
        await peer.welcome(mqtt5.ConnAckPacket(subscription_id_available=False))
        heard.extend(await peer.subscribe())

    converse(script, seconds=10)
    assert [each.subscription_id for each in heard] == [None]


def test_what_is_published() -> None:
    """A message goes out as it is, but for one that is larger than the broker takes."""
    heard: list[mqtt5.Packet] = []
    taken: list[bool] = []

    async def script(peer: Peer) -> None:
        await peer.welcome(mqtt5.ConnAckPacket(max_packet_size=5000))
        await peer.subscribe()
        heard.extend([await peer.hear(), await peer.hear()])

    def publish(session: Session) -> None:
        messages = [mqtt5.PublishPacket("a", b"x" * size, retain=True) for size in (10, 5000)]
        taken.extend(map(session.publish, messages))

    converse(script, seconds=0.2, meanwhile=publish)
    assert taken == [True, False]
    published, goodbye = heard
    assert isinstance(published, mqtt5.PublishPacket)
    assert (published.topic, published.payload, published.retain) == ("a", b"x" * 10, True)
    assert isinstance(goodbye, mqtt5.DisconnectPacket)


def test_what_the_broker_has_taken() -> None:
    """It has taken what was published when it has answered what was asked after that, and not before."""
    settled: list[bool] = []

    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.subscribe()
        assert [mqtt5.PingReqPacket] * 2 == [type(await peer.hear()), type(await peer.hear())]
        peer.say(mqtt5.PingRespPacket())
        peer.say(mqtt5.PingRespPacket())
        await peer.gone()

    def ask(session: Session) -> None:
        settled.append(session.settled)
        session.ask()
        session.ask()
        settled.append(session.settled)
        asyncio.get_running_loop().call_later(0.2, lambda: settled.append(session.settled))

    converse(script, seconds=0.4, meanwhile=ask)
    assert settled == [True, False, True]


def test_what_stands_retained_is_asked_for_again() -> None:
    """The same subscription is made once more, with its number."""
    heard: list[mqtt5.SubscribePacket] = []

    async def script(peer: Peer) -> None:
        await peer.welcome()
        heard.extend(await peer.subscribe(2))
        heard.extend(await peer.subscribe())

    converse(script, "a", "b", seconds=0.2, meanwhile=lambda session: session.ask_again("b"))
    assert [(1, "a"), (2, "b"), (2, "b")] == [(each.subscription_id, each.topic_filters[0].pattern) for each in heard]


def test_a_will_is_left() -> None:
    """The broker is to say it however the connection ends, so goodbye says so too."""
    heard: list[mqtt5.Packet] = []
    will = mqtt5.Will("pager/summary/state", payload=b"unknown", retain=True)

    async def script(peer: Peer) -> None:
        heard.append(await peer.welcome())
        await peer.subscribe()
        heard.append(await peer.hear())

    converse(script, seconds=0.2, will=will)
    connect, goodbye = heard
    assert isinstance(connect, mqtt5.ConnectPacket)
    assert connect.will is not None
    assert (connect.will.topic, connect.will.payload) == ("pager/summary/state", b"unknown")
    assert isinstance(goodbye, mqtt5.DisconnectPacket)
    assert goodbye.reason_code.value == mqtt5.DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE.value


def test_keep_alive() -> None:
    """An idle broker is asked whether it lives, as often as it wishes, and is given up when it does not answer."""
    pings = []

    async def script(peer: Peer) -> None:
        await peer.welcome(mqtt5.ConnAckPacket(server_keep_alive=1))
        await peer.subscribe()
        pings.append(await peer.hear())
        peer.say(mqtt5.PingRespPacket())
        pings.append(await peer.hear())
        await peer.gone()

    told = converse(script, seconds=10)
    assert [mqtt5.PingReqPacket] * 2 == list(map(type, pings))
    assert told.ended == "the broker was silent for 2 s"
