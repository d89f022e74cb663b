"""The alerts' connection: paho-mqtt, a session that outlives the connection, and the thread that owns both.

Nothing but the thread touches the paho client: what others want of it waits in two bounded queues, and a byte on a
socket wakes the thread.
"""

import contextlib
import logging
import selectors
import socket
import ssl
import threading
from collections import deque
from collections.abc import Sequence
from typing import cast

from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode

from singing_pager.backoff import full_jitter
from singing_pager.sources.mqtt.connection import Broker, in_words
from singing_pager.sources.mqtt.correspondence import Correspondence
from singing_pager.sources.mqtt.letters import Publication, Watcher
from singing_pager.sources.mqtt.notice import Notice

__all__ = ["Line"]

_OUTBOX = 10_000
_ARRIVALS = 1_000
_PATIENCE = 5.0
_FAREWELL = 2.0


class Line:
    """The thread, and what it is asked to do.

    Args:
        broker: Where, and as whom.
        subscriptions: Filters, shared ones with their `$share/<group>/`.
        watcher: Is told what happens.

    Raises:
        ConfigError: A certificate is missing or wrong.
    """

    def __init__(self, broker: Broker, subscriptions: Sequence[str], watcher: Watcher) -> None:
        self._broker = broker
        self._context = broker.tls_context()
        self._subscriptions = tuple(subscriptions)
        self._watcher = watcher
        self._notice = Notice(logging.getLogger("singing_pager.mqtt.alerts"))
        self._outbox: deque[Publication] = deque()
        self._acks: deque[tuple[int, int]] = deque()
        self._generation = 0
        self._up = False
        self._leaving = threading.Event()
        self._wake, self._waker = socket.socketpair()
        self._wake.settimeout(0)
        self._waker.settimeout(0)
        self._thread = threading.Thread(target=self._run, name="mqtt-alerts", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Say goodbye to the broker, and wait for the thread: a few seconds at most."""
        self._leaving.set()
        self.rouse()
        if self._thread.ident is not None:
            self._thread.join(_PATIENCE + _FAREWELL + 1)
        self._wake.close()
        self._waker.close()

    def post(self, publication: Publication) -> bool:
        """Leave a message to publish at the next `rouse`; False when the outbox is full. Any thread, never waits."""
        if len(self._outbox) >= _OUTBOX:
            return False
        self._outbox.append(publication)
        return True

    def acknowledge(self, generation: int, mid: int) -> None:
        """Acknowledge a message of that connection; any thread, never waits."""
        self._acks.append((generation, mid))
        if len(self._acks) == 1:
            self.rouse()

    def rouse(self) -> None:
        """Wake the thread; any thread, never waits."""
        # A full or closed socket means that the thread is awake already, or gone.
        with contextlib.suppress(OSError):
            self._waker.send(b"\0")

    def _run(self) -> None:
        attempt = 0
        while not self._leaving.is_set():
            self._generation += 1
            talk = Correspondence(self._broker, self._context, self._subscriptions, self._generation, self._watcher)
            try:
                fault = self._talk(talk)
            except OSError as wrong:
                fault = in_words(wrong)
            except Exception as wrong:  # noqa: BLE001 - the thread outlives whatever paho makes of a broker's bytes
                fault = f"{type(wrong).__name__}: {wrong}"
            attempt = 0 if talk.up else attempt + 1
            self._down(talk)
            if not self._leaving.is_set():
                level = logging.INFO if self._broker.optional else logging.WARNING
                text = f"alerts: no broker at {self._broker.address}: {fault}; going on without it"
                self._notice.say(level, text)
                self._leaving.wait(full_jitter(attempt))

    def _talk(self, talk: Correspondence) -> str:
        client = talk.client
        talk.connect(_PATIENCE)
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self._wake, selectors.EVENT_READ)
                while (connection := client.socket()) is not None:
                    self._turn(talk, selector, cast("socket.socket", connection))
        finally:
            if (connection := client.socket()) is not None:
                connection.close()
        return talk.fault or "the broker closed the connection"

    def _turn(self, talk: Correspondence, selector: selectors.BaseSelector, connection: socket.socket) -> None:
        client = talk.client
        # Not reading is how a flood of alerts is held back: TCP tells the broker.
        wanted = selectors.EVENT_READ if self._watcher.backlog() < _ARRIVALS else 0
        if client.want_write():
            wanted |= selectors.EVENT_WRITE
        if wanted:
            selector.register(connection, wanted)
        decrypted = _decrypted(connection)
        ready = {key.fileobj for key, _ in selector.select(0 if wanted and decrypted else 0.25)}
        if wanted:
            selector.unregister(connection)
        if self._wake in ready:
            with contextlib.suppress(BlockingIOError):
                self._wake.recv(4096)
        if (connection in ready or decrypted) and wanted & selectors.EVENT_READ:
            self._read(client, connection)
        self._say_what_is_new(talk)
        self._write(talk)
        client.loop_misc()

    def _read(self, client: Client, connection: socket.socket) -> None:
        # All that has come is read before anything is written: what a killed broker sent last is lost with the
        # connection as soon as an acknowledgement meets its closed socket, and Mosquitto 2.0 does not send it again.
        _acknowledge_at_once(connection)
        with selectors.DefaultSelector() as more:
            more.register(connection, selectors.EVENT_READ)
            while client.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS and client.socket() is connection:
                if self._watcher.backlog() >= _ARRIVALS or not (_decrypted(connection) or more.select(0)):
                    return

    def _say_what_is_new(self, talk: Correspondence) -> None:
        if talk.up and not self._up:
            self._up = True
            self._notice.say(logging.INFO, f"alerts: connected to {self._broker.address}")
            self._watcher.changed(up=True)
        for words in talk.refusals:
            self._notice.say(logging.WARNING, f"alerts: {words}", "subscription")
        talk.refusals.clear()

    def _write(self, talk: Correspondence) -> None:
        while self._acks:
            generation, mid = self._acks.popleft()
            if generation == self._generation:
                talk.client.ack(mid, 1)
        while self._outbox and talk.up and talk.publish(self._outbox[0]):
            self._outbox.popleft()
        if self._leaving.is_set() and not self._outbox:
            talk.farewell(_FAREWELL)
        if talk.client.want_write():
            talk.client.loop_write()

    def _down(self, talk: Correspondence) -> None:
        lost = len(self._outbox) + talk.unconfirmed
        # A stale alarm is worse than none: nothing is kept for the next connection.
        self._outbox.clear()
        if lost:
            self._watcher.lost(lost)
        if self._up:
            self._up = False
            self._watcher.changed(up=False)


def _acknowledge_at_once(connection: socket.socket) -> None:
    # Mosquitto leaves Nagle's algorithm on: while our kernel delays its TCP acknowledgement, up to 40 ms, the next
    # alerts wait in the broker's socket, and are lost when it is killed. The option lasts only for a while.
    quick = getattr(socket, "TCP_QUICKACK", None)
    if quick is not None:
        connection.setsockopt(socket.IPPROTO_TCP, quick, 1)


def _decrypted(connection: socket.socket) -> bool:
    # What TLS has already decrypted makes no socket readable.
    return isinstance(connection, ssl.SSLSocket) and connection.pending() > 0
