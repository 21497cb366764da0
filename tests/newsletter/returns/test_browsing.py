"""What came back, looked through."""

from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.returns import browsing
from newsletter.returns.browsing import Asked
from newsletter.returns.fate import Fate, Followed
from newsletter.returns.model import Kind, Reading
from subscribers.tokens import Keyring
from tests.harness import returned
from tests.harness.mailroom import Mailroom
from tests.harness.returned import DEAD, FULL

STRANGE = Reading(Kind.BOUNCE, DEAD.cause, "5.1.1", "no token of ours", 1.0)


@pytest.fixture
def room_with_returns(database: Database, keyring: Keyring, room: Mailroom, now: datetime) -> Mailroom:
    """Let mail come back from Ann and from Bob, and between them what is nobody's."""
    with database.write() as tx:
        for name, reading in (("ann", DEAD), ("", STRANGE), ("bob", FULL)):
            number = returned.delivery_of(tx, name, room.letter_id) if name else 0
            back = returned.address(keyring, number) if name else "b-forged@returns.example.org"
            returned.take(tx, keyring, returned.bounce(back, subject=f"of {name}"), reading, now)
    return room


def test_pages_follow_each_other_the_newest_first(database: Database, room_with_returns: Mailroom) -> None:
    """Each with what it is about, and what followed."""
    with database.read() as tx:
        first = browsing.page(tx, Asked(), None, 2)
        rest = browsing.page(tx, Asked(), first.more, 2)

    assert ["bob@example.net", "", "ann@example.net"] == [one.email for one in (*first.lines, *rest.lines)]
    assert [Followed.POINT, None, Followed.SUPPRESSED] == [one.followed for one in (*first.lines, *rest.lines)]
    assert (None, False) == (rest.more, rest.has_stopped)


def test_only_what_is_asked_for_is_given(database: Database, room_with_returns: Mailroom) -> None:
    """By fate, kind, letter and newsletter; who looks after some newsletters sees nothing that is nobody's."""
    with database.read() as tx:
        some = {
            name: len(browsing.page(tx, asked, None, 10).lines)
            for name, asked in {
                "all": Asked(),
                "nobody's": Asked(fates=frozenset({Fate.UNATTRIBUTED})),
                "bounces": Asked(kind=Kind.BOUNCE),
                "replies": Asked(kind=Kind.REPLY),
                "letter": Asked(letters=frozenset({room_with_returns.letter_id})),
                "no letter": Asked(letters=frozenset()),
                "own": Asked(newsletters=frozenset({room_with_returns.newsletter_id})),
                "of others": Asked(newsletters=frozenset({987_654})),
            }.items()
        }

    expected = {"all": 3, "nobody's": 1, "bounces": 3, "replies": 0, "letter": 2, "no letter": 0, "own": 2, "of others": 0}
    assert expected == some


def test_a_window_that_holds_too_little_says_so(database: Database, room_with_returns: Mailroom) -> None:
    """And the next page goes on behind it."""
    of_ann = Asked(newsletters=frozenset({room_with_returns.newsletter_id}), kind=Kind.BOUNCE)
    with database.read() as tx:
        first = browsing.page(tx, of_ann, None, 10, window=2)
        rest = browsing.page(tx, of_ann, first.more, 10, window=2)

    assert (True, ["bob@example.net"]) == (first.has_stopped, [one.email for one in first.lines])
    assert (False, ["ann@example.net"]) == (rest.has_stopped, [one.email for one in rest.lines])


def test_one_message_is_given_whole(database: Database, room_with_returns: Mailroom) -> None:
    """As it came, or its beginning; whose it is decides who may see it."""
    with database.read() as tx:
        ann = browsing.page(tx, Asked(), None, 10).lines[-1]
        assert ann.id is not None
        found = browsing.evidence(tx, ann.id)

        assert found is not None
        assert (ann, "to", len(browsing.bytes_of(tx, ann.id))) == (found.line, found.found_by, found.size)
        assert browsing.bytes_of(tx, ann.id).startswith(browsing.bytes_of(tx, ann.id, 30))
        assert frozenset({room_with_returns.newsletter_id}) == browsing.newsletters_of(tx, ann.id)
        assert frozenset() == browsing.newsletters_of(tx, ann.id + 1)
        assert (None, None) == (browsing.newsletters_of(tx, 987_654), browsing.evidence(tx, 987_654))


def test_of_a_person_what_counted_is_given(database: Database, room_with_returns: Mailroom) -> None:
    """With the number of the message, as long as that is kept."""
    with database.read() as tx:
        bob = browsing.page(tx, Asked(), None, 1).lines[0]
        assert bob.subscriber_id is not None
        [fact] = browsing.of_person(tx, bob.subscriber_id, 10)

        assert (bob.id, bob.cause, Followed.POINT) == (fact.id, fact.cause, fact.followed)
        assert () == browsing.of_person(tx, bob.subscriber_id, 10, frozenset())
        assert (1, False) == (browsing.waiting(tx, [Fate.UNATTRIBUTED], 10), browsing.is_empty(tx))
