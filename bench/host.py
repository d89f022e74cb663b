"""What hearing this machine costs: CPU of the process at the default interval, and how long a sample holds the loop.

In turns: an idle loop, the source with an inbox that takes everything, and the source with the engine's core and the
default score. With `noise`: the shares of time in which healthy noise raises the anomaly, in simulated hours.

    python bench/host.py [SECONDS]
    python bench/host.py noise [HOURS]
"""

import asyncio
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from math import pi, sin

import uvloop
from machine import described
from singing_pager import instruments, score
from singing_pager.analysis.anomaly import Anomaly
from singing_pager.core.pipeline import Core
from singing_pager.engine import Clock, Engine
from singing_pager.model import Event, Reading
from singing_pager.sources.host import HostSource
from singing_pager.sources.host.sampler import Sampler

STEP = 0.1
"""Seconds between two samples."""


class Desk:
    """An inbox that takes everything and keeps a few figures."""

    def __init__(self) -> None:
        self.now = Clock()
        self.readings = 0
        self.jitter: list[float] = []
        self.anomaly: list[float] = []

    def offer(self, events: Sequence[Event]) -> bool:
        """Count the readings."""
        self.readings += len(events)
        for event in events:
            match event:
                case Reading(stream="host.jitter", data=float(late)):
                    self.jitter.append(late)
                case Reading(stream="host.anomaly", data=float(found)):
                    self.anomaly.append(found)
        return True


class Timed(Sampler):
    """Takes the time of the samples that hold the loop."""

    def __init__(self) -> None:
        super().__init__()
        self.took: list[float] = []
        self.worked: list[float] = []

    def quick(self, now: float) -> dict[str, float]:
        """Measure, and be measured."""
        begun, worked = time.perf_counter(), time.thread_time()
        found = super().quick(now)
        self.took.append(time.perf_counter() - begun)
        self.worked.append(time.thread_time() - worked)
        return found


def count(_route: str, _result: str, _n: int) -> None:
    """Count nothing."""


def cost(seconds: float, source: Callable[[], HostSource] | None) -> float:
    """Percent of a core that this process takes meanwhile."""

    async def main() -> float:
        task = asyncio.create_task(source().run() if source else asyncio.sleep(seconds + 5))
        await asyncio.sleep(1)
        begun = time.process_time()
        await asyncio.sleep(seconds)
        taken = time.process_time() - begun
        task.cancel()
        await asyncio.wait([task])
        return 100 * taken / seconds

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())


def machine(seconds: float) -> None:
    """Measure on this machine."""
    print(f"{described()}; {seconds:.0f} s each, a sample each {STEP} s")
    sys.setswitchinterval(0.0005)  # as the app does
    desk, sampler = Desk(), Timed()
    catalogue = instruments.load()
    engine = Engine(Core(score.load(None, catalogue)), [], failed=print)
    print(f"an idle loop                 {cost(seconds, None):5.2f} % of a core")
    alone = cost(seconds, lambda: HostSource(inbox=desk, count=count, sampler=sampler))
    print(f"the source                   {alone:5.2f} %  ({desk.readings / (seconds + 1):.0f} readings/s)")
    print(f"the source and the core      {cost(seconds, lambda: HostSource(inbox=engine, count=count)):5.2f} %")
    told("a sample holds the loop", sampler.took, 1e6, "µs")
    told("of it CPU time", sampler.worked, 1e6, "µs")
    told("jitter", desk.jitter, 1e6, "µs")
    loud = sum(found > 0.3 for found in desk.anomaly) / len(desk.anomaly)  # noqa: PLR2004
    print(f"{'anomaly above 0.3':28} {100 * loud:5.2f} % of the time, max {max(desk.anomaly):.2f}")


def told(name: str, values: list[float], factor: float, unit: str) -> None:
    """Print quantiles."""
    cuts = statistics.quantiles(values, n=100)
    print(
        f"{name:28} p50 {cuts[49] * factor:.0f}  p99 {cuts[98] * factor:.0f}  max {max(values) * factor:.0f} {unit}"
        f"  n {len(values)}"
    )


CHANCE = random.Random(20_27)  # noqa: S311

Noise = Callable[[float], float]


def gauss(centre: float, deviation: float) -> Noise:
    """Gaussian noise."""
    return lambda _at: CHANCE.gauss(centre, deviation)


