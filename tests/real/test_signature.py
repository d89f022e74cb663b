"""The signature on a real scsynth: what each parameter does, as measured, and that nothing clicks on the way."""

import functools
import itertools
import re
import tempfile
from pathlib import Path

import numpy as np
import pytest
from listening import Samples, Take, decibels
from scipy import signal
from singing_pager import instruments
from studio import SUPERCOLLIDER, message, render

pytestmark = pytest.mark.needs("studio")

CATALOGUE = instruments.load()
ALARMS = ("alert_critical", "alert_warning", "alert_info")
NODE = 1000
TRITONE = 2**0.5
PAGE = SUPERCOLLIDER.parent / "docs/sound.md"

Moment = tuple[float, bytes]


def start(instrument: str, **values: float) -> Moment:
    """Begin an instrument at 0.1 s with its defaults, but for what is given."""
    sound = CATALOGUE[instrument]
    pairs: list[str | float] = []
    for parameter in sound.parameters:
        pairs += [parameter.name, values.get(parameter.name, parameter.default)]
    return 0.1, message("/s_new", instrument, NODE, 0, 0, *pairs)


def change(at: float, **values: float) -> Moment:
    """Set controls of the sounding voice."""
    pairs: list[str | float] = []
    for name, value in values.items():
        pairs += [name, value]
    return at, message("/n_set", NODE, *pairs)


def play(*moments: Moment, seconds: float) -> Take:
    """Render messages on their own, without the end of the chain."""
    with tempfile.TemporaryDirectory() as directory:
        return render(moments, seconds, Path(directory), SUPERCOLLIDER / "compiled")


@functools.cache
def steady(**values: float) -> Take:
    """Eight seconds of a signature whose fade-in is over."""
    return play(start("signature", **values), seconds=11.0).between(3.0)


def level_at(take: Take, frequency: float) -> float:
    """Level of one partial in dBFS (a sine of full scale is 0); its width is about half a hertz."""
    sound = take.mono
    window = np.hanning(len(sound))
    turning = np.exp(-2j * np.pi * frequency * np.arange(len(sound)) / take.rate)
    return decibels(2.0 * float(abs(np.sum(sound * window * turning)) / window.sum()))


def above(take: Take, frequency: float) -> Samples:
    """What a take has above a frequency, (frames,)."""
    sections = signal.butter(8, frequency, "highpass", fs=take.rate, output="sos")
    return np.asarray(signal.sosfilt(sections, take.mono), dtype=np.float64)


def clicks(take: Take) -> float:
    """Peak in dBFS of what lies far above every partial: a step of the wave or of its phase is heard there."""
    return decibels(float(np.abs(above(take, 8000.0)).max()))


