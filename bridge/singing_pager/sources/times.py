"""Moments as senders write them: RFC 3339, or seconds or milliseconds since 1970."""

from contextlib import suppress
from math import isfinite

from singing_pager.sources.alert import unix_time

__all__ = ["moment"]

_MILLISECONDS = 1e11
"""From here on a number counts milliseconds: as seconds it would be after the year 5138."""
_LAST = 253_402_300_799.0
"""The end of the year 9999."""


def moment(value: object) -> float | None:
    """Read a moment into seconds since 1970; None for what is none.

    >>> moment("2026-08-22T10:00:00Z"), moment(1787385600000), moment("1787385600")
    (1787392800.0, 1787385600.0, 1787385600.0)
    """
    seconds: float | None = None
    with suppress(ValueError, OverflowError, TypeError):
        seconds = None if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    if seconds is None:
        return unix_time(value) if isinstance(value, str) else None
    if not isfinite(seconds):
        return None
    seconds = seconds / 1000 if seconds >= _MILLISECONDS else seconds
    return seconds if 0 < seconds <= _LAST else None
