"""Deliveries in partitions by their letters, on PostgreSQL: what was there becomes the first one, as it lies."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

# So many letters have a place in one partition (newsletter.mail.partitions).
LETTERS = 1_000_000

# Whose rows name a delivery. The key of a table in partitions contains what divides it, so they cannot refer to its id alone.
REFERRING = (
    ("attempt", "CASCADE"),
    ("delivery_answer", "CASCADE"),
    ("further_delivery", "CASCADE"),
    ("return_message", "SET NULL"),
    ("return_fact", "CASCADE"),
)

INDEXES = """
SELECT indexname AS name, indexdef AS definition FROM pg_indexes
WHERE schemaname = current_schema() AND tablename = 'delivery'
  AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE conrelid = 'delivery'::regclass)
ORDER BY indexname
"""
FOREIGN_KEYS = """
SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
WHERE conrelid = 'delivery'::regclass AND contype = 'f' AND conparentid = 0 ORDER BY conname
"""
UNIQUE = "UNIQUE (letter_id, email_hash)"


def upgrade() -> None:
    """Go to this shape; no row is moved."""
    if op.get_bind().dialect.name == "sqlite":
        return
    indexes, foreign_keys = _rows(INDEXES), _rows(FOREIGN_KEYS)
    for table, _ in REFERRING:
        op.drop_constraint(f"fk_{table}_delivery_id_delivery", table, type_="foreignkey")
    _run(
        "ALTER TABLE delivery DROP CONSTRAINT pk_delivery",
        "ALTER TABLE delivery RENAME TO delivery_from_0",
        "ALTER TABLE delivery_from_0 RENAME CONSTRAINT uq_delivery_letter_id_email_hash TO uq_delivery_from_0",
        "ALTER TABLE delivery_from_0 ADD CONSTRAINT pk_delivery_from_0 PRIMARY KEY (id, letter_id)",
        *(f"ALTER INDEX {one.name} RENAME TO {one.name}_from_0" for one in indexes),
        "CREATE TABLE delivery (LIKE delivery_from_0 INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (letter_id)",
        "ALTER SEQUENCE delivery_id_seq OWNED BY delivery.id",
        "ALTER TABLE delivery ADD CONSTRAINT pk_delivery PRIMARY KEY (id, letter_id)",
        f"ALTER TABLE delivery ADD CONSTRAINT uq_delivery_letter_id_email_hash {UNIQUE}",
        *(f"ALTER TABLE delivery ADD CONSTRAINT {one.name} {one.definition}" for one in foreign_keys),
        f"ALTER TABLE delivery ATTACH PARTITION delivery_from_0 FOR VALUES FROM (MINVALUE) TO ({_end()})",
        # Each finds the index that the partition has, and takes it for its own.
        *(one.definition for one in indexes),
        # For letters that a copy brings along under numbers of another database.
        "CREATE TABLE delivery_from_elsewhere PARTITION OF delivery DEFAULT",
        "ANALYZE delivery",
    )


def downgrade() -> None:
    """Go back: all rows are written anew into one table."""
    if op.get_bind().dialect.name == "sqlite":
        return
    indexes, foreign_keys = _rows(INDEXES), _rows(FOREIGN_KEYS)
    _run(
        "CREATE TABLE delivery_in_one (LIKE delivery INCLUDING DEFAULTS INCLUDING CONSTRAINTS)",
        "INSERT INTO delivery_in_one SELECT * FROM delivery ORDER BY id",
        "ALTER SEQUENCE delivery_id_seq OWNED BY delivery_in_one.id",
        "DROP TABLE delivery",
        "ALTER TABLE delivery_in_one RENAME TO delivery",
        "ALTER TABLE delivery ADD CONSTRAINT pk_delivery PRIMARY KEY (id)",
        f"ALTER TABLE delivery ADD CONSTRAINT uq_delivery_letter_id_email_hash {UNIQUE}",
        *(f"ALTER TABLE delivery ADD CONSTRAINT {one.name} {one.definition}" for one in foreign_keys),
        *(one.definition.replace(" ON ONLY ", " ON ") for one in indexes),
    )
    for table, deleted in REFERRING:
        name = f"fk_{table}_delivery_id_delivery"
        op.create_foreign_key(name, table, "delivery", ["delivery_id"], ["id"], ondelete=deleted)


def _rows(question: str) -> Sequence[sa.Row[tuple[str, str]]]:
    return op.get_bind().execute(sa.text(question)).all()


def _end() -> int:
    latest = op.get_bind().execute(sa.text("SELECT coalesce(max(id), 0) FROM letter")).scalar_one()
    return (int(latest) // LETTERS + 1) * LETTERS


def _run(*statements: str) -> None:
    for statement in statements:
        op.execute(sa.text(statement.replace(":", r"\:")))
