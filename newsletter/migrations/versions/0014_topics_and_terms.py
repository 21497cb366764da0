"""Topics of a list, and the terms on which people take it."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "topic",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("list_id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("removed_at", subscribers.tables.kinds.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["list_id"], ["mailing_list.id"], name=op.f("fk_topic_list_id_mailing_list"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    is_offered = sa.text("removed_at IS NULL")
    op.create_index(
        "uq_topic_name", "topic", ["list_id", "name"], unique=True, sqlite_where=is_offered, postgresql_where=is_offered
    )
    # In place: a table that is made anew on SQLite takes the rows that hang on it with it.
    op.add_column("subscription", sa.Column("cadence", sa.Text(), server_default="every-issue", nullable=False))
    op.add_column("subscription", sa.Column("paused_until", subscribers.tables.kinds.Instant(timezone=True), nullable=True))
    op.add_column(
        "subscription",
        sa.Column("takes_all_topics", subscribers.tables.kinds.Flag(), server_default="1", nullable=False),
    )
    _choosing("subscription_topic", "subscription")
    _choosing("issue_topic", "issue")


def downgrade() -> None:
    """Go back."""
    op.drop_table("issue_topic")
    op.drop_table("subscription_topic")
    for name in ("takes_all_topics", "paused_until", "cadence"):
        op.execute(f"ALTER TABLE subscription DROP COLUMN {name}")
    op.drop_table("topic")


def _choosing(name: str, who: str) -> None:
    op.create_table(
        name,
        sa.Column(f"{who}_id", NUMBER, nullable=False),
        sa.Column("topic_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint([f"{who}_id"], [f"{who}.id"], name=op.f(f"fk_{name}_{who}_id_{who}"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f(f"fk_{name}_topic_id_topic"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint(f"{who}_id", "topic_id", name=op.f(f"pk_{name}")),
        sqlite_strict=True,
    )
