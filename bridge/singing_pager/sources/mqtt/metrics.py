"""The source of readings: everything under the metric filters, however much it is."""

import asyncio
import logging

from singing_pager.backoff import full_jitter
from singing_pager.sources.mqtt import Intake, Interest, Pace
from singing_pager.sources.mqtt.connection import Broker, in_words
from singing_pager.sources.mqtt.notice import Notice
from singing_pager.sources.mqtt.readings import Readings
from singing_pager.sources.mqtt.session import Session
from singing_pager.sources.mqtt.topics import Routes
from singing_pager.sources.mqtt.wire import Closed

__all__ = ["MetricSource"]


class MetricSource:
    """Reads the flood from the broker and offers readings, for as long as `run` runs.

    Args:
        broker: Where, and as whom.
        routes: The subscriptions.
        intake: Where readings go; the connection calls itself `metrics`.
        interest: What the score asks of a topic.
        pace: How fast, and how many may wait.

    Raises:
        ConfigError: A certificate is missing or wrong.
    """

    def __init__(self, broker: Broker, routes: Routes, intake: Intake, interest: Interest, pace: Pace) -> None:
        self._broker = broker
        self._context = broker.tls_context()
        self._routes = routes
        self._connected = intake.connected
        self._notice = Notice(logging.getLogger("singing_pager.mqtt.metrics"))
        self._readings = Readings(intake, routes, broker.client_id, interest, pace)
        self._up = False

    async def run(self) -> None:
        """Connect, read, and connect again, until cancelled; raises nothing else."""
        self._connected("metrics", up=False)
        attempt = 0
        try:
            while True:
                try:
                    await self._live()
                except Closed as wrong:
                    fault = str(wrong)
                except OSError as wrong:
                    fault = in_words(wrong)
                attempt = 0 if self._up else attempt + 1
                self._down()
                self._notice.say(
                    logging.INFO if self._broker.optional else logging.WARNING,
                    f"metrics: no broker at {self._broker.address}: {fault}; going on without it",
                )
                await asyncio.sleep(full_jitter(attempt))
        finally:
            self._down()
            self._readings.close()

    async def _live(self) -> None:
        session = Session(
            self._broker,
            self._context,
            self._routes,
            messages=self._readings.take,
            refused=lambda words: self._notice.say(logging.WARNING, f"metrics: {words}", "subscription"),
        )
        async with session:
            self._up = True
            self._notice.say(logging.INFO, f"metrics: connected to {self._broker.address}")
            self._connected("metrics", up=True)
            await session.live()

    def _down(self) -> None:
        if self._up:
            self._up = False
            self._connected("metrics", up=False)
