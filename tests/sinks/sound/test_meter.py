"""Levels."""

import numpy as np
import pytest
from singing_pager.sinks.sound.meter import SILENCE, Levels, Meter, dbfs
from singing_pager.sinks.sound.tape import Tape
from sounding import RATE, tone


def test_levels_of_a_sine() -> None:
    """A full sine peaks at 0 dBFS, and its RMS is 3.01 dB below."""
    meter = Meter(RATE)
    for block in np.array_split(tone(1.0, level=1.0), 50):
        assert meter.take(block)
    assert [meter.now.peak_dbfs, meter.now.rms_dbfs] == pytest.approx([0.0, -3.01], abs=0.01)
    assert meter.now == meter.ever


def test_now_and_ever() -> None:
    """What sounded more than a second ago is history; a rest is silent now, and leaves history alone."""
    meter = Meter(RATE)
    meter.take(tone(0.5, level=0.5))
    for _ in range(20):
        meter.take(tone(0.1, level=0.1))
    assert meter.now.peak == pytest.approx(0.1, rel=1e-3)
    assert meter.ever.peak == pytest.approx(0.5, rel=1e-3)
    meter.rest()
    assert meter.now == Levels(0.0, 0.0)
    assert meter.ever.peak == pytest.approx(0.5, rel=1e-3)


def test_a_peak_below_zero_counts() -> None:
    """Peaks are looked for on both sides."""
    meter = Meter(RATE)
    meter.take(np.array([[0.1, -0.7]], np.float32))
    assert meter.now.peak == pytest.approx(0.7)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number(bad: float) -> None:
    """A block with a bad value is told, and spoils no level."""
    meter = Meter(RATE)
    assert not meter.take(np.array([[0.5, bad]], np.float32))
    assert (meter.now, meter.ever) == (Levels(0.0, 0.0), Levels(0.0, 0.0))


def test_silence() -> None:
    """Silence has a level too."""
    assert (dbfs(0.0), dbfs(1e-30), Levels(0.0, 0.0).rms_dbfs) == (SILENCE, SILENCE, SILENCE)


def test_a_tape_keeps_the_last_seconds() -> None:
    """A tape is as long as it is, however long it runs."""
    tape = Tape(0.5)
    assert tape.samples.shape == (0, 2)
    for number in range(100):
        tape.write(np.full((1000, 2), number, np.float32))
    assert tape.samples.shape == (RATE // 2, 2)
    assert (tape.samples[0, 0], tape.samples[-1, 0]) == (76.0, 99.0)
