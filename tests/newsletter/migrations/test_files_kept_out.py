"""The migration by which files of addresses are in hand, too."""

from datetime import datetime

from alembic import command
from sqlalchemy import text

from newsletter.database import Database
from newsletter.people import importwork
from newsletter.shape import config
from subscribers.exchange.model import ImportOrder
from subscribers.model import EVERY_LIST, Reason
from tests.harness.people import a_list


def test_files_of_people_stay_in_hand(database: Database, now: datetime) -> None:
    """There and back; one of addresses is let go by whoever goes back, and SQLite forgets nothing of the table."""
    with database.write() as tx:
        order = ImportOrder(a_list(tx, now).id, "", is_confirmed=False, source="people.csv")
        people = importwork.begin(tx, order, "ann", "a", now)
        importwork.begin(tx, ImportOrder(EVERY_LIST, "", is_confirmed=False), "ann", "b", now, reason=Reason.MANUAL)
    with database.write() as tx:
        command.downgrade(config(tx), "0054")
    with database.write() as tx:
        command.upgrade(config(tx), "head")

    with database.read() as tx:
        assert (people,) == importwork.in_hand(tx)
        assert () == importwork.in_hand(tx, keeps_out=True)
        if database.is_sqlite:
            made = tx.execute(text("SELECT sql FROM sqlite_master WHERE name = 'import_work'")).scalar_one()
            assert all(word in made for word in ("STRICT", "AUTOINCREMENT", "ck_import_work_state", "ck_import_work_list"))
