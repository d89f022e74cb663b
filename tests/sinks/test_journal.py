"""The journal's sink: what is accepted is on disk, and a disk that fails costs nothing but time."""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from keeping import alert, entry, opened, sqlite_url
from singing_pager.errors import StoreError
from singing_pager.model import Alert, Controls, Drop, Entry, Outcome, State, Tick
from singing_pager.sinks.journal import JournalSink, NoJournal
from singing_pager.sources.inbox import Keeper
from singing_pager.store import Store
from singing_pager.testing import START

pytestmark = pytest.mark.timeout(60)


class Disk:
    """A store that keeps what it is given, fails when it is told to, and waits while its gate is shut."""

    def __init__(self) -> None:
        self.groups: list[list[Entry]] = []
        self.desk: dict[str, State] = {}
        self.fault: Exception | None = None
        self.lasting = True
        self.gate = threading.Event()
        self.gate.set()
        self.tries = 0
        self.threads: set[int] = set()
        self.pruned = 0

    def write(self, entries: Sequence[Entry], alerts: Iterable[Alert], controls_before: Controls | None) -> None:
        """Keep, or fail."""
        del controls_before
        self.threads.add(threading.get_ident())
        self.tries += 1
        assert self.gate.wait(10)
        if self.fault is not None:
            fault, self.fault = self.fault, self.fault if self.lasting else None
            raise fault
        self.groups.append(list(entries))
        for each in (*alerts, *(line.alert for line in entries if line.alert)):
            self.desk[each.fingerprint] = each.state

    def prune(self, now: float) -> bool:
        """Count."""
        del now
        self.pruned += 1
        return False


class Told:
    """What a journal says of itself."""

    def __init__(self) -> None:
        self.links: list[tuple[bool, str]] = []
        self.drops = 0

    def link(self, up: bool, detail: str) -> None:  # noqa: FBT001 - as the sink tells it
        """The store is up or down."""
        self.links.append((up, detail))

    def drop(self, reason: Drop, number: int) -> None:
        """Lines are lost."""
        assert reason is Drop.OUTBOX_FULL
        self.drops += number


def outcome(*entries: Entry) -> Outcome:
    """Make the outcome of something that changed the desk."""
    return Outcome(Tick(START), START, entries=entries)


def journalled(
    disk: "Disk | Store", talk: Callable[[JournalSink, Told], Awaitable[None]], most: int = 200_000
) -> tuple[JournalSink, Told]:
    """Run a journal, talk to it, and close it."""
    told = Told()

    async def run() -> JournalSink:
        sink = JournalSink(disk, told=told.link, drop=told.drop, most=most)
        sink.start(asyncio.get_running_loop())
        try:
            await talk(sink, told)
        finally:
            await sink.close()
        return sink

    return asyncio.run(run()), told


async def until(true: Callable[[], object]) -> None:
    """Let the loop turn until it is so."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is awaited has no event
            await asyncio.sleep(0.001)


def test_what_is_committed_is_on_disk(tmp_path: Path) -> None:
    """When `committed` returns, another process finds the line and the desk's row in the file."""

    def found() -> list[tuple[str, int]]:
        with closing(sqlite3.connect(tmp_path / "pager.db")) as other:
            return other.execute("SELECT state, (SELECT count(*) FROM journal) FROM desk").fetchall()

    async def talk(sink: JournalSink, _: Told) -> None:
        sink.play([outcome(entry()), outcome(entry(alert(state=State.ACKNOWLEDGED)))])
        await sink.committed()
        assert [("acknowledged", 2)] == await asyncio.to_thread(found)

    with opened(sqlite_url(tmp_path)) as store:
        journalled(store, talk)


def test_who_has_nothing_to_wait_for_does_not_wait() -> None:
    """Without an entry nothing is written, and whoever waits is answered at once."""
    called: list[bool] = []

    async def talk(sink: JournalSink, _: Told) -> None:
        sink.play([outcome()])
        await sink.committed()
        sink.when_committed(lambda: called.append(True))
        assert [True] == called

    disk = Disk()
    journalled(disk, talk)
    assert 0 == disk.tries


