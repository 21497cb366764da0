"""Whoever asked to join and did not answer: reminded once, then forgotten."""

from datetime import datetime, timedelta

from sqlalchemy import select

from newsletter.database import Database
from newsletter.issues import newsletters
from newsletter.letters.letter import LetterKind
from newsletter.mail import gate, leases, workers
from newsletter.mail.delivery import Passage
from newsletter.people import joining, waiting
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery
from subscribers import confirmations, pending, register, suppression
from subscribers.address import parse
from subscribers.model import Reason
from subscribers.outcomes import ConfirmationDue, Confirmed
from subscribers.tables.evidence import consent
from subscribers.tokens import Keyring
from tests.harness import mailroom
from tests.harness.mailroom import Mailroom
from tests.harness.people import FORM, LINK, ONE_CLICK

ASK = mailroom.a_draft(LetterKind.CONFIRMATION, "Please confirm")
REMINDER = mailroom.a_draft(LetterKind.REMINDER, "Still waiting")
DAY = timedelta(days=1)
LATER = pending.REMIND_AFTER + timedelta(seconds=1)
TOO_LATE = confirmations.CONFIRMATION_LIFE + timedelta(seconds=1)


class Clockwork:
    """Lets people ask, and does what the worker does about those who do not answer."""

    def __init__(self, database: Database, keyring: Keyring, room: Mailroom) -> None:
        self.database = database
        self.keyring = keyring
        with database.read() as tx:
            self.newsletter = newsletters.by_id(tx, room.newsletter_id)

    def ask(self, address: str, now: datetime) -> ConfirmationDue:
        """Fill in the form."""
        with self.database.write() as tx:
            due = joining.join(tx, self.keyring, ASK, self.newsletter, parse(address), "Dee", now, FORM)
        assert isinstance(due, ConfirmationDue)
        return due

    def remind(self, now: datetime) -> int:
        """Remind whoever is due; gives how many."""
        with self.database.write() as tx:
            due = pending.to_remind(tx, now, 10)
            return sum(waiting.remind(tx, self.keyring, REMINDER, self.newsletter, one, now) for one in due)

    def let_go(self, now: datetime) -> int:
        """Let run out what has; gives how many people were forgotten."""
        with self.database.write() as tx:
            return sum(waiting.let_go(tx, one, now) for one in pending.run_out(tx, now, 10))

    def mailed(self) -> list[tuple[str, str, int]]:
        """Give kind, recipient and the number in the link of every notice."""
        query = (
            select(letter.c.kind, delivery.c.email, delivery.c.confirmation_id)
            .join_from(delivery, letter, letter.c.id == delivery.c.letter_id)
            .where(letter.c.kind != LetterKind.ISSUE)
            .order_by(delivery.c.id)
        )
        with self.database.read() as tx:
            return [tuple(row) for row in tx.execute(query)]


