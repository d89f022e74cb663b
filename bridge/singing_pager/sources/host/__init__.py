"""This machine as a source: what it does, ten times a second, as readings of streams that begin with `host.`."""

import asyncio
from collections.abc import Mapping
from math import ceil, floor

from singing_pager.model import Drop, Reading
from singing_pager.sources.host.sampler import Sampler
from singing_pager.sources.host.signature import Signature
from singing_pager.sources.inbox import Count, Inbox

__all__ = ["HostSource", "following"]

_ROUTE = "host"
_SLOW = 1.0
"""Seconds between two looks at what is slow."""


class HostSource:
    """Samples the machine and offers readings, for as long as `run` runs.

    Args:
        inbox: Takes events, and tells the time.
        count: Counts the readings that the inbox refuses.
        interval: Seconds between two samples.
        sampler: Looks at the machine; None: at all that psutil has.

    Raises:
        ValueError: The interval is not from 0.01 to 10 s.
    """

    def __init__(self, *, inbox: Inbox, count: Count, interval: float = 0.1, sampler: Sampler | None = None) -> None:
        if not 0.01 <= interval <= 10:  # noqa: PLR2004
            raise ValueError(f"interval {interval} s; 0.01 to 10 s is allowed")
        self._inbox = inbox
        self._count = count
        self._interval = interval
        self._sampler = sampler or Sampler()
        self._signature = Signature()

    async def run(self) -> None:
        """Sample until cancelled.

        The schedule is absolute: a late sample does not delay the next one, and those that were missed (a suspended
        laptop, a loop that was held) are left out. Sensors, which may be slow, are read in a thread.
        """
        begin = self._inbox.now()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._run_quick(begin), name="host samples")
            # half an interval aside: the thread and a sample would wait for each other
            tasks.create_task(self._run_slow(begin + self._interval / 2), name="host sensors")

    async def _run_quick(self, due: float) -> None:
        while True:
            now = await self._at(due)
            self._offer_sample({"host.jitter": abs(now - due)} | self._sampler.quick(now), now)
            due = following(due, self._inbox.now(), self._interval)

    async def _run_slow(self, due: float) -> None:
        every = self._interval * ceil(_SLOW / self._interval)
        while True:
            now = await self._at(due)
            self._offer(await asyncio.to_thread(self._sampler.slow, now), now)
            due = following(due, self._inbox.now(), every)

    async def _at(self, due: float) -> float:
        """Wait for an instant; the time at which that ended."""
        await asyncio.sleep(due - self._inbox.now())
        return self._inbox.now()

    def _offer_sample(self, values: dict[str, float], now: float) -> None:
        signature = self._signature.update(values, now)
        values["host.anomaly"] = signature["anomaly"]
        for name, score in self._signature.anomalies.items():
            values[f"host.anomaly.{name}"] = score
        self._offer(values | {"host.signature": signature}, now)

    def _offer(self, values: Mapping[str, object], now: float) -> None:
        readings = [Reading(stream=stream, data=value, at=now, route=_ROUTE) for stream, value in values.items()]
        if readings and not self._inbox.offer(readings):
            self._count(_ROUTE, Drop.INBOX_FULL, len(readings))


def following(due: float, now: float, interval: float) -> float:
    """The next instant of a schedule that lies ahead.

    Args:
        due: An instant of the schedule, in seconds.
        now: The time.
        interval: Between two instants.
    """
    return due + interval * max(1, floor((now - due) / interval) + 1)
