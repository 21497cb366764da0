"""What a person can change about what comes to them."""

import re

import pytest
from starlette.testclient import TestClient

from newsletter.database import Database
from newsletter.issues.model import Newsletter
from subscribers import privacy, register
from subscribers.model import MailingList, Subscriber
from subscribers.tokens import Keyring
from tests.harness.newsroom import a_newsletter
from tests.harness.people import ONE_CLICK, join
from tests.newsletter.web.conftest import Hands, Reader, letters_planned, planned, standing


@pytest.fixture
def second(database: Database) -> Newsletter:
    """Give another newsletter with a list of its own."""
    with database.write() as tx:
        return a_newsletter(tx, "Library Weekly")


def person(database: Database, reader: Reader) -> Subscriber:
    """Give what is known of the reader now."""
    with database.read() as tx:
        return register.subscriber_by_id(tx, reader.subscriber.id)


def save(client: TestClient, reader: Reader, *lists: int, **fields: str) -> str:
    """Open the page, tick these lists and no others, and press the button; gives the page."""
    shown = re.findall(r'name="(was-[0-9]+)"', client.get(reader.preferences).text)
    boxes = {f"list-{list_id}": "on" for list_id in lists} | dict.fromkeys(shown, "on")
    answer = client.post(reader.preferences, data={"act": "save", "name": "Ann Lee", "language": ""} | boxes | fields)
    assert 200 == answer.status_code
    return answer.text


def test_what_was_confirmed_while_the_page_lay_open_stays(client: TestClient, database: Database, reader: Reader) -> None:
    """Only what the page showed as on can be switched off by it."""
    answer = client.post(reader.preferences, data={"act": "save", "name": "Ann Other", "language": ""})

    assert "Ann Other" in answer.text
    assert "confirmed" == standing(database, reader.subscription)
    assert [] == planned(database)


def test_looking_changes_nothing(client: TestClient, database: Database, reader: Reader) -> None:
    """However often."""
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
        client.request(method, reader.preferences)

    assert "confirmed" == standing(database, reader.subscription)
    assert "Ann Lee" in client.get(reader.preferences).text
    assert "ann@example.org" not in client.get(reader.preferences).text


def test_name_and_language_are_taken_over(client: TestClient, database: Database, reader: Reader, list_: MailingList) -> None:
    """And the subscription stays."""
    page = save(client, reader, list_.id, name="Änne\u202e Lée", language="de")

    assert "Gespeichert." in page
    assert ("Änne Lée", "de") == (person(database, reader).name, person(database, reader).language)
    assert "confirmed" == standing(database, reader.subscription)


def test_an_unknown_language_changes_nothing(
    client: TestClient, database: Database, reader: Reader, list_: MailingList
) -> None:
    """Only what the page offers can be chosen."""
    save(client, reader, list_.id, language="klingon")

    assert "" == person(database, reader).language


def test_what_comes_to_a_person_stands_first(
    client: TestClient, database: Database, keyring: Keyring, reader: Reader, second: Newsletter, clock: Hands
) -> None:
    """And what else there is behind it, in the order of all lists."""
    with database.write() as tx:
        third = a_newsletter(tx, "Archives Monthly")
        register.withdraw(tx, keyring, reader.subscription.id, clock(), ONE_CLICK)
        join(tx, keyring, second.list_id, "ann@example.org", clock())
    shown = re.findall(r'name="list-(\d+)"', client.get(reader.preferences).text)

    assert [second.list_id, reader.subscription.list_id, third.list_id] == [int(number) for number in shown]


def test_a_list_switched_off_ends_at_once(client: TestClient, database: Database, reader: Reader) -> None:
    """And one mail says so."""
    save(client, reader)

    assert "withdrawn" == standing(database, reader.subscription)
    assert "You have left" in letters_planned(database)
    assert ["ann@example.org"] == planned(database)


def test_a_list_switched_on_is_asked_for_by_mail(
    client: TestClient, database: Database, reader: Reader, list_: MailingList, second: Newsletter
) -> None:
    """The link may have been forwarded with a letter, so it joins nobody by itself."""
    page = save(client, reader, list_.id, second.list_id)

    assert "Library Weekly" in page
    assert "is on its way" in page
    assert ["ann@example.org"] == planned(database)
    with database.read() as tx:
        states = [one.state for one in register.subscriptions_of(tx, reader.subscriber.id)]
    assert ["confirmed", "requested"] == states
    assert "Waits for the button" in client.get(reader.preferences).text


def test_a_list_left_can_be_asked_for_again(
    client: TestClient, database: Database, reader: Reader, list_: MailingList, clock: Hands
) -> None:
    """By the same page, through the same mail."""
    save(client, reader)
    clock.forward(days=1)
    save(client, reader, list_.id)

    assert "withdrawn" == standing(database, reader.subscription) or "requested" == standing(database, reader.subscription)
    assert ["ann@example.org"] * 2 == planned(database)


def test_leave_all(client: TestClient, database: Database, reader: Reader, second: Newsletter) -> None:
    """One button for everything."""
    answer = client.post(reader.preferences, data={"act": "leave-all", f"list-{second.list_id}": "on"})

    assert "Nothing is sent to you any more" in answer.text
    assert "withdrawn" == standing(database, reader.subscription)
    assert ["ann@example.org"] == planned(database)


@pytest.mark.parametrize("content", [b"", b"name=Eve"])
def test_a_form_without_its_button_changes_nothing(
    client: TestClient, database: Database, reader: Reader, content: bytes
) -> None:
    """An empty form would otherwise switch everything off."""
    answer = client.post(reader.preferences, content=content, headers={"Content-Type": "application/x-www-form-urlencoded"})

    assert 400 == answer.status_code
    assert "confirmed" == standing(database, reader.subscription)


def test_private_lists_show_only_to_their_people(
    client: TestClient, database: Database, reader: Reader, list_: MailingList, clock: Hands
) -> None:
    """And nobody joins them by making up a box."""
    with database.write() as tx:
        hidden = register.create_list(tx, "Board only", clock(), is_public=False)
    page = save(client, reader, list_.id, hidden.id)

    assert "Board only" not in page
    with database.read() as tx:
        assert [list_.id] == [one.list_id for one in register.subscriptions_of(tx, reader.subscriber.id)]


def test_somebody_erased_has_no_page(
    client: TestClient, database: Database, keyring: Keyring, reader: Reader, clock: Hands
) -> None:
    """It says so without a name."""
    with database.write() as tx:
        privacy.erase(tx, keyring, reader.subscriber.id, clock())

    assert 404 == client.get(reader.preferences).status_code
    assert 404 == client.post(reader.preferences, data={"act": "save"}).status_code
