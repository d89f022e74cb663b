"""Where every source delivers, and whom it tells of what is not delivered."""

from collections.abc import Callable, Sequence
from typing import Protocol

from singing_pager.model import Event

__all__ = ["Count", "Inbox", "Keeper"]


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


class Keeper(Protocol):
    """Sees to it that what the line has played is on disk; used on the loop's thread only."""

    async def committed(self) -> None:
        """Wait until every outcome so far is on disk; raises StoreError when it cannot be brought there now."""

    def when_committed(self, done: Callable[[], None]) -> None:
        """Call `done` on the loop's thread as soon as every outcome so far is on disk, however long that takes."""
