"""Where every source delivers, and whom it tells of what is not delivered."""

from collections.abc import Sequence
from typing import Protocol

from singing_pager.model import Event

__all__ = ["Count", "Inbox"]


class Inbox(Protocol):
    """The engine's inbox, used on the loop's thread only."""

    def offer(self, events: Sequence[Event]) -> bool:
        """Take all the events, or none of them when there is no room."""

    def now(self) -> float:
        """Seconds since 1970 on a clock that never jumps."""


class Count(Protocol):
    """Adds `n` to `bridge_messages_total{route,result}`, on the loop's thread only."""

    def __call__(self, route: str, result: str, n: int, /) -> None:
        """Count `n` messages of a route that ended so."""
