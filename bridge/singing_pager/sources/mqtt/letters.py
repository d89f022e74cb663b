"""What travels on the alerts' connection, and who is told of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

__all__ = ["ORIGIN", "Arrival", "Publication", "Watcher"]

ORIGIN = "origin"
"""User property that names the bridge which published a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message that came under an alert filter.

    Attributes:
        topic: Where it was published.
        payload: Raw.
        qos: 0 or 1.
        mid: Its number in the broker's session, which comes again with it.
        again: The broker has sent it before, and knows of no acknowledgement.
        generation: The connection that brought it, counted from 1.
        identifiers: Of the subscriptions that matched.
        origin: The bridge that published it, or nothing.
    """

    topic: str
    payload: bytes
    qos: int
    mid: int
    again: bool
    generation: int
    identifiers: tuple[int, ...]
    origin: str


@dataclass(frozen=True, slots=True)
class Publication:
    """A message to publish.

    Attributes:
        topic: Without wildcards.
        write: Makes the payload, on the line's thread.
        qos: 0 or 1.
    """

    topic: str
    write: Callable[[], bytes]
    qos: int


class Watcher(Protocol):
    """Is told what happens on the line, on the line's thread: it hands over and returns."""

    def arrived(self, arrival: Arrival) -> None:
        """A message came."""

    def backlog(self) -> int:
        """Messages that came and wait to be admitted."""

    def began_anew(self) -> None:
        """The broker accepted us, and holds no session of ours: it can repeat nothing."""

    def changed(self, *, up: bool) -> None:
        """The connection is up and everything subscribed, or it is down."""

    def lost(self, publications: int) -> None:
        """So many publications may not have reached the broker."""
