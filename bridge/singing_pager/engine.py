"""The loop: inbox → `core.feed` → sinks. The only reader of the clock."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from singing_pager.core.pipeline import Core
from singing_pager.model import AlertChange, Command, Drop, Event, Outcome, Reading, Tick

__all__ = ["Clock", "Engine", "Sink"]

_log = logging.getLogger("singing_pager.engine")

_CAPACITY = 50_000
"""Events that may wait: several of the largest bodies that Alertmanager sends."""
_SLICE = 0.003
"""Seconds that the line may hold the loop before others have a turn."""
_MOMENT = 64
"""Events of one moment: what they make sound leaves together."""


class Sink(Protocol):
    """Where outcomes go."""

    @property
    def name(self) -> str:
        """What metrics and logs call it."""

    def play(self, moment: Sequence[Outcome]) -> None:
        """Take the outcomes of one moment; never waits."""


class Clock:
    """Seconds since 1970 as they were at the start, carried on by a clock that never jumps back.

    It goes on while the machine sleeps, where the system has such a clock: what is due then is due on waking.
    """

    def __init__(self) -> None:
        self._anchor = time.time() - _uptime()

    def __call__(self) -> float:
        """The time now."""
        return self._anchor + _uptime()


def _uptime() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Engine:
    """Takes events from every source, in order, and hands each moment's outcomes to every sink.

    Args:
        core: The pure core.
        sinks: In the order in which they are served; what makes sound comes first.
        failed: Told the name of a sink that raised.
        clock: The time.
        capacity: Events that may wait.
    """

    def __init__(
        self,
        core: Core,
        sinks: Sequence[Sink],
        *,
        failed: Callable[[str], None],
        clock: Callable[[], float] | None = None,
        capacity: int = _CAPACITY,
    ) -> None:
        self.core = core
        self._sinks = sinks
        self._failed = failed
        self._clock = clock or Clock()
        self._capacity = capacity
        self._inbox: deque[Event] = deque()
        self._later: asyncio.Handle | None = None
        self._offered = 0
        self._played = 0
        self._waiters: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._broken: set[str] = set()

    def now(self) -> float:
        """The time by which everything in this process goes."""
        return self._clock()

    @property
    def capacity(self) -> int:
        """Events that may wait: the most that one offer may hold."""
        return self._capacity

    @property
    def waiting(self) -> int:
        """Events in the inbox."""
        return len(self._inbox)

    @property
    def full(self) -> bool:
        """Whether the inbox refuses events."""
        return len(self._inbox) >= self._capacity

    def offer(self, events: Sequence[Event]) -> bool:
        """Take events, all or none; False when the inbox is full.

        What can be played within a slice of time is played before this returns: an alert waits for no task.
        """
        if len(self._inbox) + len(events) > self._capacity:
            return False
        self._inbox.extend(events)
        self._offered += len(events)
        if self._later is None:
            self._drain()
        return True

    async def played(self) -> None:
        """Wait until everything that has been offered so far has been through the core and its sinks."""
        if self._played < self._offered:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append((self._offered, waiter))
            await waiter

    def do(self, command: Command) -> Outcome:
        """Play a command at once, before whatever waits: who mutes in a storm is not to wait for its end."""
        outcome = self._feed(command, self.now())
        self._play((outcome,))
        return outcome

    async def tick(self, every: float) -> None:
        """Let time pass in the core every so many seconds, until cancelled."""
        while True:
            self.offer((Tick(self.now()),))
            await asyncio.sleep(every)

    def _drain(self) -> None:
        self._later = None
        until = time.monotonic() + _SLICE
        while self._inbox and time.monotonic() < until:
            now = self.now()
            moment = [self._feed(event, now) for event in self._moment()]
            self._play(moment)
            self._played += len(moment)
        while self._waiters and self._waiters[0][0] <= self._played:
            _, waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
        if self._inbox:
            self._later = asyncio.get_running_loop().call_soon(self._drain)

    def _moment(self) -> Iterable[Event]:
        for _ in range(min(_MOMENT, len(self._inbox))):
            yield self._inbox.popleft()

    def _feed(self, event: Event, now: float) -> Outcome:
        try:
            return self.core.feed(event, now)
        except Exception:  # noqa: BLE001
            # the core never raises for anything that an event may hold: what arrives here is our own fault, and
            # must not stop the next event
            _log.exception("the core failed on %s", _shortly(event))
            return Outcome(event, now, drops=(Drop.INTERNAL,))

    def _play(self, moment: Sequence[Outcome]) -> None:
        for sink in self._sinks:
            try:
                sink.play(moment)
            except Exception:  # noqa: BLE001 - a bad sink never stops another
                self._failed(sink.name)
                if sink.name not in self._broken:
                    _log.exception("the sink %s failed; further failures are only counted", sink.name)
                self._broken.add(sink.name)


def _shortly(event: Event) -> str:
    match event:
        case Reading(stream=stream, route=route):
            return f"a reading of {stream[:80]!r} from {route}"
        case AlertChange(fingerprint=fingerprint, route=route):
            return f"the alert {fingerprint[:80]!r} from {route}"
        case _:
            return type(event).__name__
