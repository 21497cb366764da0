"""Links that are counted, and who allows it."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "counted_link",
        sa.Column("id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("letter_id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_counted_link_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counted_link")),
        sa.UniqueConstraint("letter_id", "place", name=op.f("uq_counted_link_letter_id_place")),
        sa.UniqueConstraint("token", name=op.f("uq_counted_link_token")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_table(
        "click_day",
        sa.Column("link_id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("is_machine", subscribers.tables.kinds.Flag(), nullable=False),
        sa.Column("clicks", subscribers.tables.kinds.Number, nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["counted_link.id"], name=op.f("fk_click_day_link_id_counted_link"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("link_id", "day", "is_machine", name=op.f("pk_click_day")),
        sqlite_strict=True,
    )
    op.create_table(
        "person_click",
        sa.Column("subscription_id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("link_id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("first_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("clicks", subscribers.tables.kinds.Number, nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.id"],
            name=op.f("fk_person_click_subscription_id_subscription"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["counted_link.id"], name=op.f("fk_person_click_link_id_counted_link"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscription_id", "link_id", name=op.f("pk_person_click")),
        sqlite_strict=True,
    )
    op.create_index("ix_person_click_link", "person_click", ["link_id", "subscription_id"])
    op.create_index("ix_person_click_first", "person_click", ["first_at"])
    op.add_column("newsletter", sa.Column("counts_clicks", sa.Integer(), server_default="0", nullable=False))
    op.add_column("subscription", sa.Column("clicks_allowed_at", subscribers.tables.kinds.Instant(), nullable=True))
    op.add_column("confirmation", sa.Column("wants_clicks", sa.Integer(), server_default="0", nullable=False))
    op.add_column("delivery", sa.Column("allows_clicks", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Go back."""
    op.execute("ALTER TABLE delivery DROP COLUMN allows_clicks")
    op.execute("ALTER TABLE confirmation DROP COLUMN wants_clicks")
    op.execute("ALTER TABLE subscription DROP COLUMN clicks_allowed_at")
    op.execute("ALTER TABLE newsletter DROP COLUMN counts_clicks")
    op.drop_table("person_click")
    op.drop_table("click_day")
    op.drop_table("counted_link")
