"""The first tables: journal, desk and controls."""

import sqlalchemy as sa
from alembic import op

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0001"
down_revision: str | None = None
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade() -> None:
    """Make the tables."""
    texts = ("deed", "fingerprint", "name", "severity", "route", "state", "subject", "by", "reason", "heard")
    op.create_table(
        "journal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("at", sa.Float(53), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("labels", sa.Text, nullable=False),
        sa.Column("controls", sa.Text, nullable=False),
    )
    op.create_index("journal_at", "journal", ["at", "id"])
    op.create_index("journal_fingerprint", "journal", ["fingerprint", "at", "id"])
    op.create_table(
        "desk",
        sa.Column("fingerprint", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("changed", sa.Float(53), nullable=False),
        sa.Column("alert", sa.Text, nullable=False),
    )
    op.create_table(
        "controls",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("controls", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables and what they hold."""
    for table in ("controls", "desk", "journal"):
        op.drop_table(table)
