"""Lags and decays: their times, their ways up and down, and that nobody hears how a second is cut into spans."""

import numpy as np
import pytest
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Signal
from synth.sounding import Wire, noise, play

BLOCKS = 40
CUTS = ((1,), (3, 4, 5), (1, 2, 3, 17, 30))
LAGS = ("Lag", "Lag2", "Lag3", "LagUD", "Lag2UD", "Lag3UD")


def steps(*values: float) -> Signal:
    """A control that changes at even intervals."""
    return np.repeat(np.array([values], np.float32), BLOCKS // len(values), axis=1)


def times(name: str, *seconds: Wire) -> tuple[Wire, ...]:
    """One lag time, or the two of those that go up and down."""
    return seconds if name.endswith("UD") else seconds[:1]


def test_a_thousandth_of_the_way_is_left_after_the_lag_time() -> None:
    """60 dB in 1/64 s, which is 750 samples."""
    heard = play("Lag", steps(1, 0), 1 / 64, blocks=BLOCKS)[0]
    assert (heard[: 20 * BLOCK] == 1).all()
    assert heard[20 * BLOCK + 749] == pytest.approx(0.001)


@pytest.mark.parametrize("name", LAGS)
def test_what_has_arrived_stays(name: str) -> None:
    """A voice begins where its input is."""
    assert (play(name, steps(0.3, 0.3), *times(name, 0.1, 0.2), blocks=BLOCKS) == np.float32(0.3)).all()


@pytest.mark.parametrize("name", LAGS)
@pytest.mark.parametrize("rate", [Rate.AUDIO, Rate.CONTROL])
@pytest.mark.parametrize("cuts", CUTS)
def test_spans_are_not_heard(name: str, rate: Rate, cuts: tuple[int, ...]) -> None:
    """Two spans are one, whether the lag time moves or not."""
    for seconds in ((0.01, 0.03), (steps(0.01, 0.002), steps(0.003, 0.0))):
        wires = (steps(0, 1, 0.2, 0.5), *times(name, *seconds))
        whole = play(name, *wires, rate=rate, blocks=BLOCKS)
        np.testing.assert_allclose(play(name, *wires, rate=rate, blocks=BLOCKS, cuts=cuts), whole, atol=2e-6)


def test_each_way_has_its_own_time() -> None:
    """The same as step by step, for any input."""
    x = noise(3, 6 * BLOCK)
    up, down = (np.exp(np.log(0.001) / (seconds * 48000)) for seconds in (np.float32(0.01), np.float32(0.002)))
    y = x[:, 0].astype(np.float64)
    expected = []
    for now in x.T.astype(np.float64):
        y = now + np.where(now > y, up, down) * (y - now)
        expected.append(y)
    np.testing.assert_allclose(play("LagUD", x, 0.01, 0.002), np.transpose(expected), atol=1e-6)


def test_a_decay_loses_60_db_in_its_time() -> None:
    """An impulse, a thousandth of which is left after 1/64 s."""
    x = np.zeros((1, BLOCKS * BLOCK), np.float32)
    x[0, 100] = 1
    heard = play("Decay", x, 1 / 64)[0]
    assert not heard[:100].any()
    assert heard[100] == 1
    assert heard[850] == pytest.approx(0.001)


def test_a_decay_with_a_rise_is_the_difference_of_two() -> None:
    """The long one less the short one."""
    x = noise(2, 10 * BLOCK)
    expected = play("Decay", x, 0.1) - play("Decay", x, 0.01)
    np.testing.assert_allclose(play("Decay2", x, 0.01, 0.1), expected, atol=1e-5)


@pytest.mark.parametrize("cuts", CUTS)
def test_cuts_are_not_heard_in_a_decay(cuts: tuple[int, ...]) -> None:
    """Two spans are one."""
    x = noise(2, BLOCKS * BLOCK)
    for name, seconds in (("Decay", (steps(0.1, 0.01),)), ("Decay2", (0.01, steps(0.1, 0.05)))):
        np.testing.assert_allclose(play(name, x, *seconds, cuts=cuts), play(name, x, *seconds), rtol=1e-4, atol=1e-5)
