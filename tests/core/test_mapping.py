"""From a measured value to a parameter of sound."""

from math import isclose, log2

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from singing_pager.core.mapping import Mapping, Outside, Warp
from singing_pager.core.scales import SCALES
from singing_pager.model import Drop

PITCH = Mapping(range=(440.0, 880.0))
PENTATONIC = Mapping(range=(220.0, 880.0), warp=Warp.EXP, scale="minor_pentatonic", root=440.0)


@pytest.mark.parametrize(
    ("mapping", "value", "expected"),
    [
        pytest.param(PITCH, 0.5, 660.0, id="the tutorial's cpu"),
        pytest.param(PITCH, 0.0, 440.0, id="cpu at rest"),
        pytest.param(PITCH, 1.0, 880.0, id="cpu at work"),
        pytest.param(Mapping(range=(0.1, 1.0)), 0.5, 0.55, id="the tutorial's memory"),
        pytest.param(Mapping(source=(0, 100), range=(440, 880)), 50.0, 660.0, id="percent"),
        pytest.param(Mapping(source=(20, 90), range=(0, 1)), 55.0, 0.5, id="degrees Celsius"),
        pytest.param(Mapping(source=(100, 0), range=(440, 880)), 25.0, 770.0, id="from reversed"),
        pytest.param(Mapping(range=(880, 440)), 0.25, 770.0, id="range reversed"),
        pytest.param(Mapping(source=(1, 0), range=(880, 440)), 0.25, 550.0, id="both reversed"),
        pytest.param(Mapping(source=(-1, 1), range=(-10, 10)), 0.5, 5.0, id="through zero"),
        pytest.param(Mapping(range=(220, 880), warp=Warp.EXP), 0.5, 440.0, id="exp: equal ratios"),
        pytest.param(Mapping(range=(880, 220), warp=Warp.EXP), 0.5, 440.0, id="exp reversed"),
        pytest.param(Mapping(range=(-220, -880), warp=Warp.EXP), 0.5, -440.0, id="exp below zero"),
        pytest.param(Mapping(range=(1, 10), step=0.5), 0.33, 4.0, id="step"),
        pytest.param(Mapping(range=(0, 10), step=4), 1.0, 8.0, id="a step that does not meet the end"),
        pytest.param(Mapping(range=(3, 10), step=4), 0.0, 4.0, id="a step that does not meet the start"),
        pytest.param(Mapping(range=(5, 6), step=4), 0.0, 5.0, id="a step with no multiple in the range"),
        pytest.param(PITCH, -3.0, 440.0, id="clamped below"),
        pytest.param(PITCH, 99.0, 880.0, id="clamped above"),
        pytest.param(Mapping(source=(1, 0), range=(440, 880)), 99.0, 440.0, id="clamped, from reversed"),
        pytest.param(Mapping(range=(440, 880), outside=Outside.DROP), 1.01, Drop.OUT_OF_RANGE, id="dropped above"),
        pytest.param(Mapping(range=(440, 880), outside=Outside.DROP), -0.01, Drop.OUT_OF_RANGE, id="dropped below"),
        pytest.param(Mapping(range=(440, 880), outside=Outside.DROP), 1.0, 880.0, id="the very end is inside"),
        pytest.param(PITCH, 1e308, 880.0, id="a huge value"),
        pytest.param(Mapping(source=(-1e308, 0), range=(440, 880)), 1e308, 880.0, id="a value too far to reckon"),
        pytest.param(PENTATONIC, 0.0, 220.0, id="scale, lowest"),
        pytest.param(PENTATONIC, 0.5, 440.0, id="scale, middle"),
        pytest.param(PENTATONIC, 0.55, 440 * 2 ** (0 / 12), id="scale, between degrees"),
        pytest.param(PENTATONIC, 1.0, 880.0, id="scale, highest"),
    ],
)
def test_mapping(mapping: Mapping, value: float, expected: float | Drop) -> None:
    """A value lands where ControlSpec's words say."""
    found = mapping(value)
    assert expected == (found if isinstance(found, Drop) else pytest.approx(found))


NUMBERS = st.floats(-1e9, 1e9)
POSITIVE = st.floats(1e-3, 20_000)
SOURCES = st.tuples(NUMBERS, NUMBERS).filter(lambda ends: abs(ends[0] - ends[1]) > 1e-6)
LINEAR = st.builds(
    Mapping,
    source=SOURCES,
    range=st.tuples(NUMBERS, NUMBERS),
    step=st.just(0.0) | st.floats(1e-6, 1e6),
)
EXPONENTIAL = st.builds(
    Mapping,
    source=SOURCES,
    range=st.tuples(POSITIVE, POSITIVE),
    warp=st.just(Warp.EXP),
    step=st.just(0.0) | st.floats(1e-3, 1e3),
)
TUNED = st.builds(
    Mapping,
    source=SOURCES,
    range=st.tuples(POSITIVE, POSITIVE),
    warp=st.sampled_from(Warp),
    scale=st.sampled_from(sorted(SCALES)),
    root=st.floats(1, 20_000),
)
MAPPINGS = LINEAR | EXPONENTIAL | TUNED
VALUES = st.floats(allow_nan=False, allow_infinity=False)


def sounding(mapping: Mapping, value: float) -> float:
    """Map a value that cannot be dropped."""
    found = mapping(value)
    assert not isinstance(found, Drop)
    return found


@given(MAPPINGS, VALUES)
def test_always_inside_the_range(mapping: Mapping, value: float) -> None:
    """Whatever comes in, what goes out lies between the two ends."""
    assert min(mapping.range) <= sounding(mapping, value) <= max(mapping.range)


@given(MAPPINGS, VALUES, VALUES)
def test_monotone(mapping: Mapping, one: float, other: float) -> None:
    """A value farther along `from` never lands farther back in `range`."""
    start, end = mapping.source
    near, far = sorted((one, other), reverse=end < start)
    first, second = sounding(mapping, near), sounding(mapping, far)
    hair = 1e-9 * max(abs(first), abs(second))
    rises = mapping.range[0] <= mapping.range[1]
    assert first <= second + hair if rises else first >= second - hair


@given(TUNED, VALUES)
def test_a_scale_gives_its_degrees(mapping: Mapping, value: float) -> None:
    """Where the range holds an octave, what comes out is a degree of the scale."""
    assume(max(mapping.range) >= 2.001 * min(mapping.range))
    semitones = 12 * log2(sounding(mapping, value) / mapping.root)
    distances = [abs((semitones - degree + 6) % 12 - 6) for degree in SCALES[mapping.scale]]
    assert isclose(0, min(distances), abs_tol=1e-5)


@given(LINEAR.filter(lambda mapping: not mapping.step))
def test_the_ends_meet(mapping: Mapping) -> None:
    """The two ends of `from` land on the two ends of `range`."""
    found = (sounding(mapping, mapping.source[0]), sounding(mapping, mapping.source[1]))
    assert pytest.approx(mapping.range, rel=1e-9, abs=1e-6) == found
