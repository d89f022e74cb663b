"""Which names come most, counted in bounded space (Misra and Gries, 1982)."""

__all__ = ["Frequent"]


class Frequent:
    """Counts names; no more than `room` are known at once.

    No count is ever too high. It is too low by a `room` + 1st of all that came at most: what comes more often than that
    is never lost. While no more than `room` names have come it is exact.
    """

    __slots__ = ("_counts", "_room")

    def __init__(self, room: int) -> None:
        self._room = room
        self._counts: dict[str, int] = {}

    @property
    def counts(self) -> dict[str, int]:
        """How often each known name came, at least; a copy."""
        return dict(self._counts)

    def add(self, name: str) -> None:
        """Count a name."""
        known = self._counts.get(name)
        if known is not None:
            self._counts[name] = known + 1
        elif len(self._counts) < self._room:
            self._counts[name] = 1
        else:
            # what is taken from each here was given by as many calls before: a call costs little on average
            self._counts = {other: count - 1 for other, count in self._counts.items() if count > 1}
