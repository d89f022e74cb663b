"""What sounds together on the built-in engine: what ducks what, how loud it may be, what never reaches the ear."""

import functools
import itertools
from math import inf, nan

import numpy as np
import pytest
from hearing import (
    ALARMS,
    ALARMS_GROUP,
    AMBIENCE_BUS,
    AMBIENCE_GROUP,
    CATALOGUE,
    EARCONS,
    HELD,
    LIMITER,
    ODD,
    RATE,
    Timed,
    gains,
    heard,
    hiss,
    hold,
    limits,
    raw,
    strike,
    struck,
)
from listening import Samples, Take
from singing_pager.perform.offline import perform
from singing_pager.perform.timeline import Moment

STRUCK = (*ALARMS, *EARCONS)
DUCKING = tuple(name for name in STRUCK if name != "heartbeat")

TAIL = 1
NODE = 2000

# Right of way

AMBIENCE: tuple[Timed, ...] = ((0.0, hold("cpu", freq=300.0)), (0.0, raw("/n_set", 1000, "vol", 1.0)))
AT = 2.0 + 37 / RATE


def ducked(name: str, **values: float) -> tuple[Take, Samples, float]:
    """Strike something at 2 s, over a tone: what is left of the tone, its gain every 10 ms, when the sound is over."""
    alone = heard([(AT, strike(name, **values))], 7.5)
    both = heard([*AMBIENCE, (AT, strike(name, **values))], 7.5)
    left = Take(both.samples - alone.samples, RATE)
    over = float(np.flatnonzero(alone.mono)[-1]) / RATE
    return left, gains(left, ambience()), over


@functools.cache
def ambience() -> Take:
    """The tone with nothing that ducks it."""
    return heard(AMBIENCE, 7.5)


@pytest.mark.parametrize(
    ("name", "values"),
    [(name, {}) for name in DUCKING]
    + [(name, {"vol": 0.1}) for name in ALARMS]
    + [(name, {"dur": dur}) for name in ALARMS for dur in (limits(name, 0)["dur"], limits(name, 1)["dur"])],
)
def test_what_has_right_of_way_ducks_the_ambience(name: str, values: dict[str, float]) -> None:
    """Ambience is 12 dB lower from 0.4 s after the start to the end, through a burst's pauses, and then returns."""
    _, gain, over = ducked(name, **values)
    start, end = round(100 * AT), round(100 * over)

    assert gain[100:start] == pytest.approx(np.zeros(start - 100), abs=0.1)
    assert gain[start + 40 : end] == pytest.approx(np.full(end - start - 40, -12.0), abs=0.1)
    assert gain[end + 170 :] == pytest.approx(np.zeros(len(gain) - end - 170), abs=0.1)


@pytest.mark.parametrize("name", ["alert_critical", "alert_info", "lost"])
def test_ducking_is_a_fade(name: str) -> None:
    """Down and up again it takes from 0.05 to 0.4 s, one way all the time, and nothing clicks."""
    left, gain, _ = ducked(name)
    down, up = np.split(gain, [round(100 * AT) + 50])

    assert np.diff(down[100:]).max() < 0.01
    assert np.diff(up).min() > -0.01
    for fade in (down, up):
        assert 5 <= np.sum((fade > -11.0) & (fade < -1.0)) <= 40
    assert hiss(left, 8000.0).peak < -100.0


def test_a_heartbeat_ducks_nothing() -> None:
    """What says that the pager lives is ambience itself."""
    _, gain, _ = ducked("heartbeat")

    assert gain[100:] == pytest.approx(np.zeros(len(gain) - 100), abs=1e-3)


@pytest.mark.parametrize("which", ["default", "highest"])
def test_alarms_stand_above_the_ambience(which: str) -> None:
    """With every held voice sounding at once, also at its highest, each alarm is at least 10 dB louder."""
    voices = [(0.0, hold(name, **(limits(name, 1) if which == "highest" else {}))) for name in HELD]
    together = heard(voices, 8.0).between(3.0)

    assert together.finite
    assert together.loudest() < min(struck(name).loudest() for name in ALARMS) - 10.0


# Never too loud


def crowd(name: str, count: int, chance: np.random.Generator | None) -> list[Timed]:
    """Many of one sound at its loudest: all alike and at once, or of all kinds within a second."""
    if chance is None:
        return [(0.1, strike(name, **limits(name, 1)))] * count
    return [
        (
            0.1 + chance.uniform(),
            strike(name, **{one.name: 1.0 if one.name == "vol" else chance.uniform(*one.range) for one in parameters}),
        )
        for parameters in [CATALOGUE[name].parameters] * count
    ]


