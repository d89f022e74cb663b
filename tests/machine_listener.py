"""A machine that learns what the earcons sound like where it is quiet, and has to name them in noise.

`.venv/bin/python tests/machine_listener.py 0 -3` prints how often it is right at 0 dB and at -3 dB to pink noise.
"""

import functools
import itertools
import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from hearing import CATALOGUE, RATE, Stage
from listening import Samples
from scipy import fft, ndimage, special
from singing_pager.model import Strike
from sklearn.ensemble import ExtraTreesClassifier  # type: ignore[import-untyped]

EARCONS = {
    "critical": "alert_critical",
    "warning": "alert_warning",
    "info": "alert_info",
    "resolved": "resolved",
    "stale": "stale",
    "flood": "flood",
    "heartbeat": "heartbeat",
    "fault": "fault",
    "lost": "lost",
}
"""What the machine is to say, and the instrument that it hears then."""

LESSONS, COUNT = 12, 50
"""Of each earcon: clean sounds to learn from, and others to be named."""

SECONDS = 5.0
"""Length of a recording."""
_QUIETEST = -30.0
"""A recording's level, in dB: from here to 0 at random."""


# What is heard


class Sound(NamedTuple):
    """An earcon on its own, (frames,), as the whole stage plays it."""

    word: str
    samples: Samples


def sounds(count: int, seed: int) -> Iterator[Sound]:
    """Play each earcon so many times, its parameters anywhere in their ranges."""
    chance = np.random.default_rng(seed)
    stage = Stage(seed)
    for word, instrument in EARCONS.items():
        for _ in range(count):
            values = tuple(
                _value(parameter.name, parameter.range, chance) for parameter in CATALOGUE[instrument].parameters
            )
            stage.play(0.0, Strike(word, instrument, values))
            yield Sound(word, stage.until_quiet().mono)
    assert not stage.server.ignored


def _value(name: str, limits: tuple[float, float], chance: np.random.Generator) -> float:
    """Pitch and count evenly in octaves, volume within 20 dB, the rest evenly."""
    low, high = limits
    if name == "vol":
        low = 0.1
    if name in {"freq", "vol", "count"}:
        return float(np.exp(chance.uniform(np.log(low), np.log(high))))
    return float(chance.uniform(low, high))


def sounding(samples: Samples) -> slice:
    """From when to when a sound is heard: its level over 4 ms stands above a tenth of the highest."""
    level = ndimage.uniform_filter1d(samples**2, RATE * 4 // 1000)
    loud = np.flatnonzero(level > level.max() / 100)
    return slice(int(loud[0]), int(loud[-1]) + 1)


@functools.cache
def _pink_spectrum(frames: int) -> npt.NDArray[np.float32]:
    """How strong each part of a noise is that has the same power in every octave, from 20 Hz to 20 kHz."""
    frequencies = fft.rfftfreq(frames, 1 / RATE)
    heard = (frequencies >= 20.0) & (frequencies <= 20_000.0)
    return np.where(heard, 1.0 / np.sqrt(np.maximum(frequencies, 1.0)), 0.0).astype(np.float32)


def pink(frames: int, chance: np.random.Generator) -> Samples:
    """Pink noise from 20 Hz to 20 kHz, its power 1."""
    strengths = _pink_spectrum(frames)
    parts = chance.standard_normal((len(strengths), 2), np.float32).view(np.complex64)[:, 0]
    noise = fft.irfft(parts * strengths, frames)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)), np.float64)


def recording(sound: Sound, chance: np.random.Generator, ratio: float | None = None) -> Samples:
    """Record a sound somewhere in 5 s, at some level.

    Args:
        sound: All that is heard of it (see `sounding`) is in the recording.
        chance: Decides where, how loud, and what the noise is.
        ratio: Signal to noise in dB: the mean power of the sound while it is heard (see `sounding`) to that of pink
            noise from 20 Hz to 20 kHz, which goes on for the whole recording; None: no noise.
    """
    heard = sounding(sound.samples)
    frames = round(SECONDS * RATE)
    start = int(chance.integers(frames - (heard.stop - heard.start) + 1))
    around = np.pad(sound.samples, frames)
    samples = around[frames + heard.start - start :][:frames]
    volume = 10 ** (chance.uniform(_QUIETEST, 0.0) / 20)
    if ratio is not None:
        samples = samples + pink(len(samples), chance) * np.sqrt(np.mean(sound.samples[heard] ** 2)) * 10 ** (
            -ratio / 20
        )
    return samples * volume


