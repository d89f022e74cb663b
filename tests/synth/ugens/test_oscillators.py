"""Oscillators: sines, band-limited waves, slow shapes, and what counts cycles."""

import numpy as np
import pytest
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Signal
from synth.sounding import RATE, Wire, play

BLOCKS = 24
FRAMES = BLOCKS * BLOCK
CUTS = (1, 2, 7, 16)

PITCHES = np.array([[97.0], [441.0], [3000.0]], np.float32)
SWEEP = np.linspace(200, 900, BLOCKS, dtype=np.float32)[None, :] * np.array([[1], [1.3], [2]], np.float32)
VIBRATO = (500 + 300 * np.sin(np.arange(FRAMES) / 30)).astype(np.float32)[None, :] * np.ones((3, 1), np.float32)
PART = (0.5 + 0.4 * np.sin(np.arange(BLOCKS))).astype(np.float32)[None, :]

SHAPES = ("LFSaw", "LFTri", "LFPar", "LFCub")

OSCILLATORS: dict[str, tuple[str, tuple[Wire, ...]]] = {
    **{
        f"{name} {what}": (name, (freq, *rest))
        for what, freq in (("steady", PITCHES), ("swept", SWEEP), ("modulated", VIBRATO))
        for name, rest in (
            *((shape, (0.3,)) for shape in ("SinOsc", *SHAPES, "Impulse")),
            *((shape, (0.3, 0.4)) for shape in ("LFPulse", "VarSaw")),
            ("FSinOsc", (0.3,)),
            ("Saw", ()),
            ("Pulse", (0.3,)),
            ("Blip", (7.0,)),
            ("SyncSaw", (1234.0,)),
        )
    },
    "SinOsc of a moving phase": ("SinOsc", (PITCHES, PART)),
    "SinOsc of a modulated phase": ("SinOsc", (PITCHES, VIBRATO / np.float32(500))),
    "Impulse of a moving phase": ("Impulse", (PITCHES, PART)),
    "Impulse of a moving phase, downwards": ("Impulse", (-PITCHES, PART)),
    "Pulse of a moving width": ("Pulse", (PITCHES, PART)),
    "Blip of a moving number": ("Blip", (PITCHES, 20 * PART)),
    "LFPulse of a moving width": ("LFPulse", (PITCHES, 0.0, PART)),
    "VarSaw of a moving width": ("VarSaw", (SWEEP, 0.0, PART)),
    "SyncSaw of two moving pitches": ("SyncSaw", (SWEEP, VIBRATO)),
}


@pytest.mark.parametrize(("name", "arguments"), OSCILLATORS.values(), ids=OSCILLATORS)
@pytest.mark.parametrize("rate", [Rate.AUDIO, Rate.CONTROL])
def test_spans_may_be_cut_anywhere(name: str, arguments: tuple[Wire, ...], rate: Rate) -> None:
    """A wave in one span is what it is in several."""
    whole = play(name, *arguments, rate=rate, blocks=BLOCKS)
    assert np.abs(whole).max() > 0.1
    np.testing.assert_allclose(whole, play(name, *arguments, rate=rate, blocks=BLOCKS, cuts=CUTS), atol=3e-5)


@pytest.mark.parametrize(("name", "arguments"), OSCILLATORS.values(), ids=OSCILLATORS)
def test_voices_are_what_each_is_alone(name: str, arguments: tuple[Wire, ...]) -> None:
    """Voices that sound together do not know of each other."""
    alone = [
        play(
            name,
            *(wire if isinstance(wire, float) else wire[row % len(wire)][None] for wire in arguments),
            blocks=BLOCKS,
        )
        for row in range(3)
    ]
    np.testing.assert_allclose(np.concatenate(alone), play(name, *arguments, blocks=BLOCKS), atol=3e-5)


@pytest.mark.parametrize("name", sorted({name for name, _ in OSCILLATORS.values()}))
@pytest.mark.parametrize("freq", [0.0, 1e-9, 30000.0, -50.0, 1e30, np.nan, np.inf])
def test_any_frequency_may_come(name: str, freq: float) -> None:
    """Whatever comes in, something goes out."""
    rest = next(arguments[1:] for known, arguments in OSCILLATORS.values() if known == name)
    assert play(name, freq, *rest, blocks=BLOCKS).shape == (1, FRAMES)
    assert play(name, np.full((2, FRAMES), freq, np.float32), *rest, blocks=BLOCKS).shape == (2, FRAMES)


@pytest.mark.parametrize("freq", [3.0, 440.0, 9000.0])
def test_a_sine_is_a_sine(freq: float) -> None:
    """A sine of a frequency and a phase."""
    expected = np.sin(2 * np.pi * freq * np.arange(FRAMES) / RATE + 0.7)
    np.testing.assert_allclose(play("SinOsc", freq, 0.7, blocks=BLOCKS)[0], expected, atol=1e-4)


def test_a_recurrence_is_a_sine() -> None:
    """The other way to a sine: a little off in its pitch, as scsynth's is."""
    expected = np.sin(2 * np.pi * 440 * np.arange(FRAMES) / RATE + 0.7)
    np.testing.assert_allclose(play("FSinOsc", 440.0, 0.7, blocks=BLOCKS)[0], expected, atol=1e-3)


