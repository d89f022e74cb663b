"""Entries on their way to the disk: gathered on the loop, written on a thread of their own, a group as one commit.

While a group is on its way to the disk the next one gathers: the slower the disk, the larger the groups.
A disk that fails is asked again each second and at each new entry; whoever waits is told at once, and nothing is
forgotten but the oldest lines of a long failure. What the desk holds is not forgotten at all.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from msgspec import Struct

from singing_pager.errors import StoreError
from singing_pager.model import Alert, Controls, Drop, Entry, Outcome
from singing_pager.sinks.backlog import Backlog, GivenUp

__all__ = ["JournalSink", "JournalStats", "NoJournal", "Writer"]

_log = logging.getLogger("singing_pager.journal")

_MOST = 200_000
"""Entries that may wait for the disk."""
_GROUP = 4_096
"""Entries of one transaction, at most."""
_PROBE = 64
"""Entries with which a disk that failed is tried."""
_RETRY = 1.0
"""Seconds between two tries."""
_TIDY_FIRST, _TIDY_EVERY = 60.0, 3_600.0
"""Seconds after the start, and between two times, at which what is too old is taken away."""


class Writer(Protocol):
    """The store, as the journal uses it: on the journal's thread."""

    def write(self, entries: Sequence[Entry], alerts: Iterable[Alert], controls_before: Controls | None) -> None:
        """Bring all of it to the disk, or raise StoreError."""

    def prune(self, now: float) -> bool:
        """Take away a slice of what is too old; says whether there may be more; raises StoreError."""


class JournalStats(Struct, frozen=True, kw_only=True):
    """How the journal does.

    Attributes:
        pending: Entries that wait for the disk.
        written: Entries that are on disk.
        dropped: Lines that were given up, because too many waited.
        commits: Transactions that succeeded.
        failures: Transactions that failed.
        seconds: How long the last transaction took.
        up: Whether the last transaction succeeded.
    """

    pending: int
    written: int
    dropped: int
    commits: int
    failures: int
    seconds: float
    up: bool


class NoJournal:
    """The keeper of a pager that keeps nothing (`STORE_URL=off`): as soon as it was played, that was all."""

    async def committed(self) -> None:
        """Nothing is to come."""

    def when_committed(self, done: Callable[[], None]) -> None:
        """Nothing is to come."""
        done()


