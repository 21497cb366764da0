"""Changing one's address: proof of the link and of the new mailbox, and the old one is told (A10)."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.database import Database
from newsletter.letters.letter import LetterKind
from newsletter.mail import ledger
from newsletter.people import erase, withdraw
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery
from newsletter.web import routes
from subscribers import datalinks, domainrules, register, suppression
from subscribers.address import parse
from subscribers.consent import Door, Evidence
from subscribers.domainrules import Verdict
from subscribers.model import EVERY_LIST, MailingList, Reason
from subscribers.tokens import Keyring, Purpose
from tests.harness import mailroom
from tests.harness.people import ONE_CLICK, ask, audience_of, join
from tests.newsletter.web.conftest import Hands, Reader, letters_planned, planned

NEW = "ann@new.example"


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let answers leave at once; that they do not in the product has a test of its own."""
    hurried = tuple(replace(page, answers_after=0.0) for page in routes.ROUTES)
    monkeypatch.setattr("newsletter.web.app.ROUTES", hurried)


class Mover:
    """A reader on the way to another address."""

    def __init__(self, client: TestClient, database: Database, keyring: Keyring, reader: Reader, clock: Hands) -> None:
        self.client = client
        self.database = database
        self.keyring = keyring
        self.reader = reader
        self.clock = clock

    def ask(self, email: str = NEW) -> str:
        """Ask for another address; gives the page."""
        return self.client.post(f"{self.reader.preferences}/address", data={"email": email}).text

    def link(self, purpose: Purpose = Purpose.MOVE) -> str:
        """Give the link in the mail to the new address, or to the old one."""
        kind = LetterKind.MOVE if purpose is Purpose.MOVE else LetterKind.MOVED
        query = select(delivery.c.confirmation_id).join(letter, letter.c.id == delivery.c.letter_id)
        with self.database.read() as tx:
            number = tx.execute(query.where(letter.c.kind == kind).order_by(delivery.c.id.desc()).limit(1)).scalar_one()
        return f"/{'m' if purpose is Purpose.MOVE else 'b'}/{self.keyring.seal(purpose, number)}"

    def audience(self) -> list[str]:
        """Give who gets the next issue."""
        with self.database.read() as tx:
            return audience_of(tx, self.reader.subscription.list_id)


@pytest.fixture
def mover(client: TestClient, database: Database, keyring: Keyring, reader: Reader, clock: Hands) -> Mover:
    """Give a reader who holds the link of an issue."""
    return Mover(client, database, keyring, reader, clock)


def test_the_new_address_is_asked_and_nothing_is_changed(mover: Mover, database: Database) -> None:
    """Whoever has a forwarded issue gets no further without the new mailbox; nothing typed is mailed."""
    page = mover.ask()
    mover.client.get(mover.link())

    assert NEW in page
    assert [NEW] == planned(database)
    assert NEW not in letters_planned(database)
    assert ["ann@example.org"] == mover.audience()


def test_the_button_moves_person_lists_and_evidence(mover: Mover, database: Database, keyring: Keyring) -> None:
    """The old address is told; links in old mails go on working."""
    mover.ask()
    answers = [mover.client.post(mover.link()) for _ in range(2)]

    assert [200, 200] == [answer.status_code for answer in answers]
    assert "a…@new.example" in answers[0].text
    assert [NEW] == mover.audience()
    assert [NEW, "ann@example.org"] == planned(database)
    with database.read() as tx:
        said = register.consent_of(tx, keyring.hash_address(NEW))
        before = register.consent_of(tx, keyring.hash_address("ann@example.org"))
    assert ["requested", "confirmed", "changed"] == [one.act for one in said] == [one.act for one in before]
    assert 200 == mover.client.get(mover.reader.preferences).status_code


def test_the_old_address_takes_it_back(mover: Mover, database: Database, clock: Hands) -> None:
    """For thirty days, once, by a button."""
    mover.ask()
    mover.client.post(mover.link())
    back = mover.link(Purpose.MOVE_BACK)
    clock.forward(days=29)
    mover.client.get(back)
    assert [NEW] == mover.audience()

    assert "a…@example.org" in mover.client.post(back).text
    assert ["ann@example.org"] == mover.audience()
    assert 410 == mover.client.post(back).status_code
    assert 410 == mover.client.post(mover.link()).status_code


