"""Noise: its law, its level and its colour; how long values are held; values that are drawn once."""

from itertools import pairwise

import numpy as np
import pytest
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.ugens.noise import UGENS as NOISES
from singing_pager.synth.unit import BLOCK, Signal
from synth.sounding import RATE, Wire, play

BLOCKS = 1500
FRAMES = BLOCKS * BLOCK
SECONDS = FRAMES / RATE
CUTS = tuple(range(100, BLOCKS, 100))

LEVELS = {
    "WhiteNoise": (0, 3**-0.5, 1),
    "ClipNoise": (0, 1, 1),
    "GrayNoise": (0, 3**-0.5, 1),
    "PinkNoise": (0.0625, 0.149, 1.125),
    "BrownNoise": (0, 3**-0.5, 1),
}
"""Mean, standard deviation and bound."""


@pytest.mark.parametrize(("name", "mean", "deviation", "bound"), [(name, *law) for name, law in LEVELS.items()])
def test_noise_has_its_level(name: str, mean: float, deviation: float, bound: float) -> None:
    """Mean and deviation are the law's, and no value is out of bounds."""
    found = play(name, blocks=BLOCKS, cuts=CUTS, rows=4)
    assert found.mean() == pytest.approx(mean, abs=0.1)
    assert found.std() == pytest.approx(deviation, rel=0.1)
    assert np.abs(found).max() <= bound


@pytest.mark.parametrize("name", LEVELS)
@pytest.mark.parametrize("rate", [Rate.AUDIO, Rate.CONTROL])
def test_voices_have_chances_of_their_own(name: str, rate: Rate) -> None:
    """Two voices are not alike, nor two spans."""
    found = play(name, blocks=20, cuts=(10,), rows=2, rate=rate)
    assert found.shape == (2, 20 * BLOCK if rate is Rate.AUDIO else 20)
    assert (found[0] != found[1]).any()
    assert (found[:, :10] != found[:, 10:20]).any()


def octaves(found: Signal) -> list[float]:
    """The power of each octave from 94 Hz up to 12 kHz, in dB."""
    power = np.abs(np.fft.rfft(found - found.mean())) ** 2
    edges = [round(94 * 2**octave * found.shape[1] / RATE) for octave in range(8)]
    return [10 * np.log10(power[:, low:high].sum()) for low, high in pairwise(edges)]


@pytest.mark.parametrize(("name", "slope"), [("WhiteNoise", 3), ("PinkNoise", 0), ("BrownNoise", -3)])
def test_noise_has_its_colour(name: str, slope: float) -> None:
    """From octave to octave the power doubles, stays, or halves; cutting into spans does not colour it."""
    found = octaves(play(name, blocks=BLOCKS, cuts=CUTS, rows=4))
    np.testing.assert_allclose([slope] * 5, np.diff(found)[:5], atol=1)


def test_brown_noise_walks_in_small_steps() -> None:
    """No step is larger than an eighth, over the edges of spans either; all places are as likely."""
    found = play("BrownNoise", blocks=BLOCKS, cuts=CUTS, rows=4)
    assert np.abs(np.diff(found, axis=1)).max() <= 0.125001
    np.testing.assert_allclose(0.25, np.histogram(found, 4, (-1, 1))[0] / found.size, atol=0.05)


@pytest.mark.parametrize("name", ["Dust", "Dust2"])
@pytest.mark.parametrize(("rate", "density"), [(Rate.AUDIO, 200.0), (Rate.AUDIO, 20000.0), (Rate.CONTROL, 100.0)])
def test_dust_is_as_dense_as_it_should_be(name: str, rate: Rate, density: float) -> None:
    """So many impulses a second, evenly spread in height."""
    found = play(name, np.full((8, 1), density, np.float32), blocks=BLOCKS, rate=rate)
    struck = found[found != 0]
    expected = 8 * SECONDS * density
    assert len(struck) == pytest.approx(expected, abs=5 * expected**0.5)
    assert struck.mean() == pytest.approx({"Dust": 0.5, "Dust2": 0}[name], abs=0.05)
    assert -1 <= struck.min() < struck.max() <= 1


def test_no_density_is_silence() -> None:
    """Nothing comes of nothing, nor of less."""
    for density in (0.0, -5.0):
        assert not play("Dust", density, blocks=9).any()
        assert not play("Dust2", density, blocks=9).any()


@pytest.mark.parametrize("name", ["LFNoise0", "LFClipNoise"])
@pytest.mark.parametrize("cuts", [(), (1, 2, 3, 77, 100)])
def test_values_are_held_for_whole_samples(name: str, cuts: tuple[int, ...]) -> None:
    """Each is held for as many whole samples as there are; the first for one less, as in scsynth."""
    freqs = np.array([[441.0], [30.0], [7000.0]], np.float32)
    found = play(name, freqs, blocks=200, cuts=cuts)
    for row, freq in zip(found, freqs[:, 0], strict=True):
        length = int(RATE / freq)
        changes = np.flatnonzero(np.diff(row)) + 1
        assert set(((changes + 1) % length).tolist()) == {0}
        assert name == "LFClipNoise" or len(changes) == 200 * BLOCK // length


