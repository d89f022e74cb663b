"""The database is brought to this version's tables, or refused."""

import logging

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from singing_pager.errors import StoreError
from singing_pager.store.tables import VERSION_TABLE

__all__ = ["check", "configured", "upgrade"]

_LOCK = 0x51_46_50
"""Number of PostgreSQL's advisory lock under which tables are made: two pagers may start at once."""


def upgrade(connection: Connection, name: str) -> None:
    """Bring the tables to this version, inside the connection's transaction; raises StoreError when that cannot be.

    Args:
        connection: In a transaction that may write.
        name: Where the database is, for people.
    """
    if connection.dialect.name == "postgresql":
        encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
        if encoding != "UTF8":
            raise StoreError(f"{name}: the database is in {encoding}; allowed: UTF8")
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    if check(connection, name):
        return
    # Alembic tells of each step what only a developer wants to know
    logging.getLogger("alembic").setLevel(logging.WARNING)
    command.upgrade(configured(connection), "head")


def check(connection: Connection, name: str) -> bool:
    """Whether the tables are this version's; raises StoreError where a later version has made them; see `upgrade`."""
    script = ScriptDirectory.from_config(configured(connection))
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    heads = set(context.get_current_heads())
    known = {revision.revision for revision in script.walk_revisions()}
    if strange := heads - known:
        raise StoreError(
            f"{name}: was written by a later version of the pager (tables {', '.join(sorted(strange))}; "
            f"known here: up to {script.get_current_head()}); upgrade the pager, or choose another place"
        )
    return heads == set(script.get_heads())


def configured(connection: Connection) -> Config:
    """Make what Alembic's commands want, on a connection that is in a transaction."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "singing_pager.store:migrations")
    return config
