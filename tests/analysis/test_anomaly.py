"""The anomaly of a stream: what raises it, what does not, and when it is over. Hours are simulated."""

import pickle
import random
from collections.abc import Callable
from math import inf, nan, pi, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from singing_pager.analysis.anomaly import Anomaly, Windows
from singing_pager.analysis.robust import middle, slope, spread

STEP = 0.1
FLOOR = 0.05
AUDIBLE, LOUD = 0.3, 0.6

Stream = Callable[[float], float]


def play(anomaly: Anomaly, stream: Stream, begin: float, end: float, step: float = STEP) -> list[float]:
    """Play a stream from one second to another; the scores."""
    return [
        anomaly.update(stream(begin + place * step), begin + place * step) for place in range(int((end - begin) / step))
    ]


def noisy(level: float, deviation: float = 0.01, seed: int = 1) -> Stream:
    """Make gaussian noise about a level."""
    chance = random.Random(seed)  # noqa: S311
    return lambda _at: chance.gauss(level, deviation)


def bursts(period: float, length: float, seed: int = 1) -> Stream:
    """Make a stream that is 0.9 for `length` seconds in each period, else 0.1."""
    chance = random.Random(seed)  # noqa: S311
    return lambda at: (0.9 if at % period < length else 0.1) + chance.gauss(0, 0.01)


def quiet(seconds: float, level: float = 0.1) -> Anomaly:
    """Make an anomaly that has heard so many seconds of a quiet stream."""
    anomaly = Anomaly(FLOOR)
    play(anomaly, noisy(level), 0, seconds)
    return anomaly


def share_above(scores: list[float], limit: float) -> float:
    """The share of the time in which the score is above a limit."""
    return sum(score > limit for score in scores) / len(scores)


finite = st.floats(allow_nan=False, allow_infinity=False)
pauses = st.one_of(st.floats(0, 2), st.sampled_from([-3600.0, 0.0, 8.0, 39.9, 86_400.0, 1e300]))


@given(st.lists(st.tuples(finite, pauses), min_size=1, max_size=300), st.floats(1e-150, 1e150))
@settings(max_examples=100, deadline=None)
def test_a_score_is_always_from_0_to_1(samples: list[tuple[float, float]], floor: float) -> None:
    """Whatever finite numbers come, at whatever times, the score is a number from 0 to 1."""
    anomaly = Anomaly(floor, windows=Windows(quick=0.5, fast=2, segment=4, segments=6, warmup=2))
    now = 0.0
    for value, pause in samples:
        now += pause
        assert 0 <= anomaly.update(value, now) <= 1


@given(st.lists(st.floats(0, 1), min_size=100, max_size=200), st.sampled_from([2.0**-60, 0.5, 1024.0, 2.0**60]))
@settings(max_examples=20, deadline=None)
def test_the_unit_of_a_stream_does_not_matter(values: list[float], unit: float) -> None:
    """A stream in another unit, with its floor in that unit, has the same score."""
    one, other = Anomaly(FLOOR), Anomaly(FLOOR * unit)
    for place, value in enumerate(values):
        assert one.update(value, place * 0.15) == other.update(value * unit, place * 0.15)


@pytest.mark.parametrize(("value", "now"), [(nan, 700.0), (inf, 700.0), (-inf, 700.0), (1.0, nan), (1.0, inf)])
def test_what_is_not_finite_is_passed_over(value: float, now: float) -> None:
    """NaN and infinity neither raise the score nor leave a trace."""
    anomaly, same = quiet(600), quiet(600)
    assert anomaly.score == anomaly.update(value, now)
    assert same.update(0.1, 600.0) == anomaly.update(0.1, 600.0)


@given(st.floats(0, 1), st.floats(0, 0.2))
@settings(max_examples=6, deadline=None)
def test_steady_work_is_no_anomaly(level: float, deviation: float) -> None:
    """Work that goes on as it is stays silent, however high and however noisy it is."""
    scores = play(Anomaly(FLOOR), noisy(level, deviation), 0, 700)
    assert AUDIBLE > max(scores)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a burst each 2 s", lambda: bursts(2, 0.25)),
        ("a burst each 10 s", lambda: bursts(10, 0.7)),
        ("a job each minute", lambda: bursts(60, 5)),
        ("a day's sine", lambda: lambda at: 0.4 + 0.3 * sin(2 * pi * at / 86_400) + noisy(0, 0.03, int(at * 10))(at)),
        ("nothing", lambda: lambda _at: 0.0),
        (
            "a counter in tenths, mostly 0",
            lambda: lambda at: round(10 * max(0.0, noisy(0.03, 0.04, int(at * 10))(at))) / 10,
        ),
    ],
)
def test_ordinary_noise_is_no_anomaly(name: str, make: Callable[[], Stream]) -> None:
    """What healthy machines do stays under 0.3."""
    assert share_above(play(Anomaly(FLOOR), make(), 0, 1_000), AUDIBLE) == 0, name


