"""What is usual for a stream: the slow window, in segments.

Medians and MADs break down when half of what they see is foreign. Taken over segments rather than over samples they ask
"in how many of the last minutes did this happen?": a burst of a second in every minute is usual, one of three minutes
is not, until it has gone on for half of the window.
"""

from collections import deque
from dataclasses import dataclass
from math import inf

from singing_pager.analysis.robust import middle, slope, spread

__all__ = ["Baseline", "Windows"]

_SUDDEN = 2.0
"""What lasts less than the fast window must deviate so many times as far."""
_RHYTHM_FLOOR = 0.1
"""Least scale of the rhythm, in nepers: a ratio of 1.1."""
_VALUES = 40
"""Values of a segment from which its median and MAD are taken."""
_FEWEST = 5
"""Samples before anything is said, however long they took; and the last segments, over which a trend must go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """How long an anomaly looks back, in seconds.

    Attributes:
        quick: Of which the value just now is the mean.
        fast: Of the level and the rhythm: rhythms up to a third of it are known as such.
        segment: A part of the slow window: what happens once in most segments is usual.
        segments: Parts of the slow window: what has lasted for half of them is usual.
        warmup: Before anything is said; what was seen until then stands for a third of the slow window.
        release: In which a score falls to 37 % when what raised it is over, so that it can be heard.

    Raises:
        ValueError: They are not 0 < quick <= fast <= warmup, fast <= segment and release > 0, or there are fewer than 6
            or more than 1,000 segments.
    """

    quick: float = 0.5
    fast: float = 8.0
    segment: float = 40.0
    segments: int = 15
    warmup: float = 12.0
    release: float = 2.0

    def __post_init__(self) -> None:
        if not (0 < self.quick <= self.fast <= min(self.segment, self.warmup) and self.release > 0):
            raise ValueError("0 < quick <= fast <= warmup, fast <= segment and release > 0 are allowed")
        if not 6 <= self.segments <= 1_000:  # noqa: PLR2004
            raise ValueError(f"{self.segments} segments; 6 to 1,000 are allowed")


class _Reach:
    """How high and how low one number gets in a segment: now, and usually."""

    def __init__(self, segments: int) -> None:
        self._lows: deque[float] = deque(maxlen=segments)
        self._highs: deque[float] = deque(maxlen=segments)
        self._usual = (-inf, 1.0, inf, 1.0)
        self._low, self._high = inf, -inf

    def see(self, value: float) -> float:
        """The modified z-score of what is beyond the usual, 0 inside; and keep the value."""
        self._low = min(self._low, value)
        self._high = max(self._high, value)
        low, low_scale, high, high_scale = self._usual
        return max((value - high) / high_scale, (low - value) / low_scale, 0.0)

    def hold(self, lowest: float, highest: float) -> None:
        """Take this segment's highest for no more than ordinary, its lowest for as low as is ordinary."""
        self._low = min(self._low, lowest)
        self._high = min(max(self._high, lowest), highest)

    def close(self, least: float, copies: int = 1) -> None:
        """End the segment, and say what is usual; the scale is never below `least`."""
        if self._low <= self._high:
            self._lows.extend([self._low] * copies)
            self._highs.extend([self._high] * copies)
        self._low, self._high = inf, -inf
        if self._lows:
            low, high = middle(sorted(self._lows)), middle(sorted(self._highs))
            self._usual = (low, max(least, spread(self._lows, low)), high, max(least, spread(self._highs, high)))


class Baseline:
    """The slow window of one stream, and how far from it the stream is.

    Args:
        windows: How long it looks back.
        floor: Least scale of a value's z-score.
        trend_floor: Least scale of the rise over the slow window.
        ordinary: Lowest and highest value that is taken for usual before anything is known; None: any.
    """

    def __init__(
        self, windows: Windows, floor: float, trend_floor: float, ordinary: tuple[float, float] | None
    ) -> None:
        self._windows = windows
        self._floor = floor
        self._trend_floor = trend_floor
        self._ordinary = ordinary
        self._value, self._level, self._rhythm = (_Reach(windows.segments) for _ in range(3))
        self._centres: deque[float] = deque(maxlen=windows.segments)
        self._noises: deque[float] = deque(maxlen=windows.segments)
        self._assumed = 0
        self._trend = 0.0
        self._begin(0.0)

    def update(self, value: float, level: float | None, rhythm: float | None, time: float) -> float:
        """Compare what is seen with what is usual, and learn it.

        Args:
            value: The stream just now.
            level: Its median over the fast window; None: not known yet.
            rhythm: How much it moves, in nepers; None: not known yet.
            time: Seconds that never go back and hold no gaps.

        Returns:
            The largest of the z-scores, 0 or more; 3.5 is an outlier.
        """
        found = max(self._trend, self._value.see(value))
        if level is not None:
            found = max(found, self._level.see(level))
        if rhythm is not None:
            found = max(found, self._rhythm.see(rhythm))
        self._seen += 1
        if time >= self._due and len(self._values) < _VALUES:
            self._values.append(value)
            self._due += self._windows.segment / _VALUES
        length = self._windows.segment if self._noises else self._windows.warmup
        if time - self._begun >= length and self._seen >= _FEWEST:
            self._close()
            self._begin(time)
        return found

    def _begin(self, time: float) -> None:
        self._begun = time
        self._due = time
        self._seen = 0
        self._values: list[float] = []

    def _close(self) -> None:
        centre = middle(sorted(self._values))
        first = not self._noises
        copies = self._windows.segments // 3 if first else 1
        self._noises.extend([spread(self._values, centre)] * copies)
        if first:
            self._assumed = copies
            if self._ordinary is not None:
                self._value.hold(*self._ordinary)
                self._level.hold(*self._ordinary)
        else:
            self._centres.append(centre)
        noise = middle(sorted(self._noises))
        assumed = min(self._assumed, self._windows.segments - len(self._centres))
        # a few seconds show how high a stream is, but not how its rhythm goes: up to four times the scale at first
        caution = (1 + assumed / len(self._noises)) ** 2
        self._value.close(max(noise, _SUDDEN * self._floor), copies)
        self._level.close(max(noise, self._floor), copies)
        self._rhythm.close(_RHYTHM_FLOOR * caution, copies)
        self._trend = self._trend_beyond(noise)

    def _trend_beyond(self, noise: float) -> float:
        """The rise over the window by the Theil-Sen line, in units of its noise, for as long as it goes on."""
        centres = list(self._centres)
        if len(centres) <= _FEWEST:
            return 0.0
        step = slope(centres)
        if not step:
            return 0.0
        rests = [centre - step * place for place, centre in enumerate(centres)]
        scale = max(self._trend_floor, noise, spread(rests, middle(sorted(rests))))
        goes_on = min(1.0, max(0.0, slope(centres[-_FEWEST:]) / step))
        return abs(step) * (len(centres) - 1) * goes_on / scale
