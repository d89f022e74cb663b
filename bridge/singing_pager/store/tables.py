"""The tables as this version knows them; `migrations` brings every older database here."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, Table, Text

__all__ = ["VERSION_TABLE", "controls", "desk", "journal", "metadata"]

VERSION_TABLE = "pager_version"
"""Where Alembic notes how far it is; not its usual name, which another program in the same database may have."""

metadata = MetaData()

# SQLite numbers rows by themselves only where the key is an INTEGER
_number = BigInteger().with_variant(Integer, "sqlite")

journal = Table(
    "journal",
    metadata,
    Column("id", _number, primary_key=True),
    Column("at", Float(53), nullable=False),
    Column("deed", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("heard", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("labels", Text, nullable=False),
    Column("controls", Text, nullable=False),
    Index("journal_at", "at", "id"),
    Index("journal_fingerprint", "fingerprint", "at", "id"),
)
"""One row an entry: what happened, to which alert or other subject, by whom and why; JSON is kept as text."""

desk = Table(
    "desk",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("changed", Float(53), nullable=False),
    Column("alert", Text, nullable=False),
)
"""One row an alert: as it was last."""

controls = Table(
    "controls",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("controls", Text, nullable=False),
)
"""One row: what people have set last."""