def test_next_to_nothing_after_nothing_is_no_anomaly() -> None:
    """The spread of an idle machine is 0; what is small in the unit of the stream is small all the same."""
    anomaly = Anomaly(FLOOR)
    play(anomaly, lambda _at: 0.0, 0, 900)
    assert max(play(anomaly, lambda at: 0.004 if at % 3 < 1 else 0.001, 900, 1_200)) < 0.1


def test_nothing_is_said_in_the_first_seconds() -> None:
    """As long as nothing is known, nothing is out of the ordinary."""
    assert set(play(Anomaly(FLOOR), lambda at: at, 0, Windows().warmup)) == {0.0}


@pytest.mark.parametrize("before", [15, 60, 900])
def test_a_spike_is_loud_at_once_and_soon_over(before: float) -> None:
    """A spike of a second is loud before it ends, and forgotten a quarter of a minute later."""
    anomaly = quiet(before)
    assert LOUD < max(play(anomaly, noisy(1.0), before, before + 1))
    assert max(play(anomaly, noisy(0.1), before + 16, before + 60)) < 0.1


@pytest.mark.parametrize(("before", "minutes", "over"), [(15, 3, 4), (60, 3, 5), (900, 4.5, 6)])
def test_a_pinned_cpu_is_loud_for_minutes_and_then_normal(before: float, minutes: float, over: float) -> None:
    """Full load is loud from its first seconds, for minutes; then it is what this machine does."""
    anomaly = quiet(before)
    scores = play(anomaly, noisy(1.0), before, before + 500)
    assert min(scores[50 : int(minutes * 600)]) > LOUD
    assert max(scores[int(over * 600) :]) < 0.1


def test_a_cpu_that_was_pinned_from_the_start_is_heard() -> None:
    """Where the ordinary is known, full load is loud although nothing else was ever seen; then it is normal."""
    scores = play(Anomaly(FLOOR, ordinary=(0, 0.6)), noisy(1.0), 0, 900)
    assert min(scores[150:1_800]) > LOUD
    assert max(scores[3_000:]) < 0.1


def test_rest_after_a_busy_start_is_no_anomaly() -> None:
    """Where the ordinary is known, a machine that was busy when the pager came may come to rest."""
    anomaly = Anomaly(FLOOR, ordinary=(0, 0.6))
    play(anomaly, noisy(0.9), 0, 14)
    assert max(play(anomaly, noisy(0.05), 25, 600)) < AUDIBLE


def test_what_stops_is_an_anomaly() -> None:
    """Too little is as strange as too much."""
    anomaly = quiet(900, level=0.9)
    assert max(play(anomaly, noisy(0.0), 900, 910)) > LOUD


def test_a_slow_leak_is_heard_as_long_as_it_goes_on() -> None:
    """A rise of 3 % in ten minutes, each step of which is nothing, is heard; four minutes after its end no more."""
    anomaly = Anomaly(0.03, trend_floor=0.005)
    chance = random.Random(1)  # noqa: S311

    def leak(at: float) -> float:
        return 0.4 + 0.00005 * min(max(at, 600), 3_000) + chance.gauss(0, 0.0005)

    assert max(play(anomaly, leak, 0, 600)) < AUDIBLE
    scores = play(anomaly, leak, 600, 3_000)
    assert min(scores[6_000:]) > AUDIBLE
    assert max(play(anomaly, leak, 3_000, 3_600)[2_400:]) < AUDIBLE


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("stops", lambda: noisy(0.1)),
        ("four times as fast", lambda: bursts(0.5, 0.2)),
        ("much weaker", lambda: lambda at: 0.1 + (bursts(2, 0.25)(at) - 0.1) / 5),
    ],
)
def test_a_rhythm_that_breaks_is_heard(name: str, broken: Callable[[], Stream]) -> None:
    """A burst each 2 s is usual; when it ends or changes that is heard within ten seconds, and then it is normal."""
    anomaly = Anomaly(FLOOR)
    assert max(play(anomaly, bursts(2, 0.25), 0, 900)) < AUDIBLE
    scores = play(anomaly, broken(), 900, 1_300)
    assert max(scores[:100]) > LOUD, name
    assert max(scores[-300:]) < 0.1, name


