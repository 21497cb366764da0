from datetime import datetime

from sqlalchemy import select

from newsletter.database import Database
from newsletter.issues import newsletters
from newsletter.letters.letter import LetterKind
from newsletter.mail import gate, leases, workers
from newsletter.mail.delivery import Passage
from newsletter.people import joining
from newsletter.people.withdraw import withdraw
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery
from subscribers import suppression
from subscribers.address import parse
from subscribers.model import Reason
from subscribers.outcomes import AlreadyConfirmed, ConfirmationDue, Confirmed, Expired, Suppressed, TooSoon
from subscribers.tokens import Keyring
from tests.harness import mailroom, people
from tests.harness.mailroom import Mailroom
from tests.harness.people import FORM, LINK, ONE_CLICK

ASK = mailroom.a_draft(LetterKind.CONFIRMATION, "Please confirm")
WELCOME = mailroom.a_draft(LetterKind.WELCOME, "Welcome")
WORKER = "worker-1"


class Desk:
    """Joins and confirms for a newsletter, one short transaction each, and looks at the notices that follow."""

    def __init__(self, database: Database, keyring: Keyring, room: Mailroom) -> None:
        self.database = database
        self.keyring = keyring
        self.room = room
        with database.read() as tx:
            self.newsletter = newsletters.by_id(tx, room.newsletter_id)

    def join(self, address: str, name: str, now: datetime) -> object:
        """Fill in the form."""
        with self.database.write() as tx:
            return joining.join(tx, self.keyring, ASK, self.newsletter, parse(address), name, now, FORM)

    def confirm(self, due: object, now: datetime) -> object:
        """Press the button."""
        assert isinstance(due, ConfirmationDue)
        with self.database.write() as tx:
            return joining.confirm(tx, self.keyring, WELCOME, self.newsletter, due.confirmation_id, now, LINK)

    def notices(self) -> list[tuple[str, str]]:
        """Give kind and recipient of every notice that is planned, in order."""
        with self.database.read() as tx:
            rows = tx.execute(
                select(letter.c.kind, delivery.c.email)
                .join_from(delivery, letter, letter.c.id == delivery.c.letter_id)
                .where(letter.c.kind != LetterKind.ISSUE)
                .order_by(delivery.c.id)
            )
            return [(row.kind, row.email) for row in rows]


def test_wish_is_followed_by_one_mail(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """With the link to this confirmation; a second wish within a quarter of an hour plans none."""
    desk = Desk(database, keyring, room)
    due = desk.join("Dee@example.net", "Dee", now)
    again = desk.join("dee@example.net", "Dee", now)

    assert isinstance(due, ConfirmationDue)
    assert isinstance(again, TooSoon)
    assert [("confirmation", "Dee@example.net")] == desk.notices()
    with database.read() as tx:
        numbers = tx.execute(select(delivery.c.confirmation_id).where(delivery.c.email == "Dee@example.net")).scalars()
        assert [due.confirmation_id] == list(numbers)


def test_mail_that_asks_carries_nothing_typed(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """A name is a text of anybody's choice to anybody's address (3,000 advertisements in one case on record)."""
    Desk(database, keyring, room).join("dee@example.net", "Buy gold at evil.test", now)

    with database.read() as tx:
        names = tx.execute(select(delivery.c.name).where(delivery.c.email == "dee@example.net")).scalars()
        assert [""] == list(names)


def test_confirmed_and_suppressed_people_get_no_mail(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """Nobody learns from the form who stands on the list, and nobody on it is bothered."""
    desk = Desk(database, keyring, room)
    with database.write() as tx:
        suppression.suppress(tx, keyring.hash_address("bad@example.net"), Reason.COMPLAINED, now)

    assert isinstance(desk.join("ann@example.net", "", now), AlreadyConfirmed)
    assert Suppressed(Reason.COMPLAINED) == desk.join("bad@example.net", "", now)
    assert [] == desk.notices()


def test_yes_is_followed_by_one_welcome(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """However often the button is pressed."""
    desk = Desk(database, keyring, room)
    due = desk.join("dee@example.net", "Dee", now)
    first, second = desk.confirm(due, now), desk.confirm(due, now)

    assert isinstance(first, Confirmed)
    assert isinstance(second, AlreadyConfirmed)
    assert [("confirmation", "dee@example.net"), ("welcome", "dee@example.net")] == desk.notices()


def test_who_left_is_asked_again_and_the_gate_lets_the_mail_out(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """Their own no does not keep back the mail they asked for themselves."""
    desk = Desk(database, keyring, room)
    later = people.later(now)
    with database.write() as tx:
        withdraw(tx, keyring, mailroom.subscription_of(tx, "ann").id, now, ONE_CLICK)
        workers.register(tx, WORKER, "here", later)
    desk.join("ann@example.net", "", later)
    with database.write() as tx:
        asked = leases.claim(tx, WORKER, later, 1)
        passages = gate.mark(tx, WORKER, [asked[0]], later)

    assert [("confirmation", "ann@example.net")] == desk.notices()
    assert [Passage.GRANTED] == list(passages.values())


def test_leaving_before_the_mailer_came_keeps_the_question_back(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """And its link opens nothing."""
    desk = Desk(database, keyring, room)
    due = desk.join("dee@example.net", "Dee", now)
    assert isinstance(due, ConfirmationDue)
    with database.write() as tx:
        withdraw(tx, keyring, due.subscription_id, now, ONE_CLICK)
        states = mailroom.states(tx, tx.execute(select(letter.c.id).where(letter.c.kind == "confirmation")).scalar_one())

    assert Expired() == desk.confirm(due, now)
    assert {"dee": "skipped"} == states
