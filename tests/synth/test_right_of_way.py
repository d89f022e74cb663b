"""Who gives way to whom on the built-in engine, by how much and how gently; and what stands above what."""

import functools
from itertools import product

import numpy as np
import pytest
from hearing import (
    ALARMS,
    BUSES,
    EARCONS,
    GROUPS,
    HELD,
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
from listening import Samples, Take, decibels
from singing_pager.model import Priority

LOUD = tuple(name for name in (*ALARMS, *EARCONS) if name != "heartbeat")
AT = 2.0 + 37 / RATE
TAIL, NODE = 1, 2000
AMBIENCE: tuple[Timed, ...] = ((0.0, hold("cpu", freq=300.0)), (0.0, raw("/n_set", 1000, "vol", 1.0)))


# Each class and each other


def tone(priority: Priority) -> Timed:
    """A quiet tone of some class, for ever."""
    place = (GROUPS[priority], "out", BUSES[priority])
    return 0.0, raw("/s_new", "cpu", NODE, TAIL, *place, "freq", 300.0, "vol", 1.0)


def burst(priority: Priority, at: float = AT) -> Timed:
    """A burst of some class, with nothing near the tone's pitch."""
    place = (GROUPS[priority], "out", BUSES[priority])
    return at, raw("/s_new", "alert_warning", -1, TAIL, *place, "freq", 1000.0, "vol", 0.3)


def beside(under: Priority, *over: Priority) -> float:
    """Gain in dB of a tone of one class while bursts of others sound."""
    return at_300_hz([tone(under), *map(burst, over)]) - at_300_hz([tone(under)])


def at_300_hz(moments: list[Timed]) -> float:
    """Level of the tone's pitch, in dB, half a second after the bursts' start and for half a second."""
    part = heard(moments, 3.0).between(AT + 0.4, AT + 0.9).mono
    carrier = np.exp(-2j * np.pi * 300.0 * np.arange(len(part)) / RATE)
    return decibels(float(np.abs(np.mean(part * carrier * np.hanning(len(part))))))


@pytest.mark.parametrize(
    ("over", "under"), [(one, other) for one, other in product(Priority, Priority) if one != other]
)
def test_what_has_right_of_way_ducks_what_has_not(over: Priority, under: Priority) -> None:
    """While a class sounds every one behind it is 12 dB lower, and none before it is touched."""
    assert beside(under, over) == pytest.approx(-12.0 if over.rank < under.rank else 0.0, abs=0.1)


@pytest.mark.parametrize("priority", Priority)
def test_a_class_does_not_duck_itself(priority: Priority) -> None:
    """Two sounds of one class are as loud together as each alone."""
    assert beside(priority, priority) == pytest.approx(0.0, abs=0.1)


def test_giving_way_to_several_is_giving_way_once() -> None:
    """However many classes sound before it, a class is 12 dB lower."""
    over = (Priority.CRITICAL, Priority.SPEECH, Priority.WARNING, Priority.INFO)

    assert beside(Priority.AMBIENCE, *over) == pytest.approx(-12.0, abs=0.1)


# Each sound of the pager and its ambience


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
    [(name, {}) for name in LOUD]
    + [(name, {"vol": 0.1}) for name in ALARMS]
    + [(name, {"dur": dur}) for name in ALARMS for dur in (limits(name, 0)["dur"], limits(name, 1)["dur"])],
)
def test_what_is_struck_ducks_the_ambience(name: str, values: dict[str, float]) -> None:
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
