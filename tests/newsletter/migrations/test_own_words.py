"""The migration that puts what a person said beside what others say of the address."""

from datetime import datetime

from alembic import command
from sqlalchemy import text

from newsletter.database import Database
from newsletter.shape import config
from subscribers import suppression
from subscribers.model import EVERY_LIST, Reason

ANN, BOB, CEM = (letter * 64 for letter in "abc")


def back_and_forth(database: Database) -> None:
    """Go to the shape before, and come to this one from there."""
    with database.write() as tx:
        command.downgrade(config(tx), "0038")
    with database.write() as tx:
        command.upgrade(config(tx), "head")


def test_each_word_is_kept_as_whose_it_was(database: Database, now: datetime) -> None:
    """What the staff lifts takes no word of the person along; where both had one row, the stronger reason stood in it."""
    with database.write() as tx:
        suppression.suppress(tx, ANN, Reason.UNSUBSCRIBED, now, list_id=1)
        suppression.suppress(tx, BOB, Reason.COMPLAINED, now)
        suppression.suppress(tx, CEM, Reason.ERASED, now)
        suppression.suppress(tx, CEM, Reason.MANUAL, now)
    back_and_forth(database)

    with database.write() as tx:
        reasons = [suppression.reason_of_scope(tx, who, scope) for who, scope in ((ANN, 1), (BOB, 0), (CEM, 0))]
        for who, scope in ((ANN, 1), (BOB, EVERY_LIST), (CEM, EVERY_LIST)):
            suppression.lift(tx, who, now, list_id=scope)
        left = [suppression.reason_of(tx, who, 1) for who in (ANN, BOB, CEM)]

    assert [Reason.UNSUBSCRIBED, Reason.COMPLAINED, Reason.MANUAL] == reasons
    assert [Reason.UNSUBSCRIBED, None, None] == left


def test_table_is_as_strict_as_before(database: Database) -> None:
    """SQLite copies it, and would forget what it was made with."""
    back_and_forth(database)
    if database.is_sqlite:
        with database.read() as tx:
            made = tx.execute(text("SELECT sql FROM sqlite_master WHERE name = 'suppression'")).scalar_one()

        assert "STRICT" in made
        assert "AUTOINCREMENT" in made
