"""Asking for the link to one's preferences by mail."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.database import Database
from newsletter.tables.mail import delivery
from newsletter.web import routes
from subscribers import register, suppression
from subscribers.limits import NETWORK
from subscribers.model import MailingList, Reason
from subscribers.tokens import Keyring
from tests.harness import forms
from tests.harness.people import ONE_CLICK, ask, join
from tests.newsletter.web.conftest import Hands, Reader, letters_planned, planned


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let answers leave at once; that they do not in the product has a test of its own."""
    hurried = tuple(replace(page, answers_after=0.0) for page in routes.ROUTES)
    monkeypatch.setattr("newsletter.web.app.ROUTES", hurried)


@pytest.fixture
def place(list_: MailingList) -> str:
    """Give the address of the form."""
    return f"/preferences/{list_.slug}"


def test_a_reader_gets_the_link(client: TestClient, place: str, database: Database, reader: Reader) -> None:
    """By one mail, which the gate lets out, in however many spellings it is asked for."""
    assert "Your mail address" in client.get(place).text
    for email in ("ann@example.org", "ANN@EXAMPLE.ORG"):
        client.post(place, data={"email": email})

    assert ["ann@example.org"] == planned(database)
    assert "Here is the link you asked for." in letters_planned(database)
    with database.read() as tx:
        assert [reader.subscriber.id] == list(tx.execute(select(delivery.c.subscriber_id)).scalars())


def test_the_answer_tells_nothing_about_the_address(
    client: TestClient, place: str, database: Database, keyring: Keyring, list_: MailingList, clock: Hands
) -> None:
    """Unknown, waiting, confirmed, gone and suppressed addresses get the same bytes and headers (A37)."""
    with database.write() as tx:
        ask(tx, keyring, list_.id, "waiting@example.org", clock())
        join(tx, keyring, list_.id, "confirmed@example.org", clock())
        gone = join(tx, keyring, list_.id, "gone@example.org", clock())
        register.withdraw(tx, keyring, gone.subscription.id, clock(), ONE_CLICK)
        bounced = join(tx, keyring, list_.id, "bounced@example.org", clock())
        suppression.suppress(tx, keyring.hash_address(bounced.subscriber.address.key), Reason.BOUNCED, clock())
    clock.forward(days=2)
    names = ("unknown", "waiting", "confirmed", "gone", "bounced")
    answers = [client.post(place, data={"email": f"{name}@example.org"}) for name in names]

    assert 1 == len({forms.told_by(answer) for answer in answers})
    assert ["confirmed@example.org", "gone@example.org"] == planned(database)


def test_nobody_is_flooded(client: TestClient, place: str, database: Database, reader: Reader, clock: Hands) -> None:
    """One mail in a quarter of an hour and three a day, confirmations and links together."""
    for _ in range(10):
        client.post(place, data={"email": "ann@example.org"})
        clock.forward(minutes=16)

    assert 3 == len(planned(database))


def test_a_network_is_slowed_down(client: TestClient, place: str, database: Database) -> None:
    """Whoever tries a list of addresses is told to wait."""
    answers = [
        client.post(place, data={"email": f"n{number}@d{number}.example"}).status_code for number in range(NETWORK.burst + 1)
    ]

    assert [200] * NETWORK.burst + [429] == answers


def test_a_machine_and_a_mistake_mail_nobody(client: TestClient, place: str, database: Database, reader: Reader) -> None:
    """The one is thanked, the other told."""
    assert 200 == client.post(place, data={"email": "ann@example.org", "website": "x"}).status_code
    assert 422 == client.post(place, data={"email": "ann"}).status_code
    assert 404 == client.post("/preferences/nothing", data={"email": "ann@example.org"}).status_code
    assert [] == planned(database)
