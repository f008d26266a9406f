"""Alembic's entry point. Run by `store.migrating`, which has already opened the connection and the transaction."""

from alembic import context

attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    target_metadata=attributes["metadata"],
    version_table=attributes["version_table"],
)
with context.begin_transaction():
    context.run_migrations()
