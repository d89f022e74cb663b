"""Whether the machine stood still while a test ran.

A virtual machine whose host is busy is not given its processors at times (`steal` in /proc/stat, proc(5)): clocks go
on, a sound card runs dry, servers answer late. What fails in such a time has shown nothing: it is tried again, and
counted as a rerun. What fails at each try has failed. On a machine that never stands still nothing is tried twice.
"""

import os
from pathlib import Path

__all__ = ["Steal"]

_STAT = Path("/proc/stat")
_STEAL = 8
"""Place of the stolen time in the line of all processors."""
_MUCH = 0.2
"""Seconds that a machine may lack, on all processors together, and nobody hears it."""


class Steal:
    """Knows how much time was stolen since it was asked last."""

    def __init__(self) -> None:
        self._last = _stolen()

    def begin(self) -> None:
        """Count from now on."""
        self._last = _stolen()

    def much(self) -> bool:
        """Tell whether so much was stolen that a failure shows nothing, and count anew."""
        before, self._last = self._last, _stolen()
        return self._last - before >= _MUCH

    def stolen(self) -> float:
        """Seconds that were stolen since."""
        return _stolen() - self._last


def _stolen() -> float:
    """Seconds since the start of the machine; 0 where it does not tell."""
    try:
        told = _STAT.read_text().split("\n", 1)[0].split()
    except OSError:
        return 0.0
    return int(told[_STEAL]) / os.sysconf("SC_CLK_TCK") if len(told) > _STEAL else 0.0
