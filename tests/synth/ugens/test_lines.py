"""Lines: where they arrive, and that nobody hears how a second is cut into spans."""

import numpy as np
import pytest
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Signal
from synth.sounding import Wire, noise, play

BLOCKS = 40
CUTS = ((1,), (3, 4, 5), (1, 2, 3, 17, 30))


def steps(*values: float, rows: int = 1) -> Signal:
    """A control that changes at even intervals, another way in each voice."""
    found = np.repeat(np.array([values], np.float32), BLOCKS // len(values), axis=1)
    return np.concatenate([np.roll(found, 3 * row, axis=1) for row in range(rows)])


BOTH: dict[str, tuple[Wire, ...]] = {
    "Line": (1.0, -1.0, 0.0301, 0.0),
    "XLine": (1.0, 0.001, 0.0301, 0.0),
    "Ramp": (steps(0, 1, 0.5, 0.2, rows=3), steps(0.003, 0.01)),
    "VarLag": (steps(0, 1, 0.5, 0.2, rows=3), steps(0.03, 0.01), 0.3),
}
"""What there is at both rates, with its inputs."""


def test_a_line_arrives_in_time_and_stays() -> None:
    """From 2 to 5 in 1/64 s: 750 samples, the first of which nobody hears."""
    heard = play("Line", 2.0, 5.0, 1 / 64, 0.0, blocks=20)[0]
    np.testing.assert_allclose(heard[:750], 2 + 3 * np.arange(1, 751) / 750, rtol=1e-6)
    assert (heard[749:] == 5).all()


def test_an_exponential_line_grows_by_a_factor() -> None:
    """From 0.01 to 1 in 1/64 s."""
    heard = play("XLine", 0.01, 1.0, 1 / 64, 0.0, blocks=20)[0]
    np.testing.assert_allclose(heard[:750], 0.01 * 100 ** (np.arange(1, 751) / 750), rtol=2e-6)
    assert (heard[750:] == 1).all()


def test_a_ramp_is_late_by_the_time_that_it_takes() -> None:
    """It goes to where the input was when it began to go there."""
    slope = np.linspace(0, 1, BLOCKS * BLOCK, dtype=np.float32)[None]
    heard = play("Ramp", slope, 1 / 512)[0]
    np.testing.assert_allclose(heard[94:], slope[0, :-94], atol=1e-3)


def test_a_lag_of_one_line_goes_straight_to_each_value() -> None:
    """Half way after half the time, there after all of it."""
    heard = play("VarLag", steps(0, 1), 1 / 64, 0.0, blocks=BLOCKS)[0]
    assert not heard[: 20 * BLOCK + 1].any()
    assert heard[20 * BLOCK + 375] == pytest.approx(0.5)
    assert (heard[20 * BLOCK + 751 :] == 1).all()


def test_linen_rises_stays_and_falls() -> None:
    """10 periods up, 5 periods down, and the level in between."""
    gate = np.zeros((1, BLOCKS), np.float32)
    gate[0, 5:25] = 1
    heard = play("Linen", gate, 10 / 750 + 1e-6, 0.8, 5 / 750 + 1e-6, 0.0, rate=Rate.CONTROL, blocks=BLOCKS)[0]
    np.testing.assert_allclose(heard[5:16], 0.08 * np.arange(11), atol=1e-6)
    np.testing.assert_allclose(heard[15:27], 0.8, atol=1e-6)
    np.testing.assert_allclose(heard[26:32], 0.16 * np.arange(5, -1, -1), atol=1e-6)
    assert not heard[32:].any()


@pytest.mark.parametrize("cuts", CUTS)
@pytest.mark.parametrize(
    ("name", "wires", "rate"),
    [
        *((name, wires, rate) for name, wires in BOTH.items() for rate in (Rate.AUDIO, Rate.CONTROL)),
        ("Linen", (steps(1, 0, 1, -1.02, rows=3), 0.01, 0.7, 0.006, 0.0), Rate.CONTROL),
    ],
)
def test_spans_are_not_heard(name: str, wires: tuple[Wire, ...], rate: Rate, cuts: tuple[int, ...]) -> None:
    """Two spans are one, and each voice of three is what it is alone."""
    whole = play(name, *wires, rate=rate, blocks=BLOCKS)
    np.testing.assert_allclose(play(name, *wires, rate=rate, blocks=BLOCKS, cuts=cuts), whole, atol=2e-6)
    for row in range(len(whole)):
        alone = [wire if isinstance(wire, float) or len(wire) == 1 else wire[row : row + 1] for wire in wires]
        np.testing.assert_allclose(play(name, *alone, rate=rate, blocks=BLOCKS)[0], whole[row], atol=2e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, -1.0, 0.0])
def test_what_is_no_number_does_no_harm(bad: float) -> None:
    """Bad values and times are played somehow."""
    for name, wires in (
        ("Line", (bad, 1.0, bad, 0.0)),
        ("XLine", (bad, 1.0, 0.01, 0.0)),
        ("Ramp", (noise(1, BLOCKS * BLOCK), bad)),
        ("VarLag", (steps(0, bad), steps(bad, 0.1), 0.0)),
    ):
        assert (1, BLOCKS * BLOCK) == play(name, *wires, blocks=BLOCKS).shape