@pytest.mark.parametrize("name", DUCKING)
@pytest.mark.parametrize("together", [True, False])
def test_32_voices_stay_below_the_limit(name: str, together: bool) -> None:  # noqa: FBT001
    """Thirty-two voices at once, at full volume, have a true peak of at most −1 dBFS, and are still loud."""
    take = heard(crowd(name, 32, None if together else np.random.default_rng(6)), 2.0)

    assert take.finite
    assert -3.0 <= take.true_peak <= -1.0


@pytest.mark.parametrize("freq", [150.0, 440.0, 880.0])
def test_32_critical_alarms_stay_below_the_limit(freq: float) -> None:
    """Thirty-two critical alarms in phase have a true peak of at most −1 dBFS at any pitch."""
    assert heard([(ODD / RATE, strike("alert_critical", freq=freq, vol=1.0))] * 32, 2.0).true_peak <= -1.0


def test_everything_at_once_stays_below_the_limit() -> None:
    """Thirty-two voices of all kinds, at their highest, have a true peak of at most −1 dBFS."""
    chance = np.random.default_rng(7)
    held = [(0.0, hold(name, **limits(name, 1))) for name in HELD]
    sounding = [(0.5 + chance.uniform(), strike(name, **limits(name, 1))) for name in (*STRUCK * 3, "alert_critical")]
    take = heard([*held, *sounding], 5.0)

    assert len(held) + len(sounding) == 32
    assert take.finite
    assert take.true_peak <= -1.0


def test_the_limiter_leaves_alone_what_is_not_too_loud() -> None:
    """An alarm goes through the stage sample by sample as it is, 10 ms later."""
    message = raw("/s_new", "alert_critical", NODE, TAIL, 0, "freq", 880.0, "vol", 1.0)
    bare = heard([(0.0, raw("/n_free", 902, 903)), (ODD / RATE, message)], 4.0)
    delay = round(LIMITER * RATE)
    staged = struck("alert_critical", freq=880.0, vol=1.0)

    assert np.abs(staged.samples[delay:] - bare.samples[:-delay]).max() < 1e-6


def test_a_performance_sounds_as_here() -> None:
    """What the offline engine gives is the same, sample by sample."""
    cues = (hold("cpu"), strike("alert_warning"))
    performed = np.concatenate(list(perform([Moment(0.1, cues)], 1.0)))
    expected = heard([(0.1, cue) for cue in cues], 1.0)

    assert np.array_equal(expected.samples, performed[:RATE])


# What is no proper number

BAD = (nan, inf, -inf)


@pytest.mark.parametrize("name", STRUCK)
def test_a_bad_parameter_never_reaches_the_ear(name: str) -> None:
    """NaN and infinity as a parameter are silent or limited, and once those voices are gone an alarm sounds as ever."""
    slot, faults = 0.4, list(itertools.product([one.name for one in CATALOGUE[name].parameters], BAD))
    over = slot * len(faults)
    broken = [
        moment
        for number, fault in enumerate(faults)
        for moment in (
            (slot * number, raw("/s_new", name, NODE + number, TAIL, ALARMS_GROUP, *fault)),
            (slot * number + 0.35, raw("/g_freeAll", ALARMS_GROUP)),
        )
    ]
    take = heard([*broken, (over, strike("alert_info"))], over + 0.9)

    assert take.finite
    for number, fault in enumerate(faults):
        assert take.between(slot * number, slot * (number + 1)).true_peak <= -1.0, fault
    expected = heard([(over, strike("alert_info"))], over + 0.9)
    assert np.abs(expected.samples - take.samples)[round(over * RATE) :].max() < 1e-6


@pytest.mark.parametrize(
    ("name", "parameter"), [(name, one.name) for name in HELD for one in CATALOGUE[name].parameters]
)
def test_a_bad_target_never_reaches_the_ear(name: str, parameter: str) -> None:
    """A held voice told NaN or infinity is silent or limited, while alarms sound on; the next voice is sound."""
    voice = raw("/s_new", name, NODE, TAIL, AMBIENCE_GROUP, "out", AMBIENCE_BUS)
    targets = [(0.3 + 0.2 * step, raw("/n_set", NODE, parameter, bad)) for step, bad in enumerate(BAD)]
    alarm = (1.0, strike("alert_info"))
    take = heard([(0.0, voice), *targets, alarm, (1.8, raw("/n_free", NODE)), (2.0, hold("cpu"))], 3.5)

    assert take.finite
    assert take.true_peak <= -1.0
    assert len(take.between(1.0, 1.8).pulses()) == 2
    assert -45.0 < take.between(3.0).peak < -35.0
