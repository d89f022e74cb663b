"""The number in what somebody sent: JSON by path, or text as people write it."""

import re
from collections.abc import Callable, Mapping, Sequence
from math import isfinite

from singing_pager.model import Drop

__all__ = ["REDUCTIONS", "number", "parse"]

_NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
_WORDS = {"on": 1.0, "off": 0.0, "true": 1.0, "false": 0.0, "open": 1.0, "closed": 0.0, "online": 1.0, "offline": 0.0}
_LONGEST = 64
"""Characters of a text in which its number stands."""

REDUCTIONS: dict[str, Callable[[Sequence[float]], float]] = {
    "last": lambda values: values[-1],
    "min": min,
    "max": max,
    "mean": lambda values: sum(values) / len(values),
    "sum": sum,
    "count": len,
}
"""How a rule's `of` makes one number of all that came since the last control tick."""


def parse(text: str) -> float | Drop:
    """Read the number that a text begins with, whatever unit follows it.

    >>> parse("93%"), parse("1.2e3 ms"), parse("ON")
    (93.0, 1200.0, 1.0)
    """
    found = _NUMBER.match(text[: _LONGEST + 1])
    if found:
        # a number that is cut short would be another number
        return _finite(float(found[1])) if found.end() <= _LONGEST else Drop.NO_VALUE
    word = text.strip().lower()
    if word in _WORDS:
        return _WORDS[word]
    return Drop.NOT_FINITE if word.lstrip("+-") in {"nan", "inf", "infinity"} else Drop.NO_VALUE


def number(data: object, path: tuple[str, ...]) -> float | Drop:
    """Find the number in decoded JSON.

    Args:
        data: A number, a text, or mappings and sequences of such.
        path: Keys and list indices that lead to the number; empty: the data itself, or its `value`.

    Returns:
        A finite number, or why there is none.
    """
    for key in path:
        data = _step(data, key)
    if not path and isinstance(data, Mapping):
        data = data.get("value")
    match data:
        case bool() | int() | float():
            return _finite(data)
        case str():
            return parse(data)
        case _:
            return Drop.NO_VALUE


def _step(data: object, key: str) -> object:
    if isinstance(data, Mapping):
        return data.get(key)
    if isinstance(data, Sequence) and not isinstance(data, str) and key.isdecimal() and int(key) < len(data):
        return data[int(key)]
    return None


def _finite(value: float) -> float | Drop:
    try:
        result = float(value)
    except OverflowError:
        return Drop.NOT_FINITE
    return result if isfinite(result) else Drop.NOT_FINITE
