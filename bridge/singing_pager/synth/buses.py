"""Buses: where synths leave signals for others, and for the ear."""

import numpy as np
import numpy.typing as npt

__all__ = ["AUDIO_BUSES", "CONTROL_BUSES", "Buses"]

AUDIO_BUSES = 1024
CONTROL_BUSES = 16384
"""How many there are, as scsynth 3.13 has them by default."""

Samples = npt.NDArray[np.float32]


class Buses:
    """The audio buses of one span, silent at its start, and the control buses, which keep their values.

    Args:
        block: Samples in a control period.
    """

    def __init__(self, block: int) -> None:
        self._block = block
        self._frames = block
        self._audio: dict[int, Samples] = {}
        self._control: dict[int, float] = {}
        self._written: dict[int, Samples] = {}
        self._beyond: dict[int, Samples] = {}

    def begin(self, blocks: int) -> None:
        """Begin a span of so many control periods."""
        self._frames = blocks * self._block
        self._audio.clear()
        beyond, self._beyond = self._beyond, {}
        for bus, samples in beyond.items():
            self.add(bus, samples)

    def end(self) -> None:
        """End the span: control buses keep what was last written to them."""
        for bus, values in self._written.items():
            self._control[bus] = float(values[-1])
        self._written.clear()

    def audio(self, bus: int) -> Samples | None:
        """What is on an audio bus, (frames,); None: nothing was written to it in this span."""
        return self._audio.get(bus)

    def add(self, bus: int, samples: Samples, start: int = 0) -> None:
        """Add (n,) samples to an audio bus from a sample of the span on; what goes beyond its end begins the next.

        Buses that do not exist take nothing.
        """
        if not 0 <= bus < AUDIO_BUSES:
            return
        there = self._audio.get(bus)
        if there is None:
            there = self._audio[bus] = np.zeros(self._frames, np.float32)
        room = self._frames - start
        there[start : start + len(samples)] += samples[:room]
        if len(samples) > room:
            rest = samples[room:]
            before = self._beyond.get(bus)
            if before is None:
                before = self._beyond[bus] = np.zeros(max(len(rest), self._block), np.float32)
            before[: len(rest)] += rest

    def replace(self, bus: int, samples: Samples) -> None:
        """Put (frames,) samples in place of what is on an audio bus."""
        if 0 <= bus < AUDIO_BUSES:
            self._audio[bus] = np.array(np.broadcast_to(samples, self._frames), np.float32)

    def control(self, bus: int) -> Samples:
        """What is on a control bus: (blocks,) where a synth of this span wrote it, else (1,)."""
        written = self._written.get(bus)
        return np.array([self._control.get(bus, 0.0)], np.float32) if written is None else written

    def set_control(self, bus: int, value: float) -> None:
        """Set a control bus, as `/c_set` does."""
        if 0 <= bus < CONTROL_BUSES:
            self._control[bus] = value

    def add_control(self, bus: int, values: Samples) -> None:
        """Add (blocks,) values to what synths have written to a control bus in this span."""
        if 0 <= bus < CONTROL_BUSES:
            there = self._written.get(bus)
            self._written[bus] = values if there is None else there + values

    def replace_control(self, bus: int, values: Samples) -> None:
        """Put (blocks,) values on a control bus."""
        if 0 <= bus < CONTROL_BUSES:
            self._written[bus] = values
