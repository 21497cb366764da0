"""Of which host and version a worker is, and which workers and hosts are drained."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape; workers that were there are of the host that their place tells."""
    op.add_column("worker", sa.Column("host", sa.Text(), server_default="", nullable=False))
    op.add_column("worker", sa.Column("version", sa.Text(), server_default="", nullable=False))
    op.add_column("worker", sa.Column("drained_at", subscribers.tables.kinds.Instant(), nullable=True))
    op.create_table(
        "drained_host",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("since", subscribers.tables.kinds.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_drained_host")),
        sqlite_strict=True,
    )
    place = sa.column("place", sa.Text())
    worker = sa.table("worker", place, sa.column("host", sa.Text()))
    at = sa.func.strpos if op.get_bind().dialect.name == "postgresql" else sa.func.instr
    process = at(place, ", process ")
    op.execute(worker.update().where(process > 0).values(host=sa.func.substr(place, 1, process - 1)))


def downgrade() -> None:
    """Go back; who is drained claims again."""
    op.drop_table("drained_host")
    for column in ("drained_at", "version", "host"):
        op.execute(f"ALTER TABLE worker DROP COLUMN {column}")