# What the machine makes of it

_FRAME, _HOP = 2048, 512
_QUIET = 0.25
"""The share of the time in which a band has at most this much in it is what noise is told by."""
_FOREGROUND, _EDGE, _SPECK = 9.0, 5.0, 6
"""dB over the noise of what is no noise, and of how far that reaches; cells of the smallest patch that is no chance."""
_FAINT, _BRIDGE = 0.1, 4
"""The faintest patch that counts, of the strongest; frames of a gap that is none."""
_DEPTHS = (13.0, 10.0)
"""dB under the loudest of the faintest that counts. Lessons are learned at each: noise leaves as little to be seen."""


def _filterbank() -> npt.NDArray[np.float32]:
    """Triangles from the middle of one band to that of the next but one, (bins, bands): at least 28 Hz apart."""
    middles = [42.0]
    while middles[-1] < 7000.0:
        middles.append(max(middles[-1] + 28.0, middles[-1] * 2 ** (1 / 6)))
    bins = np.arange(0.0, middles[-1], RATE / _FRAME)
    places = np.interp(bins, middles, np.arange(len(middles)))
    filters = np.maximum(0.0, 1.0 - np.abs(places[:, None] - np.arange(1, len(middles) - 1)))
    return np.asarray(filters, np.float32)


_FILTERS = _filterbank()
_FREEDOM = np.maximum(1.0, _FILTERS.sum(axis=0) ** 2 / (_FILTERS**2).sum(axis=0) / 1.5)
_QUANTILE = special.gammaincinv(_FREEDOM, _QUIET) / _FREEDOM
"""The quantile of noise in each band, of its mean: the more bins, the less its power varies."""

_FEATURES = 53 + _FILTERS.shape[1]


def pictures(samples: Samples, depths: Sequence[float]) -> list[Samples]:
    """Show what stands out of the noise that a recording itself has: (frames, bands), in dB, 0 where nothing does.

    A band's noise is told by its quietest quarter. What is no noise is connected in time and frequency, reaches 9 dB
    over it somewhere, and is not much fainter than all the rest.

    Args:
        samples: The recording.
        depths: dB under the loudest of the faintest that counts; one picture each.
    """
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float32), _FRAME)[::_HOP]
    spectra = fft.rfft(frames * np.hanning(_FRAME).astype(np.float32), axis=1)[:, : len(_FILTERS)]
    level = 10.0 * np.log10(np.maximum((spectra.real**2 + spectra.imag**2) @ _FILTERS, 1e-20))
    quiet = np.partition(level, int(_QUIET * len(level)), axis=0)[int(_QUIET * len(level))]
    noise = ndimage.median_filter(quiet - 10.0 * np.log10(_QUANTILE), 7, mode="nearest")
    over = level - noise
    return [_standing(over, level - level.max() + depth) for depth in depths]


def _standing(over: Samples, near: Samples) -> Samples:
    standing = np.maximum(0.0, np.minimum(over - _EDGE, near))
    patches, count = ndimage.label(standing)
    real = np.zeros(count + 1, np.bool_)
    real[patches[over >= _FOREGROUND]] = True
    real &= np.bincount(patches.ravel(), minlength=count + 1) >= _SPECK
    real[0] = False
    strength = np.bincount(patches.ravel(), standing.ravel(), minlength=count + 1)
    real &= strength >= _FAINT * strength.max()
    return np.asarray(ndimage.grey_closing(standing * real[patches], (_BRIDGE, 1)), np.float64)


def features(seen: Samples) -> Samples:
    """Describe rhythm, register, movement and timbre of a picture, whatever its level and where in it the sound is."""
    level = seen.sum(axis=1)
    if not level.any():
        return np.zeros(_FEATURES)
    loud = level > 0.2 * np.quantile(level, 0.99)
    return np.concatenate([_rhythm(loud), _modulation(level), _course(seen, level, loud), _timbre(seen, loud)])


