"""The life of one connection at QoS 0: introduce ourselves, subscribe, stay alive."""

import asyncio
import contextlib
import enum
import ssl
from collections.abc import Callable
from typing import Self

import mqtt5

from singing_pager.sources.mqtt.connection import Broker
from singing_pager.sources.mqtt.topics import Routes, filter_of, is_shared
from singing_pager.sources.mqtt.wire import LARGEST, Closed, Wire

__all__ = ["Session"]

_PATIENCE = 10.0
_HEADERS = 1024
"""Bytes that topic and properties of a publication take at most."""
_REFUSED = 0x80


class Session:
    """One connection to the broker that hears everything under some subscriptions.

    Args:
        broker: Where, and as whom.
        context: Of TLS; None without.
        routes: The subscriptions.
        name: What the client id ends with.
        will: What the broker is to say when the connection ends, whoever ends it; None: nothing.
        messages: Is given the messages of one read.
        refused: Is told in words of a subscription that the broker refused.
    """

    def __init__(
        self,
        broker: Broker,
        context: ssl.SSLContext | None,
        routes: Routes,
        *,
        name: str = "metrics",
        will: mqtt5.Will | None = None,
        messages: Callable[[list[mqtt5.PublishPacket]], None],
        refused: Callable[[str], None],
    ) -> None:
        self._broker = broker
        self._context = context
        self._routes = routes
        self._client_id = f"{broker.client_id}-{name}"
        self._will = will
        self._largest = LARGEST
        self._identifiers = False
        self._unanswered = 0
        self._refused = refused
        self._wire = Wire(messages)
        self._keepalive = broker.keepalive

    async def __aenter__(self) -> Self:
        """Connect and subscribe.

        Raises:
            OSError: The broker cannot be reached.
            Closed: The broker would not have us.
        """
        try:
            await self._open()
        except BaseException:
            await self._wire.close(politely=False)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Say goodbye, if there is anybody to say it to."""
        code = mqtt5.DisconnectReasonCode
        reason = code.NORMAL_DISCONNECTION if self._will is None else code.DISCONNECT_WITH_WILL_MESSAGE
        self._wire.send(mqtt5.DisconnectPacket(reason_code=reason))
        await self._wire.close(politely=True)

    @property
    def settled(self) -> bool:
        """Whether the broker has answered all that it was asked."""
        return self._unanswered == 0

    def ask(self) -> None:
        """Ask whether the broker lives; it answers when it has taken what came before."""
        self._unanswered += 1
        self._wire.send(mqtt5.PingReqPacket())

    def publish(self, message: mqtt5.PublishPacket) -> bool:
        """Publish with QoS 0; False, with nothing done, when it is larger than the broker takes."""
        if len(message.payload) + _HEADERS > self._largest:
            return False
        self._wire.send(message)
        return True

    async def live(self) -> None:
        """Ask from time to time whether the broker lives, for as long as it does.

        Raises:
            Closed: The connection has ended, or the broker has fallen silent.
        """
        while True:
            with contextlib.suppress(TimeoutError):
                self._take(await self._wire.receive(self._keepalive))
                continue
            await self._ping()

    async def _ping(self) -> None:
        loop = asyncio.get_running_loop()
        self.ask()
        asked = loop.time()
        patience = min(self._keepalive, _PATIENCE)
        try:
            while not isinstance(packet := await self._wire.receive(patience), mqtt5.PingRespPacket):
                self._take(packet)
            self._take(packet)
        except TimeoutError:
            # A flood can keep the answer waiting, but then something was heard.
            if self._wire.heard <= asked:
                await self._wire.close(politely=False)
                raise Closed(f"the broker was silent for {self._keepalive + patience:g} s") from None

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        broker = self._broker
        async with asyncio.timeout(_PATIENCE):
            await loop.create_connection(lambda: self._wire, broker.host, broker.port, ssl=self._context)
        self._wire.send(
            mqtt5.ConnectPacket(
                self._client_id,
                username=broker.username,
                password=None if broker.password is None else broker.password.encode(),
                clean_start=True,
                will=self._will,
                keep_alive=broker.keepalive,
                topic_alias_max=0,
                max_packet_size=LARGEST,
            )
        )
        welcome = await self._wire.receive(_PATIENCE)
        self._end(welcome)
        if not isinstance(welcome, mqtt5.ConnAckPacket):
            raise Closed(f"the broker answered CONNECT with {type(welcome).__name__}")
        if welcome.reason_code != mqtt5.ConnAckReasonCode.SUCCESS:
            raise Closed(f"the broker refused us: {_words(welcome.reason_code, welcome.reason_str)}")
        if welcome.server_keep_alive is not None:
            self._keepalive = min(welcome.server_keep_alive, broker.keepalive) or broker.keepalive
        if welcome.max_packet_size is not None:
            self._largest = min(LARGEST, welcome.max_packet_size)
        self._identifiers = welcome.subscription_id_available
        await self._subscribe()

    def ask_again(self, subscription: str) -> None:
        """Have the broker send again what stands retained under a subscription."""
        self._wire.send(self._asking(self._routes.subscriptions.index(subscription) + 1))

    def _asking(self, place: int) -> mqtt5.SubscribePacket:
        subscription = self._routes.subscriptions[place - 1]
        topic_filter = mqtt5.TopicFilter(
            subscription, max_qos=mqtt5.QoS.AT_MOST_ONCE, no_local=not is_shared(subscription)
        )
        return mqtt5.SubscribePacket(place, [topic_filter], subscription_id=place if self._identifiers else None)

    async def _subscribe(self) -> None:
        for place in range(1, len(self._routes.subscriptions) + 1):
            self._wire.send(self._asking(place))
        awaited = set(range(1, len(self._routes.subscriptions) + 1))
        while awaited:
            packet = await self._wire.receive(_PATIENCE)
            self._end(packet)
            if isinstance(packet, mqtt5.SubAckPacket):
                awaited.discard(packet.packet_id)
                for code in packet.reason_codes:
                    # The codec's enumerations are no integers, whatever its stub says: they have no order.
                    if code.value >= _REFUSED:
                        route = filter_of(self._routes.subscriptions[packet.packet_id - 1])
                        self._refused(f"the broker refused {route}: {_words(code, packet.reason_str)}")

    def _take(self, packet: mqtt5.Packet) -> None:
        self._end(packet)
        if isinstance(packet, mqtt5.PingRespPacket):
            self._unanswered -= 1

    @staticmethod
    def _end(packet: mqtt5.Packet) -> None:
        if isinstance(packet, mqtt5.DisconnectPacket):
            raise Closed(f"the broker sent us away: {_words(packet.reason_code, packet.reason_str)}")


def _words(code: enum.IntEnum, reason: str | None) -> str:
    words = code.name.lower().replace("_", " ")
    return f"{words} ({reason})" if reason else words
