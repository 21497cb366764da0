"""What is kept of a person, for themselves."""

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.database import Database
from newsletter.tables.mail import delivery
from subscribers import register
from subscribers.address import parse
from subscribers.consent import Act, Door
from subscribers.errors import SubscriberNotFound
from subscribers.model import Reason
from subscribers.suppression import reason_of
from subscribers.tokens import Keyring, Purpose
from tests.harness.tampering import tamper
from tests.newsletter.web.conftest import Hands, Reader, planned, standing


@pytest.fixture
def link(client: TestClient, database: Database, keyring: Keyring, reader: Reader) -> str:
    """Give the fresh link that the person had sent to themselves."""
    assert "is on its way" in client.post(f"{reader.preferences}/data").text
    with database.read() as tx:
        number = tx.execute(select(delivery.c.confirmation_id)).scalar_one()
    return f"/d/{keyring.seal(Purpose.DATA, number)}"


def test_the_link_comes_by_mail_only(client: TestClient, database: Database, link: str, reader: Reader) -> None:
    """Whoever has a forwarded issue gets no look at what is kept."""
    assert ["ann@example.org"] == planned(database)
    assert link not in client.post(f"{reader.preferences}/data").text


def test_everything_can_be_downloaded(client: TestClient, link: str) -> None:
    """As a file, for one day."""
    assert "Download everything" in client.get(link).text
    answer = client.get(f"{link}/everything.json")

    assert 'attachment; filename="everything.json"' == answer.headers["content-disposition"]
    assert "no-store" == answer.headers["cache-control"]
    assert "ann@example.org" in answer.text
    assert {"subscriber", "consent", "subscriptions"} <= set(answer.json())


def test_the_link_runs_out(client: TestClient, link: str, clock: Hands) -> None:
    """After a day it shows and does nothing."""
    clock.forward(days=1)
    places = [link, f"{link}/everything.json", f"{link}/erase"]

    assert {410} == {client.get(place).status_code for place in places}
    assert 410 == client.post(f"{link}/erase").status_code


def test_looking_erases_nobody(client: TestClient, database: Database, link: str, reader: Reader) -> None:
    """The page names what goes, and only its button acts."""
    for _ in range(5):
        page = client.get(f"{link}/erase").text

    assert "Your subscription to Section News ends" in page
    assert "a…@example.org" in page
    assert "confirmed" == standing(database, reader.subscription)


def test_the_button_erases(client: TestClient, database: Database, keyring: Keyring, link: str) -> None:
    """Nothing but the keyed hash stays, and the link is dead."""
    assert "You are erased" in client.post(f"{link}/erase").text

    assert 410 == client.get(link).status_code
    with database.read() as tx:
        with pytest.raises(SubscriberNotFound):
            register.find(tx, parse("ann@example.org"))
        assert Reason.ERASED is reason_of(tx, keyring.hash_address("ann@example.org"), 1)
        assert [""] == list(tx.execute(select(delivery.c.email)).scalars())


def test_the_evidence_says_who_wanted_it(client: TestClient, database: Database, keyring: Keyring, link: str) -> None:
    """The person, by the button and in its words, and nobody of the staff; from where is not kept."""
    client.post(f"{link}/erase", params={"lang": "de"}, headers={"User-Agent": "Lynx"})
    with database.read() as tx:
        erased = register.consent_of(tx, keyring.hash_address("ann@example.org"))[-1]

    assert (Act.ERASED, Door.LINK) == (erased.act, erased.evidence.door)
    assert ("Alles über mich löschen", "de") == (erased.evidence.wording, erased.evidence.language)
    assert ("", "") == (erased.evidence.network, erased.evidence.agent)


def test_no_file_holds_who_was_erased(client: TestClient, database: Database, link: str) -> None:
    """Not even the log of SQLite, which keeps the page of the moment before; PostgreSQL vacuums by itself."""
    client.post(f"{link}/erase")
    files = list(database.path.parent.glob(f"{database.path.name}*")) if database.path is not None else []

    assert [] == [file.name for file in files if b"ann@example.org" in file.read_bytes()]


def test_another_token_opens_nothing(client: TestClient, keyring: Keyring, link: str, reader: Reader) -> None:
    """Not the link of the issues, nor one that was made up."""
    for token in (reader.preferences[3:], reader.unsubscribe[3:], keyring.seal(Purpose.MOVE, 1), "a" * 26):
        assert 404 == client.get(f"/d/{token}").status_code


def test_evidence_that_was_changed_keeps_nobody_from_their_data(
    client: TestClient, database: Database, link: str, reader: Reader
) -> None:
    """The file says in words what does not fit; erasing goes on working."""
    with database.write() as tx:
        tamper(tx, reader.subscriber.id, act="blessed", door="window")
    document = client.get(f"{link}/everything.json").json()

    assert ["unreadable"] == [one["act"] for one in document["consent"]][-1:]
    assert "is not what was recorded" in document["evidence_does_not_fit"][0]
    assert "You are erased" in client.post(f"{link}/erase").text
