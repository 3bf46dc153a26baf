"""Alembic's entry point; it is given an open owner connection by ``migrate.py``."""

from alembic import context

from budgetperf.store.tables import metadata

OURS = set(metadata.tables)

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    compare_type=True,
    include_name=lambda name, kind, _parents: kind != "table" or name in OURS,
)
with context.begin_transaction():
    context.run_migrations()
