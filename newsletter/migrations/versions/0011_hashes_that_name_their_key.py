"""Hashes that name their key."""

from alembic import op


revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Each with a column `email_hash`, which may be empty in `consent`.
TABLES = ("subscriber", "consent", "confirmation", "suppression", "delivery")


def upgrade() -> None:
    """Put the id of the key (the first digits of its check) before each hash, and keep its length."""
    for table in TABLES:
        # A database without an instance has no people yet.
        op.execute(
            f"UPDATE {table} SET email_hash = (SELECT substr(key_check, 1, 8) FROM instance) || substr(email_hash, 1, 56) "
            "WHERE EXISTS (SELECT 1 FROM instance)"
        )

    # The former hash stands in the chain as a salted digest: without its salt it is no more looked at, as behind an erasure.
    op.execute("UPDATE consent SET person_salt = NULL WHERE act = 'erased' AND EXISTS (SELECT 1 FROM instance)")


def downgrade() -> None:
    """Stay: the last digits of the hashes are not known any more."""
