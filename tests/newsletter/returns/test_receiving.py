from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import select

from newsletter.clock import MovableClock
from newsletter.confined import Child, ChildFailed
from newsletter.database import Database
from newsletter.errors import NotAdopted
from newsletter.returns import marks
from newsletter.returns.fate import Fate
from newsletter.returns.model import CameBy, Kind, Reading
from newsletter.returns.receiving import Reception
from newsletter.tables.returns import return_message
from subscribers.tokens import Keyring
from tests.harness import mailroom, returned
from tests.harness.mailroom import Mailroom


@pytest.fixture
def reception(database: Database, keyring: Keyring, now: datetime) -> Iterator[Reception]:
    """Give where messages arrive."""
    with Child() as child:
        yield Reception(database, keyring, MovableClock(now), child)


def test_bounce_is_applied_once_whichever_way_it_comes(
    reception: Reception, database: Database, keyring: Keyring, room: Mailroom
) -> None:
    """It is read in a child; the same bytes again change nothing, and are no failure to whoever brings them."""
    with database.write() as tx:
        ann = returned.delivery_of(tx, "ann", room.letter_id)
    raw = returned.bounce(returned.address(keyring, ann))
    fates = [reception.take(raw, way).fate for way in (CameBy.IMAP, CameBy.SMTP)]

    assert [Fate.APPLIED, Fate.REPEATED] == fates
    assert reception.from_mailbox(raw)
    with database.read() as tx:
        assert [("bounce", "suppressed")] == returned.facts(tx)


def test_envelope_tells_whose_bounce_it_is(reception: Reception, database: Database, keyring: Keyring, room: Mailroom) -> None:
    """A server that hands it over knows the recipient, whatever stands in the mail."""
    with database.write() as tx:
        ann = returned.delivery_of(tx, "ann", room.letter_id)
    reception.from_server(returned.bounce("postmaster@example.org"), returned.address(keyring, ann))

    with database.read() as tx:
        assert [("bounce", "suppressed")] == returned.facts(tx)


def test_copy_takes_nothing_in_until_it_is_adopted(
    reception: Reception, database: Database, keyring: Keyring, room: Mailroom
) -> None:
    """Whoever brings it is told, and nothing of it is kept, not even as unreadable."""
    with database.write() as tx:
        raw = returned.bounce(returned.address(keyring, returned.delivery_of(tx, "ann", room.letter_id)))
        mailroom.set_adopted(tx, is_adopted=False)
    with pytest.raises(NotAdopted):
        reception.from_mailbox(raw)
    with database.write() as tx:
        assert [] == tx.execute(select(return_message)).all()
        mailroom.set_adopted(tx, is_adopted=True)

    assert Fate.APPLIED is reception.take(raw, CameBy.IMAP).fate


@pytest.mark.usefixtures("room")
def test_message_that_kills_whoever_reads_it_is_kept(
    reception: Reception, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is on record and goes apart."""

    def killed(*_args: object, **_limits: object) -> Reading:
        raise ChildFailed("took longer than 10 seconds")

    monkeypatch.setattr(Child, "run", killed)

    assert not reception.from_mailbox(b"Subject: deadly\r\n\r\n")
    with database.read() as tx:
        row = tx.execute(select(return_message)).one()
    assert ("unreadable", "reading it took longer than 10 seconds") == (row.fate, row.reason)


def test_message_that_meets_a_bug_is_kept(
    reception: Reception, database: Database, keyring: Keyring, room: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it would have changed is rolled back, it is on record, and the next one is read."""
    kept = marks.find

    def broken(raw: bytes, recipient: str) -> object:
        if b"cursed" in raw:
            monkeypatch.setattr(marks, "find", kept)
            raise RuntimeError("a bug")
        return kept(raw, recipient)

    monkeypatch.setattr(marks, "find", broken)

    assert not reception.from_mailbox(b"Subject: cursed\r\n\r\n")
    with database.read() as tx:
        assert [Kind.UNREADABLE] == [Kind(kind) for kind in tx.execute(select(return_message.c.kind)).scalars()]
