"""A connection at QoS 0 for as long as the bridge lives: when it ends, another begins."""

import asyncio
import logging
from collections.abc import Callable

from singing_pager.backoff import full_jitter
from singing_pager.sources.mqtt import Connected
from singing_pager.sources.mqtt.connection import Broker, in_words
from singing_pager.sources.mqtt.notice import Notice
from singing_pager.sources.mqtt.session import Session
from singing_pager.sources.mqtt.wire import Closed

__all__ = ["Lasting"]


class Lasting:
    """Connects, lives, and connects again.

    Args:
        name: What the log, the metric and the end of the client id call it.
        broker: Where, and as whom.
        connected: Is told whether it is up.
    """

    def __init__(self, name: str, broker: Broker, connected: Connected) -> None:
        self._name = name
        self._broker = broker
        self._connected = connected
        self._notice = Notice(logging.getLogger(f"singing_pager.mqtt.{name}"))
        self._up = False

    async def run(
        self,
        make: Callable[[], Session],
        *,
        began: Callable[[Session], None] = lambda _: None,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        """Connect again and again, until cancelled; raises nothing else.

        Args:
            make: Makes the next session.
            began: Is told of a session that is up.
            ended: Is told that it ends; on a connection that still stands, it may publish.
        """
        self._connected(self._name, up=False)
        attempt = 0
        try:
            while True:
                fault = ""
                try:
                    await self._live(make(), began, ended)
                except Closed as wrong:
                    fault = str(wrong)
                except OSError as wrong:
                    fault = in_words(wrong)
                attempt = 0 if self._up else attempt + 1
                self._down()
                self._notice.say(
                    logging.INFO if self._broker.optional else logging.WARNING,
                    f"{self._name}: no broker at {self._broker.address}: {fault}; going on without it",
                )
                await asyncio.sleep(full_jitter(attempt))
        finally:
            self._down()

    def refused(self, words: str) -> None:
        """Say that the broker refused a subscription."""
        self._notice.say(logging.WARNING, f"{self._name}: {words}", "subscription")

    async def _live(self, session: Session, began: Callable[[Session], None], ended: Callable[[], None]) -> None:
        async with session:
            self._up = True
            self._notice.say(logging.INFO, f"{self._name}: connected to {self._broker.address}")
            self._connected(self._name, up=True)
            began(session)
            try:
                await session.live()
            finally:
                ended()

    def _down(self) -> None:
        if self._up:
            self._up = False
            self._connected(self._name, up=False)
