"""Both kinds of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from keeping import sqlite_url


@pytest.fixture(scope="session")
def postgres() -> Iterator[object]:
    """A PostgreSQL for every test that wants one."""
    from postgres import Postgres  # noqa: PLC0415 - psycopg is wanted only where there is a server

    with Postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty place for a store, in SQLite and in PostgreSQL."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    made: str = request.getfixturevalue("postgres").database()
    return made
