"""The migration by which it is counted how often something was said of an address."""

from datetime import datetime

from alembic import command

from newsletter.database import Database
from newsletter.people import importwork
from newsletter.shape import config
from subscribers import suppression
from subscribers.exchange.model import ImportOrder
from subscribers.model import EVERY_LIST, Reason
from subscribers.suppression import Back
from subscribers.tokens import Keyring


def test_what_a_file_said_before_is_not_taken_back(database: Database, keyring: Keyring, now: datetime) -> None:
    """Nobody counted what was said since, so they stay kept out; what was said is there as it was."""
    of_ann = keyring.hash_address("ann@example.org")
    with database.write() as tx:
        order = ImportOrder(EVERY_LIST, "", is_confirmed=False)
        work = importwork.begin(tx, order, "ann", "a", now, reason=Reason.MANUAL)
        suppression.suppress(tx, of_ann, Reason.MANUAL, now)
        said = suppression.said_by_others(tx, of_ann, EVERY_LIST)
        assert said is not None
        importwork.note_kept_out(tx, work.id, said, None)
    with database.write() as tx:
        command.downgrade(config(tx), "0063")
    with database.write() as tx:
        command.upgrade(config(tx), "head")

    with database.write() as tx:
        assert said == suppression.said_by_others(tx, of_ann, EVERY_LIST)
        ((noted, former),) = importwork.kept_out(tx, work.id, 0, 10)
        assert Back.STANDS is suppression.put_back(tx, noted, former, now)
        assert Reason.MANUAL is suppression.reason_of(tx, of_ann, EVERY_LIST)
