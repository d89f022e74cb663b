"""What can be read as it stands: memory, load, temperatures, fans, battery, frequency, disks, processes."""

import re
from collections.abc import Mapping
from math import isfinite

from singing_pager.sources.host.counters import Psutil

__all__ = ["battery", "fans", "frequency", "load", "memory", "processes", "swap", "temperatures", "usage"]

_MOST_SENSORS = 16
_MOST_DISKS = 8
_LONGEST_NAME = 32
_ALWAYS_FULL = {"squashfs", "iso9660", "udf", "cdfs", "erofs"}
"""File systems that hold what they were made with."""


def memory(psutil: Psutil) -> Mapping[str, float]:
    """`host.memory`: the share that is not available, 0 to 1."""
    state = psutil.virtual_memory()
    return {"host.memory": 1 - state.available / state.total}


def swap(psutil: Psutil) -> Mapping[str, float]:
    """`host.swap`: the share in use, 0 to 1; nothing where there is no swap."""
    state = psutil.swap_memory()
    return {"host.swap": state.used / state.total} if state.total else {}


def load(psutil: Psutil) -> Mapping[str, float]:
    """`host.load.1`, `.5` and `.15`: processes that want to run, by minutes; `host.load`: that of 1, per core."""
    loads = psutil.getloadavg()
    found = dict(zip(("host.load.1", "host.load.5", "host.load.15"), loads, strict=True))
    cores = psutil.cpu_count()
    return found | ({"host.load": loads[0] / cores} if cores else {})


def processes(psutil: Psutil) -> Mapping[str, float]:
    """`host.processes`: how many there are."""
    return {"host.processes": float(len(psutil.pids()))}


def temperatures(psutil: Psutil) -> Mapping[str, float]:
    """`host.temperature.<chip>`: the hottest sensor of each of the first 16 chips, °C."""
    found = {}
    for chip, sensors in sorted(psutil.sensors_temperatures().items()):
        known = [float(sensor.current) for sensor in sensors if _is_number(sensor.current)]
        if known:
            found[f"host.temperature.{_name(chip)}"] = max(known)
    return dict(list(found.items())[:_MOST_SENSORS])


def fans(psutil: Psutil) -> Mapping[str, float]:
    """`host.fan.<chip>` or `host.fan.<chip>_<label or number>`: the first 16, revolutions per minute."""
    found = {}
    for chip, sensors in sorted(psutil.sensors_fans().items()):
        for place, sensor in enumerate(sensors):
            name = chip if len(sensors) == 1 else f"{chip}_{sensor.label or place}"
            if _is_number(sensor.current):
                found[f"host.fan.{_name(name)}"] = float(sensor.current)
    return dict(list(found.items())[:_MOST_SENSORS])


def battery(psutil: Psutil) -> Mapping[str, float]:
    """`host.battery`: its charge, 0 to 1; `host.battery.plugged`: 1 on mains, else 0."""
    state = psutil.sensors_battery()
    if state is None:
        return {}
    plugged = {} if state.power_plugged is None else {"host.battery.plugged": float(state.power_plugged)}
    return {"host.battery": state.percent / 100} | plugged


def frequency(psutil: Psutil) -> Mapping[str, float]:
    """`host.frequency`: the CPU's clock, Hz, the mean of all cores."""
    state = psutil.cpu_freq()
    return {"host.frequency": state.current * 1e6} if state and state.current else {}


def usage(psutil: Psutil) -> Mapping[str, float]:
    """`host.disk.usage.<mount>`: the share of the space in use, 0 to 1, of the first 8 disks; `/` is called `root`.

    A device that is mounted at several places, as containers do, has its shortest name.
    """
    places: dict[str, str] = {}
    for part in sorted(psutil.disk_partitions(all=False), key=lambda part: (len(part.mountpoint), part.mountpoint)):
        if part.fstype not in _ALWAYS_FULL and part.mountpoint not in places.values():
            places.setdefault(part.device, part.mountpoint)
    found = {}
    for mountpoint in list(places.values())[:_MOST_DISKS]:
        try:
            found[f"host.disk.usage.{_name(mountpoint)}"] = psutil.disk_usage(mountpoint).percent / 100
        except OSError:  # one that we may not look at, or that has just gone
            continue
    return found


def _name(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:_LONGEST_NAME] or "root"


def _is_number(value: float | None) -> bool:
    return value is not None and isfinite(value)
