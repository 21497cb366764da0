"""What comes back: messages, what counted of them, and rules."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

NUMBER = subscribers.tables.kinds.Number


def upgrade() -> None:
    """Go to this shape."""
    _messages()
    _facts()
    op.create_table(
        "return_policy",
        sa.Column("newsletter_id", NUMBER, nullable=False),
        sa.Column("full_points", sa.Integer(), nullable=False),
        sa.Column("soft_points", sa.Integer(), nullable=False),
        sa.Column("forget_days", sa.Integer(), nullable=False),
        sa.Column("is_probing", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_return_policy_newsletter_id_newsletter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("newsletter_id", name=op.f("pk_return_policy")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Go back; nobody knows any more what came back, and whoever is kept out stays so."""
    op.drop_table("return_policy")
    op.drop_table("return_fact")
    op.drop_table("return_message")


def _messages() -> None:
    op.create_table(
        "return_message",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("came_by", sa.Text(), nullable=False),
        sa.Column("received_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("happened_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Integer(), nullable=False),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.Column("delivery_number", NUMBER, nullable=False),
        sa.Column("delivery_id", NUMBER, nullable=True),
        sa.Column("subscriber_id", NUMBER, nullable=True),
        sa.Column("fate", sa.Text(), nullable=False),
        sa.Column("look_at", subscribers.tables.kinds.Instant(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_return_message_delivery_id_delivery"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_return_message_subscriber_id_subscriber"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_message")),
        sa.UniqueConstraint("digest", name=op.f("uq_return_message_digest")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_return_message_delivery_id"), "return_message", ["delivery_id"])
    op.create_index(op.f("ix_return_message_subscriber_id"), "return_message", ["subscriber_id"])
    op.create_index("ix_return_message_received", "return_message", ["received_at"])
    op.create_index("ix_return_message_fate", "return_message", ["fate", "id"])
    waits = sa.text("fate IN ('waiting')")
    op.create_index("ix_return_message_waiting", "return_message", ["look_at"], sqlite_where=waits, postgresql_where=waits)


def _facts() -> None:
    op.create_table(
        "return_fact",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("message_id", NUMBER, nullable=True),
        sa.Column("delivery_id", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("letter_id", NUMBER, nullable=False),
        sa.Column("newsletter_id", NUMBER, nullable=True),
        sa.Column("subscriber_id", NUMBER, nullable=True),
        sa.Column("list_id", NUMBER, nullable=True),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("followed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["return_message.id"], name=op.f("fk_return_fact_message_id_return_message"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_return_fact_delivery_id_delivery"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_return_fact_letter_id_letter"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_return_fact_subscriber_id_subscriber"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_fact")),
        sa.UniqueConstraint("delivery_id", "kind", name=op.f("uq_return_fact_delivery_id_kind")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_return_fact_message_id"), "return_fact", ["message_id"])
    op.create_index("ix_return_fact_letter", "return_fact", ["letter_id", "kind", "cause"])
    op.create_index("ix_return_fact_person", "return_fact", ["subscriber_id", "at"])
    owed = sa.text("followed IN ('probe-owed')")
    op.create_index("ix_return_fact_owed", "return_fact", ["id"], sqlite_where=owed, postgresql_where=owed)
