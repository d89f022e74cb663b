"""Whether the machine stood still while a test ran.

A virtual machine whose host is busy is not given its processors at times (`steal` in /proc/stat, proc(5)): clocks go
on, a sound card runs dry, servers answer late. What fails in such a time has shown nothing: it is tried again, and
counted as a rerun. What plays in real time and fails each time on a machine that lacks much of its processors is not
judged. On a machine that never stands still nothing is ever tried twice, and everything is judged.
"""

import os
from pathlib import Path

__all__ = ["Steal"]

_STAT = Path("/proc/stat")
_USED, _STEAL = (1, 2, 3, 6, 7), 8
"""Places, in the line of all processors, of the time that was used and of the time that was stolen."""
_MUCH = 0.2
"""Seconds that a machine may lack, on all processors together, and nobody hears it."""
_HOPELESS = 0.15
"""Share of the time that was asked for and not given: no sound card keeps going."""


class Steal:
    """Knows how much time was stolen since it was asked last."""

    def __init__(self) -> None:
        self._last = _spent()

    def begin(self) -> None:
        """Count from now on."""
        self._last = _spent()

    def much(self) -> bool:
        """Tell whether so much was stolen that a failure shows nothing, and count anew."""
        (_, before), self._last = self._last, _spent()
        return self._last[1] - before >= _MUCH

    def stolen(self) -> float:
        """Seconds that were stolen since."""
        return _spent()[1] - self._last[1]

    def hopeless(self) -> bool:
        """Tell whether so much is stolen that nothing can play in real time."""
        used, stolen = (now - before for now, before in zip(_spent(), self._last, strict=True))
        return stolen >= _MUCH and stolen >= _HOPELESS * (used + stolen)


def _spent() -> tuple[float, float]:
    """Seconds that were used and stolen since the start of the machine; 0 where it does not tell."""
    try:
        told = _STAT.read_text().split("\n", 1)[0].split()
    except OSError:
        return 0.0, 0.0
    if len(told) <= _STEAL:
        return 0.0, 0.0
    tick = os.sysconf("SC_CLK_TCK")
    return sum(int(told[place]) for place in _USED) / tick, int(told[_STEAL]) / tick
