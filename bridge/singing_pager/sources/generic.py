"""`POST /metric`: one value of one type, as the tutorial has it."""

from typing import Annotated

import msgspec
from msgspec import Meta

from singing_pager.core.numbers import number
from singing_pager.errors import BodyError
from singing_pager.model import Drop, Reading
from singing_pager.sources.mqtt.topics import publishable

__all__ = ["reading"]

_LONGEST_TYPE = 128
_LONGEST_VALUE = 1000
"""Characters of a value that is a text: it is published as it is, and a broker hangs up on what is too large."""


class _Body(msgspec.Struct):
    type: str
    value: float | int | Annotated[str, Meta(max_length=_LONGEST_VALUE)] | bool


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
    if len(given.type) > _LONGEST_TYPE or given.type.startswith("/") or not publishable(given.type):
        raise BodyError(
            f"type: 1 to {_LONGEST_TYPE} characters are allowed, as in an MQTT topic: no +, # and control characters"
        )
    found = number(given.value, ())
    if isinstance(found, Drop):
        raise BodyError("value: holds no finite number; a number, or a text that begins with one, is allowed")
    return Reading(stream=f"metrics/{given.type}", data=given.value, at=at, route=route)