@pytest.mark.parametrize("seed", range(4))
def test_a_rhythm_that_stumbles_is_heard(seed: int) -> None:
    """Bursts that come as often as before, but by chance, are heard within a minute."""
    chance = random.Random(seed)  # noqa: S311
    anomaly = Anomaly(FLOOR)
    assert max(play(anomaly, bursts(2, 0.25), 0, 900)) < AUDIBLE
    onset = 0.0

    def stumbling(at: float) -> float:
        nonlocal onset
        if at >= onset + 0.25:
            onset = at + chance.expovariate(1 / 1.75)
        return 0.9 if onset <= at < onset + 0.25 else 0.1

    assert max(play(anomaly, stumbling, 900, 960)) > AUDIBLE


def test_a_louder_noise_about_the_same_level_is_heard() -> None:
    """A stream that begins to shake is heard, though its median stays."""
    anomaly = Anomaly(FLOOR)
    play(anomaly, noisy(0.4, 0.02), 0, 900)
    assert max(play(anomaly, noisy(0.4, 0.12), 900, 930)) > AUDIBLE


@pytest.mark.parametrize("step", [28_800.0, 45.0, -3_600.0, -1e9, 1e12])
def test_a_clock_that_jumps_is_no_anomaly(step: float) -> None:
    """A suspended laptop or a clock that is set raise nothing, and what was usual stays usual."""
    anomaly = quiet(900)
    begin = 900 + step
    assert max(play(anomaly, noisy(0.1), begin, begin + 300)) < AUDIBLE
    assert max(play(anomaly, noisy(1.0), begin + 300, begin + 302)) > LOUD


@pytest.mark.parametrize("steps", [[0.02, 0.1, 0.13, 0.3], [0.02, 0.1, 1.0, 3.0]])
@given(seed=st.integers(0, 2**32))
@settings(max_examples=5, deadline=None)
def test_samples_may_come_at_any_times(steps: list[float], seed: int) -> None:
    """Irregular times raise nothing."""
    chance = random.Random(seed)  # noqa: S311
    anomaly, now = Anomaly(FLOOR), 0.0
    for _ in range(2_000):
        now += chance.choice(steps)
        assert anomaly.update(chance.gauss(0.5, 0.05), now) < AUDIBLE


def test_a_slow_stream_has_an_anomaly_too() -> None:
    """A sensor that speaks each ten seconds is judged by what it says."""
    anomaly = Anomaly(0.5)
    assert max(play(anomaly, noisy(21.0, 0.1), 0, 3_600, step=10)) < AUDIBLE
    assert max(play(anomaly, lambda _at: 35.0, 3_600, 3_620, step=10)) > LOUD


def test_it_holds_a_bounded_amount() -> None:
    """Neither time nor a flood of samples makes it larger."""
    anomaly = quiet(1_200)
    now = 1_200.0
    for place in range(5_000):
        anomaly.update(0.1 * (place % 3), now + place * 1e-5)
    assert len(pickle.dumps(anomaly)) < 30_000


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (lambda: Anomaly(0), "floor 0; 1e-150 to 1e150 is allowed"),
        (lambda: Anomaly(nan), "floor nan; 1e-150 to 1e150 is allowed"),
        (lambda: Anomaly(1, trend_floor=-1), "floor -1; 1e-150 to 1e150 is allowed"),
        (lambda: Anomaly(1, ordinary=(1, 0)), r"ordinary \(1, 0\): the lowest comes first"),
        (lambda: Windows(quick=9), "0 < quick <= fast <= warmup, fast <= segment and release > 0 are allowed"),
        (lambda: Windows(release=0), "0 < quick <= fast <= warmup, fast <= segment and release > 0 are allowed"),
        (lambda: Windows(segments=5), "5 segments; 6 to 1,000 are allowed"),
    ],
)
def test_wrong_settings_are_refused(wrong: Callable[[], object], expected: str) -> None:
    """What cannot work is said at once, with what is allowed."""
    with pytest.raises(ValueError, match=expected):
        wrong()


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (2.0, middle([1, 2, 9])),
        (1.5, middle([1, 2])),
        (1.4826, spread([1, 2, 3, 4, 100], 3)),
        (2.0, slope([0, 2, 4, -50, 8, 10])),
        (-1.0, slope([3, 2])),
    ],
)
def test_robust_statistics(expected: float, found: float) -> None:
    """Median, MAD and the Theil-Sen slope are what the textbooks say; one foreign value does not move them."""
    assert expected == pytest.approx(found)
