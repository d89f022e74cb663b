"""What travels between the engine and its outlets."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["Recorder", "Samples", "pcm16"]

Samples = npt.NDArray[np.float32]
"""Shape (frames, channels), full scale ±1."""

_FULL_SCALE = 32767.0


class Recorder(Protocol):
    """Something that keeps what sounds."""

    def write(self, block: Samples) -> None:
        """Keep a block; raises PagerError when it cannot."""


def pcm16(block: Samples) -> bytes:
    """Give a block as 16-bit integers, little-endian and interleaved; what is beyond full scale is clipped."""
    return (np.clip(block, -1.0, 1.0) * _FULL_SCALE).round().astype("<i2").tobytes()
