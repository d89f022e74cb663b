"""The last seconds of sound as one array, for tests and for whoever wants to look at what sounded."""

from collections import deque

import numpy as np

from singing_pager.sinks.sound.samples import Samples

__all__ = ["Tape"]


class Tape:
    """Keeps the last seconds of sound.

    Args:
        seconds: How much is kept.
        rate: Samples a second.
        channels: Channels.
    """

    def __init__(self, seconds: float, *, rate: int = 48_000, channels: int = 2) -> None:
        self._most = round(seconds * rate)
        self._blocks: deque[Samples] = deque()
        self._none = np.zeros((0, channels), np.float32)
        self._frames = 0

    def write(self, block: Samples) -> None:
        """Keep a block; what is older than the tape is long goes."""
        self._blocks.append(block)
        self._frames += len(block)
        while self._frames - len(self._blocks[0]) >= self._most:
            self._frames -= len(self._blocks.popleft())

    @property
    def samples(self) -> Samples:
        """All that is kept: (frames, channels)."""
        return np.concatenate([self._none, *self._blocks.copy()])[-self._most :]