def test_how_long_a_value_is_held_is_read_when_it_begins() -> None:
    """A frequency that changes while a value is held is for the next one."""
    freq = np.array([[480.0] * 3 + [4800.0] * 3], np.float32)
    expected = [99, 199, *range(209, 6 * BLOCK, 10)]
    for cuts in ((), (1, 4)):
        assert expected == (np.flatnonzero(np.diff(play("LFNoise0", freq, blocks=6, cuts=cuts)[0])) + 1).tolist()


@pytest.mark.parametrize(
    "freq", [np.full((3, 1), 480.0, np.float32), np.linspace(400, 480, 200, dtype=np.float32)[None]]
)
@pytest.mark.parametrize("cuts", [(), (1, 2, 3, 77, 100)])
def test_lines_and_curves_have_no_jumps(freq: Signal, cuts: tuple[int, ...]) -> None:
    """A line goes at most from bound to bound in its time; a curve turns as little as it can."""
    lines = play("LFNoise1", freq, blocks=200, cuts=cuts)
    assert np.abs(lines).max() <= 1.0001
    assert np.abs(np.diff(lines)).max() <= 0.0201
    assert np.abs(np.diff(lines)).max() > 0.012
    curves = play("LFNoise2", freq, blocks=200, cuts=cuts)
    assert np.abs(curves).max() <= 1.2
    assert np.abs(np.diff(curves, 2)).max() <= 0.0021
    assert curves.std() > 0.25


@pytest.mark.parametrize("name", ["LFNoise0", "LFNoise1", "LFNoise2", "LFClipNoise", "Dust", "Hasher"])
@pytest.mark.parametrize("freq", [0.0, 1e9, -1.0, np.nan, np.inf])
def test_any_frequency_may_come(name: str, freq: float) -> None:
    """Whatever comes in, something goes out."""
    assert play(name, freq, blocks=9).shape == (1, 9 * BLOCK)
    assert play(name, np.full((2, 9), freq, np.float32), blocks=9, rate=Rate.CONTROL).shape == (2, 9)


DRAWS: dict[str, tuple[str, tuple[float, ...], float, float, float]] = {
    "even": ("Rand", (-1, 3), -1, 3, 1),
    "octaves": ("ExpRand", (1, 100), 1, 100, 99 / np.log(100)),
    "whole": ("IRand", (-2, 3), -2, 3, 0.5),
    "lower": ("LinRand", (0, 3, 0), 0, 3, 1),
    "higher": ("LinRand", (0, 3, 1), 0, 3, 2),
    "mean": ("NRand", (0, 4, 3), 0, 4, 2),
}


@pytest.mark.parametrize(("name", "wires", "low", "high", "mean"), DRAWS.values(), ids=DRAWS)
def test_a_value_is_drawn_once(name: str, wires: tuple[float, ...], low: float, high: float, mean: float) -> None:
    """Each voice has a value of its own by the law, and keeps it."""
    found = play(name, *wires, rate=Rate.SCALAR, blocks=3, cuts=(1, 2), rows=4000)
    assert (found == found[:, :1]).all()
    assert len(np.unique(found)) == 6 if name == "IRand" else len(np.unique(found)) > 3000
    assert low <= found.min() < found.max() <= high
    assert found.mean() == pytest.approx(mean, rel=0.1)


@pytest.mark.parametrize("name", ["TRand", "TExpRand", "TIRand"])
@pytest.mark.parametrize("rate", [Rate.AUDIO, Rate.CONTROL])
def test_a_trigger_draws_another_value(name: str, rate: Rate) -> None:
    """A value changes where a trigger rises, not at the very beginning and not while it stays up."""
    trigger = np.zeros((1, 8 * (BLOCK if rate is Rate.AUDIO else 1)), np.float32)
    trigger[0, [0, 1, 3, 5, 6]] = 1
    for cuts in ((), (1, 2, 3, 4, 5, 6)):
        found = play(name, 1.0, 1e6, trigger, rate=rate, blocks=8, cuts=cuts, rows=3)
        for row in found:
            assert (np.flatnonzero(np.diff(row)) + 1).tolist() == [3, 5]
        assert found.min() >= 1
        assert len(np.unique(found)) == 9


def test_a_hash_belongs_to_its_input() -> None:
    """The same input gives the same value, another one another."""
    signal: Wire = np.repeat(np.arange(BLOCK, dtype=np.float32), 2)[None, :]
    found = play("Hasher", signal)[0]
    np.testing.assert_array_equal(found[::2], found[1::2])
    assert len(np.unique(found)) == BLOCK
    assert -1 <= found.min() < found.max() <= 1


def test_every_noise_is_tried() -> None:
    """No noise is left out of the tables above."""
    assert {*LEVELS, "Dust", "Dust2", "Hasher"} == set(NOISES)
