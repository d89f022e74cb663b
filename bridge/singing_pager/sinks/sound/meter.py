"""How loud it is: peak and RMS, of the last second and since the start."""

from collections import deque
from dataclasses import dataclass
from math import isfinite, log10, sqrt

import numpy as np

from singing_pager.sinks.sound.samples import Samples

__all__ = ["SILENCE", "Levels", "Meter", "dbfs"]

SILENCE = -200.0
"""What stands for minus infinity, in dBFS."""


def dbfs(ratio: float) -> float:
    """Give a level (full scale 1) in dBFS, at least SILENCE."""
    return max(SILENCE, 20.0 * log10(ratio)) if ratio > 0.0 else SILENCE


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels over a stretch of sound, full scale 1; RMS over all channels together."""

    peak: float
    rms: float

    @property
    def peak_dbfs(self) -> float:
        """The peak in dBFS."""
        return dbfs(self.peak)

    @property
    def rms_dbfs(self) -> float:
        """The RMS level in dBFS; of a full sine −3.01 dBFS."""
        return dbfs(self.rms)


class Meter:
    """Measures blocks as they pass; read from any thread.

    Args:
        rate: Samples a second.
        seconds: How much counts as now.
    """

    def __init__(self, rate: int, *, seconds: float = 1.0) -> None:
        self._window = rate * seconds
        self._blocks: deque[tuple[float, float, int, int]] = deque()
        self._frames = 0
        self._peak = 0.0
        self._squares = 0.0
        self._samples = 0

    def take(self, block: Samples) -> bool:
        """Measure a block of (frames, channels); False, and no measure, when it holds what is no number."""
        flat = block.reshape(-1)
        squares = float(np.dot(flat, flat))
        if not isfinite(squares):
            return False
        peak = max(float(flat.max(initial=0.0)), -float(flat.min(initial=0.0)))
        self._blocks.append((peak, squares, flat.size, len(block)))
        self._frames += len(block)
        while self._frames - self._blocks[0][3] >= self._window:
            self._frames -= self._blocks.popleft()[3]
        self._peak = max(self._peak, peak)
        self._squares += squares
        self._samples += flat.size
        return True

    def rest(self) -> None:
        """Take note that nothing sounds any more."""
        self._blocks.clear()
        self._frames = 0

    @property
    def now(self) -> Levels:
        """Levels of the last second."""
        blocks = self._blocks.copy()
        samples = sum(block[2] for block in blocks)
        squares = sum(block[1] for block in blocks)
        return Levels(max((block[0] for block in blocks), default=0.0), sqrt(squares / samples) if samples else 0.0)

    @property
    def ever(self) -> Levels:
        """Levels since the start, rests left out."""
        return Levels(self._peak, sqrt(self._squares / self._samples) if self._samples else 0.0)
