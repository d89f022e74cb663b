"""The number in what somebody sent."""

from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st
from singing_pager.core.numbers import REDUCTIONS, number, parse
from singing_pager.model import Drop

DEVICE = {"sensors": [{"temp": "21.5 °C"}, {"temp": None}], "value": 7, "on": True, "9": 3}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("0.42", 0.42, id="plain"),
        pytest.param("93%", 93.0, id="percent"),
        pytest.param("1.2e3 ms", 1200.0, id="exponent and unit"),
        pytest.param("  -4.5dB", -4.5, id="blanks and sign"),
        pytest.param("+.5", 0.5, id="no digit before the point"),
        pytest.param("5.", 5.0, id="no digit behind the point"),
        pytest.param("12 of 20", 12.0, id="the first number"),
        pytest.param("1e", 1.0, id="an exponent without digits"),
        pytest.param("21,5", 21.0, id="a comma ends the number"),
        pytest.param("ON", 1.0, id="on"),
        pytest.param(" off\n", 0.0, id="off"),
        pytest.param("true", 1.0, id="true"),
        pytest.param("Closed", 0.0, id="closed"),
        pytest.param("offline", 0.0, id="offline"),
        pytest.param("", Drop.NO_VALUE, id="nothing"),
        pytest.param("   ", Drop.NO_VALUE, id="blanks"),
        pytest.param("hot", Drop.NO_VALUE, id="a word"),
        pytest.param("about 5", Drop.NO_VALUE, id="a number later on"),
        pytest.param("-", Drop.NO_VALUE, id="a sign"),
        pytest.param("nan", Drop.NOT_FINITE, id="nan"),
        pytest.param("-NaN", Drop.NOT_FINITE, id="-NaN"),
        pytest.param("inf", Drop.NOT_FINITE, id="inf"),
        pytest.param("+Infinity", Drop.NOT_FINITE, id="Infinity"),
        pytest.param("1e999", Drop.NOT_FINITE, id="too large"),
        pytest.param("9" * 64, float("9" * 64), id="64 digits"),
        pytest.param("9" * 65, Drop.NO_VALUE, id="more digits than are read"),
        pytest.param("1" + " " * 100, 1.0, id="blanks behind"),
        pytest.param("3" + "!" * 100_000, 3.0, id="a long text behind"),
    ],
)
def test_text(text: str, expected: float | Drop) -> None:
    """A text is read as far as it is a number, or a word that is one."""
    assert expected == parse(text)


@pytest.mark.parametrize(
    ("data", "path", "expected"),
    [
        pytest.param(0.42, "", 0.42, id="number"),
        pytest.param(-3, "", -3.0, id="int"),
        pytest.param(True, "", 1.0, id="true"),
        pytest.param(False, "", 0.0, id="false"),
        pytest.param("93%", "", 93.0, id="text"),
        pytest.param({"value": 0.42}, "", 0.42, id="the value of an object"),
        pytest.param({"value": {"value": 1}}, "", Drop.NO_VALUE, id="an object in the value"),
        pytest.param({"other": 1}, "", Drop.NO_VALUE, id="an object without a value"),
        pytest.param(DEVICE, "", 7.0, id="the value among others"),
        pytest.param(DEVICE, "on", 1.0, id="a key"),
        pytest.param(DEVICE, "sensors.0.temp", 21.5, id="a nested path"),
        pytest.param(DEVICE, "sensors.1.temp", Drop.NO_VALUE, id="null at its end"),
        pytest.param(DEVICE, "sensors.2.temp", Drop.NO_VALUE, id="beyond a list"),
        pytest.param(DEVICE, "sensors.-1.temp", Drop.NO_VALUE, id="no counting from the end"),
        pytest.param(DEVICE, "sensors.x", Drop.NO_VALUE, id="a word for a list"),
        pytest.param(DEVICE, "sensors", Drop.NO_VALUE, id="a list"),
        pytest.param(DEVICE, "value.deeper", Drop.NO_VALUE, id="beyond a number"),
        pytest.param(DEVICE, "9", 3.0, id="a key of digits"),
        pytest.param("text", "0", Drop.NO_VALUE, id="no letter of a text"),
        pytest.param([1, 2], "", Drop.NO_VALUE, id="list"),
        pytest.param([], "", Drop.NO_VALUE, id="empty list"),
        pytest.param({}, "", Drop.NO_VALUE, id="empty object"),
        pytest.param(None, "", Drop.NO_VALUE, id="null"),
        pytest.param(b"1", "", Drop.NO_VALUE, id="bytes"),
        pytest.param(float("nan"), "", Drop.NOT_FINITE, id="nan"),
        pytest.param(float("-inf"), "", Drop.NOT_FINITE, id="-inf"),
        pytest.param(10**400, "", Drop.NOT_FINITE, id="an int beyond floats"),
        pytest.param(2**63, "", 2.0**63, id="an int beyond 64 bits"),
    ],
)
def test_decoded_data(data: object, path: str, expected: float | Drop) -> None:
    """The number is where the path leads, or the data or its `value` without one."""
    assert expected == number(data, tuple(path.split(".")) if path else ())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(10**300, 10**400) | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4) | st.just("value"), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(JSON, st.lists(st.text(max_size=4) | st.integers(0, 5).map(str) | st.just("value"), max_size=4).map(tuple))
def test_any_data_gives_a_finite_number_or_a_reason(data: object, path: tuple[str, ...]) -> None:
    """Nothing that JSON can hold raises."""
    found = number(data, path)
    assert found in (Drop.NO_VALUE, Drop.NOT_FINITE) if isinstance(found, Drop) else isfinite(found)


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["", "%", " ms", "°C", "\n"]))
def test_a_number_that_was_written_is_read_back(value: float, unit: str) -> None:
    """What Python writes of a number, with a unit behind it, is that number."""
    assert value == parse(f"{value!r}{unit}")


@pytest.mark.parametrize(
    ("name", "expected"), [("last", 2.0), ("min", 1.0), ("max", 6.0), ("mean", 3.0), ("sum", 9.0), ("count", 3.0)]
)
def test_reductions(name: str, expected: float) -> None:
    """A rule's `of` makes one number of several."""
    assert expected == REDUCTIONS[name]([1.0, 6.0, 2.0])