def test_links_run_out(mover: Mover, clock: Hands) -> None:
    """The one to the new address after seven days, the one to the old after thirty."""
    mover.ask()
    first = mover.link()
    clock.forward(days=7)
    assert 410 == mover.client.get(first).status_code == mover.client.post(first).status_code
    mover.ask()
    mover.client.post(mover.link())
    clock.forward(days=30)

    assert 410 == mover.client.post(mover.link(Purpose.MOVE_BACK)).status_code
    assert [NEW] == mover.audience()


def test_somebody_elses_address_cannot_be_taken(
    mover: Mover, database: Database, keyring: Keyring, list_: MailingList, clock: Hands
) -> None:
    """The asking is answered as ever; whoever reads that mailbox is told at its link, and both stay as they are."""
    unknown = mover.ask("bob@example.org").replace("bob@example.org", "ADDRESS")
    with database.write() as tx:
        join(tx, keyring, list_.id, "eve@example.org", clock())
    clock.forward(hours=1)
    known = mover.ask("eve@example.org").replace("eve@example.org", "ADDRESS")

    assert unknown == known
    assert "This address cannot be taken" in mover.client.post(mover.link()).text
    assert ["ann@example.org", "eve@example.org"] == mover.audience()


def test_a_wish_that_anybody_typed_does_not_stand_in_the_way(
    mover: Mover, database: Database, keyring: Keyring, list_: MailingList, clock: Hands
) -> None:
    """Nobody can keep an address from its owner by filling in a form with it."""
    with database.write() as tx:
        ask(tx, keyring, list_.id, NEW, clock())
    clock.forward(hours=1)
    mover.ask()
    mover.client.post(mover.link())

    assert [NEW] == mover.audience()


def test_a_no_goes_with_the_person_and_a_dead_mailbox_does_not(
    mover: Mover, database: Database, keyring: Keyring, clock: Hands
) -> None:
    """What they said of other lists holds at the new address."""
    with database.write() as tx:
        other = register.create_list(tx, "Other", clock())
        old = keyring.hash_address("ann@example.org")
        suppression.suppress(tx, old, Reason.UNSUBSCRIBED, clock(), list_id=other.id)
        suppression.suppress(tx, old, Reason.BOUNCED, clock())
    mover.ask()
    mover.client.post(mover.link())

    assert [NEW] == mover.audience()
    with database.read() as tx:
        assert Reason.UNSUBSCRIBED is suppression.reason_of(tx, keyring.hash_address(NEW), other.id)


def test_an_address_that_must_not_be_written_to_is_not(
    mover: Mover, database: Database, keyring: Keyring, clock: Hands
) -> None:
    """Not even to ask; the answer is the same."""
    with database.write() as tx:
        suppression.suppress(tx, keyring.hash_address(NEW), Reason.COMPLAINED, clock(), list_id=EVERY_LIST)

    assert "is on its way" in mover.ask()
    assert [] == planned(database)


def test_a_change_during_a_mailing(mover: Mover, database: Database, reader: Reader, list_: MailingList, clock: Hands) -> None:
    """The issue under way goes on to the old address, the next goes to the new one (U10)."""
    with database.write() as tx:
        under_way = mailroom.plan(tx, 1, list_.id, clock())
    mover.ask()
    mover.client.post(mover.link())
    with database.write() as tx:
        next_one = mailroom.plan(tx, 1, list_.id, clock())
        left = ledger.skip_open(tx, reader.subscription.id, clock(), "unsubscribed")

    with database.read() as tx:
        assert ["ann@example.org"] == mailroom.column(tx, under_way, "email")
        assert [NEW] == mailroom.column(tx, next_one, "email")
    assert 2 == left


def test_a_list_that_does_not_take_the_domain_says_so(
    mover: Mover, database: Database, list_: MailingList, clock: Hands
) -> None:
    """Before anything is mailed."""
    with database.write() as tx:
        domainrules.set_rules(tx, list_.id, ["new.example"], Verdict.DENY, clock())

    assert "does not take addresses at new.example" in mover.ask()
    assert [] == planned(database)


