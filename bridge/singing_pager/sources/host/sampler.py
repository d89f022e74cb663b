"""What psutil gives of this machine, each at its own pace.

    sampler = Sampler()
    sampler.sample(time.monotonic())        # rates need two looks
    sampler.sample(time.monotonic())        # {"host.cpu": 0.07, "host.memory": 0.41, "host.network": 1834.0, …}

What a machine does not have is absent from the mapping, never 0.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import isfinite

import psutil

from singing_pager.sources.host import sensors
from singing_pager.sources.host.counters import Cpu, Disk, Network, Psutil

__all__ = ["Sampler"]

_log = logging.getLogger("singing_pager.host")

Look = Callable[[float], Mapping[str, float]]

_EACH_SECOND: tuple[Callable[[Psutil], Mapping[str, float]], ...] = (sensors.load, sensors.swap, sensors.processes)
_EACH_FIVE: tuple[Callable[[Psutil], Mapping[str, float]], ...] = (
    sensors.temperatures,
    sensors.fans,
    sensors.battery,
    sensors.frequency,
    sensors.usage,
)
_SELDOM = 0.2
"""Seconds between two looks at memory and disks: each second sample at the default interval."""
_EARLY = 0.05
"""Seconds by which a sample may come too early for a look: the next one would be later than that."""
_AGAIN = 60.0
"""Seconds until what failed is asked again."""


class _Probe:
    """One look at the machine, when it is due; a look that fails is no look.

    Attributes:
        due: When it is to be asked again, in seconds.
    """

    def __init__(self, name: str, look: Look, every: float) -> None:
        self._name = name
        self._look = look
        self._every = every
        self._looks = 0
        self._found = False
        self._said = False
        self.due = -float("inf")

    def ask(self, now: float) -> Mapping[str, float]:
        """Give the finite values of its streams."""
        self.due = now + self._every - _EARLY
        try:
            found = {stream: value for stream, value in self._look(now).items() if isfinite(value)}
        except Exception as wrong:  # noqa: BLE001 - what a platform lacks it says in many ways, and nothing must stop
            self.due = now + _AGAIN
            self._say(f"{type(wrong).__name__}: {wrong}")
            return {}
        self._found |= bool(found)
        self._looks += 1
        if not self._found and self._looks > 1:  # the first look at a counter finds no rate
            self._say("not here")
        return found

    def _say(self, reason: str) -> None:
        if not self._said:
            self._said = True
            _log.info("no %s: %s", self._name, reason)


class Sampler:
    """Looks at this machine.

    Args:
        loopback: Whether what the machine tells itself counts as network traffic.
        psutil: What is asked; the module unless a test gives something else.
    """

    def __init__(self, *, loopback: bool = False, psutil: Psutil = psutil) -> None:
        self._quick = (
            _Probe("CPU times", Cpu(psutil), 0.0),
            _Probe("network counters", Network(psutil, loopback=loopback), 0.0),
            _Probe("memory", partial(_of_now, sensors.memory, psutil), _SELDOM),
            _Probe("disk counters", Disk(psutil), _SELDOM),
        )
        self._slow = tuple(
            _Probe(look.__name__, partial(_of_now, look, psutil), every)
            for every, looks in ((1.0, _EACH_SECOND), (5.0, _EACH_FIVE))
            for look in looks
        )

    def sample(self, now: float) -> dict[str, float]:
        """Measure all that is due.

        Args:
            now: Seconds of a clock that never goes back.

        Returns:
            Values by stream: shares 0 to 1, rates per second, °C, rpm, Hz (docs/anomaly.md has the table). Rates need
            two samples; memory and disks are measured each 0.2 s, sensors each 1 or 5 s, and missing in between.
        """
        return self.quick(now) | self.slow(now)

    def quick(self, now: float) -> dict[str, float]:
        """Measure CPU, network, memory and disks, as far as they are due: below a millisecond on most machines."""
        return _ask(self._quick, now)

    def slow(self, now: float) -> dict[str, float]:
        """Measure the rest, as far as it is due; sensors may take many milliseconds. May run in a thread of its own."""
        return _ask(self._slow, now)


def _of_now(look: Callable[[Psutil], Mapping[str, float]], psutil: Psutil, _now: float) -> Mapping[str, float]:
    return look(psutil)


def _ask(probes: Sequence[_Probe], now: float) -> dict[str, float]:
    found: dict[str, float] = {}
    for probe in probes:
        if now >= probe.due:
            found.update(probe.ask(now))
    return found
