"""When to read at once and when to let bytes gather: wake-ups cost more than bytes."""

__all__ = ["Rhythm"]


class Rhythm:
    """A leaky bucket of messages: while it is full the bus is busy, and is read in ticks.

    A wake-up costs about 7 µs and a busy broker causes one a message, so that reading each 2 ms is worth up to 12 times
    (docs/decisions/0003-what-reads-the-flood.md). A quiet bus never fills the bucket, and is read at once.

    Args:
        leak: Messages a second that are no hurry.
        burst: Messages that may come at once before the bus counts as busy.
    """

    def __init__(self, *, leak: float = 1_000.0, burst: float = 20.0) -> None:
        self._leak = leak
        self._burst = burst
        self._level = 0.0
        self._last = 0.0

    def busy(self, messages: int, now: float) -> bool:
        """Say whether to wait before the next read.

        Args:
            messages: How many the last read brought.
            now: Seconds of any clock that never goes back.
        """
        level = max(0.0, self._level - (now - self._last) * self._leak) + messages
        # Twice the burst is remembered, so that a flood that ends is over within a few ticks.
        self._level = min(level, 2 * self._burst)
        self._last = now
        return self._level > self._burst
