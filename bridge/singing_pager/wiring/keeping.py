"""What survives a restart: the desk taken up again, and the journal that keeps it."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator

import msgspec

from singing_pager import config
from singing_pager.core.pipeline import Core
from singing_pager.engine import Clock, Sink
from singing_pager.errors import ConfigError, StoreError
from singing_pager.metrics import Instruments
from singing_pager.model import Alert, Deed, Drop, Entry, State
from singing_pager.sinks.journal import JournalSink, NoJournal
from singing_pager.store import Line, Store, Wanted, open_store
from singing_pager.wiring import Links

__all__ = ["Kept", "taken_up"]

_log = logging.getLogger("singing_pager")

_DAY = 86_400.0
_LINES = 20_000
"""Lines of the last day that the key figures are reckoned from: reading them takes some 0.3 s of the start."""


class Kept:
    """The store and its journal; both are absent with `STORE_URL=off`.

    Attributes:
        store: What is read at the start, and by whoever asks for the journal.
        journal: The sink; None: nothing is kept.
        keeper: Whom those wait for who must not lose what they accept.
    """

    def __init__(self, store: Store | None, clock: Clock, counts: Instruments) -> None:
        self.store = store
        self._links: Links | None = None
        self.journal: JournalSink | None = None
        self.keeper: JournalSink | NoJournal = NoJournal()
        if store is not None:

            def drop(reason: Drop, lines: int) -> None:
                counts.drops.labels(reason).inc(lines)

            self.keeper = self.journal = JournalSink(store, told=self._told, drop=drop, clock=clock)
            journal = self.journal
            counts.watch_journal(lambda: journal.stats)

    @property
    def sinks(self) -> tuple[Sink, ...]:
        """What takes outcomes."""
        return () if self.journal is None else (self.journal,)

    @property
    def lines(self) -> Callable[[Wanted], Iterable[Line]] | None:
        """Reads the journal; None: there is none."""
        return None if self.store is None else self.store.entries

    def begin(self, links: Links) -> None:
        """Begin to write, and to tell whether that succeeds."""
        self._links = links
        if self.journal is not None:
            self.journal.start(asyncio.get_running_loop())

    async def close(self) -> None:
        """Write what is left, and let go of the store."""
        if self.journal is not None:
            await self.journal.close()
        if self.store is not None:
            self.store.close()

    def _told(self, up: bool, detail: str) -> None:  # noqa: FBT001 - it is what the journal tells
        if self._links is not None:
            self._links("journal", up, detail)


def taken_up(settings: config.Store, core: Core, clock: Clock, counts: Instruments) -> Kept:
    """Open the store, and let the core take up what an earlier life left; raises ConfigError."""
    store = open_store(settings.url, settings.retention)
    now = clock()
    if store is None:
        _log.warning("nothing is kept over a restart (STORE_URL is off)")
        core.restore((), None, now)
        return Kept(None, clock, counts)
    try:
        saved = store.load(now)
        core.kpi.restore(_entries(store, now), now)
    except StoreError as error:
        raise ConfigError(f"STORE_URL: {error}") from error
    core.restore(saved.alerts, saved.controls, now)
    active = sum(alert.active for alert in saved.alerts)
    _log.info("the journal is %s; %d alerts are active", store.name, active)
    return Kept(store, clock, counts)


def _entries(store: Store, now: float) -> Iterator[Entry]:
    """The last day of the journal, as far as the key figures ask for it."""
    for line in store.entries(Wanted(since=now - _DAY, limit=_LINES)):
        try:
            yield Entry(at=line.at, deed=Deed(line.deed), alert=_alert(line), count=line.count)
        except (ValueError, msgspec.MsgspecError):
            # a line of another version says nothing to this one
            continue


def _alert(line: Line) -> Alert | None:
    if not line.fingerprint:
        return None
    labels = msgspec.json.decode(line.labels, type=dict[str, str])
    return Alert(
        fingerprint=line.fingerprint,
        labels=labels,
        state=State(line.state or State.FIRING),
        since=line.at,
        changed=line.at,
        route=line.route,
    )
