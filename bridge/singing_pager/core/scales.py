"""Musical scales: the pitches that a mapping may land on."""

from math import floor, log2

__all__ = ["SCALES", "quantise"]

SCALES: dict[str, tuple[int, ...]] = {
    "chromatic": tuple(range(12)),
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "harmonic_minor": (0, 2, 3, 5, 7, 8, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "major_pentatonic": (0, 2, 4, 7, 9),
    "minor_pentatonic": (0, 3, 5, 7, 10),
    "whole_tone": (0, 2, 4, 6, 8, 10),
}
"""Degrees in semitones above the root, within one octave of twelve equal steps."""


def quantise(freq: float, scale: str, root: float, low: float, high: float) -> float:
    """Find the pitch of a scale that is nearest to a frequency, in log frequency, inside a range.

    Args:
        freq: Frequency in Hz, above 0.
        scale: Name in `SCALES`.
        root: Frequency of the scale's first degree in Hz, in any octave.
        low: Least frequency allowed, in Hz.
        high: Greatest frequency allowed, in Hz.

    Returns:
        A frequency in Hz; `freq` itself where no degree of the scale lies in the range.
    """
    semitones = 12 * log2(freq / root)
    octave = floor(semitones / 12)
    pitches = (root * 2 ** (octave + shift + degree / 12) for shift in (-1, 0, 1) for degree in SCALES[scale])
    # a hair of tolerance: 440 * 2 ** (12 / 12) must count as 880
    inside = [pitch for pitch in pitches if low * (1 - 1e-9) <= pitch <= high * (1 + 1e-9)]
    nearest = min(inside, key=lambda pitch: abs(log2(pitch / freq)), default=freq)
    return min(max(nearest, low), high)
