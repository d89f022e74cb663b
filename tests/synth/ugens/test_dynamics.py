"""Limiters, followers, and what is no number."""

import numpy as np
import pytest
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Signal
from synth.sounding import Wire, noise, play

BLOCKS = 24
FRAMES = BLOCKS * BLOCK
CUTS = (1, 2, 7, 16)

DYNAMICS: dict[str, tuple[str, tuple[Wire, ...]]] = {
    "limiter": ("Limiter", (0.3, 0.002)),
    "limiters of their own times": ("Limiter", (0.3, np.array([[0.001], [0.004], [0.001]], np.float32))),
    "limiter of a moving level": ("Limiter", (np.linspace(0.1, 0.5, BLOCKS, dtype=np.float32)[None, :], 0.002)),
    "normalizer": ("Normalizer", (0.5, 0.003)),
    "amplitude": ("Amplitude", (0.001, 0.01)),
    "amplitude slow to rise": ("Amplitude", (0.01, 0.001)),
    "compander": ("Compander", (noise(3, FRAMES, 2), 0.3, 1.0, 0.2, 0.001, 0.01)),
    "gate": ("Compander", (noise(3, FRAMES, 2), 0.3, 4.0, 1.0, 0.001, 0.01)),
}


def swelling(rows: int) -> Signal:
    """Give noise that comes and goes."""
    swell: Signal = np.sin(np.arange(FRAMES) / 200).astype(np.float32)
    return noise(rows, FRAMES) * swell * swell


@pytest.mark.parametrize(("name", "arguments"), DYNAMICS.values(), ids=DYNAMICS)
def test_spans_may_be_cut_anywhere(name: str, arguments: tuple[Wire, ...]) -> None:
    """A sound in one span is what it is in several."""
    whole = play(name, swelling(3), *arguments)
    assert np.abs(whole).max() > 0.01
    np.testing.assert_allclose(whole, play(name, swelling(3), *arguments, cuts=CUTS), atol=1e-6)


@pytest.mark.parametrize(("name", "arguments"), DYNAMICS.values(), ids=DYNAMICS)
def test_voices_are_what_each_is_alone(name: str, arguments: tuple[Wire, ...]) -> None:
    """Voices that sound together do not know of each other."""
    wires = (swelling(3), *arguments)
    alone = [
        play(name, *(wire if isinstance(wire, float) else wire[row % len(wire)][None] for wire in wires), blocks=BLOCKS)
        for row in range(3)
    ]
    np.testing.assert_allclose(np.concatenate(alone), play(name, *wires), atol=1e-6)


@pytest.mark.parametrize("name", ["limiter", "limiters of their own times", "normalizer", "amplitude"])
def test_a_voice_may_begin_later(name: str) -> None:
    """A voice that comes to others is what it would be without them."""
    ugen, (first, second) = DYNAMICS[name]
    found = play(ugen, swelling(3), first, second, cuts=CUTS, begins=(0, 7, 2))
    own = second if isinstance(second, float) else second[1:2]
    alone = play(ugen, swelling(3)[1:2, 7 * BLOCK :], first, own)
    np.testing.assert_allclose(alone[0], found[1, 7 * BLOCK :], atol=1e-6)


@pytest.mark.parametrize("loud", [1, 5, 100])
def test_a_limiter_lets_nothing_over_its_level(loud: float) -> None:
    """However loud it comes, it goes out below the level, two times the duration later."""
    sound = loud * swelling(1)
    found = play("Limiter", sound, 0.5, 0.002)
    assert np.abs(found).max() <= 0.5 * (1 + 1e-5)
    assert np.abs(found).max() > 0.4


def test_a_limiter_leaves_alone_what_is_soft() -> None:
    """Below the level a limiter is a delay of two stretches and nothing else; the first sample comes twice."""
    sound = 0.2 * noise(1, FRAMES)
    found = play("Limiter", sound, 0.5, 0.005, cuts=CUTS)
    late = 2 * 240
    np.testing.assert_array_equal(sound[0, :-late], found[0, late:])
    assert sound[0, 0] == found[0, late - 1]
    assert not found[0, : late - 1].any()


def test_a_normalizer_raises_what_is_soft() -> None:
    """Peaks come out at the level, however soft they were."""
    sound = 0.01 * np.sin(np.arange(FRAMES) / 5)[None, :].astype(np.float32)
    assert 0.7 == pytest.approx(np.abs(play("Normalizer", sound, 0.7, 0.002)[0, FRAMES // 2 :]).max(), rel=0.01)


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0, 0.0])
@pytest.mark.parametrize("name", ["Limiter", "Normalizer"])
def test_no_argument_is_too_bad(name: str, value: float) -> None:
    """A level or a duration that cannot be gives some sound or none, and no error."""
    source = swelling(1)
    assert source.shape == play(name, source, value, 0.002).shape
    if np.isfinite(value):
        assert source.shape == play(name, source, 0.5, value).shape


def test_amplitude_at_control_rate_follows_every_sample() -> None:
    """An audio input is not looked at once a period only."""
    source = np.zeros((1, FRAMES), np.float32)
    source[0, 5 * BLOCK + 10] = 1
    found = play("Amplitude", source, 0.0, 1.0, rate=Rate.CONTROL, blocks=BLOCKS)
    assert (1, BLOCKS) == found.shape
    assert [0, 0, 0, 0, 0] == found[0, :5].tolist()
    assert found[0, 5] > 0.8


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, 0), (-1.5, 0), (3e38, 0), (1e-38, 0), (-1e-45, 0), (np.nan, 1), (np.inf, 2), (-np.inf, 2)],
)
def test_what_is_wrong_with_a_value(value: float, expected: float) -> None:
    """1 no number, 2 infinite, each for its own sample and voice; and what stands in for it."""
    source = 0.5 * np.ones((2, 2 * BLOCK), np.float32)
    source[1, 70] = value
    kinds = np.zeros_like(source)
    kinds[1, 70] = expected
    np.testing.assert_array_equal(kinds, play("CheckBadValues", source, 0.0, 0.0))
    clean = play("Sanitize", source, 0.25)
    assert np.float32(0.25 if expected else value) == clean[1, 70]
    assert (np.delete(clean, 70, axis=1) == 0.5).all()


def test_clean_signals_cost_one_value() -> None:
    """Where nothing is wrong, nothing is one 0 for all voices and samples."""
    assert not play("CheckBadValues", noise(4, FRAMES), 0.0, 0.0).any()