def test_what_gathers_while_the_disk_is_busy_is_one_transaction() -> None:
    """A hundred who wait for a slow disk wait for two commits, not for a hundred; all of it on one thread."""
    disk = Disk()

    async def talk(sink: JournalSink, _: Told) -> None:
        disk.gate.clear()
        sink.play([outcome(entry(alert("0")))])
        first = asyncio.create_task(sink.committed())
        await until(lambda: disk.tries)
        waiting = []
        for number in range(1, 100):
            sink.play([outcome(entry(alert(str(number))))])
            waiting.append(asyncio.create_task(sink.committed()))
        await asyncio.sleep(0)
        assert not any(task.done() for task in (first, *waiting))
        disk.gate.set()
        await asyncio.gather(first, *waiting)

    sink, _ = journalled(disk, talk)
    assert [1, 99] == [len(group) for group in disk.groups]
    assert 1 == len(disk.threads - {threading.get_ident()}) == len(disk.threads)
    assert (100, 0, 2, 0) == (sink.stats.written, sink.stats.pending, sink.stats.commits, sink.stats.failures)


def test_a_loop_is_never_held_by_the_disk() -> None:
    """While the disk does not answer, events are played and others have their turn."""
    disk = Disk()

    async def talk(sink: JournalSink, _: Told) -> None:
        disk.gate.clear()
        for number in range(10_000):
            sink.play([outcome(entry(alert(str(number))))])
        turns = 0
        while turns < 100:
            await asyncio.sleep(0)
            turns += 1
        assert 10_000 == sink.stats.pending
        disk.gate.set()
        await sink.committed()

    journalled(disk, talk)
    assert 10_000 == len(disk.desk)


def test_a_disk_that_fails_is_told_once_and_heals_by_itself(caplog: pytest.LogCaptureFixture) -> None:
    """Who waits is told the reason; nothing is lost; down is told once and up is told once; the log is not flooded."""
    disk = Disk()
    called: list[str] = []

    async def talk(sink: JournalSink, told: Told) -> None:
        disk.fault = StoreError("pager.db: the disk is full")
        for number in range(5):
            sink.play([outcome(entry(alert(str(number))))])
            sink.when_committed(lambda: called.append("kept"))
            with pytest.raises(StoreError, match="the disk is full"):
                await sink.committed()
        assert [(False, "pager.db: the disk is full")] == told.links
        assert (5, False) == (sink.stats.pending, sink.stats.up)
        # the same again without a new entry, as when Alertmanager tries again
        with pytest.raises(StoreError):
            await sink.committed()
        assert [] == called
        disk.fault = None
        # nothing more is said to it: it tries by itself
        await until(lambda: not sink.stats.pending)
        await sink.committed()
        assert [(False, "pager.db: the disk is full"), (True, "")] == told.links

    sink, _ = journalled(disk, talk)
    assert ["0", "1", "2", "3", "4"] == [
        each.alert.fingerprint for group in disk.groups for each in group if each.alert
    ]
    assert ["kept"] * 5 == called
    assert sink.stats.up
    assert 1 == len([record for record in caplog.records if record.levelno == logging.ERROR])


def test_an_entry_that_comes_during_a_failing_commit_is_tried_on_its_own() -> None:
    """It is not answered by a commit that began before it."""
    disk = Disk()

    async def talk(sink: JournalSink, _: Told) -> None:
        disk.gate.clear()
        disk.fault, disk.lasting = StoreError("full"), False
        sink.play([outcome(entry(alert("A")))])
        early = asyncio.create_task(sink.committed())
        await until(lambda: disk.tries == 1)
        sink.play([outcome(entry(alert("B")))])
        late = asyncio.create_task(sink.committed())
        await asyncio.sleep(0)
        disk.gate.set()
        with pytest.raises(StoreError):
            await early
        await late

    journalled(disk, talk)
    assert {"A", "B"} == set(disk.desk)


