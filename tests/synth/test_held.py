"""Held voices on the built-in engine: they start, glide and end without a click, and are what they are told to be."""

import functools

import numpy as np
import pytest
from hearing import HELD, LIMITER, RATE, Timed, heard, hiss, hold, limits, raw, release
from listening import Take

AT = 37 / RATE
VOICE = 1000  # the first voice's node


@functools.cache
def steady(name: str, seconds: float = 7.0, **values: float) -> Take:
    """A voice that nothing happens to, its fade-in left out."""
    return heard([(AT, hold(name, **values))], seconds).between(2.0)


@functools.cache
def moved(name: str) -> Take:
    """A voice whose every parameter leaps, one after the other and all at once, its volume too; it ends at 8 s."""
    low, high = limits(name, 0), limits(name, 1)
    leaps: list[Timed] = [
        (2.0 + step / 4 + AT, hold(name, **(low | {parameter: high[parameter]}))) for step, parameter in enumerate(low)
    ]
    volumes: list[Timed] = [] if "vol" in low else [(3.5 + AT, raw("/n_set", VOICE, "vol", 1.0))]
    return heard(
        [
            (AT, hold(name, **low)),
            *leaps,
            (3.0 + AT, hold(name, **high)),
            *volumes,
            (5.0 + AT, hold(name, **low)),
            (5.1 + AT, hold(name, **high)),
            (8.0 + AT, release(name)),
        ],
        10.0,
    )


@pytest.mark.parametrize("name", HELD)
def test_nothing_clicks(name: str) -> None:
    """From its start through every glide to its release, nothing above 8 kHz is stronger than at rest, or −90 dBFS."""
    at_rest = max(
        hiss(heard([(AT, hold(name, **limits(name, which))), (AT, raw("/n_set", VOICE, "vol", 1.0))], 7.0), 8000.0)
        .between(2.0)
        .peak
        for which in (0, 1)
    )
    high = hiss(moved(name), 8000.0)

    assert high.peak <= max(at_rest + 3.0, -90.0)
    assert high.between(0.0, 0.5).peak <= max(at_rest - 6.0, -90.0)


@pytest.mark.parametrize("damage", ["late", "skip", "cut"])
def test_clicks_are_found(damage: str) -> None:
    """The check above sees a voice that starts at once, one whose phase skips five samples, and one that is cut off."""
    take = moved("cpu")
    middle = 7 * RATE
    silence = np.zeros((RATE, 2))
    damaged = {
        "late": np.concatenate([silence, take.samples[middle:]]),
        "skip": np.concatenate([take.samples[:middle], take.samples[middle + 5 :]]),
        "cut": np.concatenate([take.samples[:middle], silence]),
    }[damage]

    assert hiss(Take(damaged, RATE), 8000.0).peak > -85.0


@pytest.mark.parametrize("name", HELD)
def test_a_voice_fades_in_and_out(name: str) -> None:
    """It comes within 0.8 s and goes within 1.5 s, and then nothing at all is left of it."""
    highest = {**limits(name, 1), "anomaly": 0.0}
    take = heard([(AT, hold(name, **highest)), (AT, raw("/n_set", VOICE, "vol", 1.0)), (5.0 + AT, release(name))], 7.0)
    whole = take.between(2.5, 5.0).loudest(0.2)
    end = 6.5 + AT + LIMITER

    assert take.between(0.0, 0.2).loudest(0.1) < whole - 6.0
    assert take.between(1.0, 2.0).loudest(0.2) == pytest.approx(whole, abs=6.0)
    assert take.between(5.9, 6.4).loudest(0.2) < whole - 3.0
    assert not take.between(end + 0.01).samples.any()


@pytest.mark.parametrize(
    ("name", "low", "high"), [("cpu", 220.0, 880.0), ("ambient", 110.0, 440.0), ("signature", 200.0, 800.0)]
)
def test_pitch_glides_and_arrives(name: str, low: float, high: float) -> None:
    """A voice has the pitch that it is told, within 1 %, and on the way there it is between the two."""
    take = heard([(AT, hold(name, freq=low)), (3.0, hold(name, freq=high))], 7.0)
    glide = [take.between(2.95 + at, 3.05 + at).fundamental(0.8 * low, 1.3 * high) for at in np.arange(0.0, 1.5, 0.025)]

    assert low == pytest.approx(take.between(1.5, 3.0).fundamental(0.8 * low, 1.3 * high), rel=0.01)
    assert high == pytest.approx(take.between(5.5, 7.0).fundamental(0.8 * low, 1.3 * high), rel=0.01)
    assert sum(1.1 * low < pitch < 0.9 * high for pitch in glide) >= 3


@pytest.mark.parametrize("name", ["memory", "ambient", "signature"])
def test_vol_is_level(name: str) -> None:
    """Half the `vol` is 6 dB less."""
    half, full = (steady(name, vol=vol).rms for vol in (0.25, 0.5))

    assert 6.02 == pytest.approx(full - half, abs=1.0 if name == "memory" else 0.05)


@pytest.mark.parametrize("rate", [1.0, 3.7, 10.0])
def test_network_falls_at_its_rate(rate: float) -> None:
    """`network` makes `rate` drops in a second."""
    take = steady("network", rate=rate)

    assert rate * take.seconds == pytest.approx(len(take.pulses(window=0.02, threshold=0.45)), abs=1)


def test_disk_ticks_with_its_density() -> None:
    """No work is silent, and more work is more ticks."""
    levels = [steady("disk", density=density).rms for density in (0.0, 2.0, 20.0)]

    assert levels[0] == -200.0
    assert levels[0] < levels[1] < levels[2] - 6.0


def test_temperature_brightens() -> None:
    """Hotter is brighter, and hardly another pitch."""
    tops = [
        max(partial.frequency for partial in steady("temperature", brightness=heat).partials(50.0, 8000.0, floor=-30.0))
        for heat in (0.0, 0.5, 1.0)
    ]

    assert sorted(set(tops)) == tops
    assert tops[2] > 4 * tops[0]


def test_ambient_beats_slowly() -> None:
    """Its two tones are 0.3 % apart, so that it is alive without being noticed."""
    tones = [partial.frequency for partial in steady("ambient", 17.0, freq=400.0).partials(380.0, 420.0, floor=-10.0)]

    assert [399.4, 400.6] == pytest.approx(tones, abs=0.05)
