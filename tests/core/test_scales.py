"""Musical scales."""

from math import isclose, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st
from singing_pager.core.scales import SCALES, quantise

FREQS = st.floats(20, 20_000)
NAMES = st.sampled_from(sorted(SCALES))


@pytest.mark.parametrize(
    ("freq", "scale", "root", "expected"),
    [
        pytest.param(440, "major", 440, 440, id="the root"),
        pytest.param(450, "chromatic", 440, 440, id="nearest below"),
        pytest.param(455, "chromatic", 440, 440 * 2 ** (1 / 12), id="nearest above"),
        pytest.param(466.16, "major", 440, 440, id="no semitone in a major scale"),
        pytest.param(870, "minor_pentatonic", 440, 880, id="the root of the next octave"),
        pytest.param(221, "major", 440, 220, id="the root of the octave below"),
        pytest.param(660, "minor_pentatonic", 440, 440 * 2 ** (7 / 12), id="a fifth"),
        pytest.param(660, "minor_pentatonic", 27.5, 440 * 2 ** (7 / 12), id="the root's octave does not matter"),
    ],
)
def test_nearest_degree(freq: float, scale: str, root: float, expected: float) -> None:
    """The pitch that is nearest by ear is chosen."""
    assert isclose(expected, quantise(freq, scale, root, 20, 20_000))


def test_no_degree_in_the_range() -> None:
    """A range between two degrees leaves the frequency as it is."""
    expected = 455.0
    assert expected == quantise(455.0, "major", 440.0, 450.0, 460.0)


@given(FREQS, NAMES, FREQS)
def test_the_answer_is_a_degree(freq: float, scale: str, root: float) -> None:
    """Where the range is wide, the answer lies on the scale."""
    semitones = 12 * log2(quantise(freq, scale, root, 10, 40_000) / root)
    assert any(isclose((semitones - degree) % 12, 0, abs_tol=1e-6) or isclose((semitones - degree) % 12, 12)
               for degree in SCALES[scale])  # fmt: skip


@given(FREQS, NAMES, FREQS, FREQS, FREQS)
def test_the_answer_is_in_the_range(freq: float, scale: str, root: float, one: float, other: float) -> None:
    """Not by a hair is the range left, not even where a degree is its very end."""
    low, high = min(one, other), max(one, other)
    inside = min(max(freq, low), high)
    assert low <= quantise(inside, scale, root, low, high) <= high


def test_a_degree_a_hair_beyond_the_range() -> None:
    """Where rounding puts a degree just beyond an end, the end itself is the answer."""
    high = 880 * (1 - 1e-12)
    assert high == quantise(high, "major", 440, 440, high)


@given(FREQS, NAMES, FREQS)
def test_no_degree_is_nearer(freq: float, scale: str, root: float) -> None:
    """Among all degrees of all octaves none is nearer by ear than the one that is chosen."""
    chosen = quantise(freq, scale, root, 1, 400_000)
    degrees = [root * 2 ** (octave + degree / 12) for octave in range(-12, 13) for degree in SCALES[scale]]
    nearest = min(abs(log2(pitch / freq)) for pitch in degrees)
    assert isclose(nearest, abs(log2(chosen / freq)), abs_tol=1e-9)


@pytest.mark.parametrize("scale", sorted(SCALES))
def test_scales_rise_within_an_octave(scale: str) -> None:
    """Every scale begins at its root and rises below the octave."""
    degrees = SCALES[scale]
    assert sorted(set(degrees)) == list(degrees)
    assert degrees[0] == 0
    assert degrees[-1] < 12
