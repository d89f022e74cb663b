"""The built-in engine: takes scsynth's commands, gives samples."""

import heapq
from collections import Counter
from itertools import count
from pathlib import Path

import numpy as np
import numpy.typing as npt

from singing_pager.synth import memory
from singing_pager.synth.commands import Commands
from singing_pager.synth.packet import IMMEDIATELY, Message, PacketError, messages
from singing_pager.synth.stage import Stage
from singing_pager.synth.tree import Tree
from singing_pager.synth.unit import BLOCK

__all__ = ["Server"]

_SECOND = 2**32
"""A second in NTP's fixed point."""
_MOST_WAITING = 100_000
"""Commands that may wait for their time."""
_LONGEST = 256
"""Control periods that are evaluated at once, at most."""
_AREA = 2**17
"""Samples of one signal that are evaluated at once, over all voices: what stays in a processor's cache."""


class Server:
    """An engine that sounds as scsynth does, in this process.

    Args:
        rate: Samples a second.
        channels: Outputs.
        epoch: NTP time (32.32 fixed point) of the first sample: what time tags count from; 0 as in `scsynth -N`.
        seed: Of all noise; None: another at each run.
    """

    def __init__(self, *, rate: int = 48_000, channels: int = 2, epoch: int = 0, seed: int | None = None) -> None:
        memory.hold()
        self.rate = rate
        self.channels = channels
        self.epoch = epoch
        self._tree = Tree()
        self._stage = Stage(self._tree, rate, np.random.Generator(np.random.SFC64(seed)))
        self._commands = Commands(self._tree, self._stage)
        self._waiting: list[tuple[int, int, Message]] = []
        self._order = count()
        self._block = 0
        self._left: npt.NDArray[np.float32] = np.zeros((0, channels), np.float32)

    @property
    def ignored(self) -> Counter[str]:
        """Commands that could not be carried out, by reason."""
        return self._commands.ignored

    @property
    def synthdefs(self) -> list[str]:
        """The SynthDefs that can be played."""
        return self._commands.synthdefs

    @property
    def nodes(self) -> int:
        """Groups and synths, the root group included."""
        return len(self._tree)

    @property
    def frame(self) -> int:
        """The next sample that `render` gives, counted from 0."""
        return self._block * BLOCK - len(self._left)

    def load(self, path: Path) -> None:
        """Take the SynthDefs of a `.scsyndef` file, or of all of them in a folder.

        Raises:
            SynthDefError: One cannot be read, or needs a UGen that the engine does not have.
        """
        self._commands.load(path)

    def receive(self, packet: bytes, tag: int = IMMEDIATELY) -> None:
        """Take an OSC message, or a bundle of them that is played at its time tag; what is late is played at once.

        Args:
            packet: A message or a bundle.
            tag: When a message that is in no bundle is played: NTP's fixed point, as a time tag has it.
        """
        try:
            for message in messages(packet, tag):
                self._take(message)
        except PacketError:
            self.ignored["bad_packet"] += 1

    def render(self, frames: int) -> npt.NDArray[np.float32]:
        """Give the next samples: (frames, channels), full scale ±1."""
        parts = [self._left[:frames]]
        self._left = self._left[frames:]
        needed = frames - len(parts[0])
        while needed > 0:
            rendered = self._span(-(-needed // BLOCK))
            parts.append(rendered[:needed])
            self._left = rendered[needed:]
            needed -= len(parts[-1])
        return np.concatenate(parts)

    def _take(self, message: Message) -> None:
        frame = self._block * BLOCK
        if message.tag != IMMEDIATELY:
            frame = max(frame, ((message.tag - self.epoch) * self.rate + _SECOND // 2) // _SECOND)
        if frame < (self._block + 1) * BLOCK and not self._waiting:
            self._commands.do(message, frame % BLOCK)
        elif len(self._waiting) >= _MOST_WAITING:
            self.ignored["too_many_waiting"] += 1
        else:
            heapq.heappush(self._waiting, (frame, next(self._order), message))

    def _due(self) -> None:
        """Carry out what is due in the control period that comes next."""
        end = (self._block + 1) * BLOCK
        while self._waiting and self._waiting[0][0] < end:
            frame, _, message = heapq.heappop(self._waiting)
            self._commands.do(message, max(0, frame - self._block * BLOCK))

    def _span(self, wanted: int) -> npt.NDArray[np.float32]:
        self._due()
        blocks = 1 if self._stage.single else min(wanted, max(1, min(_LONGEST, _AREA // BLOCK // self._stage.rows)))
        if self._waiting:
            blocks = min(blocks, self._waiting[0][0] // BLOCK - self._block)
        self._stage.run(blocks)
        self._block += blocks
        out = np.zeros((blocks * BLOCK, self.channels), np.float32)
        for channel in range(self.channels):
            samples = self._stage.buses.audio(channel)
            if samples is not None:
                out[:, channel] = samples
        return out
