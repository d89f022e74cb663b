"""The store itself: entries written, each batch as one transaction, and read again."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct
from sqlalchemy import URL, Engine, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from singing_pager.errors import ConfigError, StoreError
from singing_pager.model import Alert, Controls, Entry, State
from singing_pager.store import query, schema
from singing_pager.store.owner import owned
from singing_pager.store.place import connected, placed, reason, told
from singing_pager.store.rows import alert_row, controls_row, decoded, journal_row, key
from singing_pager.store.tables import controls, desk, journal

__all__ = ["LATELY", "Saved", "Store", "open_store"]

_T = TypeVar("_T")

LATELY = 900.0
"""Seconds for which the desk remembers a resolved alert."""
_SLICE = 500
"""Rows a statement: between two the interpreter is free for the loop."""
_PRUNED = 2_000
"""Lines that one call of `prune` takes away, at most."""
_DAY = 86_400.0


class Saved(Struct, frozen=True):
    """What the desk and the controls were.

    Attributes:
        alerts: Active ones, and those that were resolved lately, the earliest change first.
        controls: What people had set; None: nothing yet.
    """

    alerts: tuple[Alert, ...]
    controls: Controls | None


def open_store(url: str, retention: float = 90.0, *, writing: bool = True) -> "Store | None":
    """Open the store that a setting names, and bring its tables to this version.

    Args:
        url: `STORE_URL`: an SQLAlchemy URL; empty: a file in the user's state folder; `off`: there is none.
        retention: Days that the journal keeps.
        writing: Whether to make and change it; otherwise it is only read.

    Raises:
        ConfigError: It cannot be had; the one line says where and why.
    """
    if url.strip().lower() == "off":
        return None
    place = placed(url)
    engine = connected(place, writing=writing)
    store = Store(place, engine, retention, writing=writing, release=owned(place) if writing else None)
    with contextlib.ExitStack() as stack:
        stack.callback(store.close)
        try:
            store.check()
        except StoreError as error:
            raise ConfigError(f"STORE_URL: {error}") from error
        stack.pop_all()
    return store


class Store:
    """The journal, the desk and the controls in a database; every method waits for it.

    Args:
        place: Where it is.
        engine: Gives connections to it.
        retention: Days that the journal keeps.
        writing: Whether it may be changed.
        release: Gives it free for another pager.
    """

    def __init__(
        self,
        place: URL,
        engine: Engine,
        retention: float,
        *,
        writing: bool = True,
        release: Callable[[], None] | None = None,
    ) -> None:
        self._place = place
        self._engine = engine
        self._reading = engine.execution_options(reading=True)
        self._retention = retention * _DAY
        self._writing = writing
        self._release = release
        self._suspect = False
        # made once: to make them takes longer than to run them
        self._insert, self._clear, self._set = insert(journal), delete(controls), insert(controls)
        put = (postgresql if engine.dialect.name == "postgresql" else sqlite).insert(desk)
        new = {column: put.excluded[column] for column in ("state", "changed", "alert")}
        self._upsert = put.on_conflict_do_update(index_elements=["fingerprint"], set_=new)

    @property
    def name(self) -> str:
        """Where it is, for people: without a password."""
        return told(self._place)

    def check(self) -> None:
        """See to it that the tables are this version's; raises StoreError when they are not."""
        with self._told():
            if self._writing:
                with self._engine.begin() as connection:
                    schema.upgrade(connection, self.name)
            else:
                with self._reading.connect() as connection:
                    if not schema.check(connection, self.name):
                        raise StoreError(
                            f"{self.name}: has no journal of this version yet; `singing-pager run` makes it"
                        )

    def load(self, now: float) -> Saved:
        """Give what the desk and the controls were; raises StoreError.

        Args:
            now: Unix time, by which an alert was resolved lately or not.
        """
        since = now - LATELY
        with self._told(), self._reading.connect() as connection:
            active = (desk.c.state != State.RESOLVED.value) | (desk.c.changed >= since)
            rows = connection.execute(select(desk).where(active).order_by(desk.c.changed)).all()
            row = connection.execute(select(controls).where(controls.c.id == 1)).first()
        alerts = (decoded(each.alert, Alert, f"the alert {each.fingerprint}") for each in rows)
        return Saved(
            tuple(alert for alert in alerts if alert is not None),
            decoded(row.controls, Controls, "the controls") if row else None,
        )

    def write(
        self, entries: Sequence[Entry], alerts: Iterable[Alert] = (), controls_before: Controls | None = None
    ) -> None:
        """Write entries, alerts and controls; when this returns all is on disk, when it raises StoreError nothing.

        Args:
            entries: In the order in which they happened; the desk and the controls are brought to what they say.
            alerts: Earlier states, of entries whose lines are lost.
            controls_before: Earlier controls, likewise.
        """
        states = {key(alert.fingerprint): alert for alert in alerts}
        last = controls_before
        for entry in entries:
            if entry.alert is not None:
                states[key(entry.alert.fingerprint)] = entry.alert
            last = entry.controls or last
        with self._told():
            if self._suspect:
                self.check()
            with self._engine.begin() as connection:
                for part in _slices(entries):
                    connection.execute(self._insert, [journal_row(entry) for entry in part])
                for some in _slices(list(states.values())):
                    connection.execute(self._upsert, [alert_row(alert) for alert in some])
                if last is not None:
                    connection.execute(self._clear)
                    connection.execute(self._set, [controls_row(last)])
            self._suspect = False

    def prune(self, now: float) -> bool:
        """Take away a slice of what is too old; says whether there may be more; raises StoreError.

        Args:
            now: Unix time.
        """
        old = select(journal.c.id).where(journal.c.at < now - self._retention).order_by(journal.c.at).limit(_PRUNED)
        over = select(desk.c.fingerprint).where(
            desk.c.state == State.RESOLVED.value, desk.c.changed < now - LATELY
        ).limit(_PRUNED)  # fmt: skip
        with self._told(), self._engine.begin() as connection:
            lines = connection.execute(delete(journal).where(journal.c.id.in_(old))).rowcount
            alerts = connection.execute(delete(desk).where(desk.c.fingerprint.in_(over))).rowcount
        return _PRUNED in {lines, alerts}

    def entries(self, wanted: query.Wanted = query.Wanted()) -> Iterator[query.Line]:  # noqa: B008 - it is frozen
        """Give lines of the journal, oldest first; raises StoreError."""
        with self._told():
            yield from query.lines(self._reading, wanted)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()
        if self._release is not None:
            self._release()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the database finds wrong into one line, and begin anew with it next time."""
        try:
            yield
        except SQLAlchemyError as error:
            self._suspect = True
            self._engine.dispose()
            raise StoreError(f"{self.name}: {reason(error, self._place)}") from error


def _slices(rows: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for begin in range(0, len(rows), _SLICE):
        yield rows[begin : begin + _SLICE]
