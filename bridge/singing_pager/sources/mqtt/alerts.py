"""The source of alerts, and the way out for what the pager publishes."""

import asyncio
from collections.abc import Callable

from singing_pager.model import Drop
from singing_pager.sources.mqtt import Intake
from singing_pager.sources.mqtt.admission import Admission
from singing_pager.sources.mqtt.connection import Broker
from singing_pager.sources.mqtt.letters import Arrival, Publication
from singing_pager.sources.mqtt.line import Line
from singing_pager.sources.mqtt.topics import Routes

__all__ = ["AlertSource"]

_AGAIN = 0.05
_GATHER = 0.02
"""Seconds in which publications gather: each waking of paho's thread takes the interpreter from the next alert."""


class AlertSource:
    """Reads alerts with QoS 1 and publishes, for as long as `run` runs.

    Args:
        broker: Where, and as whom.
        routes: The subscriptions.
        intake: Where alert changes go; the connection calls itself `alerts`.
        lost: Is told on the loop's thread of publications that the broker did not confirm.

    Raises:
        ConfigError: A certificate is missing or wrong.
    """

    def __init__(self, broker: Broker, routes: Routes, intake: Intake, lost: Callable[[int], None]) -> None:
        self._connected = intake.connected
        self._lost = lost
        self._line = Line(broker, routes.subscriptions, self)
        self._played = intake.played
        self._keeper = intake.keeper
        self._settling: set[asyncio.Task[None]] = set()
        self._admission = Admission(
            intake.inbox,
            routes,
            broker.client_id,
            intake.count,
            acknowledge=self._line.acknowledge,
            when_safe=None if intake.keeper is None else self._when_safe,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.Handle | None = None
        self._departure: asyncio.TimerHandle | None = None
        self._up = False

    async def run(self) -> None:
        """Connect, read, publish, and connect again, until cancelled; raises nothing else."""
        self._loop = asyncio.get_running_loop()
        self._connected("alerts", up=False)
        self._line.start()
        try:
            await self._loop.create_future()
        finally:
            await asyncio.shield(asyncio.to_thread(self._line.stop))
            for waiting in (self._timer, self._departure, *self._settling):
                if waiting is not None:
                    waiting.cancel()

    def publish(self, topic: str, write: Callable[[], bytes], *, qos: int) -> Drop | None:
        """Leave a message to publish, on the loop's thread; never waits.

        Args:
            topic: Without wildcards.
            write: Makes the payload, on another thread.
            qos: 0 or 1.

        Returns:
            Why it will not go out, or None.
        """
        if not self._up or self._loop is None:
            return Drop.OFFLINE
        if not self._line.post(Publication(topic, write, qos)):
            return Drop.OUTBOX_FULL
        if self._departure is None:
            self._departure = self._loop.call_later(_GATHER, self._depart)
        return None

    # What the line tells, on its own thread.

    def arrived(self, arrival: Arrival) -> None:
        """Let a message wait, and have it admitted soon."""
        self._admission.arrived(arrival)
        if len(self._admission) == 1:
            self._soon(self._admit)

    def backlog(self) -> int:
        """Messages that wait."""
        return len(self._admission)

    def began_anew(self) -> None:
        """Hand over that the broker holds no session of ours."""
        self._soon(self._admission.began_anew)

    def changed(self, *, up: bool) -> None:
        """Hand over that the connection is up or down."""
        self._soon(lambda: self._turn(up=up))

    def lost(self, publications: int) -> None:
        """Hand over what was lost."""
        self._soon(lambda: self._lost(publications))

    def _soon(self, what: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what)

    # On the loop's thread.

    def _when_safe(self, done: Callable[[], None]) -> None:
        # the broker's receive maximum bounds how many of these there are
        task = asyncio.ensure_future(self._settle(done))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    async def _settle(self, done: Callable[[], None]) -> None:
        if self._played is not None:
            await self._played()
        if self._keeper is not None:
            self._keeper.when_committed(done)

    def _depart(self) -> None:
        self._departure = None
        self._line.rouse()

    def _turn(self, *, up: bool) -> None:
        self._up = up
        self._connected("alerts", up=up)

    def _admit(self) -> None:
        if self._loop is None:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._admission.admit():
            self._timer = self._loop.call_later(_AGAIN, self._admit)
        elif len(self._admission):
            # The loop is not held by a thousand alerts at once.
            self._timer = self._loop.call_soon(self._admit)
