"""Topic filters: which one brought a message, and which copies of it to pass over."""

import re
from collections.abc import Sequence

__all__ = ["Routes", "filter_of", "is_shared", "matches", "publishable"]

_LONGEST = 0xFFFF
_NO_CHARACTERS = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
_UNPUBLISHABLE = re.compile(f"[+#\x00-\x1f\x7f-\x9f\ufdd0-\ufdef{_NO_CHARACTERS}]")


def is_shared(subscription: str) -> bool:
    """Say whether a subscription is shared among replicas."""
    return subscription.startswith("$share/")


def filter_of(subscription: str) -> str:
    """Give the topic filter of a subscription, which for a shared one stands behind its group.

    >>> filter_of("$share/choir/metrics/#"), filter_of("metrics/#")
    ('metrics/#', 'metrics/#')
    """
    return subscription.split("/", 2)[-1] if is_shared(subscription) else subscription


def matches(topic_filter: str, topic: str) -> bool:
    """Say whether a topic lies under a filter (MQTT 5, section 4.7).

    >>> matches("metrics/+/cpu", "metrics/a/cpu"), matches("metrics/#", "metrics"), matches("#", "$SYS/uptime")
    (True, True, False)
    """
    if topic.startswith("$") and topic_filter[:1] in ("+", "#"):
        return False
    levels = topic.split("/")
    wanted = topic_filter.split("/")
    for depth, level in enumerate(wanted):
        if level == "#":
            return True
        if depth == len(levels) or level not in ("+", levels[depth]):
            return False
    return len(wanted) == len(levels)


def publishable(topic: str) -> bool:
    """Say whether a topic may be published to: no wildcard, not empty, not over 65,535 bytes, nothing but characters.

    Over control characters and what Unicode calls no characters a broker may end the connection (MQTT 5, section
    1.5.4), and Mosquitto does.
    """
    if not topic or _UNPUBLISHABLE.search(topic):
        return False
    try:
        return len(topic.encode()) <= _LONGEST
    except UnicodeEncodeError:
        return False


class Routes:
    """The subscriptions of one connection, each with an identifier that comes back with what it brings.

    A broker may send a message once for each subscription that matches it (Mosquitto does). The copy that counts is
    the one of the *first* subscription that matches, those that are not shared before those that are; any other copy
    is passed over. A subscription's identifier is its place in the list, from 1.

    Args:
        subscriptions: Topic filters, shared ones with their `$share/<group>/`.
        spared: Filters whose topics another connection brings.
        remember: How many topics keep their answer.
    """

    def __init__(self, subscriptions: Sequence[str], *, spared: Sequence[str] = (), remember: int = 10_000) -> None:
        self.subscriptions = tuple(dict.fromkeys(subscriptions))
        self._spared = tuple(filter_of(each) for each in spared)
        order = sorted(range(len(self.subscriptions)), key=lambda place: is_shared(self.subscriptions[place]))
        self._order = [(place + 1, filter_of(self.subscriptions[place])) for place in order]
        self._known: dict[str, int] = {}
        self._remember = remember

    @property
    def only(self) -> str | None:
        """The filter that brings every message, where there is just one: nothing has to be looked up then."""
        return None if self._spared or len(self._order) != 1 else self._order[0][1]

    def bring(self, topic: str, identifiers: Sequence[int]) -> str | None:
        """Name the filter that brought a message; None for a copy to pass over.

        Args:
            topic: Of the message.
            identifiers: Subscription identifiers that came with it; none from a broker that has none to give.
        """
        owner = self._known.get(topic)
        if owner is None:
            owner = self._find(topic)
            if len(self._known) >= self._remember:
                self._known.clear()
            self._known[topic] = owner
        if not owner or (identifiers and owner not in identifiers):
            return None
        return filter_of(self.subscriptions[owner - 1])

    def _find(self, topic: str) -> int:
        if any(matches(spared, topic) for spared in self._spared):
            return 0
        return next((identifier for identifier, wanted in self._order if matches(wanted, topic)), 0)
