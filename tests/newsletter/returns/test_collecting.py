import hashlib
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.exc import OperationalError

from newsletter import failpoints
from newsletter.errors import NotAdopted
from newsletter.failpoints import FailPointReached
from newsletter.returns import collecting
from newsletter.returns import mailbox as wire
from newsletter.returns.collecting import Collected
from newsletter.returns.intakes import Mailbox
from newsletter.returns.mailbox import MailboxTrouble
from tests.harness.dovecot import Dovecot

Setting = Callable[..., Mailbox]

MAILS = [f"Subject: {number}\r\n\r\n".encode() for number in range(4)]


class Book:
    """Writes mails down once each, as the database does."""

    def __init__(self) -> None:
        self.rows: dict[str, bytes] = {}
        self.calls: Counter[bytes] = Counter()

    def take(self, raw: bytes) -> bool:
        """Write it down; an odd one cannot be read, a cursed one not written."""
        self.calls[raw] += 1
        if b"cursed" in raw:
            raise RuntimeError("a bug")
        self.rows.setdefault(hashlib.sha256(raw).hexdigest(), raw)
        return b"odd" not in raw


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    failpoints.arm("")


def collect(mailbox: Mailbox, take: collecting.Take) -> Collected:
    """Go through the mailbox once."""
    with wire.opened(mailbox) as session:
        session.make_folders()
        return collecting.collect(session, take)


def test_everything_is_taken_and_moved_by_what_it_is(dovecot: Dovecot, user: str, mailbox: Mailbox) -> None:
    """More than a batch of it; what nobody can read is apart, and one that cannot be written down stays and blocks nobody."""
    many = [f"Subject: {number}\r\n\r\n".encode() for number in range(collecting.BATCH + 5)]
    odd, cursed = b"Subject: odd\r\n\r\n", b"Subject: cursed\r\n\r\n"
    dovecot.put(user, [cursed, odd, *many])
    book = Book()
    done = collect(mailbox, book.take)

    assert Collected(len(many), 1, 1) == done
    assert ({*many}, [odd], [cursed]) == (
        {*dovecot.lying(user, "Processed")},
        dovecot.lying(user, "Unparsed"),
        dovecot.lying(user),
    )
    assert 1 == book.calls[cursed]


def test_mail_that_meets_a_copy_ends_the_reading(dovecot: Dovecot, user: str, mailbox: Mailbox) -> None:
    """What was written down before is moved; that one and all behind it lie where they lay, and are no bug."""
    dovecot.put(user, MAILS)
    book = Book()

    def take(raw: bytes) -> bool:
        if book.rows:
            raise NotAdopted
        return book.take(raw)

    with pytest.raises(NotAdopted):
        collect(mailbox, take)

    assert (MAILS[:1], MAILS[1:]) == (dovecot.lying(user, "Processed"), dovecot.lying(user))


@pytest.mark.parametrize("is_old", [False, True])
@pytest.mark.parametrize("place", ["return.fetched", "return.recorded", "return.moved"])
def test_end_between_any_two_steps_loses_and_doubles_nothing(
    dovecot: Dovecot, user: str, setting: Setting, place: str, *, is_old: bool
) -> None:
    """With MOVE and without: whoever comes next goes on."""
    dovecot.put(user, MAILS)
    book, mailbox = Book(), setting(is_old=is_old)
    failpoints.arm(f"{place}:raise:{1 if place == 'return.moved' else 3}")
    with pytest.raises(FailPointReached):
        collect(mailbox, book.take)
    collect(mailbox, book.take)

    assert sorted(MAILS) == sorted(book.rows.values()) == sorted(dovecot.lying(user, "Processed"))
    assert [] == dovecot.lying(user)


def test_database_that_is_away_leaves_mail_where_it_lies(dovecot: Dovecot, user: str, mailbox: Mailbox) -> None:
    """What was written down before is moved all the same."""
    dovecot.put(user, MAILS)
    book = Book()

    def take(raw: bytes) -> bool:
        if len(book.rows) == 2:
            raise OperationalError("", {}, Exception("away"))
        return book.take(raw)

    with pytest.raises(OperationalError):
        collect(mailbox, take)

    assert (2, 2) == (len(dovecot.lying(user)), len(dovecot.lying(user, "Processed")))


def test_two_at_once_are_harmless(dovecot: Dovecot, user: str, mailbox: Mailbox) -> None:
    """Whoever is slower finds nothing, or what is written down already."""
    dovecot.put(user, MAILS)
    book = Book()
    others: list[Collected] = []

    def take(raw: bytes) -> bool:
        if not others:
            others.append(Collected())
            others.append(collect(mailbox, book.take))
        return book.take(raw)

    collect(mailbox, take)

    assert Collected(len(MAILS)) == others[1]
    assert sorted(MAILS) == sorted(book.rows.values()) == sorted(dovecot.lying(user, "Processed"))


def test_stop_ends_it_behind_the_mail_under_way(dovecot: Dovecot, user: str, mailbox: Mailbox) -> None:
    """The others lie where they lay."""
    dovecot.put(user, MAILS)
    book = Book()
    with wire.opened(mailbox) as session:
        session.make_folders()
        done = collecting.collect(session, book.take, lambda: len(book.rows) == 2)

    assert (Collected(2), 2) == (done, len(dovecot.lying(user)))


def test_folder_that_is_deleted_meanwhile_is_made_again(dovecot: Dovecot, user: str, mailbox: Mailbox) -> None:
    """What was written down lies in the inbox until it is there again."""
    dovecot.put(user, MAILS)
    book = Book()

    def take(raw: bytes) -> bool:
        if not book.rows:
            with dovecot.client(user) as client:
                client.delete("Processed")
        return book.take(raw)

    with pytest.raises(MailboxTrouble, match="doesn't exist"):
        collect(mailbox, take)
    collect(mailbox, book.take)

    assert sorted(MAILS) == sorted(book.rows.values()) == sorted(dovecot.lying(user, "Processed"))
