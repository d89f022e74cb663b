"""What sounds together on the built-in engine: how loud it may be, and what never reaches the ear."""

import itertools
from math import inf, nan

import numpy as np
import pytest
from hearing import (
    ALARMS,
    BUSES,
    CATALOGUE,
    EARCONS,
    GROUPS,
    HELD,
    LIMITER,
    MIX,
    ODD,
    RATE,
    SAFETY,
    Timed,
    heard,
    hold,
    limits,
    raw,
    strike,
    struck,
)
from singing_pager.model import Priority
from singing_pager.perform.offline import perform
from singing_pager.perform.timeline import Moment

STRUCK = (*ALARMS, *EARCONS)
LOUD = tuple(name for name in STRUCK if name != "heartbeat")

HEAD, TAIL = 0, 1
NODE = 2000

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


@pytest.mark.parametrize("name", LOUD)
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
    sounding = [
        (0.5 + chance.uniform(), strike(name, **limits(name, 1))) for name in (*STRUCK * 2, *["alert_critical"] * 7)
    ]
    take = heard([*held, *sounding], 5.0)

    assert len(held) + len(sounding) == 32
    assert take.finite
    assert take.true_peak <= -1.0


def test_the_limiter_leaves_alone_what_is_not_too_loud() -> None:
    """An alarm goes through the stage sample by sample as it is, 10 ms later."""
    message = raw("/s_new", "alert_critical", NODE, TAIL, 0, "freq", 880.0, "vol", 1.0)
    bare = heard([(0.0, raw("/n_free", MIX, SAFETY)), (ODD / RATE, message)], 4.0)
    delay = round(LIMITER * RATE)
    staged = struck("alert_critical", freq=880.0, vol=1.0)

    assert np.abs(staged.samples[delay:] - bare.samples[:-delay]).max() < 1e-6


def test_a_performance_sounds_as_here() -> None:
    """What the offline engine gives is the same, sample by sample."""
    cues = (hold("cpu"), strike("alert_warning"))
    performed = np.concatenate(list(perform([Moment(0.1, cues)], 1.0)))
    expected = heard([(0.1, cue) for cue in cues], 1.0)

    assert np.array_equal(expected.samples, performed[:RATE])


def test_what_plays_straight_to_the_output_is_heard_and_limited() -> None:
    """The synth of somebody who plays along needs no class: it is heard as it is, and held at the limit."""
    soft, loud = (
        heard([(0.1, raw("/s_new", "lost", NODE, HEAD, 0)), *more], 2.0)
        for more in ((), [(0.1, raw("/s_new", "lost", -1, HEAD, 0, "vol", 1.0))] * 8)
    )
    struck_by_itself = struck("lost")

    assert struck_by_itself.between(0.3, 1.0).peak == pytest.approx(soft.between(0.3, 1.0).peak, abs=0.1)
    assert -3.0 <= loud.true_peak <= -1.0


# What is no proper number

BAD = (nan, inf, -inf)


@pytest.mark.parametrize("name", STRUCK)
def test_a_bad_parameter_never_reaches_the_ear(name: str) -> None:
    """NaN and infinity as a parameter are silent or limited, and once those voices are gone an alarm sounds as ever."""
    place = (GROUPS[Priority.INFO], "out", BUSES[Priority.INFO])
    slot, faults = 0.4, list(itertools.product([one.name for one in CATALOGUE[name].parameters], BAD))
    over = slot * len(faults)
    broken = [
        moment
        for number, fault in enumerate(faults)
        for moment in (
            # of the same class as the alarm, which does not give way to it
            (slot * number, raw("/s_new", name, NODE + number, TAIL, *place, *fault)),
            (slot * number + 0.35, raw("/g_freeAll", place[0])),
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
    voice = raw("/s_new", name, NODE, TAIL, GROUPS[Priority.AMBIENCE], "out", BUSES[Priority.AMBIENCE])
    targets = [(0.3 + 0.2 * step, raw("/n_set", NODE, parameter, bad)) for step, bad in enumerate(BAD)]
    alarm = (1.0, strike("alert_info"))
    take = heard([(0.0, voice), *targets, alarm, (1.8, raw("/n_free", NODE)), (2.0, hold("cpu"))], 3.5)

    assert take.finite
    assert take.true_peak <= -1.0
    assert len(take.between(1.0, 1.8).pulses()) == 2
    assert -45.0 < take.between(3.0).peak < -35.0
