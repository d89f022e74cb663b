"""When to try again what has failed: never all at once, never for ever at the same pace."""

import random
from collections.abc import Callable

__all__ = ["full_jitter"]

_BASE = 0.5
_DOUBLINGS = 16


def full_jitter(attempt: int, *, cap: float = 60.0, uniform: Callable[[float, float], float] = random.uniform) -> float:
    """Give the seconds to wait before a further attempt: anything up to a bound that doubles (Brooker, AWS 2015).

    Args:
        attempt: Attempts that have failed in a row, from 0.
        cap: The longest wait, in seconds.
        uniform: Draws between two bounds.
    """
    return uniform(0, min(cap, _BASE * 2 ** min(attempt, _DOUBLINGS)))
