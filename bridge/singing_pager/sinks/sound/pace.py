"""When the next block is due, where no sound card asks for it."""

from collections.abc import Callable

__all__ = ["Pace"]


class Pace:
    """Spaces blocks by a clock, so that they neither run ahead nor fall behind.

    Args:
        block: Seconds of a block.
        clock: Seconds, by a clock that never jumps.
        patience: Seconds that blocks may be late before time is skipped.
    """

    def __init__(self, block: float, clock: Callable[[], float], *, patience: float = 0.2) -> None:
        self._block = block
        self._clock = clock
        self._patience = patience
        self._due = clock()

    def start(self) -> None:
        """Begin now."""
        self._due = self._clock()

    def wait(self) -> float:
        """Give the seconds until the next block is due."""
        return max(0.0, self._due - self._clock())

    def step(self) -> bool:
        """Take note of a block; False when so much time had been lost that some was skipped."""
        self._due += self._block
        late = self._clock() - self._due
        if late <= self._patience:
            return True
        self._due += late
        return False