def cron(period: float, length: float) -> Noise:
    """0.9 for `length` seconds in each period, else 0.1, with a little noise."""
    return lambda at: (0.9 if at % period < length else 0.1) + CHANCE.gauss(0, 0.02)


def diurnal(at: float) -> float:
    """A sine of a day with noise."""
    return 0.4 + 0.3 * sin(2 * pi * at / 86_400) + CHANCE.gauss(0, 0.03)


def idle(at: float) -> float:
    """Nothing for half an hour, then next to nothing."""
    return 0.0 if at < 1_800 else abs(CHANCE.gauss(0, 0.002))  # noqa: PLR2004


def counted(_at: float) -> float:
    """Steps of a tenth, mostly none: what the kernel's clock ticks make of little work. Its MAD is 0."""
    return round(10 * max(0.0, CHANCE.gauss(0.03, 0.04))) / 10


def bursts(mean_pause: float, mean_length: float) -> Noise:
    """Bursts of 0.4 to 1.0 that come by chance."""
    until = -1.0

    def now(at: float) -> float:
        nonlocal until
        if CHANCE.random() < STEP / mean_pause:
            until = at + CHANCE.expovariate(1 / mean_length)
        return (CHANCE.uniform(0.4, 1) if at < until else 0.05) + abs(CHANCE.gauss(0, 0.02))

    return now


def wandering(memory: float) -> Noise:
    """Autoregressive noise with a deviation of 0.1, by its memory in seconds."""
    keep = 1 - STEP / memory
    state = 0.0

    def now(_at: float) -> float:
        nonlocal state
        state = keep * state + CHANCE.gauss(0, 0.1 * (1 - keep**2) ** 0.5)
        return min(1.0, max(0.0, 0.4 + state))

    return now


NOISES: dict[str, Callable[[], Noise]] = {
    "gaussian, 0.30 ± 0.05": lambda: gauss(0.3, 0.05),
    "gaussian, 0.50 ± 0.15": lambda: gauss(0.5, 0.15),
    "pinned, 0.98 ± 0.01": lambda: gauss(0.98, 0.01),
    "cron: 0.25 s each 2 s": lambda: cron(2, 0.25),
    "cron: 0.7 s each 10 s": lambda: cron(10, 0.7),
    "cron: 5 s each minute": lambda: cron(60, 5),
    "cron: 10 s each 5 minutes": lambda: cron(300, 10),
    "sine of a day, ± 0.03": lambda: diurnal,
    "idle: 0, later 0.002": lambda: idle,
    "counted in tenths, MAD 0": lambda: counted,
    "bursts of 0.3 s, each 5 s or so": lambda: bursts(5, 0.3),
    "bursts of 0.5 s, each 20 s or so": lambda: bursts(20, 0.5),
    "bursts of 1 s, each minute or so": lambda: bursts(60, 1),
    "wandering, memory 2 s": lambda: wandering(2),
    "wandering, memory 10 s": lambda: wandering(10),
    "wandering, memory 100 s": lambda: wandering(100),
}


def noise(hours: float) -> None:
    """Simulate, and print the shares of time above 0.3 and 0.6 in the first ten minutes and later."""
    print(f"{hours:g} simulated hours each, a sample each {STEP} s, floor 0.05; percent of the time")
    print(f"{'':34} first 10 min > 0.3    later > 0.3    > 0.6     highest   µs/sample")
    for name, make in NOISES.items():
        anomaly, stream = Anomaly(0.05), make()
        begun = time.process_time()
        found = [anomaly.update(stream(step * STEP), step * STEP) for step in range(int(hours * 3600 / STEP))]
        took = (time.process_time() - begun) / len(found)
        first, later = found[: int(600 / STEP)], found[int(600 / STEP) :]
        print(
            f"{name:34} {above(first, 0.3):13.2f} {above(later, 0.3):18.2f} {above(later, 0.6):11.2f} "
            f"{max(later):11.2f} {took * 1e6:9.1f}"
        )


def above(found: Sequence[float], limit: float) -> float:
    """Percent of the scores that are above the limit."""
    return 100 * sum(each > limit for each in found) / len(found)


if __name__ == "__main__":
    if sys.argv[1:2] == ["noise"]:
        noise(float(sys.argv[2]) if sys.argv[2:] else 6.0)
    else:
        machine(float(sys.argv[1]) if sys.argv[1:] else 30.0)
