"""What came back of one letter, counted for the command line."""

from datetime import datetime

from newsletter.database import Database
from newsletter.returns import figures
from newsletter.returns.limits import Level
from subscribers.tokens import Keyring
from tests.harness import returned
from tests.harness.mailroom import Mailroom


def test_what_is_not_named_is_counted_too(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """However few domains and texts are told, they add up to what bounced."""
    with database.write() as tx:
        for name, reading in (
            ("ann", returned.DEAD),
            ("bob", returned.FULL),
            ("cem", returned.FULL),
            ("ann", returned.COMPLAINT),
        ):
            to = returned.address(keyring, returned.delivery_of(tx, name, room.letter_id))
            returned.take(tx, keyring, returned.bounce(to, subject=reading.kind), reading, now)
        found, short = figures.of_letter(tx, room.letter_id), figures.of_letter(tx, room.letter_id, most=1)

    assert 3 == found.bounced == sum(found.causes.values())
    assert [(3, 0), (3, 0)] == [
        (sum(one.people for one in named), others)
        for named, others in ((found.domains, found.other_domains), (found.texts, found.other_texts))
    ]
    assert ([2], 1) == ([one.people for one in short.texts], short.other_texts)
    assert Level.TOO_FEW is found.level
