"""How often something may happen: a token bucket."""

__all__ = ["Bucket"]


class Bucket:
    """Lets through so much a second, and a burst after a rest.

    Args:
        rate: How many a second.
        burst: How many at once.
    """

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._at: float | None = None

    def take(self, now: float) -> bool:
        """Let one through at a time in seconds; False when it is too many."""
        if self._at is not None:
            self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
