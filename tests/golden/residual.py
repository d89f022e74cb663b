"""Measures how far one sound is from another."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import signal

if TYPE_CHECKING:
    from golden.engines import Sound

LOWEST = -200.0
"""What stands for minus infinity, in dB."""
SILENCE = 1e-9
"""An RMS below this is silence."""
AUDIBLE = 1e-6
"""An RMS of scsynth's below this is a fault of the score."""


def rms(sound: npt.NDArray[np.floating]) -> float:
    """Return the mean level over all channels."""
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) if sound.size else 0.0


def residual(ours: Sound, theirs: Sound) -> float:
    """Return the difference of two sounds in dB of the second, over all channels.

    Raises:
        ValueError: One has another length than the other, or holds what is no finite number.
    """
    if ours.shape != theirs.shape:
        raise ValueError(f"ours is {ours.shape}, theirs is {theirs.shape}")
    for whose, sound in (("ours", ours), ("theirs", theirs)):
        if not np.isfinite(sound).all():
            raise ValueError(f"{whose} is not finite from {int(np.argmin(np.isfinite(sound).all(axis=1)))} on")
    level, difference = rms(theirs), rms(ours.astype(np.float64) - theirs)
    if level < SILENCE:
        return LOWEST if rms(ours) < SILENCE else float("inf")
    return max(LOWEST, 20.0 * float(np.log10(max(difference, 1e-30) / level)))


@dataclasses.dataclass(frozen=True, slots=True)
class Parting:
    """Where two sounds part: the first frame of it, and some of both around it."""

    frame: int
    channel: int
    ours: tuple[float, ...]
    theirs: tuple[float, ...]


def parting(ours: Sound, theirs: Sound, tolerance: float = 1e-4, around: int = 8) -> Parting | None:
    """Return the first frame at which two sounds differ by more than a part of the level of the second."""
    frames = min(len(ours), len(theirs))
    level = max(rms(theirs[np.isfinite(theirs).all(axis=1)]), SILENCE)
    with np.errstate(invalid="ignore"):
        apart = ~(np.abs(ours[:frames].astype(np.float64) - theirs[:frames]) <= tolerance * level)
    if not apart.any():
        return None
    frame = int(np.argmax(apart.any(axis=1)))
    channel = int(np.argmax(apart[frame]))
    part = slice(max(0, frame - 2), max(0, frame - 2) + around)
    return Parting(frame, channel, tuple(ours[part, channel].tolist()), tuple(theirs[part, channel].tolist()))


@dataclasses.dataclass(frozen=True, slots=True)
class Colour:
    """The power of a sound in each third of an octave, and in each frame of a stretch that repeats itself."""

    bands: npt.NDArray[np.float64]
    frames: npt.NDArray[np.float64]

    def __add__(self, other: Colour) -> Colour:
        return Colour(self.bands + other.bands, self.frames + other.frames)


CENTRES = 1000.0 * 2.0 ** (np.arange(-10, 13) / 3.0)
"""The middles of the thirds of an octave: 100 Hz to 16 kHz. One wide band, from 20 Hz, lies below them."""


def colour(sound: Sound, rate: int, period: float, frame: float) -> Colour:
    """Measure the bands of a sound, and the envelope, above 20 Hz, of the period in which it repeats itself."""
    # What is the same on all channels is heard once.
    channels = sound.T[: 1 if (sound == sound[:, :1]).all() else None]
    frequencies, density = signal.welch(channels, rate, nperseg=rate)
    edges = np.concatenate([[20.0], CENTRES / 2 ** (1 / 6), CENTRES[-1:] * 2 ** (1 / 6)])
    places = np.searchsorted(frequencies, edges)
    power = density.sum(axis=0)
    bands = np.array([power[low:high].sum() for low, high in itertools.pairwise(places)])
    size = round(frame * rate)
    heard = signal.sosfilt(signal.butter(2, 20.0, "high", fs=rate, output="sos"), channels)
    stretches = np.square(heard).sum(axis=0).reshape(-1, round(period * rate)).sum(axis=0)
    frames = stretches[: len(stretches) // size * size].reshape(-1, size).sum(axis=1)
    return Colour(bands, frames)


def unlike(ours: npt.NDArray[np.float64], theirs: npt.NDArray[np.float64], floor: float) -> npt.NDArray[np.float64]:
    """Return the differences of two sets of powers in dB, of those that are not too far below the strongest, in dB."""
    heard = theirs > theirs.max() * 10.0 ** (floor / 10.0)
    difference: npt.NDArray[np.float64] = np.abs(10.0 * np.log10(np.maximum(ours[heard], 1e-30) / theirs[heard]))
    return difference
