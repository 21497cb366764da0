"""Which issue a complaint is about."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from newsletter.database import Database
from newsletter.letters.letter import LetterKind
from newsletter.mail.blamed import BATCH, LONGEST_AFTER, Blamed, blamed
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery, mailing
from subscribers.suppressionbook import Complaint
from subscribers.transaction import Transaction

DAY = timedelta(days=1)


def mailed(tx: Transaction, at: datetime, *hashes: str, state: str = "accepted", kind: LetterKind = LetterKind.ISSUE) -> int:
    """Mail a letter to some addresses; gives its id."""
    said = {column.name: "" for column in letter.c if not column.nullable and column.name != "id"}
    values = said | {"kind": kind, "slots": {}, "created_at": at}
    made: int = tx.execute(insert(letter).values(values).returning(letter.c.id)).scalar_one()
    tx.execute(insert(mailing).values(letter_id=made, kind=kind, lane=2, state="finished", audience=len(hashes), planned_at=at))
    for one in hashes:
        tx.execute(insert(delivery).values(letter_id=made, email="", email_hash=one, state=state, not_before=at, settled_at=at))
    return made


def test_it_is_about_what_the_address_got_last(database: Database, now: datetime) -> None:
    """Not about what came later, nor about what others got."""
    with database.write() as tx:
        first, second = mailed(tx, now, "a", "b"), mailed(tx, now + 10 * DAY, "a")
        said = [Complaint("a", now + DAY), Complaint("a", now + 11 * DAY), Complaint("b", now + 11 * DAY)]

        assert Blamed({first: (now + DAY, now + 11 * DAY), second: (now + 11 * DAY,)}, ()) == blamed(tx, said)


def test_it_is_about_nothing_that_is_known(database: Database, now: datetime) -> None:
    """A stranger's; about what was refused, a notice, and an issue of long ago."""
    with database.write() as tx:
        mailed(tx, now, "refused", state="refused")
        mailed(tx, now, "notice", kind=LetterKind.CONFIRMATION)
        mailed(tx, now - LONGEST_AFTER, "old")
        mailed(tx, now, "others")
        said = [Complaint(name, now + DAY) for name in ("refused", "notice", "old", "stranger")]

        assert Blamed({}, (now + DAY,) * 4) == blamed(tx, said)


def test_what_may_have_arrived_counts(database: Database, now: datetime) -> None:
    """Whoever complains of it has got it."""
    with database.write() as tx:
        made = mailed(tx, now, "a", state="uncertain")

        assert Blamed({made: (now,)}, ()) == blamed(tx, [Complaint("a", now)])


def test_nobody_complained(database: Database) -> None:
    """Nothing is asked."""
    with database.read() as tx:
        assert Blamed({}, ()) == blamed(tx, [])


@pytest.mark.parametrize("count", [BATCH, BATCH + 1])
def test_many_at_once(database: Database, now: datetime, count: int) -> None:
    """As many as there are."""
    with database.write() as tx:
        made = mailed(tx, now, *map(str, range(count)))

        assert count == len(blamed(tx, [Complaint(str(one), now) for one in range(count)]).by_letter[made])
