"""Read by Alembic, never imported: runs the steps over the connection it is handed."""

from alembic import context

from store.registry.tables import METADATA

# SQLite can't alter most things; in batches Alembic copies the table instead.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
