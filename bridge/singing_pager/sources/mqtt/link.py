"""The broker as a link of the chain: up while every connection to it is."""

import asyncio

from singing_pager.model import Link
from singing_pager.sources.inbox import Inbox

__all__ = ["BrokerLink"]

_AGAIN = 0.5


class BrokerLink:
    """Offers the state of the broker whenever it changes; how long a fault may last is the core's business.

    Args:
        inbox: Takes the news.
        address: Of the broker, for people.
        asked: Whether somebody asked for a broker; one that nobody asked for is missed from its first connection on.
    """

    def __init__(self, inbox: Inbox, address: str, *, asked: bool) -> None:
        self._inbox = inbox
        self._address = address
        self._asked = asked
        self._up: dict[str, bool] = {}
        self._told: tuple[bool, str] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self, connection: str, /, *, up: bool) -> None:
        """Take that a connection is up, or down; on the loop's thread."""
        self._up[connection] = up
        self._asked = self._asked or up
        if self._asked:
            self._offer()

    def _offer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        down = ", ".join(sorted(name for name, up in self._up.items() if not up))
        detail = f"no connection to {self._address} for {down}" if down else ""
        if self._told == (not down, detail):
            return
        if self._inbox.offer((Link(at=self._inbox.now(), name="broker", up=not down, detail=detail),)):
            self._told = (not down, detail)
        else:
            # in a storm the inbox may have no room just now
            self._timer = asyncio.get_running_loop().call_later(_AGAIN, self._offer)
