"""The source of readings: everything under the metric filters, however much it is."""

from singing_pager.sources.mqtt import Intake, Interest, Pace
from singing_pager.sources.mqtt.connection import Broker
from singing_pager.sources.mqtt.lasting import Lasting
from singing_pager.sources.mqtt.readings import Readings
from singing_pager.sources.mqtt.session import Session
from singing_pager.sources.mqtt.topics import Routes

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
        self._lasting = Lasting("metrics", broker, intake.connected)
        self._readings = Readings(intake, routes, broker.client_id, interest, pace)

    async def run(self) -> None:
        """Connect, read, and connect again, until cancelled; raises nothing else."""
        try:
            await self._lasting.run(self._session)
        finally:
            self._readings.close()

    def _session(self) -> Session:
        return Session(
            self._broker,
            self._context,
            self._routes,
            messages=self._readings.take,
            refused=self._lasting.refused,
        )
