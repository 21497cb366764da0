"""The migration by which a complaint stays known behind the staff's stronger word."""

from datetime import datetime, timedelta

from alembic import command

from newsletter.database import Database
from newsletter.people import importwork
from newsletter.shape import config
from subscribers import suppression
from subscribers.exchange.model import ImportOrder
from subscribers.model import EVERY_LIST, Reason
from subscribers.tokens import Keyring

HOUR = timedelta(hours=1)


def test_complaints_that_can_be_known_are_known(database: Database, keyring: Keyring, now: datetime) -> None:
    """Of each that stands, and of each that a file put its stronger word before; nobody gets one who had none."""
    complained, behind, blocked = (keyring.hash_address(f"{name}@example.org") for name in ("ann", "bo", "cy"))
    with database.write() as tx:
        work = importwork.begin(tx, ImportOrder(EVERY_LIST, "", is_confirmed=False), "ann", "a", now, reason=Reason.MANUAL)
        suppression.suppress(tx, complained, Reason.COMPLAINED, now)
        suppression.suppress(tx, behind, Reason.COMPLAINED, now)
        former = suppression.said_by_others(tx, behind, EVERY_LIST)
        suppression.suppress(tx, behind, Reason.MANUAL, now + HOUR)
        said = suppression.said_by_others(tx, behind, EVERY_LIST)
        assert said is not None
        importwork.note_kept_out(tx, work.id, said, former)
        suppression.suppress(tx, blocked, Reason.MANUAL, now)
    with database.write() as tx:
        command.downgrade(config(tx), "0064")
    with database.write() as tx:
        command.upgrade(config(tx), "head")

    with database.write() as tx:
        suppression.suppress(tx, complained, Reason.MANUAL, now + HOUR)
        for one in (complained, behind, blocked):
            assert suppression.lift_word(tx, one, Reason.MANUAL, now + HOUR, list_id=EVERY_LIST)
        left = [suppression.said_by_others(tx, one, EVERY_LIST) for one in (complained, behind, blocked)]

    assert [(Reason.COMPLAINED, now)] * 2 + [None] == [(one.reason, one.at) if one else None for one in left]
