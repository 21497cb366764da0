"""What came back from a letter, counted."""

from datetime import datetime

from newsletter.database import Database
from newsletter.returns import tallies
from newsletter.returns.fate import Fate
from newsletter.returns.model import Cause, Kind
from newsletter.returns.tallies import AtDomain, Counted, Said
from subscribers.tokens import Keyring
from tests.harness import returned
from tests.harness.mailroom import Mailroom
from tests.harness.returned import COMPLAINT, DEAD, FULL, REPLY


def test_what_came_back_is_counted_once_for_each_delivery_and_kind(
    database: Database, keyring: Keyring, room: Mailroom, now: datetime
) -> None:
    """By kind and cause, by domain, and by the words of servers without what differs between them."""
    with database.write() as tx:
        for name, reading in (("ann", DEAD), ("bob", DEAD), ("cem", FULL), ("ann", DEAD), ("bob", COMPLAINT)):
            back = returned.address(keyring, returned.delivery_of(tx, name, room.letter_id))
            returned.take(tx, keyring, returned.bounce(back, subject=f"{name} {reading.kind}"), reading, now)
        back = returned.address(keyring, returned.delivery_of(tx, "cem", room.letter_id))
        returned.take(tx, keyring, returned.mail(back), REPLY, now)

        found = tallies.of_letter(tx, room.letter_id)
        assert {
            Counted(Kind.BOUNCE, Cause.ADDRESS_DEAD, 2),
            Counted(Kind.BOUNCE, Cause.FULL, 1),
            Counted(Kind.COMPLAINT, None, 1),
            Counted(Kind.REPLY, None, 1),
        } == set(found.counted)
        assert (3, {Cause.ADDRESS_DEAD: 2, Cause.FULL: 1}) == (found.of(Kind.BOUNCE), found.bounces())
        assert (AtDomain("example.net", 3, 1),) == tallies.domains(tx, room.letter_id, 10)
        assert (Said("user unknown", Cause.ADDRESS_DEAD, 2), Said("mailbox full", Cause.FULL, 1)) == tallies.texts(
            tx, room.letter_id, 10
        )
        assert 1 == sum(tallies.replies(tx, room.letter_id).values())
        assert set(tallies.replies(tx, room.letter_id)) <= {Fate.FORWARDED, Fate.HELD}


def test_a_letter_from_which_nothing_came_back_has_nothing(database: Database) -> None:
    """Also one that is not there."""
    with database.read() as tx:
        assert 0 == tallies.of_letter(tx, 987_654).of(*Kind)
        assert () == (*tallies.domains(tx, 987_654, 10), *tallies.texts(tx, 987_654, 10))
