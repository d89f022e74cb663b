"""Where the store is: from the setting to a connected database, and what to say when there is none."""

import contextlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import platformdirs
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from singing_pager.errors import ConfigError

__all__ = ["connected", "default_path", "placed", "reason", "told"]

_ALLOWED = (
    "allowed: sqlite:////path/to/pager.db, postgresql+psycopg://user:password@host/database, off, or nothing for "
    "a file in the user's state folder"
)
_PATIENCE = 5.0
"""Seconds that another process may hold the database, and that a connection may take."""
_SETTLED = 64 << 20
"""Bytes to which SQLite's log is cut back after a storm."""


def default_path() -> Path:
    """Give the file in the user's state folder."""
    return platformdirs.user_state_path("singing-pager") / "pager.db"


def placed(url: str) -> URL:
    """Read the setting; raises ConfigError when it names no place that keeps anything."""
    if not url:
        return URL.create("sqlite+pysqlite", database=str(default_path()))
    try:
        place = make_url(url)
    except (ArgumentError, ValueError):
        # the exception could show a password
        raise ConfigError(f"STORE_URL: is no SQLAlchemy URL; {_ALLOWED}") from None
    if place.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return place.set(drivername="postgresql+psycopg")
    if place.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise ConfigError(f"STORE_URL: {place.drivername} is not known; {_ALLOWED}")
    if not place.database or place.database == ":memory:" or place.database.startswith("file:"):
        raise ConfigError(f"STORE_URL: SQLite wants the path of a file; {_ALLOWED}")
    return place.set(drivername="sqlite+pysqlite")


def told(place: URL) -> str:
    """Name a place for people: no password, and no option that could be one."""
    if place.drivername.startswith("sqlite"):
        return place.database or ""
    return place.set(password=None, query={}).render_as_string()


def connected(place: URL, *, writing: bool) -> Engine:
    """Make what gives connections; raises ConfigError where there can be none.

    Args:
        place: What `placed` gave.
        writing: Whether the database may be made where it is missing.
    """
    if place.drivername.startswith("sqlite"):
        return _sqlite(place, writing=writing)
    return _postgresql(place)


def reason(error: BaseException, place: URL) -> str:
    """Say in one line why the database failed."""
    origin = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    said = " ".join(str(origin).split()) or type(origin).__name__
    if place.password:
        said = said.replace(str(place.password), "***")
    for known, plain in _PLAINLY.items():
        if known in said:
            return f"{plain} ({said})"
    return said[:300]


_PLAINLY = {
    "database or disk is full": "the disk is full",
    "disk I/O error": "the disk fails, or is full",
    "readonly database": "the file may not be written",
    "unable to open database file": "the file cannot be opened or made",
    "file is not a database": "is no SQLite database",
    "malformed": "the database is damaged",
    "database is locked": "another process holds the database",
    "no space left on device": "the disk is full",
    "No space left on device": "the disk is full",
    "Connection refused": "nobody answers there",
    "no such table": "its tables are gone",
}


def _sqlite(place: URL, *, writing: bool) -> Engine:
    path = Path(place.database or "")
    _made(path, writing=writing)
    engine = create_engine(place, connect_args={"timeout": _PATIENCE})

    @event.listens_for(engine, "do_connect")
    def _connecting(*_: object) -> None:
        if writing:
            # SQLite would make a file that everybody may read; what keeps us from making one it will say itself
            with contextlib.suppress(ConfigError):
                _made(path, writing=True)

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        record.info["file"] = _identity(path)
        # the driver would begin transactions by itself, and not for what makes tables
        connection.isolation_level = None
        pragmas = ["fullfsync = ON", "checkpoint_fullfsync = ON", f"journal_size_limit = {_SETTLED}"]
        if writing:
            # in WAL mode FULL brings every commit to the disk before it returns; NORMAL does not
            pragmas = ["journal_mode = WAL", "synchronous = FULL", *pragmas]
        else:
            pragmas.append("query_only = ON")
        with closing(connection.cursor()) as cursor:
            for pragma in pragmas:
                cursor.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "checkout")
    def _taken(_: object, record: ConnectionPoolEntry, __: object) -> None:
        # a file that was deleted or replaced goes on being written by whoever has it open, and nobody will find it
        if record.info["file"] != _identity(path):
            raise DisconnectionError("the file is another one now")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        # a transaction that will write says so at once: it waits for its turn then, and cannot lose it later
        reading = not writing or connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _made(path: Path, *, writing: bool) -> None:
    """See to it that there is a file, which only its owner may read: alerts tell much of a house."""
    try:
        if path == default_path() and writing:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.parent.chmod(0o700)
        # a file that is there is not opened: closing it would take SQLite's locks from it
        if writing:
            with contextlib.suppress(FileExistsError):
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600))
        else:
            path.stat()
    except OSError as error:
        further = "" if writing else "; has the bridge run with this STORE_URL?"
        raise ConfigError(f"STORE_URL: {path}: {error.strerror or error}{further}") from error


def _postgresql(place: URL) -> Engine:
    options: dict[str, Any] = {
        "connect_timeout": int(_PATIENCE),
        "application_name": "singing-pager",
        # a server that is gone without a word is noticed
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
    }
    given = {name: value for name, value in options.items() if name not in place.query}
    try:
        engine = create_engine(place, connect_args=given, pool_pre_ping=True, pool_size=2)
    except ModuleNotFoundError as error:
        raise ConfigError(
            "STORE_URL: PostgreSQL wants a driver: pip install 'singing-pager[postgres]' (psycopg)"
        ) from error
    except SQLAlchemyError as error:
        raise ConfigError(f"STORE_URL: {told(place)}: {reason(error, place)}") from error

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _: object) -> None:  # noqa: ANN401 - psycopg need not be installed
        with connection.cursor() as cursor:
            # a server that answers before it has written would make our own answer untrue
            cursor.execute(
                "SELECT set_config('synchronous_commit', 'on', false) "
                "WHERE current_setting('synchronous_commit') = 'off'"
            )
        connection.commit()

    return engine
