"""What stands in many places of a score: a sound, matchers, paths, names out of a table."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from singing_pager.core.matching import Matcher, parse_matchers

__all__ = ["Entry", "Matchers", "Repeat", "SoundEntry", "as_text", "keys", "one_of"]

_T = TypeVar("_T")

_SHORTEST = 2.5
"""Least seconds until an alarm is struck again (docs/sound.md)."""


class Entry(BaseModel):
    """A mapping in the score: a key that is not known is a fault."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class SoundEntry(Entry):
    """An instrument and its fixed parameters."""

    instrument: str = Field(description="name in the catalogue")
    params: dict[str, float] = Field(default_factory=dict, description="values of its parameters")


def one_of(allowed: dict[str, _T]) -> Callable[[str], str]:
    """Make a check that a name stands in a table."""

    def check(name: str) -> str:
        if name not in allowed:
            raise ValueError(f"{name!r} is not known; allowed: {', '.join(allowed)}")
        return name

    return check


def keys(path: str) -> tuple[str, ...]:
    """Give the keys of a path such as sensors.0.temp."""
    return tuple(path.split(".")) if path else ()


def _matchers(given: object) -> list[Matcher]:
    """Matchers as a mapping of equalities, as Alertmanager's text, or as a list of such texts."""
    if isinstance(given, dict):
        return [Matcher(str(label), "=", as_text(value, f"the value of {label}")) for label, value in given.items()]
    if given is None:
        raise ValueError("is empty; {} matches every alert")
    texts = given if isinstance(given, list) else [given]
    return [matcher for text in texts for matcher in parse_matchers(as_text(text, "a list of matchers"))]


def as_text(given: object, what: str) -> str:
    """Give a text, or a whole number as text; what else YAML makes of a bare word is not what the label says."""
    if isinstance(given, str) or (isinstance(given, int) and not isinstance(given, bool)):
        return str(given)
    raise ValueError(f"{given!r} is no text; write {what} in quotes")


def _interval(seconds: float) -> float:
    if seconds and not _SHORTEST <= seconds <= 86_400:  # noqa: PLR2004 - a day
        raise ValueError(
            f"{seconds:g} is too often or too seldom; allowed: 0 (never), or {_SHORTEST:g} to 86400 seconds"
        )
    return seconds


Matchers = Annotated[list[Matcher], BeforeValidator(_matchers)]
"""Conditions on labels, in any of the ways that `match` may be written."""

Repeat = Annotated[float, AfterValidator(_interval)]
"""Seconds until a sound is struck again; 0: never."""
