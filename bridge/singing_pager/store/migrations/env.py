"""What Alembic runs: the steps, on the connection and in the transaction that `store.schema` gives."""

from alembic import context

from singing_pager.store.tables import VERSION_TABLE, metadata

__all__: list[str] = []

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
