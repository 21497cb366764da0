"""People are looked up by the beginning of their address and of their name."""

from collections.abc import Iterator

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op
from subscribers import names


revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

HAS_NAME = sa.text("name_key IS NOT NULL")
IS_TURNED = sa.text("name_turned IS NOT NULL")

# Rows at a time, so that a million names are never in memory.
BATCH = 10_000


def upgrade() -> None:
    """Go to this shape."""
    op.add_column("subscriber", sa.Column("name_key", subscribers.tables.kinds.Words, nullable=True))
    op.add_column("subscriber", sa.Column("name_turned", subscribers.tables.kinds.Words, nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        # The unique index is made anew, in the order of code points: it finds beginnings as well.
        op.execute('ALTER TABLE subscriber ALTER COLUMN email_key TYPE text COLLATE "C"')
    _give_keys()
    op.create_index(
        "ix_subscriber_name", "subscriber", ["name_key", "id"], sqlite_where=HAS_NAME, postgresql_where=HAS_NAME
    )
    op.create_index(
        "ix_subscriber_turned", "subscriber", ["name_turned", "id"], sqlite_where=IS_TURNED, postgresql_where=IS_TURNED
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_subscriber_turned", "subscriber")
    op.drop_index("ix_subscriber_name", "subscriber")
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE subscriber ALTER COLUMN email_key TYPE text COLLATE "default"')
    op.execute("ALTER TABLE subscriber DROP COLUMN name_turned")
    op.execute("ALTER TABLE subscriber DROP COLUMN name_key")


def _give_keys() -> None:
    connection = op.get_bind()
    statement = sa.text("UPDATE subscriber SET name_key = :name_key, name_turned = :name_turned WHERE id = :id")
    for rows in _named(connection):
        connection.execute(statement, [{"id": row.id, **_keys(row.name)} for row in rows])


def _named(connection: sa.Connection) -> Iterator[list[sa.Row[tuple[int, str]]]]:
    after = 0
    query = sa.text("SELECT id, name FROM subscriber WHERE id > :after AND name <> '' ORDER BY id LIMIT :most")
    while rows := list(connection.execute(query, {"after": after, "most": BATCH})):
        yield rows
        after = rows[-1].id


def _keys(name: str) -> dict[str, str | None]:
    found = names.columns(name)
    return {"name_key": found["name_key"], "name_turned": found["name_turned"]}
