"""Listens by measuring: levels, pitch, partials, pulses and clicks of recorded sound."""

from __future__ import annotations

import dataclasses
import struct
from typing import TYPE_CHECKING, Self, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pathlib import Path

Samples: TypeAlias = npt.NDArray[np.float64]

SILENCE = -200.0
"""What stands for minus infinity, in dBFS."""

_EXTENSIBLE = 0xFFFE  # a WAV format code: the true one follows later


def decibels(amplitude: float) -> float:
    """Return an amplitude (full scale = 1) in dBFS, at least `SILENCE`."""
    return 20.0 * float(np.log10(amplitude)) if amplitude > 10.0 ** (SILENCE / 20.0) else SILENCE


@dataclasses.dataclass(frozen=True, slots=True)
class Pulse:
    """One pulse of an alarm, as an envelope follower hears it; all in seconds."""

    onset: float
    length: float
    rise: float

    @property
    def end(self) -> float:
        """The time at which the pulse has faded, in seconds."""
        return self.onset + self.length


@dataclasses.dataclass(frozen=True, slots=True)
class Partial:
    """One spectral peak: its frequency in Hz and its level in dB relative to the strongest."""

    frequency: float
    level: float


@dataclasses.dataclass(frozen=True, slots=True)
class Take:
    """A stretch of sound: `samples` is (frames, channels), `rate` in frames a second."""

    samples: Samples
    rate: int

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a WAV file, also one whose header is unfinished because it is still being written.

        Raises:
            ValueError: if the file is not a WAV file of 16 or 24 bit integers or 32 bit floats.
        """
        raw = path.read_bytes()
        if raw[:4] != b"RIFF" or raw[8:12] != b"WAVE":
            message = f"{path}: not a WAV file"
            raise ValueError(message)
        code, channels, rate, bits = 0, 0, 0, 0
        at = 12
        while at + 8 <= len(raw):
            name, size = struct.unpack_from("<4sI", raw, at)
            at += 8
            if name == b"fmt ":
                code, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", raw, at)
                if code == _EXTENSIBLE:
                    (code,) = struct.unpack_from("<H", raw, at + 24)
            if name == b"data":
                # The header of a file that is being written says 0 frames: what is there counts.
                complete = 0 < size <= len(raw) - at
                body = raw[at : at + size] if complete else raw[at:]
                return cls(_frames(body, code, bits, channels), rate)
            at += size + size % 2
        message = f"{path}: has no sound in it"
        raise ValueError(message)

    @property
    def seconds(self) -> float:
        """The duration in seconds."""
        return len(self.samples) / self.rate

    @property
    def mono(self) -> Samples:
        """The mean of the channels, (frames,)."""
        return np.asarray(self.samples.mean(axis=1), dtype=np.float64)

    def between(self, start: float, end: float | None = None) -> Take:
        """Return the part from `start` to `end`, in seconds; a negative `start` counts from the end."""
        first = round(start * self.rate)
        last = None if end is None else round(end * self.rate)
        return Take(self.samples[first:last], self.rate)

    @property
    def peak(self) -> float:
        """The highest sample, in dBFS."""
        return decibels(float(np.abs(self.samples).max(initial=0.0)))

    @property
    def true_peak(self) -> float:
        """The highest point of the waveform between samples too, 4 times oversampled, in dBTP."""
        highest = 0.0
        block, margin = 1 << 16, 256
        for channel in self.samples.T:
            padded = np.concatenate([np.zeros(margin), channel, np.zeros(margin)])
            for start in range(0, len(channel), block):
                part = padded[start : start + block + 2 * margin]
                spectrum = np.fft.rfft(part)
                wide = np.fft.irfft(spectrum, 4 * len(part)) * 4.0
                highest = max(highest, float(np.abs(wide[4 * margin : -4 * margin]).max(initial=0.0)))
        return decibels(highest)

    @property
    def rms(self) -> float:
        """The mean level over the whole take, in dBFS (a full-scale square wave is 0)."""
        return decibels(float(np.sqrt(np.mean(self.samples**2)))) if self.samples.size else SILENCE

    def loudest(self, window: float = 0.4) -> float:
        """Return the highest short-term RMS level, in dBFS, over windows of `window` seconds."""
        power = np.mean(self.samples**2, axis=1)
        size = max(1, min(len(power), round(window * self.rate)))
        sums = np.concatenate([[0.0], np.cumsum(power)])
        return decibels(float(np.sqrt(max(0.0, (sums[size:] - sums[:-size]).max() / size))))

    @property
    def finite(self) -> bool:
        """Whether every sample is a finite number."""
        return bool(np.isfinite(self.samples).all())

    def partials(self, low: float = 30.0, high: float = 8000.0, floor: float = -40.0) -> list[Partial]:
        """Return the spectral peaks between `low` and `high` Hz down to `floor` dB, by frequency."""
        sound = self.mono
        if not np.any(sound):
            return []
        size = 1 << max(15, int(len(sound) - 1).bit_length())
        level = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), size))
        logs = np.log(np.maximum(level, 1e-30))
        width = max(2, round(2 * size / len(sound)))  # half of the Hann window's main lobe, in bins
        bins = np.arange(len(level)) * self.rate / size
        top = level[(bins >= low) & (bins <= high)].max(initial=1e-30)
        found = []
        for i in np.flatnonzero((bins >= low) & (bins <= high) & (level > top * 10.0 ** (floor / 20.0))):
            first = max(1, int(i) - width)
            if level[first : i + width + 1].max() > level[i]:
                continue
            a, b, c = logs[i - 1], logs[i], logs[i + 1]
            bend = a - 2 * b + c
            shift = 0.5 * (a - c) / bend if bend else 0.0
            height = b - 0.25 * (a - c) * shift
            relative = (height - np.log(top)) * 20 / np.log(10)
            found.append(Partial(float((i + shift) * self.rate / size), float(relative)))
        return found

    def fundamental(self, low: float = 40.0, high: float = 2000.0) -> float:
        """Return the lowest strong partial (within 15 dB of the strongest) in Hz.

        A tone that comes in pulses has sidebands: of what lies within a tone of the lowest, the strongest counts.

        Raises:
            ValueError: if there is no tone at all.
        """
        strong = self.partials(low, high, floor=-15.0)
        if not strong:
            message = "no tone to be heard"
            raise ValueError(message)
        near = [partial for partial in strong if partial.frequency < strong[0].frequency * 1.12]
        return max(near, key=lambda partial: partial.level).frequency

    def envelope(self, window: float = 0.004) -> Samples:
        """Return the level over time (full scale = 1), smoothed over `window` seconds, (frames,)."""
        sound = self.mono
        size = max(1, round(window * self.rate))
        shape = np.hanning(size + 2)[1:-1]
        smooth = np.convolve(sound**2, shape / shape.sum(), mode="same")
        return np.asarray(np.sqrt(2.0 * np.maximum(smooth, 0.0)), dtype=np.float64)

    def pulses(self, window: float = 0.004, threshold: float = 0.1, shortest: float = 0.02) -> list[Pulse]:
        """Return the pulses that stand above `threshold` of the loudest, each at least `shortest` seconds long.

        The rise is measured from 10 % to 90 % of the pulse's own plateau.
        """
        level = self.envelope(window)
        above = np.concatenate([[False], level > threshold * level.max(initial=1e-9), [False]])
        edges = np.flatnonzero(np.diff(above.astype(np.int8)))
        found = []
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            length = (end - start) / self.rate
            if length < shortest:
                continue
            inside = level[start:end]
            plateau = float(np.median(inside[inside > 0.7 * inside.max()]))
            first = int(np.argmax(inside >= 0.1 * plateau))
            last = int(np.argmax(inside >= 0.9 * plateau))
            found.append(Pulse(start / self.rate, length, (last - first) / self.rate))
        return found

    def largest_jump(self) -> float:
        """Return the largest step from one sample to the next (full scale = 1)."""
        return float(np.abs(np.diff(self.samples, axis=0)).max(initial=0.0))


def _frames(body: bytes, code: int, bits: int, channels: int) -> Samples:
    """Decode interleaved frames to floats; an unfinished last frame is left out."""
    width = bits // 8 * channels
    body = body[: len(body) - len(body) % width] if width else b""
    match code, bits:
        case (3, 32):
            flat = np.frombuffer(body, "<f4").astype(np.float64)
        case (1, 16):
            flat = np.frombuffer(body, "<i2").astype(np.float64) / 2**15
        case (1, 24):
            bytes_ = np.frombuffer(body, np.uint8).reshape(-1, 3).astype(np.int32)
            whole = (bytes_[:, 0] << 8 | bytes_[:, 1] << 16 | bytes_[:, 2] << 24) >> 8
            flat = whole.astype(np.float64) / 2**23
        case _:
            message = f"WAV samples of kind {code} with {bits} bits are not read here"
            raise ValueError(message)
    return flat.reshape(-1, channels)