def test_a_phase_in_radians_moves_a_sine() -> None:
    """A moving phase is the same as a phase given sample by sample, of which it makes a line a control period."""
    line = np.concatenate([np.zeros(BLOCK), np.linspace(0, 2, BLOCK, endpoint=False), np.full(BLOCK, 2.0)])
    smooth = play("SinOsc", 440.0, line.astype(np.float32)[None, :])
    np.testing.assert_allclose(smooth, play("SinOsc", 440.0, np.array([[0, 2, 2]], np.float32), blocks=3), atol=1e-5)


def test_a_phase_beyond_four_cycles_counts_nothing() -> None:
    """So it is in scsynth, whose help says that a phase should be within 8π."""
    far = np.full((1, FRAMES), 30, np.float32)
    np.testing.assert_allclose(play("SinOsc", 440.0, 0.0, blocks=BLOCKS), play("SinOsc", 440.0, far), atol=1e-5)


def test_a_frequency_may_be_given_by_period_or_by_sample() -> None:
    """A frequency that holds for each control period is the same given either way."""
    by_sample = np.repeat(SWEEP, BLOCK, axis=1)
    for name in ("SinOsc", *SHAPES):
        np.testing.assert_allclose(play(name, by_sample, 0.0), play(name, SWEEP, 0.0, blocks=BLOCKS), atol=1e-4)


def test_a_frequency_of_zero_holds_a_recurrence_still() -> None:
    """With no frequency the last value stays."""
    freq = np.concatenate([np.full(8, 100.0), np.zeros(8)]).astype(np.float32)[None, :]
    found = play("FSinOsc", freq, 0.0, blocks=16)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(1, play("FSinOsc", 0.0, np.pi / 2, blocks=3), atol=1e-6)


@pytest.mark.parametrize(("name", "arguments"), [("Saw", ()), ("Pulse", (0.3,)), ("Blip", (200.0,))])
def test_band_limited_waves_have_harmonics_only(name: str, arguments: tuple[float, ...]) -> None:
    """Nothing is folded back at half the sample rate: between the harmonics there is nothing."""
    settled = play(name, 1000.0, *arguments, blocks=250)[0, -9600:]
    spectrum = np.abs(np.fft.rfft(settled * np.hanning(9600)))
    away = np.abs((np.arange(len(spectrum)) + 100) % 200 - 100) > 20
    assert spectrum[away].max() < 2e-3 * spectrum.max()


def test_a_blip_has_so_many_harmonics() -> None:
    """Each harmonic up to the number has the same strength."""
    spectrum = np.abs(np.fft.rfft(play("Blip", 1000.0, 5.0, blocks=75)[0]))[::100] / 2400
    np.testing.assert_allclose([0, 0.2, 0.2, 0.2, 0.2, 0.2, 0, 0], spectrum[:8], atol=1e-3)


SECOND: dict[str, tuple[tuple[Wire, ...], float]] = {
    "LFSaw": ((0.0,), 0),
    "LFTri": ((0.0,), 0),
    "LFPar": ((0.0,), 0),
    "LFCub": ((0.0,), 0),
    "LFPulse": ((0.0, 0.25), 0.25),
    "VarSaw": ((0.0, 0.25), 0),
}


@pytest.mark.parametrize(("name", "rest", "mean"), [(name, *case) for name, case in SECOND.items()], ids=SECOND)
def test_shapes_repeat_and_have_a_mean(name: str, rest: tuple[Wire, ...], mean: float) -> None:
    """A shape repeats after a cycle, and goes between its bounds."""
    found = play(name, 375.0, *rest, blocks=20)[0]
    np.testing.assert_array_equal(found[:-128], found[128:])
    assert np.abs(found).max() <= 1
    assert found[:128].mean() == pytest.approx(mean, abs=1 / 128)


def impulses(found: Signal) -> list[int]:
    """Where a single row is not 0."""
    return np.flatnonzero(found[0]).tolist()


def test_an_impulse_begins_each_cycle() -> None:
    """The first comes at once, or when its phase has come round; backwards likewise."""
    assert impulses(play("Impulse", 375.0, 0.0, blocks=6)) == [0, 128, 256]
    assert impulses(play("Impulse", 375.0, 0.25, blocks=6)) == [96, 224, 352]
    assert impulses(play("Impulse", -375.0, 0.25, blocks=6)) == [32, 160, 288]
    assert impulses(play("Impulse", 0.0, 0.0, blocks=6)) == [0]
    assert impulses(play("Impulse", 36000.0, 0.0, blocks=1))[:6] == [0, 2, 3, 4, 6, 7]


def test_a_phase_that_moves_gives_no_impulse_by_itself() -> None:
    """An impulse that the phase goes over is left out, and one that it goes back over comes once."""
    there = np.array([[0, 0.9, 0.9, 0, 0]], np.float32)
    assert impulses(play("Impulse", 0.0, there, blocks=5)) == [0]
    back = np.zeros((1, 12), np.float32)
    back[0, 3:] = -0.5
    assert impulses(play("Impulse", 375.0, back, blocks=12)) == [0, 128, 320, 448, 576, 704]
    over = np.zeros((1, 12), np.float32)
    over[0, 1:] = 0.999
    assert impulses(play("Impulse", 375.0, over, blocks=12))[:3] == [0, 129, 257]


def test_a_synced_saw_has_the_period_of_its_master() -> None:
    """Whatever its own frequency, it repeats with the other one."""
    found = play("SyncSaw", 375.0, 1234.5, blocks=30)[0, 256:]
    np.testing.assert_allclose(found[:-128], found[128:], atol=1e-6)
