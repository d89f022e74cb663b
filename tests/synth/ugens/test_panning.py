"""Panning and ranges: what they keep, in any spans."""

import numpy as np
import pytest
from singing_pager.synth.unit import BLOCK
from synth.sounding import noise, play

BLOCKS = 8
CUTS = (1, 4, 7)


@pytest.mark.parametrize("position", [-1.0, -0.4, 0.0, 0.75, 1.0])
def test_power_is_the_same_everywhere(position: float) -> None:
    """The squares of both gains are 1 together, and so are a fade's."""
    signal = noise(1, BLOCKS * BLOCK)
    left, right = (play("Pan2", signal, position, 1.0, output=output) for output in (0, 1))
    assert np.allclose(signal**2, left**2 + right**2, atol=1e-5)
    assert np.allclose(left, play("XFade2", signal, 0.0, position, 1.0), atol=1e-6)


def test_linear_gains_are_one_together() -> None:
    """What is left and right is the signal again."""
    signal = noise(2, BLOCKS * BLOCK)
    left, right = (play("LinPan2", signal, 0.3, 1.0, output=output) for output in (0, 1))
    assert np.allclose(signal, left + right, atol=1e-6)


@pytest.mark.parametrize("columns", [BLOCKS, BLOCKS * BLOCK])
@pytest.mark.parametrize(
    ("name", "signals", "level"),
    [
        ("Pan2", 1, True),
        ("LinPan2", 1, True),
        ("Balance2", 2, True),
        ("XFade2", 2, True),
        ("LinXFade2", 2, False),
        ("Rotate2", 2, False),
    ],
)
def test_cuts_change_nothing(name: str, signals: int, level: bool, columns: int) -> None:  # noqa: FBT001
    """A moving position sounds the same however the time is cut into spans, and each voice as if it were alone."""
    wires = [*(noise(3, BLOCKS * BLOCK, seed) for seed in range(signals)), noise(3, columns, 9)]
    levels = [noise(3, BLOCKS, 8)] if level else []
    whole = play(name, *wires, *levels)
    assert np.allclose(whole, play(name, *wires, *levels, cuts=CUTS), atol=1e-6)
    for row in range(3):
        alone = play(name, *(wire[row : row + 1] for wire in [*wires, *levels]))
        assert np.allclose(whole[row], alone[0], atol=1e-6)


@pytest.mark.parametrize("name", ["Clip", "Fold", "Wrap", "InRange"])
def test_ranges_hold_what_is_in_them(name: str) -> None:
    """What comes out lies between the limits; what was there already is left as it is; cuts change nothing."""
    signal, low, high = 3 * noise(3, BLOCKS * BLOCK), noise(3, BLOCKS) - 1, noise(3, BLOCKS, 2) + 1
    whole = play(name, signal, low, high)
    assert np.allclose(whole, play(name, signal, low, high, cuts=CUTS), atol=1e-5)
    found = play(name, signal, -0.5, 0.75)
    inside = (signal >= -0.5) & (signal < 0.75)
    if name == "InRange":
        assert np.array_equal(inside, found == 1)
    else:
        assert -0.5001 < found.min() < found.max() < 0.7501
        assert np.array_equal(signal[inside], found[inside])


@pytest.mark.parametrize("name", ["LinExp", "LinLin"])
def test_ends_of_a_range_meet(name: str) -> None:
    """The lowest value becomes the lowest one, the highest the highest."""
    signal = np.repeat(np.array([[-1, 3]], np.float32), BLOCK, axis=1)
    assert np.allclose([2, 50], play(name, signal, -1.0, 3.0, 2.0, 50.0)[0, ::BLOCK])
