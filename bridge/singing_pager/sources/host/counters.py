"""What the system counts and we make rates of: CPU time, bytes, packets."""

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["Cpu", "Disk", "Network", "Psutil"]

Psutil = Any
"""The module psutil, or anything that has its functions."""

_MOST_CORES = 64
_LOOPBACK = ("lo", "Loopback Pseudo-Interface")
"""How the names of loopback interfaces begin: `lo`, `lo0`, `Loopback Pseudo-Interface 1`."""


class Cpu:
    """Share of the CPU that works, by the times that psutil gives; waiting for a disk is no work.

    Args:
        psutil: The module.
    """

    def __init__(self, psutil: Psutil) -> None:
        self._psutil = psutil
        self._before: list[tuple[float, float]] = []

    def __call__(self, _now: float) -> Mapping[str, float]:
        """Measure since the last call: `host.cpu`, `host.cpu.busiest` and each of the first 64 cores, 0 to 1."""
        times = [self._split(core) for core in self._psutil.cpu_times(percpu=True)]
        before, self._before = self._before, times
        if len(before) != len(times):
            return {}
        passed = [(busy - busy0, every - every0) for (busy, every), (busy0, every0) in zip(times, before, strict=True)]
        shares = {f"host.cpu.{core}": _share(*each) for core, each in enumerate(passed) if each[1] > 0}
        total = sum(every for _, every in passed)
        if not shares or total <= 0:
            return {}
        found = {"host.cpu": _share(sum(busy for busy, _ in passed), total), "host.cpu.busiest": max(shares.values())}
        return found | dict(list(shares.items())[:_MOST_CORES])

    @staticmethod
    def _split(core: Any) -> tuple[float, float]:  # noqa: ANN401 - its fields are the platform's
        """Seconds of work, and of everything; what guests get is in `user` already."""
        every = sum(core) - getattr(core, "guest", 0.0) - getattr(core, "guest_nice", 0.0)
        return every - core.idle - getattr(core, "iowait", 0.0), every


def _share(busy: float, every: float) -> float:
    return min(1.0, max(0.0, busy / every))


class _Rates:
    """Rates of counters that come in sets, such as one for each interface.

    A set that is new, or of which a counter went back (wrapped, or its device was replaced), counts for nothing once.
    """

    def __init__(self) -> None:
        self._before: Mapping[str, tuple[float, ...]] = {}
        self._at = 0.0

    def __call__(self, sets: Mapping[str, tuple[float, ...]], now: float) -> tuple[float, ...] | None:
        """Sum the rates (per second) of all sets; None: nothing to compare with."""
        before, self._before = self._before, sets
        elapsed, self._at = now - self._at, now
        passed = [
            [new - old for new, old in zip(each, before[name], strict=True)]
            for name, each in sets.items()
            if name in before
        ]
        whole = [each for each in passed if min(each) >= 0]
        if elapsed <= 0 or not whole:
            return None
        return tuple(sum(column) / elapsed for column in zip(*whole, strict=True))


class Disk:
    """Bytes that all disks read and write.

    Args:
        psutil: The module.
    """

    def __init__(self, psutil: Psutil) -> None:
        self._psutil = psutil
        self._rates = _Rates()

    def __call__(self, now: float) -> Mapping[str, float]:
        """Measure since the last call: `host.disk.read` and `host.disk.write`, bytes/s."""
        counted = self._psutil.disk_io_counters(nowrap=False)
        if counted is None:
            return {}
        return _named(("host.disk.read", "host.disk.write"), self._rates({"": (*_bytes(counted),)}, now))


def _bytes(counted: Any) -> tuple[float, float]:  # noqa: ANN401 - its type is the platform's
    return counted.read_bytes, counted.write_bytes


class Network:
    """What goes through the network interfaces.

    Args:
        psutil: The module.
        loopback: Whether what the machine tells itself counts.
    """

    def __init__(self, psutil: Psutil, *, loopback: bool) -> None:
        self._psutil = psutil
        self._loopback = loopback
        self._rates = _Rates()

    def __call__(self, now: float) -> Mapping[str, float]:
        """Measure since the last call: bytes/s (`host.network` is both ways), packets/s and errors/s."""
        sets = {
            name: (
                nic.bytes_recv + nic.bytes_sent,
                nic.bytes_recv,
                nic.bytes_sent,
                nic.packets_recv + nic.packets_sent,
                nic.errin + nic.errout + nic.dropin + nic.dropout,
            )
            for name, nic in self._psutil.net_io_counters(pernic=True, nowrap=False).items()
            if self._loopback or not name.startswith(_LOOPBACK)
        }
        names = ("host.network", "host.network.received", "host.network.sent", "host.network.packets")
        return _named((*names, "host.network.errors"), self._rates(sets, now))


def _named(names: Iterable[str], values: Iterable[float] | None) -> Mapping[str, float]:
    return {} if values is None else dict(zip(names, values, strict=True))
