"""The alarms as the built-in engine plays them through its whole stage: rhythm, pitch, timbre, level, no clicks."""

import dataclasses
import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from hearing import ALARMS, CATALOGUE, EARCONS, EVEN, LIMITER, ODD, RATE, hiss, struck
from listening import Take, decibels

PAGE = Path(__file__).parents[2] / "docs/sound.md"

Bounds = tuple[float, float]


@dataclasses.dataclass(frozen=True)
class Pattern:
    """What IEC 60601-1-8 wants of a burst, in seconds: `half` is the pause between the half bursts."""

    count: int
    length: Bounds
    gap: Bounds
    half: Bounds | None = None


PATTERNS = {
    "alert_critical": Pattern(10, (0.075, 0.2), (0.05, 0.125), (0.35, 1.3)),
    "alert_warning": Pattern(3, (0.125, 0.25), (0.125, 0.25)),
    "alert_info": Pattern(2, (0.125, 0.25), (0.125, 0.25)),
}
DURATIONS = {
    name: (
        0.0,
        instrument.parameters[2].range[0],
        instrument.parameters[2].default,
        instrument.parameters[2].range[1],
        60.0,
    )
    for name, instrument in CATALOGUE.items()
    if name in ALARMS
}
"""`dur`: too short, shortest, default, longest, too long."""


def default(name: str, parameter: str) -> float:
    """A parameter's default."""
    instrument = CATALOGUE[name]
    return instrument.parameters[instrument.index(parameter)].default


def inside(bounds: Bounds, value: float) -> bool:
    """Whether a value keeps its bounds, which are the standard's."""
    return bounds[0] <= value <= bounds[1]


# Rhythm


