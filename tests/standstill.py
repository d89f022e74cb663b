"""Whether the machine stood still while a test ran.

A virtual machine whose host is busy is not given its processors at times (`steal` in /proc/stat, proc(5)): clocks go
on, a sound card runs dry, servers answer late. What fails in such a time has shown nothing: it is tried again when the
machine goes on, and counted as a rerun. What fails at each try has failed. On a machine that never stands still nothing
is tried twice.
"""

import hashlib
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

__all__ = ["Calm", "Steal"]

_STAT = Path("/proc/stat")
_STEAL = 8
"""Place of the stolen time in the line of all processors."""
_MUCH = 0.2
"""Seconds that a machine may lack, on all processors together, and nobody hears it."""
_LOOK = 1.0
"""Seconds for which every processor is wanted, to see whether it is given: one that nobody wants is not stolen."""
_LITTLE = 0.05
"""Share of the processors that may be missing where the machine goes on."""
_BETWEEN = 4.0
"""Seconds between two looks."""


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


class Calm:
    """Waits until the machine is given its processors, so that a further try shows something.

    Args:
        missing: Gives the share of the processors that is stolen, 0 to 1.
        sleep: Waits some seconds.
        budget: Seconds that are waited in all: a suite has an end, whatever its machine does.
    """

    def __init__(
        self,
        missing: Callable[[], float] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        budget: float = 900.0,
    ) -> None:
        self._missing = missing or _missing
        self._sleep = sleep
        self._budget = budget

    def wait(self, patience: float = 120.0) -> bool:
        """Wait, but no longer than `patience` seconds; say whether the machine goes on: at two looks, one by one."""
        waited, good = 0.0, 0
        while waited < patience and self._budget > 0.0:
            good = good + 1 if self._missing() < _LITTLE else 0
            if good == 2:
                return True
            spent = _LOOK + (0.0 if good else _BETWEEN)
            self._sleep(spent - _LOOK)
            waited += spent
            self._budget -= spent
        return False


def _missing() -> float:
    """Want every processor for a second, and see what share of them is stolen."""
    processors = os.cpu_count() or 1
    before, end = _stolen(), time.monotonic() + _LOOK
    with ThreadPoolExecutor(processors) as pool:
        list(pool.map(_work, [end] * processors))
    return (_stolen() - before) / (_LOOK * processors)


def _work(end: float) -> None:
    """Keep a processor busy until then; hashing lets go of Python's lock."""
    portion = bytes(1 << 20)
    while time.monotonic() < end:
        hashlib.sha256(portion).digest()


def _stolen() -> float:
    """Seconds since the start of the machine; 0 where it does not tell."""
    try:
        told = _STAT.read_text().split("\n", 1)[0].split()
    except OSError:
        return 0.0
    return int(told[_STEAL]) / os.sysconf("SC_CLK_TCK") if len(told) > _STEAL else 0.0
