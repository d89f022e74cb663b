"""How a store is opened: made, brought to this version, or refused in one sentence."""

import sqlite3
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from keeping import alert, entry, opened, sqlite_url
from singing_pager.errors import ConfigError, StoreError
from singing_pager.store import Store, default_path, open_store, schema
from singing_pager.store.tables import VERSION_TABLE, metadata
from singing_pager.testing import START
from sqlalchemy import Engine, create_engine, event, text


def engine(url: str) -> Engine:
    """Connect to a database as somebody else would."""
    made = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    if made.dialect.name == "sqlite":
        event.listen(made, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
        event.listen(made, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return made


def refusal(url: str, *, writing: bool = True) -> str:
    """Why a store is not opened: one line."""
    with pytest.raises(ConfigError) as refused:
        open_store(url, writing=writing)
    said = str(refused.value)
    assert "\n" not in said
    assert said.startswith("STORE_URL: ")
    return said


def test_the_steps_lead_to_the_tables_of_this_version(url: str) -> None:
    """An empty database that was brought here by every step has exactly the tables that the code knows."""
    with opened(url):
        pass
    asked = engine(url)
    with asked.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert [] == compare_metadata(context, metadata)
    asked.dispose()


def test_a_store_of_the_first_version_keeps_what_it_holds(url: str) -> None:
    """What the first release wrote is there after every later step."""
    first = engine(url)
    with first.begin() as connection:
        command.upgrade(schema.configured(connection), "0001")
        connection.execute(
            text("INSERT INTO desk VALUES ('A', 'acknowledged', 1800000000.5, :alert)"),
            {
                "alert": '{"fingerprint":"A","labels":{"alertname":"Hot"},"state":"acknowledged","since":1800000000,'
                '"changed":1800000000.5,"route":"/alert","by":"ada"}'
            },
        )
        connection.execute(text("INSERT INTO controls VALUES (1, :controls)"), {"controls": '{"muted_by":"ada"}'})
    first.dispose()
    with opened(url) as store:
        saved = store.load(START)
    assert [("A", "Hot", "ada")] == [(each.fingerprint, each.name, each.by) for each in saved.alerts]
    assert saved.controls is not None
    assert "ada" == saved.controls.muted_by


def test_a_store_of_a_later_version_is_refused(url: str) -> None:
    """Who goes back to an older pager is told so, and nothing is changed."""
    with opened(url):
        pass
    later = engine(url)
    with later.begin() as connection:
        connection.execute(text("UPDATE pager_version SET version_num = '9999'"))
    later.dispose()
    assert "was written by a later version of the pager (tables 9999; known here: up to 0001)" in refusal(url)
    assert "later version" in refusal(url, writing=False)


def test_of_those_that_start_at_once_one_has_the_file(tmp_path: Path) -> None:
    """A file of SQLite belongs to one pager, until it gives it back; whoever only reads may read it meanwhile."""
    url = sqlite_url(tmp_path)

    def tried(_: int) -> Store | str:
        try:
            store = open_store(url)
        except ConfigError as error:
            return str(error)
        assert store is not None
        return store

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(tried, range(4)))
    (owner,) = (each for each in found if isinstance(each, Store))
    assert ["another pager keeps its journal there; end it"] * 3 == [
        each.partition("pager.db: ")[2].partition(",")[0] for each in found if isinstance(each, str)
    ]
    owner.write([entry(alert("A"))])
    with opened(url, writing=False) as reader:
        assert ["A"] == [saved.fingerprint for saved in reader.load(START).alerts]
    owner.close()
    with opened(url) as next_one:
        assert 1 == len(next_one.load(START).alerts)


def test_where_no_lock_can_be_had_that_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Alerts are kept on any file system; who else writes there is then for people to see to."""
    (tmp_path / "pager.db.lock").mkdir()
    with opened(sqlite_url(tmp_path)) as store:
        store.write([entry(alert("A"))])
    (said,) = caplog.messages
    assert "pager.db: no lock can be had" in said


@pytest.mark.needs("postgres")
def test_those_that_start_at_once_on_a_server_make_the_tables_once(request: pytest.FixtureRequest) -> None:
    """Whoever comes second waits, and finds them made."""
    postgres_url: str = request.getfixturevalue("postgres").database()
    with ThreadPoolExecutor(4) as threads:
        stores = list(threads.map(open_store, [postgres_url] * 4))
    for number, store in enumerate(stores):
        assert store is not None
        store.write([entry(alert(str(number)))])
    with opened(postgres_url) as store:
        assert 4 == len(store.load(START).alerts)
    for each in stores:
        assert each is not None
        each.close()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("nonsense", "is no SQLAlchemy URL; allowed: sqlite:////path/to/pager.db, postgresql+psycopg://"),
        ("mysql://pager:secret@db/pager", "mysql is not known; allowed: sqlite"),
        ("sqlite://", "SQLite wants the path of a file"),
        ("sqlite:///:memory:", "SQLite wants the path of a file"),
        ("sqlite:////no/such/folder/pager.db", "/no/such/folder/pager.db: No such file or directory"),
        ("sqlite:////dev", "/dev: the file cannot be opened or made"),
        ("sqlite:////proc/version", "/proc/version: "),
        ("postgresql://pager:secret@127.0.0.1:1/pager?sslkey=secret", "nobody answers there"),
        ("postgresql+psycopg://pager:secret@/%00", "STORE_URL"),
    ],
)
def test_a_place_that_cannot_be_is_refused_in_a_sentence(url: str, expected: str) -> None:
    """What is wrong and what is allowed; a password is not shown."""
    said = refusal(url)
    assert expected in said
    assert "secret" not in said


@pytest.mark.parametrize(
    "content", [b"certainly no database, but long enough" * 99, b"SQLite format 3\0" + b"?" * 4080]
)
def test_a_file_that_is_no_database_is_refused(content: bytes, tmp_path: Path) -> None:
    """A damaged or a wrong file stays as it is."""
    path = tmp_path / "pager.db"
    path.write_bytes(content)
    assert str(path) in refusal(sqlite_url(tmp_path))
    assert content == path.read_bytes()


def test_a_journal_that_was_never_written_cannot_be_read(tmp_path: Path) -> None:
    """Reading makes no file, and no tables."""
    assert "has the bridge run with this STORE_URL?" in refusal(sqlite_url(tmp_path), writing=False)
    assert [] == list(tmp_path.iterdir())
    (tmp_path / "pager.db").touch()
    assert "has no journal of this version" in refusal(sqlite_url(tmp_path), writing=False)


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    """Labels and reasons are nobody else's business."""
    with opened(sqlite_url(tmp_path)) as store:
        store.write([entry()])
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert {"pager.db": 0o600, "pager.db.lock": 0o600, "pager.db-wal": 0o600, "pager.db-shm": 0o600} == modes


def test_by_default_it_is_a_file_in_the_user_s_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing need be set: the folder is made, for its owner alone."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    with opened("") as store:
        assert str(default_path()) == store.name
        assert default_path().exists()
    assert default_path().is_relative_to(tmp_path)
    assert 0o700 == stat.S_IMODE(default_path().parent.stat().st_mode)


def test_every_commit_is_on_disk(tmp_path: Path) -> None:
    """SQLite is told to wait for the disk at each commit, and to let readers read meanwhile."""
    with opened(sqlite_url(tmp_path)) as store, store._engine.connect() as connection:  # noqa: SLF001
        assert "wal" == connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        assert 2 == connection.exec_driver_sql("PRAGMA synchronous").scalar_one()


def test_a_file_that_is_deleted_is_missed(tmp_path: Path) -> None:
    """What would be written into a file that nobody can find any more is an error, and then a new file."""
    with opened(sqlite_url(tmp_path)) as store:
        store.write([entry(alert("A"))])
        for path in tmp_path.iterdir():
            path.unlink()
        with pytest.raises(StoreError, match="tables are gone"):
            store.write([entry(alert("B"))])
        store.write([entry(alert("B"))])
    assert 0o600 == stat.S_IMODE((tmp_path / "pager.db").stat().st_mode)
    with opened(sqlite_url(tmp_path)) as store:
        assert ["B"] == [each.fingerprint for each in store.load(START).alerts]


def test_a_reader_that_holds_on_keeps_no_writer_waiting(tmp_path: Path) -> None:
    """An export may take its time."""
    with opened(sqlite_url(tmp_path)) as store:
        store.write([entry()])
        with closing(sqlite3.connect(tmp_path / "pager.db", isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM journal").fetchone()
            store.write([entry()])
            assert (1,) == reader.execute("SELECT count(*) FROM journal").fetchone()


def test_a_pager_without_a_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL is an extra."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert "pip install 'singing-pager[postgres]'" in refusal("postgresql://pager@127.0.0.1:1/pager")


@pytest.mark.needs("postgres")
def test_a_database_in_an_old_encoding_is_refused(request: pytest.FixtureRequest) -> None:
    """Names of alerts come in every script."""
    url = request.getfixturevalue("postgres").database("LATIN1")
    assert "is in LATIN1; allowed: UTF8" in refusal(url)


@pytest.mark.needs("postgres")
def test_a_wrong_password_is_said_and_not_shown(request: pytest.FixtureRequest) -> None:
    """One sentence, without the password that was tried."""
    url = request.getfixturevalue("postgres").database().replace("open%20sesame", "guess%20again")
    said = refusal(url)
    assert "password authentication failed" in said
    assert "guess" not in said
