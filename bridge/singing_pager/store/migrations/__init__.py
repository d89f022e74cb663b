"""How an older database becomes one of this version: Alembic runs `versions` in order when a store is opened."""
