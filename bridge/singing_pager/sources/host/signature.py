"""The machine as one sound: four numbers from 0 to 1, and how far each part of it is from what is usual.

signature = Signature()
signature.update(sampler.sample(now), now)     # {"cpu": 0.07, "network": 0.05, "memory": 0.41, "anomaly": 0.0}
"""

from collections.abc import Callable, Mapping
from math import log10

from singing_pager.analysis.anomaly import Anomaly

__all__ = ["Signature", "traffic"]

_LEAST, _DECADES = 1e3, 5.0
"""Traffic from 1 kB/s to 100 MB/s is heard: a disk or a gigabit link that is full, and five decades below."""


def traffic(rate: float) -> float:
    """The share of traffic in equal ratios: 0 at 1 kB/s and less, 1 at 100 MB/s and more, 0.2 for each factor of 10.

    Args:
        rate: Bytes/s, 0 or more.
    """
    return min(1.0, max(0.0, log10(rate / _LEAST) / _DECADES)) if rate > 0 else 0.0


def _disk(values: Mapping[str, float]) -> float | None:
    read, written = values.get("host.disk.read"), values.get("host.disk.write")
    return None if read is None or written is None else traffic(read + written)


def _network(values: Mapping[str, float]) -> float | None:
    rate = values.get("host.network")
    return None if rate is None else traffic(rate)


_OF: dict[str, Callable[[Mapping[str, float]], float | None]] = {
    "cpu": lambda values: values.get("host.cpu"),
    "core": lambda values: values.get("host.cpu.busiest"),
    "memory": lambda values: values.get("host.memory"),
    "network": _network,
    "disk": _disk,
    "jitter": lambda values: values.get("host.jitter"),
}
"""What is watched, and the number that is watched of it."""
_UNKNOWN = 0.0, 0.0
_STALE = 5.0
"""Seconds after which a part that is not seen again is no longer known."""


class Signature:
    """Keeps an `Anomaly` for the CPU, its busiest core, memory, network, disk and the sampler's own jitter.

    The scale of each (`floor`) is what a healthy machine does now and then without anybody asking why.
    """

    def __init__(self) -> None:
        self._anomalies = {
            "cpu": Anomaly(0.05, ordinary=(0.0, 0.6)),
            "core": Anomaly(0.08, ordinary=(0.0, 1.0)),
            "memory": Anomaly(0.03, trend_floor=0.005, ordinary=(0.0, 0.9)),
            "network": Anomaly(0.08, ordinary=(0.0, 0.8)),
            "disk": Anomaly(0.1, ordinary=(0.0, 0.8)),
            "jitter": Anomaly(0.01, ordinary=(0.0, 0.02)),
        }

        self._known: dict[str, tuple[float, float]] = {}

    @property
    def anomalies(self) -> Mapping[str, float]:
        """The score of each part that is known, 0 to 1."""
        return {name: self._anomalies[name].score for name in self._known}

    def update(self, values: Mapping[str, float], now: float) -> dict[str, float]:
        """Take a sample.

        Args:
            values: What `Sampler.sample` gives; what is missing is as it was, until it is unknown after 5 s.
            now: Seconds of a clock that never goes back.

        Returns:
            `cpu`, `network` (see `traffic`) and `memory`, and `anomaly`: the highest score of all parts. All 0 to 1.
            What is unknown is 0 here: a machine that shows no traffic still has a pitch.
        """
        self._known = {name: known for name, known in self._known.items() if now - known[1] < _STALE}
        for name, of in _OF.items():
            value = of(values)
            if value is not None:
                self._known[name] = value, now
                self._anomalies[name].update(value, now)
        found = {name: self._known.get(name, _UNKNOWN)[0] for name in ("cpu", "network", "memory")}
        return found | {"anomaly": max(self.anomalies.values(), default=0.0)}
