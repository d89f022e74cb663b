"""The sounds that are struck and are no alarms, as the built-in engine plays them through its whole stage."""

import re
from pathlib import Path

import numpy as np
import pytest
from hearing import ALARMS, EARCONS, LIMITER, ODD, RATE, hiss, limits, struck
from listening import Take

PAGE = Path(__file__).parents[2] / "docs/sound.md"
ROW = re.compile(r"^\| `(\w+)` \|.*\| −([\d.]+), −([\d.]+) \|$", re.MULTILINE)
START = ODD / RATE + LIMITER


def line(level: np.ndarray[tuple[int], np.dtype[np.float64]], low: float, high: float) -> float:
    """The strongest line in the spectrum of a level over time, in Hz."""
    size = 1 << 20
    spectrum = np.abs(np.fft.rfft((level - level.mean()) * np.hanning(len(level)), size))
    lines = np.arange(len(spectrum)) * RATE / size
    heard = (lines > low) & (lines < high)
    return float(lines[heard][np.argmax(spectrum[heard])])


def test_the_levels_of_the_documentation_are_right() -> None:
    """docs/sound.md has what is measured: peak and loudest 0.4 s; those of noise are chance."""
    rows = {
        name: (-float(peak), -float(loudest)) for name, peak, loudest in ROW.findall(PAGE.read_text(encoding="utf-8"))
    }

    assert set(EARCONS) <= set(rows)
    for name in EARCONS:
        take = struck(name)
        assert rows[name] == pytest.approx((take.peak, take.loudest()), abs=1.0 if name in {"stale", "flood"} else 0.1)


@pytest.mark.parametrize("name", EARCONS)
@pytest.mark.parametrize("which", [0, 1])
def test_no_start_and_no_end_clicks(name: str, which: int) -> None:
    """Above 12 kHz the first and the last moments have no more than what is between, or next to nothing."""
    take = struck(name, **limits(name, which) | ({} if name == "heartbeat" else {"vol": 1.0}))
    high = hiss(take, 12_000.0)
    end = np.flatnonzero(take.mono)[-1] / RATE
    middle = max(high.between(START + 0.05, end - 0.2).peak, take.peak - 80.0)

    assert high.between(0.0, START + 0.05).peak <= middle
    assert high.between(end - 0.2).peak <= middle


def test_resolved_is_a_major_triad_that_rises() -> None:
    """Three notes come one after the other: the pitch, its major third and its fifth."""
    take = struck("resolved", freq=400.0, dur=3.0)
    steps = [take.between(START + at, START + at + 0.4).partials(300.0, 700.0, floor=-40.0) for at in (0.05, 0.6, 1.1)]
    newest = [max(partial.frequency for partial in partials if partial.level > -20.0) for partials in steps]

    assert [400.0, 500.0, 600.0] == pytest.approx(newest, rel=0.01)


@pytest.mark.parametrize("vol", [0.2, 0.7, 1.0])
def test_resolved_is_quieter_than_any_alarm_of_its_volume(vol: float) -> None:
    """Good news is no alarm."""
    assert all(struck("resolved", vol=vol).loudest() < struck(name, vol=vol).loudest() - 3.0 for name in ALARMS)


@pytest.mark.parametrize("freq", [100.0, 220.0, 400.0])
def test_stale_sinks_by_a_fifth(freq: float) -> None:
    """It is one swell, whose tone ends at two thirds of its pitch."""
    take = struck("stale", freq=freq)
    first, last = take.between(START + 0.1, START + 0.5), take.between(START + 1.75, START + 1.9)
    soft = take.envelope(0.3)

    assert freq == pytest.approx(first.fundamental(0.8 * freq, 1.3 * freq), rel=0.02)
    assert freq * 2 / 3 == pytest.approx(last.fundamental(0.5 * freq, 1.3 * freq), rel=0.06)
    assert 0.3 < np.argmax(soft) / RATE - START < 1.0


@pytest.mark.parametrize(("count", "expected"), [(1.0, 9.0), (10.0, 16.67), (1000.0, 32.0)])
def test_flood_is_thicker_with_its_count(count: float, expected: float) -> None:
    """One alarm more is 9 bells a second, a thousand are 32."""
    level = struck("flood", count=count).envelope(0.01)[round((START + 0.05) * RATE) : round((START + 1.5) * RATE)]

    assert expected == pytest.approx(line(level, 6.0, 45.0), rel=0.03)


def test_the_bells_of_a_flood_differ() -> None:
    """Its bells have many pitches between 700 and 2100 Hz."""
    take = struck("flood", count=1.0)
    bells = [take.between(START + number / 9 + 0.01, START + (number + 1) / 9) for number in range(10)]
    pitches = [max(bell.partials(500.0, 2600.0), key=lambda partial: partial.level).frequency for bell in bells]

    assert all(660.0 < pitch < 2200.0 for pitch in pitches)
    assert max(pitches) > 1.5 * min(pitches)


def test_the_heartbeat_is_a_double_thump_that_is_hardly_there() -> None:
    """It has two beats a quarter of a second apart, below 120 Hz, and peaks at about −45 dBFS."""
    take = struck("heartbeat")
    first, second = take.pulses(window=0.02)
    (strongest,) = (partial for partial in take.partials() if partial.level == pytest.approx(0.0, abs=0.01))

    assert 0.24 == pytest.approx(second.onset - first.onset, abs=0.02)
    assert 60.0 < strongest.frequency < 120.0
    assert -48.0 < take.peak < -42.0
    assert take.peak < min(struck(name).peak for name in ALARMS) - 30.0


def test_fault_falls_four_times() -> None:
    """Four whistles, each softer than the one before, fall from 2600 Hz through two octaves."""
    take = struck("fault")
    pulses = take.pulses()
    ends = [
        [take.between(at, at + 0.025).fundamental(400.0, 3000.0) for at in (pulse.onset + 0.01, pulse.end - 0.035)]
        for pulse in pulses
    ]
    levels = [take.between(pulse.onset, pulse.end).peak for pulse in pulses]

    assert len(pulses) == 4
    assert np.full(3, 0.32) == pytest.approx(np.diff([pulse.onset for pulse in pulses]), abs=0.005)
    assert [2352.0] * 4 == pytest.approx([first for first, _ in ends], rel=0.02)
    assert [697.0] * 4 == pytest.approx([last for _, last in ends], rel=0.02)
    assert sorted(levels, reverse=True) == levels
    assert struck("alert_info").loudest() < take.loudest() < struck("alert_warning").loudest()


def test_lost_is_a_tritone_that_flutters() -> None:
    """Two tones alternate, a tritone apart, and flutter nine times a second."""
    take = struck("lost")
    tones = [take.between(START + at, START + at + 0.4).fundamental(120.0, 300.0) for at in (0.1, 0.75, 1.4, 2.0)]
    level = take.envelope(0.02)[round((START + 0.2) * RATE) : round((START + 2.2) * RATE)]

    assert [233.0, 165.0, 233.0, 165.0] == pytest.approx(tones, rel=0.02)
    assert 2**0.5 == pytest.approx(tones[0] / tones[1], rel=0.01)
    assert 9.0 == pytest.approx(line(level, 4.0, 20.0), rel=0.02)


def test_what_begins_in_silence_is_seen_to_click() -> None:
    """The check for clicks sees an earcon whose first 30 ms are missing."""
    take = struck("lost")
    late = Take(np.concatenate([take.samples[:ODD] * 0.0, take.samples[ODD + 2400 :]]), RATE)

    assert hiss(late, 12_000.0).between(0.0, START + 0.05).peak > hiss(take, 12_000.0).peak + 3.0
