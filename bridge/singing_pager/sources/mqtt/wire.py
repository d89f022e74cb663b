"""Bytes to packets and back: an asyncio protocol around the codec `mqtt5`, which reads a busy bus in ticks."""

import asyncio
from collections.abc import Callable
from typing import Protocol, cast

import mqtt5

from singing_pager.sources.mqtt.connection import in_words
from singing_pager.sources.mqtt.rhythm import Rhythm

__all__ = ["LARGEST", "Closed", "Wire"]

LARGEST = 256 * 1024
"""Largest packet that the broker may send, in bytes; it is told so, and withholds what is larger."""

_CONTROL = 64


class Closed(Exception):  # noqa: N818 - not always an error
    """The connection has ended; says why."""


class _Sendable(Protocol):
    def write(self) -> bytes: ...


class Wire(asyncio.BufferedProtocol):
    """One connection to the broker, without any meaning.

    Args:
        messages: Is given the PUBLISH packets of one read.
        tick: Seconds between two reads of a busy bus.
    """

    def __init__(self, messages: Callable[[list[mqtt5.PublishPacket]], None], *, tick: float = 0.002) -> None:
        self.heard = 0.0
        self._messages = messages
        self._tick = tick
        self._rhythm = Rhythm()
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray(2 * LARGEST)
        self._view = memoryview(self._buffer)
        self._end = 0
        self._transport: asyncio.Transport | None = None
        self._resume: asyncio.TimerHandle | None = None
        self._fault = ""
        self._control: asyncio.Queue[mqtt5.Packet | None] = asyncio.Queue()
        self._lost = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        self.heard = self._loop.time()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Give the room behind what is not yet read: always enough for a whole packet."""
        del sizehint
        return self._view[self._end :]

    def buffer_updated(self, nbytes: int) -> None:
        """Read what came, hand it over, and let the next bytes gather while the bus is busy."""
        now = self._loop.time()
        self.heard = now
        messages = self._read(self._end + nbytes)
        if messages:
            self._messages(messages)
            if self._rhythm.busy(len(messages), now) and self._transport is not None and not self._fault:
                self._transport.pause_reading()
                self._resume = self._loop.call_later(self._tick, self._resume_reading)

    def connection_lost(self, exc: Exception | None) -> None:
        """End: whoever waits for a packet is told why."""
        if self._resume is not None:
            self._resume.cancel()
        self._transport = None
        self._fault = self._fault or (in_words(exc) if exc else "the broker closed the connection")
        self._control.put_nowait(None)
        self._lost.set()

    async def receive(self, patience: float) -> mqtt5.Packet:
        """Wait for a packet that is no message.

        Args:
            patience: Seconds.

        Raises:
            TimeoutError: None came.
            Closed: The connection has ended.
        """
        async with asyncio.timeout(patience):
            packet = await self._control.get()
        if packet is None:
            raise Closed(self._fault)
        return packet

    def send(self, packet: _Sendable) -> None:
        """Send a packet; on a connection that has ended, nothing."""
        if self._transport is not None:
            self._transport.write(packet.write())

    async def close(self, *, politely: bool) -> None:
        """End the connection, and wait until it has ended.

        Args:
            politely: Send what is still to send; else not a byte more.
        """
        if self._transport is None:
            return
        if politely:
            self._transport.close()
            try:
                async with asyncio.timeout(1):
                    await self._lost.wait()
            except TimeoutError:
                pass
        if not self._lost.is_set():
            self._transport.abort()
            await self._lost.wait()

    def _read(self, end: int) -> list[mqtt5.PublishPacket]:
        messages: list[mqtt5.PublishPacket] = []
        view = self._view
        read = mqtt5.read
        publish = mqtt5.PublishPacket
        position = 0
        try:
            while position < end:
                packet, size = read(view[position:end])
                position += size
                if isinstance(packet, publish):
                    messages.append(packet)
                else:
                    self._take_control(packet)
        except IndexError:
            pass  # The rest of the packet has not come yet.
        except ValueError as wrong:
            self._give_up(f"the broker sent what is no MQTT 5: {wrong}")
        except BaseException as panic:
            # The codec's core panics over a topic that is not UTF-8, and PyO3 makes a BaseException of that.
            if type(panic).__name__ != "PanicException":
                raise
            self._give_up("the broker sent a topic that is not UTF-8")
        rest = end - position
        if rest and position:
            self._buffer[:rest] = self._buffer[position:end]
        self._end = rest
        if rest > LARGEST:
            self._give_up(f"the broker sent a packet of more than {LARGEST} bytes")
        return messages

    def _take_control(self, packet: mqtt5.Packet) -> None:
        if self._control.qsize() >= _CONTROL:
            raise ValueError("more answers than questions")
        self._control.put_nowait(packet)

    def _give_up(self, fault: str) -> None:
        self._fault = self._fault or fault
        if self._transport is not None:
            self._transport.abort()

    def _resume_reading(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
