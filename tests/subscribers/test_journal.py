"""The lines of the journal: what was said comes back, and nothing else is taken for a line."""

from contextlib import suppress
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from newsletter.database import Database
from subscribers import journal, suppression
from subscribers.journal import Line, Said, Unread
from subscribers.model import Reason
from subscribers.tokens import Keyring
from tests.conftest import SECRET
from tests.harness.people import a_list

KEYRING = Keyring(SECRET)
OTHER = Keyring(SECRET[::-1])
ANN = KEYRING.hash_address("ann@x.test")

LINES = st.builds(
    Line,
    at=st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1)),  # noqa: DTZ001 -- the zone comes with it
    said=st.sampled_from(Said),
    reason=st.sampled_from(Reason),
    scope=st.just(journal.EVERY) | st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True),
    email_hash=st.text(st.characters(codec="utf-8"), max_size=40).map(KEYRING.hash_address),
)


@given(LINES)
def test_line_comes_back_as_it_went(line: Line) -> None:
    """In one printable line, which a former key reads as well."""
    text = line.to_text(KEYRING)

    assert text.isascii()
    assert text.isprintable()
    assert line == journal.read(text, KEYRING)
    assert line == journal.read(text, Keyring(SECRET[::-1], [SECRET]))


@given(LINES, st.data())
def test_any_change_is_damage(line: Line, data: st.DataObject) -> None:
    """A torn line, a changed sign, a sign too many: none of them is somebody's no."""
    text = line.to_text(KEYRING)
    place = data.draw(st.integers(0, len(text) - 1))
    sign = data.draw(st.characters(codec="utf-8"))
    changed = text[:place] + sign + text[place + 1 :]

    assert Unread.DAMAGED == journal.read(text[:place], KEYRING)
    assert isinstance(journal.read(text + sign, KEYRING), Unread)
    if changed != text:
        assert isinstance(journal.read(changed, KEYRING), Unread)


@given(st.text())
def test_any_text_is_a_line_or_told_to_be_none(text: str) -> None:
    """Whatever stands in the file."""
    assert Unread.DAMAGED == journal.read(text, KEYRING)


@given(LINES)
def test_line_of_another_key_is_told_apart_from_damage(line: Line) -> None:
    """Whoever restores with the wrong key learns that, and not that the file is broken."""
    assert Unread.FOREIGN == journal.read(line.to_text(KEYRING), OTHER)


def test_transaction_owes_a_line_for_each_no(database: Database, now: datetime) -> None:
    """By the slug of the list or for all; what is no news, or only a dead address, owes nothing."""
    with database.write() as tx:
        a_list(tx, now, "Friends")
        suppression.suppress(tx, ANN, Reason.UNSUBSCRIBED, now, list_id=1)
        suppression.suppress(tx, ANN, Reason.UNSUBSCRIBED, now, list_id=1)
        suppression.suppress(tx, ANN, Reason.BOUNCED, now)
        suppression.suppress(tx, ANN, Reason.COMPLAINED, now)
        suppression.lift(tx, ANN, now, list_id=0)
        suppression.lift(tx, ANN, now, list_id=0)

        assert (
            Line(now, Said.NO, Reason.UNSUBSCRIBED, "friends", ANN),
            Line(now, Said.NO, Reason.COMPLAINED, "*", ANN),
            Line(now, Said.LIFTED, Reason.COMPLAINED, "*", ANN),
        ) == journal.settle(tx)
        assert () == journal.settle(tx)


def test_debt_of_a_transaction_that_was_rolled_back_is_nobodys(database: Database, now: datetime) -> None:
    """The next one on the same connection owes nothing."""
    with suppress(ZeroDivisionError), database.write() as tx:
        suppression.suppress(tx, ANN, Reason.MANUAL, now)
        raise ZeroDivisionError

    with database.write() as tx:
        assert () == journal.settle(tx)