def test_reminder_comes_once_after_three_days(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """With the link of the first mail, and never again."""
    clockwork = Clockwork(database, keyring, room)
    due = clockwork.ask("dee@example.net", now)
    early = clockwork.remind(now + pending.REMIND_AFTER - timedelta(seconds=1))
    counts = [clockwork.remind(now + LATER + hours) for hours in (timedelta(), timedelta(hours=1), DAY)]

    assert (0, [1, 0, 0]) == (early, counts)
    assert ("reminder", "dee@example.net", due.confirmation_id) == clockwork.mailed()[1]


def test_whoever_answered_is_not_reminded(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """By a yes or by a no."""
    clockwork = Clockwork(database, keyring, room)
    yes, no = clockwork.ask("yes@example.net", now), clockwork.ask("no@example.net", now)
    with database.write() as tx:
        assert isinstance(register.confirm(tx, keyring, yes.confirmation_id, now, LINK), Confirmed)
        register.withdraw(tx, keyring, no.subscription_id, now, ONE_CLICK)

    assert 0 == clockwork.remind(now + LATER)


def test_whoever_must_not_be_written_to_is_not_reminded(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """Their server said so meanwhile; and they are not looked at again."""
    clockwork = Clockwork(database, keyring, room)
    clockwork.ask("dee@example.net", now)
    with database.write() as tx:
        suppression.suppress(tx, keyring.hash_address("dee@example.net"), Reason.BOUNCED, now)

    assert 0 == clockwork.remind(now + LATER)
    with database.read() as tx:
        assert () == pending.to_remind(tx, now + LATER, 10)


def test_who_asked_again_is_reminded_of_the_newest_mail(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """Three days after that one, and once."""
    clockwork = Clockwork(database, keyring, room)
    clockwork.ask("dee@example.net", now)
    second = clockwork.ask("dee@example.net", now + 2 * DAY)

    assert 0 == clockwork.remind(now + LATER)
    assert 1 == clockwork.remind(now + 2 * DAY + LATER)
    assert second.confirmation_id == clockwork.mailed()[-1][2]


def test_nobody_is_reminded_of_a_button_that_hardly_works(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """When the worker stood still for days."""
    clockwork = Clockwork(database, keyring, room)
    clockwork.ask("dee@example.net", now)

    assert 0 == clockwork.remind(now + confirmations.CONFIRMATION_LIFE - pending.LEAST_LEFT)


def test_the_gate_lets_the_reminder_out(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """Although nothing is confirmed."""
    clockwork = Clockwork(database, keyring, room)
    clockwork.ask("dee@example.net", now)
    later = now + LATER
    clockwork.remind(later)
    with database.write() as tx:
        workers.register(tx, "worker-1", "here", later)
        asked = leases.claim(tx, "worker-1", later, 2)
        passages = gate.mark(tx, "worker-1", asked, later)

    assert [Passage.GRANTED] * 2 == list(passages.values())


def test_who_never_answered_is_forgotten_after_seven_days(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """The mail that asked keeps its state without the address, the evidence keeps act and time and not whose."""
    clockwork = Clockwork(database, keyring, room)
    due = clockwork.ask("dee@example.net", now)
    early = clockwork.let_go(now + confirmations.CONFIRMATION_LIFE - timedelta(seconds=1))
    counts = [clockwork.let_go(now + TOO_LATE) for _ in range(2)]

    assert (0, [1, 0]) == (early, counts)
    assert [("confirmation", "", due.confirmation_id)] == clockwork.mailed()
    with database.read() as tx:
        assert register.subscription_by_id(tx, due.subscription_id) is None
        said = tx.execute(select(consent).where(consent.c.chain == due.subscriber.id, consent.c.act == "requested")).one()
        assert (None, None, "", "") == (said.email_hash, said.person_salt, said.network, said.agent)


def test_who_stands_on_another_list_stays_known(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """Only the wish is taken as never said."""
    clockwork = Clockwork(database, keyring, room)
    with database.write() as tx:
        other = register.create_list(tx, "Other", now)
        asked = register.request(tx, keyring, other.id, parse("ann@example.net"), "", now + DAY, FORM)
    assert isinstance(asked, ConfirmationDue)

    assert 0 == clockwork.let_go(now + DAY + TOO_LATE)
    with database.read() as tx:
        assert register.subscription_by_id(tx, asked.subscription_id) is None
        assert [True] == [one.is_confirmed for one in register.subscriptions_of(tx, asked.subscriber.id)]


def test_who_left_and_asked_again_in_vain_has_left(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """Their no is kept, and so is the evidence of their years on the list."""
    clockwork = Clockwork(database, keyring, room)
    with database.write() as tx:
        ann = mailroom.subscription_of(tx, "ann")
        register.withdraw(tx, keyring, ann.id, now, ONE_CLICK)
    clockwork.ask("ann@example.net", now + DAY)

    assert 0 == clockwork.let_go(now + DAY + TOO_LATE)
    with database.read() as tx:
        kept = register.subscription_by_id(tx, ann.id)
    assert kept is not None
    assert "withdrawn" == kept.state


def test_a_newer_question_keeps_the_person(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """Until it has run out too."""
    clockwork = Clockwork(database, keyring, room)
    clockwork.ask("dee@example.net", now)
    clockwork.ask("dee@example.net", now + 3 * DAY)

    assert [0, 1] == [clockwork.let_go(now + TOO_LATE), clockwork.let_go(now + 3 * DAY + TOO_LATE)]