@pytest.mark.parametrize("email", ["", "ann", "a@b@c"])
def test_what_is_no_address_is_sent_back(mover: Mover, database: Database, email: str) -> None:
    """With the reason."""
    assert 'aria-invalid="true"' in mover.ask(email)
    assert [] == planned(database)


def test_whoever_left_can_change_their_address_too(
    mover: Mover, database: Database, keyring: Keyring, reader: Reader, clock: Hands
) -> None:
    """And has left there as well."""
    with database.write() as tx:
        register.withdraw(tx, keyring, reader.subscription.id, clock(), ONE_CLICK)
    mover.ask()
    mover.client.post(mover.link())

    assert [] == mover.audience()
    with database.read() as tx:
        assert reader.subscriber.id == register.find(tx, parse(NEW)).id


def test_moved_on_by_a_stranger_the_first_address_takes_it_back(mover: Mover, clock: Hands) -> None:
    """And the one in between cannot take it back again."""
    mover.ask()
    mover.client.post(mover.link())
    first = mover.link(Purpose.MOVE_BACK)
    clock.forward(hours=1)
    mover.ask("second@new.example")
    mover.client.post(mover.link())
    between = mover.link(Purpose.MOVE_BACK)
    assert ["second@new.example"] == mover.audience()

    assert 200 == mover.client.post(first).status_code
    assert ["ann@example.org"] == mover.audience()
    assert 410 == mover.client.post(between).status_code
    assert ["ann@example.org"] == mover.audience()


def test_a_wish_that_anybody_typed_does_not_stand_in_the_way_back(
    mover: Mover, database: Database, keyring: Keyring, list_: MailingList, clock: Hands
) -> None:
    """Nobody keeps the owner from taking it back by filling in a form with the old address."""
    mover.ask()
    mover.client.post(mover.link())
    with database.write() as tx:
        ask(tx, keyring, list_.id, "ann@example.org", clock())

    assert 200 == mover.client.post(mover.link(Purpose.MOVE_BACK)).status_code
    assert ["ann@example.org"] == mover.audience()


def test_data_is_mailed_to_the_former_address_while_that_can_take_it_back(
    mover: Mover, database: Database, clock: Hands
) -> None:
    """A forwarded issue and a mailbox of one's own are enough to move somebody, and show nothing of them."""
    mover.ask()
    mover.client.post(mover.link())
    clock.forward(days=1)
    mover.client.post(f"{mover.reader.preferences}/data")
    clock.forward(days=30)
    mover.client.post(f"{mover.reader.preferences}/data")

    assert ["ann@example.org", NEW] == planned(database)[-2:]


def test_links_to_data_end_when_a_move_is_taken_back(mover: Mover, database: Database, keyring: Keyring, clock: Hands) -> None:
    """Whoever they were mailed to."""
    mover.ask()
    mover.client.post(mover.link())
    with database.write() as tx:
        number = datalinks.make(tx, mover.reader.subscription.subscriber_id, clock())
    shown = f"/d/{keyring.seal(Purpose.DATA, number)}"
    assert 200 == mover.client.get(shown).status_code
    mover.client.post(mover.link(Purpose.MOVE_BACK))

    assert 410 == mover.client.get(shown).status_code


@pytest.mark.parametrize("goes", ["leaves", "leaves everything", "is erased"])
def test_a_no_after_a_move_holds_for_the_former_address(mover: Mover, database: Database, keyring: Keyring, goes: str) -> None:
    """Who is imported once more from an old file stays out."""
    mover.ask()
    mover.client.post(mover.link())
    moment, evidence, person = mover.clock(), Evidence(Door.LINK, "Unsubscribe"), mover.reader.subscription
    with database.write() as tx:
        if goes == "leaves":
            withdraw.withdraw(tx, keyring, person.id, moment, evidence)
        elif goes == "leaves everything":
            withdraw.withdraw_everywhere(tx, keyring, person.subscriber_id, moment, evidence)
        else:
            erase.erase(tx, keyring, person.subscriber_id, moment)

    with database.read() as tx:
        assert suppression.is_suppressed(tx, keyring.hash_address("ann@example.org"), person.list_id)
