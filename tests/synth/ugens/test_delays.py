"""Delay lines and reverberation."""

import numpy as np
import pytest
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Signal
from synth.sounding import Wire, noise, play

BLOCKS = 20
FRAMES = BLOCKS * BLOCK
CUTS = (1, 2, 7, 16)
KINDS = "NLC"

TIMES: dict[str, Wire] = {
    "a constant": 0.0031,
    "each its own": np.array([[0.0007], [0.0031], [0.012]], np.float32),
    "control rate": np.linspace(0.001, 0.02, 3 * BLOCKS, dtype=np.float32).reshape(3, BLOCKS),
    "one control for all": np.linspace(0.02, 0.001, BLOCKS, dtype=np.float32)[None, :],
    "audio rate": (0.01 + 0.005 * np.sin(np.arange(FRAMES, dtype=np.float32) / 300))[None, :].astype(np.float32),
}
LINES = [(f"{name}{kind}", time) for name in ("Delay", "Comb", "Allpass") for kind in KINDS for time in TIMES]


def struck(frames: int = FRAMES) -> Signal:
    """Give one sample of 1, the second."""
    found = np.zeros((1, frames), np.float32)
    found[0, 1] = 1
    return found


def arguments(name: str, time: Wire) -> tuple[Wire, ...]:
    """Give the arguments of a delay line, with a decay time where it has one."""
    return (0.03, time) if name.startswith("Delay") else (0.03, time, 0.1)


@pytest.mark.parametrize(("name", "time"), LINES)
def test_spans_may_be_cut_anywhere(name: str, time: str) -> None:
    """A sound in one span is what it is in several."""
    wires = (noise(3, FRAMES), *arguments(name, TIMES[time]))
    whole = play(name, *wires)
    assert np.abs(whole).max() > 0.1
    np.testing.assert_allclose(whole, play(name, *wires, cuts=CUTS), atol=1e-5)


@pytest.mark.parametrize(("name", "time"), LINES)
def test_voices_are_what_each_is_alone(name: str, time: str) -> None:
    """Voices that sound together do not know of each other."""
    wires = (noise(3, FRAMES), *arguments(name, TIMES[time]))
    alone = [
        play(name, *(wire if isinstance(wire, float) else wire[row % len(wire)][None] for wire in wires), blocks=BLOCKS)
        for row in range(3)
    ]
    np.testing.assert_allclose(np.concatenate(alone), play(name, *wires), atol=1e-5)


