"""Messages in, readings out: once per control tick, the last of each topic, a bounded number at a time."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import mqtt5

from singing_pager.errors import BodyError
from singing_pager.model import Drop, Reading
from singing_pager.sources.mqtt import Intake, Interest, Pace
from singing_pager.sources.mqtt.conflation import Conflation, Pending
from singing_pager.sources.mqtt.letters import ORIGIN
from singing_pager.sources.mqtt.payload import decode
from singing_pager.sources.mqtt.topics import Routes

__all__ = ["Readings"]


class Readings:
    """Conflates messages and offers what is left to the inbox, once per control tick.

    On a quiet bus a message goes at once; after that, at most one batch a tick. What the inbox refuses waits, and is
    superseded by what comes next. Every message is counted once: as conflated, as dropped, or in its `Reading.count`.

    Args:
        intake: Where they go.
        routes: The subscriptions that bring the messages.
        client_id: What our own publications carry as their origin.
        interest: What the score asks of a topic.
        pace: How fast, and how many may wait.
    """

    def __init__(self, intake: Intake, routes: Routes, client_id: str, interest: Interest, pace: Pace) -> None:
        self._inbox = intake.inbox
        self._count = intake.count
        self._routes = routes
        self._own = (ORIGIN, client_id)
        self._tick = pace.tick
        self._budget = pace.budget
        self._conflation = Conflation(interest, pace)
        self._timer: asyncio.TimerHandle | None = None

    def take(self, messages: Sequence[mqtt5.PublishPacket]) -> None:
        """Take the messages of one burst."""
        at = self._inbox.now()
        put = self._conflation.put
        bring = self._routes.bring
        only = self._routes.only
        dropped: Counter[tuple[str, Drop]] = Counter()
        for message in messages:
            topic = message.topic
            route = only or bring(topic, message.subscription_ids)
            if route is None:
                continue
            if message.user_properties and self._own in message.user_properties:
                dropped[route, Drop.ECHO] += 1
            elif not put(topic, route, message.payload, at):
                dropped[route, Drop.TOPICS_FULL] += 1
        for (route, reason), n in dropped.items():
            self._count(route, reason, n)
        if self._timer is None:
            self._drain()

    def close(self) -> None:
        """Offer all that waits, and count what the inbox refuses."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while waiting := self._conflation.peek(self._budget):
            self._conflation.take(waiting)
            readings = [self._reading(each) for each in waiting]
            self._count_superseded(waiting)
            if not self._inbox.offer(readings):
                for reading in readings:
                    self._count(reading.route, Drop.INBOX_FULL, reading.count)

    def _drain(self) -> None:
        self._timer = None
        waiting = self._conflation.peek(self._budget)
        if not waiting:
            return
        if self._inbox.offer([self._reading(each) for each in waiting]):
            self._conflation.take(waiting)
            self._count_superseded(waiting)
        self._timer = asyncio.get_running_loop().call_later(self._tick, self._drain)

    def _count_superseded(self, waiting: Sequence[Pending]) -> None:
        lost: Counter[tuple[str, Drop]] = Counter()
        for each in waiting:
            lost[each.route, Drop.CONFLATED] += each.superseded
            if each.unreadable:
                lost[each.route, Drop.UNREADABLE] += each.unreadable
        for (route, reason), n in lost.items():
            if n:
                self._count(route, reason, n)

    def _reading(self, waiting: Pending) -> Reading:
        before = self._before(waiting) if waiting.earlier else ()
        data: object = None
        fault: Drop | None = None
        detail = ""
        try:
            data = decode(waiting.payload)
        except BodyError as wrong:
            fault = Drop.UNREADABLE
            detail = str(wrong)
        return Reading(
            stream=waiting.topic,
            data=data,
            at=waiting.at,
            route=waiting.route,
            before=before,
            count=1 + len(before),
            fault=fault,
            detail=detail,
        )

    @staticmethod
    def _before(waiting: Pending) -> tuple[object, ...]:
        before = []
        waiting.unreadable = 0
        for payload in waiting.earlier or ():
            try:
                before.append(decode(payload))
            except BodyError:
                waiting.unreadable += 1
        return tuple(before)
