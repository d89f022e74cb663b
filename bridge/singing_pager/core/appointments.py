"""When something is due, one time for each key."""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush

__all__ = ["Appointments"]

_SLACK = 1000
"""Times that may be kept for nothing before they are swept."""


class Appointments:
    """The next time that is due for each key; bounded by the keys."""

    def __init__(self) -> None:
        self._times: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []

    def set(self, key: str, time: float | None) -> None:
        """Make the one appointment of a key, or have none."""
        if time is None:
            self._times.pop(key, None)
            return
        if self._times.get(key) == time:
            return
        self._times[key] = time
        heappush(self._heap, (time, key))
        if len(self._heap) > 2 * len(self._times) + _SLACK:
            self._heap = [(due, known) for known, due in self._times.items()]
            heapify(self._heap)

    def due(self, now: float) -> Iterator[str]:
        """Every key whose time has come, each once; its appointment is over."""
        while self._heap and self._heap[0][0] <= now:
            time, key = heappop(self._heap)
            if self._times.get(key) == time:
                del self._times[key]
                yield key
