"""Groups: alerts of one key that arrive together are one alarm."""

from collections import OrderedDict
from dataclasses import dataclass

from singing_pager.model import Status

__all__ = ["Arrival", "Groups"]

_MOST = 4096
"""Groups of which it is remembered what sounded for them."""

Arrival = tuple[str, float]
"""The key of a group, and when the word of it came; an empty key: no group."""


@dataclass(slots=True)
class _Sounded:
    """The rank of the alarm that sounded for a group, and how many alerts it stands for besides."""

    rank: int
    more: int = 0


class Groups:
    """What sounded for each group at each arrival; bounded, the oldest is forgotten first."""

    def __init__(self) -> None:
        self._sounded: OrderedDict[tuple[str, float, Status], _Sounded] = OrderedDict()

    def joins(self, arrival: Arrival, status: Status, rank: int) -> int:
        """How many alerts of its group, this one included, another already sounds for; 0: this one is to sound.

        Args:
            arrival: Its group, and when it came.
            status: Firings and resolves are apart.
            rank: Of its alarm: one with more right of way than what sounded is to sound too.
        """
        if not arrival[0]:
            return 0
        fresh = _Sounded(rank)
        known = self._sounded.setdefault((*arrival, status), fresh)
        if len(self._sounded) > _MOST:
            self._sounded.popitem(last=False)
        if known is fresh:
            return 0
        if rank < known.rank:
            known.rank = rank
            return 0
        known.more += 1
        return known.more