@pytest.mark.parametrize(("name", "time"), LINES)
def test_a_voice_may_begin_later(name: str, time: str) -> None:
    """A voice that comes to others is what it would be without them."""
    wires = (noise(3, FRAMES), *arguments(name, TIMES[time]))
    found = play(name, *wires, cuts=CUTS, begins=(0, 7, 2))
    own = (wire if isinstance(wire, float) else wire[1 % len(wire)][None] for wire in wires)
    later = [
        wire if isinstance(wire, float) or wire.shape[1] == 1 else wire[:, wire.shape[1] * 7 // BLOCKS :]
        for wire in own
    ]
    alone = play(name, *later, blocks=BLOCKS - 7)
    np.testing.assert_allclose(alone[0], found[1, 7 * BLOCK :], atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_delay_is_late(kind: str) -> None:
    """A whole number of samples late, by any interpolation."""
    found = play(f"Delay{kind}", struck(), 0.1, 100 / 48000)
    assert 101 == np.abs(found).argmax()
    assert 1 == pytest.approx(found.sum(), abs=1e-3)


def test_between_two_samples() -> None:
    """Half a sample more is between the two: the first, their mean, or a curve through the four around them."""
    time = np.float32(100.5 / 48000)
    assert [1, 0] == play("DelayN", struck(), 0.1, float(time))[0, 101:103].tolist()
    np.testing.assert_allclose([0.5, 0.5], play("DelayL", struck(), 0.1, float(time))[0, 101:103], atol=1e-3)
    expected = [-0.0625, 0.5625, 0.5625, -0.0625]
    np.testing.assert_allclose(expected, play("DelayC", struck(), 0.1, float(time))[0, 100:104], atol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sign", [1, -1])
def test_echoes_die_in_their_time(kind: str, sign: int) -> None:
    """After the decay time an echo is 60 dB down; a negative one turns every other upside down."""
    found = play(f"Comb{kind}", struck(), 0.1, 48 / 48000, sign * 0.02)[0]
    assert 1 == pytest.approx(found[49], abs=1e-3)
    assert sign * 0.001 ** (1 / 20) == pytest.approx(found[97], abs=1e-3)
    assert 0.001 == pytest.approx(found[49 + 20 * 48], rel=0.05)


@pytest.mark.parametrize("kind", KINDS)
def test_an_allpass_keeps_all_the_energy(kind: str) -> None:
    """What comes out has the energy of what went in, echo by echo."""
    found = play(f"Allpass{kind}", struck(), 0.1, 48 / 48000, 0.01)[0]
    assert 1 == pytest.approx(float((found.astype(np.float64) ** 2).sum()), abs=0.02 if kind == "N" else 0.3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_delay_of_nothing_is_nothing(kind: str) -> None:
    """A constant delay time of 0 leaves the signal as it is."""
    source = noise(2, FRAMES)
    np.testing.assert_array_equal(source, play(f"Delay{kind}", source, 0.1, 0.0))


def test_a_delay_at_control_rate_counts_periods() -> None:
    """Three periods are three values at control rate."""
    source = noise(1, BLOCKS)
    found = play("DelayN", source, 0.1, 3.001 / 750, rate=Rate.CONTROL, blocks=BLOCKS, cuts=CUTS)
    np.testing.assert_array_equal(source[0, :-3], found[0, 3:])


@pytest.mark.parametrize("name", ["DelayL", "CombL", "AllpassC"])
def test_a_bad_value_stays_in_its_voice(name: str) -> None:
    """What is no number does not get into the lines of other voices."""
    source = noise(2, FRAMES)
    wires = arguments(name, 0.0031)
    expected = play(name, source, *wires)[1]
    source[0, 30] = np.nan
    np.testing.assert_allclose(expected, play(name, source, *wires)[1], atol=1e-6)


@pytest.mark.parametrize("name", sorted({name for name, _ in LINES}))
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -1.0, 1e9])
def test_no_argument_is_too_bad(name: str, value: float) -> None:
    """What cannot be a time gives some sound or none, and no error; not in the one voice, nor in those beside it."""
    times = np.full((2, BLOCKS), 0.003, np.float32)
    times[0, 5:] = value
    source = noise(2, FRAMES)
    decay = () if name.startswith("Delay") else (0.1,)
    for own in (times, times.repeat(BLOCK, axis=1)):
        assert np.isfinite(play(name, source, 0.03, own, *decay)[1]).all()
    assert play(name, source, 0.03, value, *decay).shape == source.shape
    assert play(name, source, 1.0 if value > 1 else value, 0.001, *decay).shape == source.shape
    if not name.startswith("Delay"):
        assert play(name, source, 0.03, 0.003, value).shape == source.shape


@pytest.mark.parametrize("arguments", [(0.5, 0.7, 0.4), (0.2, np.linspace(0, 1, BLOCKS, dtype=np.float32)[None], 0.1)])
def test_a_room_is_the_same_however_it_is_cut(arguments: tuple[Wire, ...]) -> None:
    """Spans may be cut anywhere, and voices are what each is alone."""
    source = noise(2, FRAMES)
    whole = play("FreeVerb", source, *arguments)
    np.testing.assert_allclose(whole, play("FreeVerb", source, *arguments, cuts=CUTS), atol=1e-6)
    alone = [play("FreeVerb", source[row : row + 1], *arguments) for row in range(2)]
    np.testing.assert_allclose(np.concatenate(alone), whole, atol=1e-6)


def test_a_dry_room_is_no_room() -> None:
    """With nothing of the room the signal stays as it is; with all of it the first echo comes later."""
    source = noise(1, FRAMES)
    np.testing.assert_array_equal(source, play("FreeVerb", source, 0.0, 0.5, 0.5))
    wet = play("FreeVerb", struck(), 1.0, 0.5, 0.5)[0]
    assert not wet[:1116].any()
    assert wet[1116:1500].any()
