"""Conflation before decoding: the last raw payload of a topic, and how many came."""

from collections import deque
from collections.abc import Iterable

from singing_pager.sources.mqtt import Interest, Pace

__all__ = ["Conflation", "Pending"]


class Pending:
    """What waits of one topic.

    Attributes:
        topic: Of the messages.
        route: The filter that brought them.
        payload: The last one, raw.
        earlier: Those before it, oldest first, where all are wanted.
        superseded: Messages that neither `payload` nor `earlier` hold.
        unreadable: Messages of `earlier` that could not be read.
        at: Unix time at which the last one arrived, in seconds.
    """

    __slots__ = ("at", "earlier", "payload", "route", "superseded", "topic", "unreadable")

    def __init__(self, topic: str, route: str, payload: bytes, at: float, earlier: deque[bytes] | None) -> None:
        self.topic = topic
        self.route = route
        self.payload = payload
        self.earlier = earlier
        self.superseded = 0
        self.unreadable = 0
        self.at = at

    @property
    def count(self) -> int:
        """Messages that this stands for, without the superseded."""
        return 1 + len(self.earlier or ())


class Conflation:
    """Topics that wait for their control tick: a bounded number, each with its last payload.

    Args:
        interest: What the score asks of a topic.
        pace: How many may wait.
    """

    def __init__(self, interest: Interest, pace: Pace) -> None:
        self._interest = interest
        self._pace = pace
        self._waiting: dict[str, Pending] = {}
        self._first: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, topic: str, route: str, payload: bytes, at: float) -> bool:
        """Keep a message; False when its topic finds no place."""
        waiting = self._waiting.get(topic)
        if waiting is None:
            return self._begin(topic, route, payload, at)
        if waiting.earlier is None:
            waiting.superseded += 1
        else:
            waiting.earlier.append(waiting.payload)
            if waiting.count > self._pace.most_payloads:
                waiting.earlier.popleft()
                waiting.superseded += 1
        waiting.payload = payload
        waiting.at = at
        return True

    def _begin(self, topic: str, route: str, payload: bytes, at: float) -> bool:
        if len(self._waiting) >= self._pace.most_topics:
            return False
        earlier: deque[bytes] | None = deque() if self._interest.wants_all(topic) else None
        self._waiting[topic] = Pending(topic, route, payload, at, earlier)
        if self._interest.prompt(topic):
            self._first[topic] = None
        return True

    def peek(self, budget: int) -> list[Pending]:
        """Show what is next; it stays until `take`.

        Topics that sound now may fill three quarters of the budget, so that the others come to their turn; then those
        that have waited longest.

        Args:
            budget: How many topics at most; the payloads are at most ten times as many, or those of one topic.
        """
        shown: dict[str, Pending] = {}
        payloads = 0
        for order, most in ((self._first, budget - budget // 4), (self._waiting, budget)):
            for topic in order:
                if len(shown) >= most or payloads >= 10 * budget:
                    break
                if topic not in shown:
                    shown[topic] = self._waiting[topic]
                    payloads += shown[topic].count
        return list(shown.values())

    def take(self, shown: Iterable[Pending]) -> None:
        """Let go of what `peek` showed."""
        for waiting in shown:
            del self._waiting[waiting.topic]
            self._first.pop(waiting.topic, None)