def _rhythm(loud: npt.NDArray[np.bool_]) -> Samples:
    """How many pulses, how long, with what gaps: in frames."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], loud, [False]])))
    starts, ends = edges[::2], edges[1::2]
    whole = ends - starts >= 3
    if whole.any():
        starts, ends = starts[whole], ends[whole]
    lengths = ends - starts
    gaps = starts[1:] - ends[:-1] if len(starts) > 1 else np.zeros(1)
    rhythm = [len(lengths), lengths.sum(), ends[-1] - starts[0]]
    for times in (lengths, gaps):
        rhythm += [np.min(times), np.median(times), np.max(times)]
    return np.array(rhythm, np.float64)


def _modulation(level: Samples) -> Samples:
    """The spectrum of the level, 0.25 to 19 Hz in quarters of an octave."""
    size = 4096
    spectrum = np.abs(fft.rfft(level, size)) / level.sum()
    bounds = np.round(0.25 * 2.0 ** (np.arange(26) / 4) * size * _HOP / RATE).astype(np.int64)
    return np.array([spectrum[low:high].mean() for low, high in itertools.pairwise(bounds)])


def _course(seen: Samples, level: Samples, loud: npt.NDArray[np.bool_]) -> Samples:
    """How level and register go, from the first pulse to the last."""
    first, last = np.flatnonzero(loud)[[0, -1]]
    parts = np.array_split(seen[first : last + 1], 4)
    registers = [_register(part.sum(axis=0)) for part in parts]
    shares = [part.sum() / level.sum() for part in np.array_split(seen[first : last + 1], 8)]
    return np.array([*np.diff(registers), registers[-1] - registers[0], *shares])


def _timbre(seen: Samples, loud: npt.NDArray[np.bool_]) -> Samples:
    """Which bands sound, how many at once, and how restlessly the strongest changes."""
    spectrum = seen.sum(axis=0) / seen.sum()
    middle = _register(spectrum)
    spread = np.sqrt(np.sum(spectrum * (np.arange(len(spectrum)) - middle) ** 2))
    low, high = np.searchsorted(np.cumsum(spectrum), [0.05, 0.95])
    strongest = seen[loud].argmax(axis=1)
    restless = np.abs(np.diff(strongest)).mean() if len(strongest) > 1 else 0.0
    together = (seen[loud] > 0.0).sum(axis=1).mean()
    return np.array([middle, spread, low, high, strongest.std(), restless, together, *spectrum])


def _register(spectrum: Samples) -> float:
    return float(np.sum(spectrum * np.arange(len(spectrum))) / max(spectrum.sum(), 1e-9))


class Listener:
    """Learns earcons from clean recordings.

    Args:
        lessons: What it learns from.
        seed: Of where in a recording the sounds are, at what level.
    """

    def __init__(self, lessons: Sequence[Sound], seed: int = 0) -> None:
        chance = np.random.default_rng(seed)
        seen = [pictures(recording(sound, chance), _DEPTHS) for sound in lessons]
        self._trees = ExtraTreesClassifier(300, random_state=seed)
        self._trees.fit(
            [features(one) for pages in seen for one in pages],
            [sound.word for sound in lessons for _ in _DEPTHS],
        )

    def names(self, recordings: Sequence[Samples]) -> list[str]:
        """Say what is heard in each recording."""
        return [
            str(word)
            for word in self._trees.predict([features(pictures(samples, _DEPTHS[:1])[0]) for samples in recordings])
        ]


def confusion(said: Sequence[tuple[str, str]]) -> str:
    """Show what was played, how often it was named right, and what else was said.

    Args:
        said: What was played and what was said.
    """
    lines = []
    for word in EARCONS:
        answers = [answer for played, answer in said if played == word]
        wrong = ", ".join(f"{answers.count(other)} {other}" for other in EARCONS if other != word and other in answers)
        lines.append(f"{word:<10} {answers.count(word):>3} of {len(answers)}  {wrong}".rstrip())
    return "\n".join(lines)


def examined(listener: Listener, played: Sequence[Sound], ratio: float | None) -> list[tuple[str, str]]:
    """What was played and what a listener says, with that signal to noise ratio (see `recording`)."""
    chance = np.random.default_rng(3)
    said = listener.names([recording(sound, chance, ratio) for sound in played])
    return list(zip([sound.word for sound in played], said, strict=True))


if __name__ == "__main__":
    ratios = [float(argument) for argument in sys.argv[1:]] or [0.0]
    learned, asked = Listener(list(sounds(LESSONS, seed=1))), list(sounds(COUNT, seed=2))
    for given in ratios:
        sys.stdout.write(f"{given:g} dB\n{confusion(examined(learned, asked, given))}\n")
