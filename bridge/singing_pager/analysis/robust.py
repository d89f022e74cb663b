"""Statistics that a few foreign values do not move."""

from collections.abc import Sequence

__all__ = ["middle", "slope", "spread"]

_SIGMA = 1.4826
"""Standard deviation of Gaussian noise in units of its MAD (Rousseeuw and Croux 1993); the inverse of 0.6745."""


def middle(ordered: Sequence[float]) -> float:
    """The median of numbers that are in order; raises IndexError when there are none."""
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def spread(values: Sequence[float], centre: float) -> float:
    """The MAD about a centre, in standard deviations of Gaussian noise; raises IndexError when there are no values."""
    return _SIGMA * middle(sorted(abs(value - centre) for value in values))


def slope(values: Sequence[float]) -> float:
    """The Theil-Sen slope, per step: the median of the slopes of all pairs (Sen 1968).

    Args:
        values: In order of time, in equal steps; two at least.
    """
    count = range(len(values))
    return middle(
        sorted((values[later] - values[first]) / (later - first) for later in count for first in range(later))
    )
