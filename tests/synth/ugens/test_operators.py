"""What operators make of values, and how controls come into signals."""

import numpy as np
import pytest
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.ugens.operators import BINARY
from singing_pager.synth.ugens.unary import UNARY
from singing_pager.synth.unit import BLOCK, Signal
from synth.sounding import noise, play


def one(value: float) -> Signal:
    """Give a signal of one value."""
    return np.full((1, 1), value, np.float32)


@pytest.mark.parametrize(
    ("expected", "name", "number", "left", "right"),
    [
        (-2, "div", 3, -3, 2),
        (1.5, "mod", 5, -0.5, 2),
        (0.25, "mod", 5, 2.25, 2),
        (0, "mod", 5, 3, 0),
        (1, "==", 6, 2, 2),
        (0, "!=", 7, 2, 2),
        (4, "&", 14, 6.9, 12.2),
        (10, "^", 16, 6, 12),
        (12, "lcm", 17, 4, 6),
        (0, "lcm", 17, 4, 0),
        (2, "gcd", 18, 4, 6),
        (-2, "gcd", 18, -4, -6),
        (6, "gcd", 18, 0, 6),
        (3, "round", 19, 2.6, 1),
        (2.6, "round", 19, 2.6, 0),
        (3, "roundUp", 20, 2.1, 1.5),
        (1.5, "trunc", 21, 2.6, 1.5),
        (5, "hypot", 23, -3, 4),
        (-4, "pow", 25, -2, 2),
        (20, "<<", 26, 5, 2),
        (5, ">>", 27, 20.5, 2),
        (7, "no such operator", 28, 5, 2),
        (18, "ring4", 33, 3, 1.2679492),
        (0, "thresh", 39, 0.5, 0.6),
        (0, "amclip", 40, 3, -1),
        (-6, "scaleneg", 41, -3, 2),
        (-2, "clip2", 42, -3, 2),
        (-1, "excess", 43, -3, 2),
        (-1, "fold2", 44, -3, 2),
        (1, "wrap2", 45, -3, 2),
        (-3, "firstArg", 46, -3, 2),
    ],
)
def test_an_operator_gives_what_scsynth_gives(
    expected: float, name: str, number: int, left: float, right: float
) -> None:
    """Each operator of two signals, also with negative operands."""
    if name == "ring4":
        expected = left * left * right - left * right * right
    with np.errstate(all="ignore"):  # as the engine has it
        found = BINARY.get(number, np.add)(one(left), one(right))[0, 0]
    assert pytest.approx(expected, rel=1e-5) == found


@pytest.mark.parametrize(
    ("expected", "number", "value"),
    [
        (1, 1, -2),
        (-6, 4, 5.5),
        (0.25, 10, -1.75),
        (-2, 14, -4),
        (440, 17, 69),
        (69, 18, 440),
        (2, 19, 12),
        (0.1, 21, -20),
        (-20, 22, 0.1),
        (440, 23, 4.75),
        (0.75, 42, 3),
        (0.875, 43, 2),
        (0, 46, 2),
        (0, 48, 1.1),
        (1, 49, 0.5),
        (0, 50, -0.1),
        (0.5, 51, 0.75),
        (1, 52, 7),
        (0.5, 53, 0.5),
    ],
)
def test_an_operator_of_one_signal_gives_what_scsynth_gives(expected: float, number: int, value: float) -> None:
    """Each operator of one signal whose meaning is not the usual one."""
    assert pytest.approx(expected, rel=1e-5, abs=1e-6) == UNARY[number](one(value))[0, 0]


@pytest.mark.parametrize("number", sorted(BINARY))
def test_operators_stay_in_float32_and_raise_nothing(number: int) -> None:
    """Bad numbers pass through like any others."""
    bad = np.array([[np.nan, np.inf, -np.inf, 0, 1e30, -1]], np.float32)
    with np.errstate(all="ignore"):
        assert np.float32 == np.asarray(BINARY[number](bad, bad[:, ::-1])).dtype


@pytest.mark.parametrize("number", sorted(UNARY))
def test_operators_of_one_signal_stay_in_float32(number: int) -> None:
    """Likewise with one operand."""
    bad = np.array([[np.nan, np.inf, -np.inf, 0, 1e30, -1]], np.float32)
    with np.errstate(all="ignore"):
        assert np.float32 == np.asarray(UNARY[number](bad)).dtype


def test_a_control_is_ramped_in_a_signal() -> None:
    """It goes from the last period's value to this one's, and its first value is there from the start."""
    control = np.array([[1, 1, 2, 2]], np.float32)
    found = play("BinaryOpUGen", np.ones((1, 4 * BLOCK), np.float32), control, special=2)
    rise = 1 + np.arange(BLOCK) / BLOCK
    assert np.allclose(np.concatenate([np.ones(2 * BLOCK), rise, np.full(BLOCK, 2)]), found[0])


@pytest.mark.parametrize(
    ("name", "special", "inputs"), [("BinaryOpUGen", 0, 2), ("BinaryOpUGen", 8, 2), ("MulAdd", 0, 3), ("Sum4", 0, 4)]
)
def test_cuts_change_nothing(name: str, special: int, inputs: int) -> None:
    """A second sounds the same however it is cut into spans."""
    wires = [noise(3, 8 * BLOCK), *(noise(3, 8, seed) for seed in range(2, inputs + 1))]
    assert np.array_equal(play(name, *wires, special=special), play(name, *wires, special=special, cuts=(1, 4, 7)))


def test_a_sum_leaves_its_inputs_as_they_are() -> None:
    """What is computed in place is nobody else's."""
    wires = [noise(2, 2 * BLOCK, seed) for seed in range(3)]
    before = [wire.copy() for wire in wires]
    play("MulAdd", *wires)
    play("Sum3", *wires)
    assert all(np.array_equal(one, other) for one, other in zip(before, wires, strict=True))


@pytest.mark.parametrize("name", ["MulAdd", "Sum3"])
def test_one_row_and_one_column_spread(name: str) -> None:
    """Operands may be of one voice or one value, in any place."""
    wide, row, value = noise(3, 2 * BLOCK), noise(1, 2 * BLOCK, 2), noise(3, 1, 3)
    for wires in ([wide, row, value], [row, value, wide], [value, wide, row], [value, row, wide]):
        product = wires[0] * wires[1] + wires[2] if name == "MulAdd" else wires[0] + wires[1] + wires[2]
        assert np.allclose(product, play(name, *wires))


def test_dice_are_thrown_anew_each_sample() -> None:
    """An operator by chance stays in its range, each voice for itself."""
    found = play("BinaryOpUGen", np.full((2, 4 * BLOCK), 2, np.float32), 5.0, special=47)
    assert -1 <= found.min() < found.max() <= 5  # scsynth spreads the range to both sides of the first number
    assert found.size - 8 < len(np.unique(found))
    assert {0, 1} == set(np.unique(play("UnaryOpUGen", np.full((1, 4 * BLOCK), 0.5, np.float32), special=44)))


def test_control_rate_stays_at_control_rate() -> None:
    """An operator of two controls has a value a period."""
    assert (1, 6) == play("BinaryOpUGen", noise(1, 6), 2.0, rate=Rate.CONTROL, special=2, blocks=6).shape
