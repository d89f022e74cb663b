"""How far a stream is from what is usual for it: 0 to 1, from medians over minutes (docs/anomaly.md).

Four things are watched: the mean of the last half second, the median of the fast window, the rhythm (how much a stream
moves from sample to sample), and the trend over the slow window. The first three are compared with what most segments
of the slow window reach anyway, by the modified z-score of Iglewicz and Hoaglin (How to Detect and Handle Outliers,
1993): M = 0.6745 (x - median of the segments' highest x) / their MAD, and likewise below their lowest.
"""

from bisect import bisect_left, insort
from collections import deque
from math import exp, isfinite, log1p

from singing_pager.analysis.baseline import Baseline, Windows
from singing_pager.analysis.robust import middle

__all__ = ["Anomaly", "Windows"]

_OUTLIER = 3.5
"""The modified z-score from which Iglewicz and Hoaglin call a value an outlier."""
_AUDIBLE = 0.3
"""The score of such a value: the first that a signature sounds (docs/sound.md)."""
_LARGEST = 1e150
"""Values are held inside plus and minus this, and floors above its inverse, so that nothing overflows."""
_MOST = 256
"""Samples that the fast window holds."""
_RHYTHM = 40
"""Samples in it from which its rhythm can be told."""


class Anomaly:
    """The score of one stream.

    It holds the samples of the fast window (256 at most), forty values of the segment that goes on, and eight numbers
    for each segment of the slow window, whatever comes.

    Args:
        floor: The deviation, in the unit of the stream, that is nothing yet: the least scale of the z-scores.
        trend_floor: The same for the rise over the slow window; None: `floor`.
        ordinary: Lowest and highest value that is taken for usual before anything is known; None: any.
        windows: How long it looks back; None: ten minutes and eight seconds.

    Raises:
        ValueError: A floor is not from 1e-150 to 1e150, or the range is the wrong way round.
    """

    def __init__(
        self,
        floor: float,
        *,
        trend_floor: float | None = None,
        ordinary: tuple[float, float] | None = None,
        windows: Windows | None = None,
    ) -> None:
        trend_floor = floor if trend_floor is None else trend_floor
        for given in (floor, trend_floor):
            if not 1 / _LARGEST <= given <= _LARGEST:
                raise ValueError(f"floor {given}; 1e-150 to 1e150 is allowed")
        if ordinary and not ordinary[0] <= ordinary[1]:
            raise ValueError(f"ordinary {ordinary}: the lowest comes first")
        self._windows = windows or Windows()
        self._floor = floor
        self._baseline = Baseline(self._windows, floor, trend_floor, ordinary)
        # of the fast window: time, value and step of each sample; values and steps in order
        self._samples: deque[tuple[float, float, float]] = deque()
        self._values: list[float] = []
        self._moves: list[float] = []
        self._last: float | None = None
        self._time = 0.0
        self._since = 0.0
        self._score = 0.0

    @property
    def score(self) -> float:
        """The last score, 0 to 1."""
        return self._score

    def update(self, value: float, now: float) -> float:
        """Take a sample, and score the stream as it is now.

        Args:
            value: In the unit of the stream; NaN and infinity are passed over.
            now: Seconds of any clock. A pause longer than a segment, or a step back, is taken for no time at all: the
                fast window begins again, the slow one goes on.

        Returns:
            0 to 1; 0.3 is an outlier. The last score, if value or time is not finite.
        """
        if not (isfinite(value) and isfinite(now)):
            return self._score
        elapsed = 0.0 if self._last is None else now - self._last
        self._last = now
        if not 0 <= elapsed <= self._windows.segment:
            elapsed = 0.0
            self._begin_again()
        self._time += elapsed
        self._put(max(-_LARGEST, min(_LARGEST, value)))
        beyond = self._baseline.update(*self._look(), self._time)
        fallen = self._score * exp(-elapsed / self._windows.release)
        self._score = max(fallen, min(1.0, _AUDIBLE / _OUTLIER * beyond))
        return self._score

    def _begin_again(self) -> None:
        self._samples.clear()
        self._values.clear()
        self._moves.clear()
        self._since = self._time

    def _put(self, value: float) -> None:
        samples = self._samples
        moved = abs(value - samples[-1][1]) if samples else 0.0
        samples.append((self._time, value, moved))
        insort(self._values, value)
        insort(self._moves, moved)
        oldest = self._time - self._windows.fast
        while samples[0][0] < oldest or len(samples) > _MOST:
            _, value, moved = samples.popleft()
            del self._values[bisect_left(self._values, value)]
            del self._moves[bisect_left(self._moves, moved)]

    def _look(self) -> tuple[float, float | None, float | None]:
        """The value, and when the fast window is full its level, and its rhythm if it holds enough samples."""
        begin = self._time - self._windows.quick
        recent: list[float] = []
        for at, value, _ in reversed(self._samples):
            if at <= begin and recent:
                break
            recent.append(value)
        just_now = sum(recent) / len(recent)
        if self._time - self._since < self._windows.fast:
            return just_now, None, None
        level, count = middle(self._values), len(self._values)
        if count < _RHYTHM:
            return just_now, level, None
        # without the two largest steps: one spike, up and down, is no rhythm
        moved = sum(self._moves[:-2]) / count
        return just_now, level, log1p(2 * moved / self._floor)