def swell(take: Take) -> Samples:
    """The level over time, its pulses and nothing faster, (frames,); half a second at either end is left out."""
    return take.envelope(0.02)[take.rate // 2 : -take.rate // 2]


# What each parameter does


@pytest.mark.parametrize("freq", [200.0, 300.0, 437.0, 800.0])
@pytest.mark.parametrize("anomaly", [0.0, 0.6])
def test_load_is_pitch(freq: float, anomaly: float) -> None:
    """The lowest strong partial is `freq` within 0.1 %, beside a tritone too."""
    assert steady(freq=freq, anomaly=anomaly).fundamental() == pytest.approx(freq, rel=0.001)


@pytest.mark.parametrize("rate", [1.0, 2.0, 3.7, 10.0])
@pytest.mark.parametrize("anomaly", [0.0, 1.0])
def test_traffic_is_pulse(rate: float, anomaly: float) -> None:
    """The strongest line in the spectrum of the level is `rate`, within 2 %."""
    level = swell(steady(rate=rate, anomaly=anomaly))
    size = 1 << 21
    spectrum = np.abs(np.fft.rfft((level - level.mean()) * np.hanning(len(level)), size))
    lines = np.arange(len(spectrum)) * 48000 / size
    heard = (lines > 0.3) & (lines < 25.0)

    assert lines[heard][np.argmax(spectrum[heard])] == pytest.approx(rate, rel=0.02)


def test_the_tone_goes_on_between_pulses() -> None:
    """A pulse stands 12 dB above what is between two of them, and the pitch can be measured there."""
    level = swell(steady(rate=1.0))
    take = steady(rate=1.0)
    lowest = take.rate // 2 + int(np.argmin(level))
    between = Take(take.samples[lowest - 4800 : lowest + 4800], take.rate)

    assert decibels(level.max()) - decibels(level.min()) == pytest.approx(12.0, abs=0.2)
    assert between.fundamental() == pytest.approx(300.0, rel=0.01)


@pytest.mark.parametrize("vol", [0.1, 0.3, 0.5])
def test_memory_is_level(vol: float) -> None:
    """The level is proportional to `vol`."""
    expected = steady(vol=0.2).rms + decibels(vol / 0.2)

    assert steady(vol=vol).rms == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize(
    "other", [{"freq": 800.0}, {"rate": 10.0}, {"anomaly": 0.45}, {"anomaly": 0.6}, {"anomaly": 1.0}]
)
def test_nothing_else_is_level(other: dict[str, float]) -> None:
    """Pitch, pulse and anomaly leave the level where memory puts it."""
    assert steady(**other).rms == pytest.approx(steady().rms, abs=1.0)


# Anomaly


@pytest.mark.parametrize("anomaly", [0.15, 0.3])
def test_what_is_usual_is_not_heard(anomaly: float) -> None:
    """Up to an anomaly of 0.3 the sound is that of none at all, bit by bit."""
    assert np.array_equal(steady(anomaly=anomaly).samples, steady(anomaly=0.0).samples)


@pytest.mark.parametrize(("anomaly", "expected"), [(0.33, 0.1), (0.45, 0.5), (0.6, 1.0), (1.0, 1.0)])
def test_a_tritone_joins(anomaly: float, expected: float) -> None:
    """From 0.3 to 0.6 a tone at √2 of the pitch grows evenly from nothing."""
    healthy, wrong, whole = (steady(freq=300.0, anomaly=value) for value in (0.0, anomaly, 0.6))

    assert level_at(healthy, 300.0 * TRITONE) < -140.0
    grown = level_at(wrong, 300.0 * TRITONE) - level_at(whole, 300.0 * TRITONE)
    assert grown == pytest.approx(decibels(expected), abs=0.1)
    assert level_at(whole, 300.0 * TRITONE) - level_at(whole, 300.0) == pytest.approx(0.0, abs=0.1)


def test_a_tritone_is_wrong() -> None:
    """The tones of 0.6 beat faster than 20 and slower than 70 Hz, where the ear finds them rough."""
    tones = [ratio * base for base in (1.0, TRITONE) for ratio in (1, 2, 3)]
    beats = [abs(one - other) * 300.0 for one, other in itertools.combinations(tones, 2)]
    found = [partial.frequency for partial in steady(freq=300.0, rate=1.0, anomaly=0.6).partials(250.0, 1400.0, -25.0)]

    assert any(20.0 < beat < 70.0 for beat in beats)
    for tone in tones:
        assert min(abs(partial - tone * 300.0) for partial in found) < 0.5


def test_noise_joins() -> None:
    """Above 0.6 noise grows evenly from nothing; up to there nothing is heard beside the tones."""

    def noise(anomaly: float) -> float:
        sound = above(steady(freq=200.0, anomaly=anomaly), 1500.0)[4800:]  # every partial is below 850 Hz
        return decibels(float(np.sqrt(np.mean(sound**2))))

    assert all(noise(anomaly) < -105.0 for anomaly in (0.0, 0.3, 0.6))
    whole = noise(1.0)
    assert whole > -65.0
    for anomaly, expected in ((0.64, 0.1), (0.8, 0.5)):
        assert noise(anomaly) - whole == pytest.approx(decibels(expected), abs=0.7)


def test_there_is_no_noise_up_to_the_bound() -> None:
    """At 0.6 two renders are the same, bit by bit; above it they are not, since noise never repeats itself."""
    sounds = [play(start("signature", anomaly=anomaly), seconds=3.0).samples for anomaly in (0.6, 0.6, 0.61, 0.61)]

    assert np.array_equal(sounds[0], sounds[1])
    assert not np.array_equal(sounds[2], sounds[3])


# A value is a target

EVERYTHING = (
    change(2.0, freq=800.0),
    change(3.0, rate=10.0),
    change(4.0, anomaly=0.6),
    change(5.0, vol=0.1),
    change(6.0, vol=0.5, freq=200.0),
    change(7.0, rate=1.0, anomaly=0.0),
    change(7.1, freq=800.0, rate=10.0, anomaly=0.6, vol=0.1),
    change(8.0, freq=200.0, vol=0.5),
)


def test_nothing_clicks() -> None:
    """From its start through every glide to its release, nothing is heard far above its tones."""
    take = play(start("signature", vol=0.5, freq=200.0, rate=1.0), *EVERYTHING, change(9.0, gate=0.0), seconds=11.5)

    assert take.peak > -40.0
    assert clicks(take) < -105.0
    assert take.between(10.7).peak < -120.0


def test_it_fades_in_and_out() -> None:
    """It needs most of a second to come, and more than one to go."""
    take = play(start("signature", rate=10.0), change(3.0, gate=0.0), seconds=6.0)
    whole, coming, almost, leaving, gone = (take.between(at, at + 0.2).rms for at in (2.5, 0.1, 0.7, 3.7, 4.7))

    assert coming < whole - 10.0
    assert almost == pytest.approx(whole, abs=1.5)
    assert whole - 12.0 < leaving < whole - 3.0
    assert gone < -120.0


def test_clicks_are_found() -> None:
    """The check above sees a phase that jumps by five samples, and a level that falls by 3 dB at once."""
    take = play(start("signature", vol=0.5), seconds=4.0)
    skipped = np.concatenate([take.samples[:96000], take.samples[96005:]])
    halved = np.concatenate([take.samples[:96020], take.samples[96020:] * 0.7])

    assert clicks(take) < -105.0
    assert clicks(Take(skipped, take.rate)) > -75.0
    assert clicks(Take(halved, take.rate)) > -75.0


@pytest.mark.parametrize(("before", "after"), [(200.0, 800.0), (800.0, 200.0)])
def test_pitch_glides(before: float, after: float) -> None:
    """Pitch moves one way without a step, is between the two on the way, and there within 2 s."""
    take = play(start("signature", freq=before), change(2.0, freq=after), seconds=5.0)
    pitches = [take.between(at, at + 0.1).fundamental(low=150.0) for at in np.arange(1.9, 4.5, 0.05)]
    way = np.diff(np.log2(pitches)) * np.sign(after - before)

    assert pitches[0] == pytest.approx(before, rel=0.01)
    assert pitches[-1] == pytest.approx(after, rel=0.005)
    assert way.min() > -0.02
    assert way.max() < 0.9
    assert sum(250.0 < pitch < 640.0 for pitch in pitches) >= 3


@pytest.mark.parametrize(("before", "after"), [(1.0, 10.0), (10.0, 1.0)])
def test_the_pulse_glides(before: float, after: float) -> None:
    """On its way from one rate to another the level never moves faster than at the quicker of the two."""
    quicker = np.abs(np.diff(swell(steady(rate=10.0)))).max()
    take = play(start("signature", rate=before), change(4.03, rate=after), seconds=9.0).between(2.0)

    assert np.abs(np.diff(swell(take))).max() <= quicker * 1.02


def test_noise_fades_in() -> None:
    """An anomaly that leaps from 0 to 1 brings its noise over most of a second."""
    take = play(start("signature", freq=200.0, rate=10.0), change(3.0, anomaly=1.0), seconds=8.0)
    noise = Take(above(take, 1500.0)[:, np.newaxis], take.rate)
    levels = [noise.between(at, at + 0.1).rms for at in (2.8, 3.0, 3.1, 3.3, 5.0)]

    assert levels[0] < -105.0
    assert levels == sorted(levels)
    assert levels[1] < levels[-1] - 6.0


def test_bad_targets_do_no_harm() -> None:
    """Values far out of range give a sound that is finite and no louder than full `vol`."""
    wild = {"freq": 0.0, "rate": -5.0, "vol": 100.0, "anomaly": 1e9}
    take = play(start("signature", vol=1.0), change(2.0, **wild), change(4.0, freq=1e9, rate=1e9), seconds=6.0)

    assert take.finite
    assert take.peak < -15.0


# Among the others


@pytest.mark.parametrize("rate", [1.0, 10.0])
@pytest.mark.parametrize("anomaly", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("freq", [200.0, 800.0])
def test_alarms_stand_above_it(rate: float, anomaly: float, freq: float) -> None:
    """At its loudest it is at least 10 dB below the quietest alarm, before any ducking."""
    alarms = min(play(start(name), seconds=4.0).loudest() for name in ALARMS)

    assert steady(vol=0.5, rate=rate, anomaly=anomaly, freq=freq).loudest() < alarms - 10.0


ROW = re.compile(r"^\| (0\.\d) \| (1|10) Hz \| ([\d.]+) \| −([\d.]+) \| −([\d.]+) \| −([\d.]+) \|$", re.MULTILINE)


def test_the_figures_of_the_documentation_are_right() -> None:
    """docs/sound.md has what is measured: RMS, loudest 0.4 s and peak."""
    rows = [[float(cell) for cell in row] for row in ROW.findall(PAGE.read_text(encoding="utf-8"))]

    assert len(rows) >= 5
    for vol, rate, anomaly, *levels in rows:
        take = steady(vol=vol, rate=rate, anomaly=anomaly)
        measured = [take.rms, take.loudest(), take.peak]
        near = (0.1, 0.1, 0.1) if anomaly <= 0.6 else (0.3, 0.5, 3.0)  # the peak of noise is chance
        for level, found, tolerance in zip(levels, measured, near, strict=True):
            assert -level == pytest.approx(found, abs=tolerance), measured