class JournalSink:
    """Writes the entries of every outcome, and says when they are on disk (`sources.inbox.Keeper`).

    All but the writing itself happens on the loop's thread.

    Args:
        store: Where to; it stays open when the journal is closed.
        told: Is told once that the store fails and why, and once that it is well again.
        drop: Is told how many lines were given up, and why.
        clock: The time, by which lines grow old.
        most: Entries that may wait.
    """

    name = "journal"

    def __init__(
        self,
        store: Writer,
        *,
        told: Callable[[bool, str], None],
        drop: Callable[[Drop, int], None],
        clock: Callable[[], float] = time.time,
        most: int = _MOST,
    ) -> None:
        self._store = store
        self._told = told
        self._drop = drop
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, "journal")
        self._backlog = Backlog(most)
        self._gathered = 0
        self._waiters: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._hopes: deque[tuple[int, Callable[[], None]]] = deque()
        self._wanted = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False
        self._up = True
        self._written = self._dropped = self._commits = self._failures = 0
        self._seconds = 0.0

    @property
    def stats(self) -> JournalStats:
        """How it does."""
        return JournalStats(
            pending=len(self._backlog),
            written=self._written,
            dropped=self._dropped,
            commits=self._commits,
            failures=self._failures,
            seconds=self._seconds,
            up=self._up,
        )

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to write, in the background of a loop."""
        self._tasks = [
            loop.create_task(self._write_all(), name="journal"),
            loop.create_task(self._tidy(), name="journal, tidied"),
        ]

    async def close(self) -> None:
        """Write what is left, and end; what cannot be written now is lost, and the log says so."""
        self._closing = True
        self._wanted.set()
        if self._tasks:
            writing, tidying = self._tasks
            tidying.cancel()
            await asyncio.gather(writing, tidying, return_exceptions=True)
        self._thread.shutdown()
        if self._backlog:
            _log.error("%d entries of the journal are lost: the store does not take them", len(self._backlog))
        self._give_up(self._gathered, "the pager stops")

    def play(self, moment: Sequence[Outcome]) -> None:
        """Gather the entries of one moment; never waits."""
        for outcome in moment:
            if outcome.entries:
                self._gathered += len(outcome.entries)
                self._count_dropped(self._backlog.gather(outcome.entries))
                self._wanted.set()

    async def committed(self) -> None:
        """Wait until every entry so far is on disk; raises StoreError when it cannot be brought there now."""
        if self._backlog:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append((self._gathered, waiter))
            self._wanted.set()
            await waiter

    def when_committed(self, done: Callable[[], None]) -> None:
        """Call `done` as soon as every entry so far is on disk, however long that takes."""
        if self._backlog:
            self._hopes.append((self._gathered, done))
        else:
            done()

    async def _write_all(self) -> None:
        while not self._closing:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if self._up else _RETRY):
                    await self._wanted.wait()
            self._wanted.clear()
            await self._write_groups()
        await self._write_groups()

    async def _write_groups(self) -> None:
        """Write group after group, until nothing is left or one fails."""
        try:
            while self._backlog and await self._write_group():
                pass
        except Exception:  # noqa: BLE001 - told in full by the log
            # whoever is told of success or failure may fail itself, and must not leave the others waiting for ever
            _log.exception("the journal stumbled")
            self._give_up(self._gathered, "internal")

    async def _write_group(self) -> bool:
        """Write the next group; says whether that succeeded."""
        until = self._gathered
        group, lost = self._backlog.take(_GROUP if self._up else _PROBE)
        fault = await asyncio.get_running_loop().run_in_executor(self._thread, self._write, group, lost)
        if fault is not None:
            self._failures += 1
            self._count_dropped(self._backlog.put_back())
            self._give_up(until, fault)
            self._failed(fault)
            return False
        self._written += self._backlog.written()
        self._commits += 1
        if (behind := self._backlog.lines_behind) is not None:
            self._settle(self._gathered - behind)
        self._recovered()
        return True

    def _write(self, group: Sequence[Entry], lost: GivenUp) -> str | None:
        """On the journal's thread: write, and say what was wrong."""
        began = time.perf_counter()
        try:
            self._store.write(group, lost.alerts.values(), lost.controls)
        except StoreError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - a fault of our own must not leave anybody waiting for ever
            if self._up:
                _log.exception("the journal failed")
            return f"internal: {error}"
        self._seconds = time.perf_counter() - began
        return None

    def _count_dropped(self, number: int) -> None:
        if number:
            self._dropped += number
            self._drop(Drop.OUTBOX_FULL, number)

    def _settle(self, until: int) -> None:
        while self._waiters and self._waiters[0][0] <= until:
            _, waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
        while self._hopes and self._hopes[0][0] <= until:
            self._hopes.popleft()[1]()

    def _give_up(self, until: int, fault: str) -> None:
        while self._waiters and self._waiters[0][0] <= until:
            _, waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_exception(StoreError(fault))

    def _failed(self, fault: str) -> None:
        if self._up:
            self._up = False
            _log.error("the journal cannot be written: %s; it is tried again each second", fault)
            self._told(False, fault)  # noqa: FBT003 - up or not is what it is told

    def _recovered(self) -> None:
        if not self._up:
            self._up = True
            _log.warning("the journal is written again; %d entries wait still", len(self._backlog))
            self._told(True, "")  # noqa: FBT003

    async def _tidy(self) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(_TIDY_FIRST)
        while True:
            try:
                # a slice at a time: whatever is to be written has its turn in between
                while await loop.run_in_executor(self._thread, self._store.prune, self._clock()):
                    pass
            except StoreError as error:
                _log.warning("old lines of the journal stay for now: %s", error)
            await asyncio.sleep(_TIDY_EVERY)
