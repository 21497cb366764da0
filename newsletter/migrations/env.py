"""Alembic's entry: runs the migrations on the connection that `newsletter.database` hands over."""

from alembic import context

from newsletter import failpoints

config = context.config
context.configure(
    connection=config.attributes["connection"],
    target_metadata=config.attributes["metadata"],
    # SQLite alters a table by copying it.
    render_as_batch=True,
    transactional_ddl=True,
    on_version_apply=lambda **_: failpoints.hit("migration.applied"),
)
with context.begin_transaction():
    context.run_migrations()
