"""The broker as a link of the chain."""

import asyncio
from collections.abc import Sequence

from singing_pager.model import Event, Link
from singing_pager.sources.mqtt.link import BrokerLink


class Inbox:
    """Takes links, when it has room."""

    def __init__(self) -> None:
        self.links: list[tuple[bool, str]] = []
        self.has_room = True

    def offer(self, events: Sequence[Event]) -> bool:
        """Take all, or nothing."""
        if self.has_room:
            self.links += [(event.up, event.detail) for event in events if isinstance(event, Link)]
        return self.has_room

    def now(self) -> float:
        """Tell the time."""
        return 1_800_000_000.0


def test_up_while_every_connection_is() -> None:
    """One connection that is down makes the link down, and says which."""
    inbox = Inbox()
    link = BrokerLink(inbox, "broker:1883", asked=True)
    for name, up in (("alerts", False), ("alerts", True), ("panel", True), ("panel", True), ("panel", False)):
        link(name, up=up)
    link("alerts", up=False)
    assert inbox.links == [
        (False, "no connection to broker:1883 for alerts"),
        (True, ""),
        (False, "no connection to broker:1883 for panel"),
        (False, "no connection to broker:1883 for alerts, panel"),
    ]


def test_a_broker_that_nobody_asked_for() -> None:
    """It is missed from its first connection on."""
    inbox = Inbox()
    link = BrokerLink(inbox, "localhost:1883", asked=False)
    link("alerts", up=False)
    assert inbox.links == []
    link("alerts", up=True)
    link("alerts", up=False)
    assert [up for up, _ in inbox.links] == [True, False]


def test_a_full_inbox_is_told_later() -> None:
    """What the inbox has no room for is told as it is when there is room."""
    inbox = Inbox()

    async def main() -> None:
        link = BrokerLink(inbox, "broker:1883", asked=True)
        inbox.has_room = False
        link("alerts", up=False)
        link("alerts", up=True)
        inbox.has_room = True
        while not inbox.links:  # noqa: ASYNC110 - what is awaited is a timer
            await asyncio.sleep(0.01)

    asyncio.run(main())
    assert inbox.links == [(True, "")]
