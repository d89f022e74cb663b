"""What the alerts' connection says to the broker and hears from it, from CONNECT to DISCONNECT."""

import ssl
import time
from collections.abc import Sequence
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from singing_pager.sources.mqtt.connection import Broker
from singing_pager.sources.mqtt.letters import ORIGIN, Arrival, Publication, Watcher
from singing_pager.sources.mqtt.topics import filter_of, is_shared
from singing_pager.sources.mqtt.wire import LARGEST

__all__ = ["Correspondence"]

_UNACKNOWLEDGED = 100
_UNCONFIRMED = 100
_PAHO_SAYS = {
    "unspecified error": "the broker closed the connection",
    "keep alive timeout": "the broker was silent for too long",
}


class Correspondence:
    """One paho client, for one connection: nothing of it outlives the connection but the session at the broker.

    Args:
        broker: Where, and as whom.
        context: Of TLS; None without.
        subscriptions: Filters, shared ones with their `$share/<group>/`.
        generation: Which connection this is, counted from 1.
        watcher: Is told what comes.
    """

    def __init__(
        self,
        broker: Broker,
        context: ssl.SSLContext | None,
        subscriptions: Sequence[str],
        generation: int,
        watcher: Watcher,
    ) -> None:
        self.fault = ""
        self.up = False
        self.refusals: list[str] = []
        self._broker = broker
        self._subscriptions = subscriptions
        self._generation = generation
        self._watcher = watcher
        self._unsubscribed: dict[int, str] = {}
        self._unconfirmed: dict[int, bool] = {}
        self._hurry = 0.0
        self.client = Client(
            CallbackAPIVersion.VERSION2, broker.client_id, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True
        )
        self.client.username_pw_set(broker.username, broker.password)
        if context is not None:
            context.sslsocket_class = _ClosingSocket
            self.client.tls_set_context(context)
        will = _with(PacketTypes.WILLMESSAGE, UserProperty=(ORIGIN, broker.client_id))
        self.client.will_set(broker.status_topic, b"offline", qos=1, retain=True, properties=will)
        self.client.max_inflight_messages_set(_UNCONFIRMED)
        self.client.on_connect = self._welcomed
        self.client.on_subscribe = self._subscribed
        self.client.on_message = self._arrived
        self.client.on_publish = self._confirmed
        self.client.on_disconnect = self._ended
        # With a callback here paho leaves every write to whoever runs its loop.
        self.client.on_socket_register_write = _leave_it_to_the_loop

    @property
    def unconfirmed(self) -> int:
        """Publications that the broker has not confirmed, those of our own status left out."""
        return sum(self._unconfirmed.values())

    def connect(self, patience: float) -> None:
        """Open the connection and send CONNECT.

        Args:
            patience: Seconds.

        Raises:
            OSError: The broker cannot be reached.
        """
        properties = _with(
            PacketTypes.CONNECT,
            SessionExpiryInterval=self._broker.session_expiry,
            ReceiveMaximum=_UNACKNOWLEDGED,
            MaximumPacketSize=LARGEST,
        )
        self.client.connect_timeout = patience
        self.client.connect(
            self._broker.host, self._broker.port, self._broker.keepalive, clean_start=False, properties=properties
        )

    def publish(self, publication: Publication) -> bool:
        """Publish with our origin; False, with nothing done, while too many publications are unconfirmed."""
        if len(self._unconfirmed) >= _UNCONFIRMED:
            return False
        self._publish(publication.topic, publication.write(), qos=publication.qos)
        return True

    def farewell(self, patience: float) -> None:
        """Say that we go, wait until the broker has heard it, and go. To be called until the connection is closed.

        Args:
            patience: Seconds from the first call.
        """
        if not self.up:
            self.client.disconnect()
        elif not self._hurry:
            self._hurry = time.monotonic() + patience
            self._publish(self._broker.status_topic, b"offline", qos=1, status=True)
        elif not self._unconfirmed or time.monotonic() > self._hurry:
            self.client.disconnect()

    def _publish(self, topic: str, payload: bytes, *, qos: int, status: bool = False) -> None:
        properties = _with(PacketTypes.PUBLISH, UserProperty=(ORIGIN, self._broker.client_id))
        info = self.client.publish(topic, payload, qos, retain=status, properties=properties)
        self._unconfirmed[info.mid] = not status

    # The callbacks of paho, on the thread that runs its loop.

    def _welcomed(
        self, _client: Client, _data: object, flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self.fault = f"the broker refused us: {str(reason).lower()}"
            return
        if not flags.session_present:
            self._watcher.began_anew()
        self._publish(self._broker.status_topic, b"online", qos=1, status=True)
        for identifier, subscription in enumerate(self._subscriptions, start=1):
            properties = _with(PacketTypes.SUBSCRIBE, SubscriptionIdentifier=identifier)
            options = SubscribeOptions(
                qos=1,
                # No Local with a shared subscription is a protocol error.
                noLocal=not is_shared(subscription),
                # A retained alert comes with a new session, not again with each connection.
                retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB,
            )
            _, mid = self.client.subscribe(subscription, options=options, properties=properties)
            if mid is not None:
                self._unsubscribed[mid] = filter_of(subscription)
        self.up = not self._unsubscribed

    def _subscribed(
        self, _client: Client, _data: object, mid: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        route = self._unsubscribed.pop(mid, "?")
        self.refusals += [f"the broker refused {route}: {str(each).lower()}" for each in reasons if each.is_failure]
        self.up = self.up or not self._unsubscribed

    def _arrived(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        properties: Any = message.properties
        origins = [value for name, value in getattr(properties, "UserProperty", ()) if name == ORIGIN]
        self._watcher.arrived(
            Arrival(
                topic=_topic(message),
                payload=bytes(message.payload),
                qos=message.qos,
                mid=message.mid,
                again=message.dup,
                generation=self._generation,
                identifiers=tuple(getattr(properties, "SubscriptionIdentifier", ())),
                origin=origins[0] if origins else "",
            )
        )

    def _confirmed(
        self, _client: Client, _data: object, mid: int, _reason: ReasonCode, _properties: Properties | None
    ) -> None:
        self._unconfirmed.pop(mid, None)

    def _ended(
        self,
        _client: Client,
        _data: object,
        flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if not self.fault:
            words = str(reason).lower()
            here = _PAHO_SAYS.get(words, words)
            self.fault = f"the broker sent us away: {words}" if flags.is_disconnect_packet_from_server else here


class _ClosingSocket(ssl.SSLSocket):
    """Closes itself when the handshake fails, which paho would leave to the garbage collector."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - as the class above has it
        """Shake hands, or close."""
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


def _leave_it_to_the_loop(_client: Client, _data: object, _connection: object) -> None:
    """Write nothing now."""


def _with(kind: int, **values: object) -> Properties:
    made: Properties = Properties(kind)  # type: ignore[no-untyped-call]
    for name, value in values.items():
        setattr(made, name, value)
    return made


def _topic(message: MQTTMessage) -> str:
    try:
        return message.topic
    except UnicodeDecodeError:
        # Under no filter, so that it is acknowledged and passed over.
        return ""
