"""One value of one type."""

import pytest
from singing_pager.errors import BodyError
from singing_pager.model import Reading
from singing_pager.sources import generic

AT = 1_800_000_000.0


def read(body: bytes) -> Reading:
    """Read a body."""
    return generic.reading(body, at=AT, route="/metric")


@pytest.mark.parametrize(
    ("body", "stream", "data"),
    [
        pytest.param(b'{"type": "cpu", "value": 0.42}', "metrics/cpu", 0.42, id="the tutorial's"),
        pytest.param(b'{"type": "pump/cpu", "value": 1}', "metrics/pump/cpu", 1, id="a path"),
        pytest.param(b'{"type": "cpu", "value": "93%"}', "metrics/cpu", "93%", id="text"),
        pytest.param(b'{"type": "door", "value": true}', "metrics/door", True, id="true"),
        pytest.param(b'{"type": "cpu", "value": 1, "host": "x"}', "metrics/cpu", 1, id="unknown keys"),
        pytest.param('{"type": "größe 😀", "value": 1}'.encode(), "metrics/größe 😀", 1, id="any letters"),
    ],
)
def test_readings(body: bytes, stream: str, data: object) -> None:
    """A body becomes a reading of the stream that a device would publish to."""
    assert Reading(stream=stream, data=data, at=AT, route="/metric") == read(body)


SHAPE = 'not {"type": "cpu", "value": 0.42}: '
TYPE = "type: 1 to 128 characters are allowed, as in an MQTT topic: no +, # and control characters"
VALUE = "value: holds no finite number; a number, or a text that begins with one, is allowed"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", f"{SHAPE}Input data was truncated"),
        (b"0.42", f"{SHAPE}Expected `object`, got `float`"),
        (b'{"type": "cpu"}', f"{SHAPE}Object missing required field `value`"),
        (b'{"value": 1}', f"{SHAPE}Object missing required field `type`"),
        (b'{"type": 1, "value": 1}', f"{SHAPE}Expected `str`, got `int` - at `$.type`"),
        (b'{"type": "cpu", "value": null}', f"{SHAPE}Expected `bool | int | float | str`, got `null` - at `$.value`"),
        (b'{"type": "", "value": 1}', TYPE),
        (b'{"type": "/cpu", "value": 1}', TYPE),
        (b'{"type": "a/+/b", "value": 1}', TYPE),
        (b'{"type": "#", "value": 1}', TYPE),
        (b'{"type": "a\\u0000", "value": 1}', TYPE),
        (b'{"type": "a\\nb", "value": 1}', TYPE),
        (b'{"type": "%s", "value": 1}' % (b"x" * 129), TYPE),
        (b'{"type": "cpu", "value": "hot"}', VALUE),
        (b'{"type": "cpu", "value": "nan"}', VALUE),
        (b'{"type": "cpu", "value": ""}', VALUE),
        (
            b'{"type": "cpu", "value": "1%s"}' % (b" " * 1000),
            f"{SHAPE}Expected `str` of length <= 1000 - at `$.value`",
        ),
        (b'{"type": "cpu", "value": %s}' % (b"9" * 400), VALUE),
    ],
)
def test_what_can_never_be_right(body: bytes, expected: str) -> None:
    """A body that is no reading is refused with what is wrong and what is allowed."""
    with pytest.raises(BodyError) as refused:
        read(body)
    assert expected == str(refused.value)