@pytest.mark.parametrize(("name", "dur"), [(name, dur) for name in ALARMS for dur in DURATIONS[name]])
def test_an_alarm_keeps_its_pattern(name: str, dur: float) -> None:
    """Whatever `dur` is, a burst has the pulses, lengths, gaps and rises of its severity."""
    pattern = PATTERNS[name]
    pulses = struck(name, dur=dur).pulses()
    gaps = [following.onset - pulse.end for pulse, following in itertools.pairwise(pulses)]

    assert pattern.count == len(pulses)
    if pattern.half:
        assert inside(pattern.half, gaps.pop(pattern.count // 2 - 1))
    assert all(inside(pattern.gap, gap) for gap in gaps)
    assert all(inside(pattern.length, pulse.length) for pulse in pulses)
    assert all(inside((0.15, 0.2), pulse.rise / pulse.length) for pulse in pulses)


def test_critical_is_three_and_two_twice() -> None:
    """In each half burst the third gap is longer than the others, so that three and two are heard."""
    pulses = struck("alert_critical").pulses()
    gaps = np.diff([pulse.onset for pulse in pulses])

    assert [2, 4, 7] == np.flatnonzero(gaps > 1.2 * np.median(gaps)).tolist()
    assert np.argmax(gaps) == 4


@pytest.mark.parametrize("name", ALARMS)
def test_dur_stretches_the_pattern(name: str) -> None:
    """A longer `dur` makes longer pulses and gaps, and the burst is over when `dur` is, within 20 ms."""
    durations = sorted(DURATIONS[name])[1:4]
    bursts = [struck(name, dur=dur).pulses() for dur in durations]
    lengths = [float(np.mean([pulse.length for pulse in burst])) for burst in bursts]
    gaps = [burst[1].onset - burst[0].end for burst in bursts]

    assert sorted(set(lengths)) == lengths
    assert sorted(set(gaps)) == gaps
    assert all(burst[-1].end - burst[0].onset <= dur + 0.02 for dur, burst in zip(durations, bursts, strict=True))


def test_urgency_is_speed_and_pitch() -> None:
    """Critical is more than twice as fast as the others; critical, warning and info have 880, 660 and 440 Hz."""
    periods = [np.diff([pulse.onset for pulse in struck(name).pulses()]).min() for name in ALARMS]
    pitches = [struck(name).fundamental() for name in ALARMS]

    assert 2 * periods[0] < min(periods[1:])
    assert [880.0, 660.0, 440.0] == pytest.approx(pitches, rel=1e-4)


@pytest.mark.parametrize("which", [1, 2, 3], ids=["shortest", "default", "longest"])
def test_urgency_rises_with_speed(which: int) -> None:
    """Critical pulses faster than warning, and warning than info: at their shortest, their defaults, their longest."""
    periods = [np.diff([pulse.onset for pulse in struck(name, dur=DURATIONS[name][which]).pulses()]) for name in ALARMS]
    fastest = [period.min() for period in periods]

    assert all(faster * 1.03 < slower for faster, slower in itertools.pairwise(fastest))


# Pitch and timbre


@pytest.mark.parametrize("name", ALARMS)
@pytest.mark.parametrize("freq", [150.0, 329.6, 440.0, 697.3, 1000.0])
def test_an_alarm_sings_at_its_pitch(name: str, freq: float) -> None:
    """`freq` is the fundamental within 0.01 %, and at least four partials in 300 to 4000 Hz lie within 15 dB."""
    take = struck(name, freq=freq)
    pulse = take.pulses(window=0.008)[0]

    assert freq == pytest.approx(take.fundamental(), rel=1e-4)
    assert len(take.between(pulse.onset, pulse.end).partials(300.0, 4010.0, floor=-15.0)) >= 4


@pytest.mark.parametrize("name", ALARMS)
@pytest.mark.parametrize(("freq", "expected"), [(1.0, 150.0), (149.0, 150.0), (1001.0, 1000.0), (20_000.0, 1000.0)])
def test_a_pitch_out_of_range_is_brought_into_it(name: str, freq: float, expected: float) -> None:
    """No alarm sings where a pager's loudspeaker, or an old ear, is deaf."""
    assert expected == pytest.approx(struck(name, freq=freq).fundamental(), rel=1e-4)


def test_only_critical_is_inharmonic() -> None:
    """Partials that are no multiples of the pitch make an alarm urgent."""
    for name in ALARMS:
        take = struck(name, freq=500.0)
        pulse = take.pulses()[0]
        ratios = [partial.frequency / 500.0 for partial in take.between(pulse.onset, pulse.end).partials(floor=-20.0)]
        strange = [ratio for ratio in ratios if abs(ratio - round(ratio)) > 0.1]

        assert pytest.approx([2.43, 3.57] if name == "alert_critical" else [], abs=0.02) == strange


# Level


def documented(row: str) -> dict[str, float]:
    """A row of the table of docs/sound.md, in dBFS."""
    found = re.search(
        rf"^\| {re.escape(row)}((?: \| −[\d.]+ dBFS)+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert found, row
    return dict(zip(ALARMS, [-float(level) for level in re.findall(r"−([\d.]+)", found[1])], strict=True))


@pytest.mark.parametrize("name", ALARMS)
def test_the_levels_of_the_documentation_are_right(name: str) -> None:
    """docs/sound.md has what is measured: peak and loudest 0.4 s."""
    take = struck(name)

    assert documented("peak")[name] == pytest.approx(take.peak, abs=0.1)
    assert documented("loudest 0.4 s (RMS)")[name] == pytest.approx(take.loudest(), abs=0.1)


@pytest.mark.parametrize("name", ALARMS)
@pytest.mark.parametrize("vol", [0.01, 0.1, 0.5, 1.0])
def test_vol_is_level(name: str, vol: float) -> None:
    """The level is proportional to `vol`."""
    expected = struck(name).loudest() + decibels(vol / default(name, "vol"))

    assert expected == pytest.approx(struck(name, vol=vol).loudest(), abs=0.01)


@pytest.mark.parametrize("name", ALARMS)
@pytest.mark.parametrize(("vol", "expected"), [(7.0, 1.0), (-1.0, 0.0)])
def test_a_volume_out_of_range_is_brought_into_it(name: str, vol: float, expected: float) -> None:
    """Nothing is louder than 1 or turned upside down."""
    assert np.array_equal(struck(name, vol=expected).samples, struck(name, vol=vol).samples)


def test_urgency_is_loudness_too() -> None:
    """Critical is louder than warning, warning than info, info than resolved, each by 3 dB or more."""
    levels = [struck(name).loudest() for name in (*ALARMS, "resolved")]

    assert all(louder >= quieter + 3.0 for louder, quieter in itertools.pairwise(levels))


# Starts and ends


CLICK = -65.0
"""dB: what an alarm has above 12 kHz, twice the highest partial, relative to its peak; a click has −50 and more."""


@pytest.mark.parametrize("name", ALARMS)
@pytest.mark.parametrize("freq", [150.0, 440.0, 1000.0])
@pytest.mark.parametrize("dur", [0.0, 60.0])
def test_no_pulse_clicks(name: str, freq: float, dur: float) -> None:
    """At no start and at no end of a pulse is anything heard far above the highest partial."""
    take = struck(name, freq=freq, dur=dur)

    assert hiss(take, 12_000.0).peak < take.peak + CLICK


@pytest.mark.parametrize(("rest", "scale"), [(slice(3, None), 1.0), (slice(None), 0.9)], ids=["skip", "step"])
def test_clicks_are_found(rest: slice, scale: float) -> None:
    """The check above sees three samples that are left out, and a level that falls by 1 dB at once."""
    take = struck("alert_info")
    middle = round((LIMITER + 0.2) * RATE) + 8
    damaged = Take(np.concatenate([take.samples[:middle], take.samples[middle:][rest] * scale]), RATE)

    assert hiss(damaged, 12_000.0).peak > take.peak - 50.0


@pytest.mark.parametrize("name", [*ALARMS, *EARCONS])
@pytest.mark.parametrize("later", [1, 37, 63, 64 * 3 + 17])
def test_a_start_is_exact(name: str, later: int) -> None:
    """A sound that starts so many samples later is the same, so many samples later."""
    assert np.array_equal(struck(name, EVEN).samples[:-later], struck(name, EVEN + later).samples[later:])


@pytest.mark.parametrize("name", ALARMS)
@pytest.mark.parametrize("frame", [EVEN, ODD])
def test_an_alarm_is_heard_at_once(name: str, frame: int) -> None:
    """Nothing is heard before the sample at which it starts, and something within 0.1 ms, the limiter's delay apart."""
    first = np.flatnonzero(struck(name, frame).mono)[0] - round(LIMITER * RATE)

    assert frame <= first <= frame + 5


@pytest.mark.parametrize("name", [*ALARMS, *EARCONS])
def test_a_struck_sound_ends_by_itself(name: str) -> None:
    """A struck sound is finite, and nothing at all is left of it after its time."""
    take = struck(name)

    assert take.finite
    assert not take.between(-0.2).samples.any()
