"""`POST /metric`: one value of one type, as the tutorial has it."""

import msgspec

from singing_pager.core.numbers import number
from singing_pager.errors import BodyError
from singing_pager.model import Drop, Reading

__all__ = ["reading"]

_LONGEST_TYPE = 128


class _Body(msgspec.Struct):
    type: str
    value: float | int | str | bool


_BODY = msgspec.json.Decoder(_Body)


def reading(body: bytes, *, at: float, route: str) -> Reading:
    """Read `{"type": "cpu", "value": 0.42}` into a reading of the stream `metrics/cpu`.

    Args:
        body: JSON.
        at: When it arrived.
        route: Where it came in.

    Raises:
        BodyError: It is not such an object, the type is no topic, or the value is no number.
    """
    try:
        given = _BODY.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BodyError(f'not {{"type": "cpu", "value": 0.42}}: {error}') from error
    if not 0 < len(given.type) <= _LONGEST_TYPE or set(given.type) & set("+#\0") or given.type.startswith("/"):
        raise BodyError(f"type: 1 to {_LONGEST_TYPE} characters without +, # and NUL are allowed, as in an MQTT topic")
    found = number(given.value, ())
    if isinstance(found, Drop):
        raise BodyError("value: holds no finite number; a number, or a text that begins with one, is allowed")
    return Reading(stream=f"metrics/{given.type}", data=given.value, at=at, route=route)
