"""Messages in, alert changes out: acknowledged when what the inbox has taken is safe, and not before."""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

from singing_pager.model import AlertChange, Drop
from singing_pager.sources.inbox import Count, Inbox
from singing_pager.sources.mqtt.alert_payload import alert_from
from singing_pager.sources.mqtt.letters import Arrival
from singing_pager.sources.mqtt.topics import Routes

__all__ = ["Admission"]

_BATCH = 16
_REMEMBERED = 256


class Admission:
    """Offers what came to the inbox, in order, and acknowledges what the inbox took once it is safe.

    The broker repeats an unacknowledged message only on a new connection, and Mosquitto 2.0 forgets it when it is
    killed: so what the inbox refuses waits here, and the broker's receive maximum bounds how much that can be. What the
    broker repeats although the inbox had taken it, the acknowledgement being lost, is acknowledged once more and not
    offered again: a firing that comes again after its resolve would be a false alarm.

    Args:
        inbox: Takes the alert changes.
        routes: The subscriptions that bring the messages.
        client_id: What our own publications carry as their origin.
        count: Counts what does not become an event.
        acknowledge: Is given the connection and the number of what is done.
        when_safe: Calls what it is given once all that was offered so far is safe; None: it is so at once.
    """

    def __init__(
        self,
        inbox: Inbox,
        routes: Routes,
        client_id: str,
        count: Count,
        *,
        acknowledge: Callable[[int, int], None],
        when_safe: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        self._inbox = inbox
        self._routes = routes
        self._client_id = client_id
        self._count = count
        self._acknowledge = acknowledge
        self._when_safe = when_safe
        self._waiting: deque[Arrival] = deque()
        self._taken: deque[tuple[int, str, bytes]] = deque(maxlen=_REMEMBERED)

    def __len__(self) -> int:
        return len(self._waiting)

    def arrived(self, arrival: Arrival) -> None:
        """Let a message wait for `admit`; any thread."""
        self._waiting.append(arrival)

    def began_anew(self) -> None:
        """Know that the broker holds no session of ours: it can repeat nothing."""
        self._taken.clear()

    def admit(self) -> bool:
        """Offer a batch of what waits; False when the inbox has no room."""
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _BATCH))]
        changes: list[AlertChange] = []
        echoes: list[str] = []
        for place, arrival in enumerate(batch):
            route = self._routes.bring(arrival.topic, arrival.identifiers)
            if route is None or self._repeats(arrival, batch[:place]):
                continue
            if arrival.origin == self._client_id:
                echoes.append(route)
            else:
                changes.append(alert_from(arrival.topic, arrival.payload, at=self._inbox.now(), route=route))
        if changes and not self._inbox.offer(changes):
            self._waiting.extendleft(reversed(batch))
            return False
        for route in echoes:
            self._count(route, Drop.ECHO, 1)
        owed = [arrival for arrival in batch if arrival.qos]
        self._taken.extend(map(_identity, owed))
        if self._when_safe is None:
            self._settle(owed)
        elif owed:
            self._when_safe(partial(self._settle, owed))
        return True

    def _settle(self, owed: Sequence[Arrival]) -> None:
        for arrival in owed:
            self._acknowledge(arrival.generation, arrival.mid)

    def _repeats(self, arrival: Arrival, batch: Sequence[Arrival]) -> bool:
        known = _identity(arrival)
        return arrival.again and (known in self._taken or known in map(_identity, batch))


def _identity(arrival: Arrival) -> tuple[int, str, bytes]:
    return arrival.mid, arrival.topic, arrival.payload