def test_a_fault_of_the_journal_s_own_leaves_nobody_waiting(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever is raised, whoever waits is answered, and the next entry is tried again."""
    disk = Disk()

    async def talk(sink: JournalSink, _: Told) -> None:
        disk.fault = RuntimeError("cannot be")
        sink.play([outcome(entry())])
        with pytest.raises(StoreError, match="internal: cannot be"):
            await sink.committed()
        disk.fault = None
        sink.play([outcome(entry())])
        await sink.committed()

    journalled(disk, talk)
    assert "cannot be" in caplog.text


def test_whoever_is_told_may_fail() -> None:
    """A caller's own fault stops neither the journal nor others who wait."""
    disk = Disk()

    def fail() -> None:
        raise RuntimeError("of the caller")

    async def talk(sink: JournalSink, _: Told) -> None:
        sink.play([outcome(entry(alert("A")))])
        sink.when_committed(fail)
        await sink.committed()
        sink.play([outcome(entry(alert("B")))])
        await sink.committed()

    journalled(disk, talk)
    assert {"A", "B"} == set(disk.desk)


def test_after_a_long_failure_the_oldest_lines_are_lost_and_the_desk_is_not() -> None:
    """Memory is bounded; what is dropped is counted; the desk is brought to its last state all the same."""
    disk = Disk()

    async def talk(sink: JournalSink, _: Told) -> None:
        disk.fault = StoreError("full")
        for number in range(300):
            state = State.FIRING if number < 150 else State.RESOLVED
            sink.play([outcome(entry(alert(str(number % 150), state)))])
            with pytest.raises(StoreError):
                await sink.committed()
        disk.fault = None
        sink.play([outcome(entry(alert("last")))])
        await sink.committed()

    sink, told = journalled(disk, talk, most=100)
    lines = [each for group in disk.groups for each in group]
    assert 301 == len(lines) + told.drops
    assert told.drops == sink.stats.dropped
    assert 100 <= len(lines) <= 101
    assert {str(number): State.RESOLVED for number in range(150)} | {"last": State.FIRING} == disk.desk


def test_what_is_left_is_written_at_the_end() -> None:
    """A pager that is stopped forgets nothing, whether anybody waits or not."""
    disk = Disk()

    async def talk(sink: JournalSink, _: Told) -> None:
        sink.play([outcome(entry(alert("A")), entry(alert("B")))])

    journalled(disk, talk)
    assert {"A", "B"} == set(disk.desk)


def test_a_disk_that_fails_to_the_end_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """The log says how much was lost; stopping does not wait for the disk."""
    disk = Disk()
    disk.fault = StoreError("full")

    async def talk(sink: JournalSink, _: Told) -> None:
        sink.play([outcome(entry(alert("A")), entry(alert("B")))])

    journalled(disk, talk)
    assert "2 entries of the journal are lost" in caplog.text


def test_a_pager_that_keeps_nothing_is_its_own_keeper() -> None:
    """With `STORE_URL=off` what was played was all."""
    called: list[bool] = []
    keeper: Keeper = NoJournal()

    async def talk() -> None:
        await keeper.committed()
        keeper.when_committed(lambda: called.append(True))

    asyncio.run(talk())
    assert [True] == called


def test_a_full_database_is_an_error_and_then_it_is_not(tmp_path: Path) -> None:
    """SQLite itself says that it is full; when there is room again, every line and every alert is there."""

    async def talk(sink: JournalSink, told: Told) -> None:
        limit(0)
        for number in range(50):
            sink.play([outcome(entry(alert(str(number)), reason="x" * 2_000))])
        with pytest.raises(StoreError, match=r"pager\.db: the disk is full \(database or disk is full\)"):
            await sink.committed()
        limit(1_000_000)
        await until(lambda: not sink.stats.pending)
        assert [False, True] == [up for up, _ in told.links]

    pages = [0]

    def limit(most: int) -> None:
        # of what is there already SQLite takes nothing away
        pages[0] = most

    with opened(sqlite_url(tmp_path)) as store:
        from sqlalchemy import event  # noqa: PLC0415

        @event.listens_for(store._engine, "checkout")  # noqa: SLF001 - a full disk without a disk
        def _(connection: sqlite3.Connection, *_: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {max(pages[0], 1)}")

        journalled(store, talk)
        assert 50 == len(store.load(START).alerts) == len(list(store.entries()))
