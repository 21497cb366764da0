"""Confirming by the link in the mail."""

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.database import Database
from newsletter.letters.letter import LetterKind
from newsletter.tables.letters import letter
from subscribers import listbook, privacy, register
from subscribers.model import MailingList
from subscribers.outcomes import ConfirmationDue
from subscribers.tokens import Keyring, Purpose
from tests.harness.people import ONE_CLICK, ask
from tests.newsletter.web.conftest import Hands


@pytest.fixture
def due(database: Database, keyring: Keyring, list_: MailingList, clock: Hands) -> ConfirmationDue:
    """Give somebody who was asked by mail."""
    with database.write() as tx:
        return ask(tx, keyring, list_.id, "ann@example.org", clock())


@pytest.fixture
def link(due: ConfirmationDue, keyring: Keyring) -> str:
    """Give the link in that mail."""
    return f"/c/{keyring.seal(Purpose.CONFIRM, due.confirmation_id)}"


def is_confirmed(database: Database, due: ConfirmationDue) -> bool:
    """Tell whether the person is on the list."""
    with database.read() as tx:
        standing = register.subscription_by_id(tx, due.subscription_id)
    return standing is not None and standing.is_confirmed


def welcomed(database: Database) -> int:
    """Count the welcomes that are planned."""
    with database.read() as tx:
        return len(tx.execute(select(letter.c.id).where(letter.c.kind == LetterKind.WELCOME)).all())


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
def test_only_the_button_confirms(client: TestClient, database: Database, due: ConfirmationDue, link: str, method: str) -> None:
    """A mail scanner that follows every link fifty times joins nobody (A38)."""
    for _ in range(50):
        client.request(method, link)

    assert not is_confirmed(database, due)
    assert "Start my subscription" in client.get(link).text


def test_the_button_confirms_and_welcomes_once(client: TestClient, database: Database, due: ConfirmationDue, link: str) -> None:
    """The second press says that it was done already."""
    first, second = client.post(link), client.post(link)

    assert is_confirmed(database, due)
    assert "You are subscribed" in first.text
    assert "You were subscribed already" in second.text
    assert "You were subscribed already" in client.get(link).text
    assert 1 == welcomed(database)


def test_the_page_masks_the_address(client: TestClient, link: str) -> None:
    """Whoever finds the link learns no address from it."""
    page = client.get(link).text

    assert "a…@example.org" in page
    assert "ann@example.org" not in page


def test_an_old_link_has_run_out(client: TestClient, database: Database, due: ConfirmationDue, link: str, clock: Hands) -> None:
    """It says so, and where a new one comes from."""
    clock.forward(days=7, seconds=1)

    assert 410 == client.get(link).status_code
    answer = client.post(link)
    assert 410 == answer.status_code
    assert "This link has run out" in answer.text
    assert not is_confirmed(database, due)


def test_a_list_without_a_form_promises_no_new_link(
    client: TestClient, database: Database, list_: MailingList, link: str, clock: Hands
) -> None:
    """Where a new one would be asked for there is no page."""
    clock.forward(days=7, seconds=1)
    assert f'href="/subscribe/{list_.slug}"' in client.get(link).text
    with database.write() as tx:
        listbook.edit(tx, list_.id, is_public=False)

    answer = client.get(link)

    assert 410 == answer.status_code
    assert f"/subscribe/{list_.slug}" not in answer.text
    assert 404 == client.get(f"/subscribe/{list_.slug}").status_code


def test_a_link_from_before_a_withdrawal_opens_nothing(
    client: TestClient, database: Database, keyring: Keyring, due: ConfirmationDue, link: str, clock: Hands
) -> None:
    """What lies in the inbox must not undo the no that came after it."""
    with database.write() as tx:
        register.withdraw(tx, keyring, due.subscription_id, clock(), ONE_CLICK)

    assert 410 == client.post(link).status_code
    assert not is_confirmed(database, due)


def test_a_link_of_somebody_who_is_not_known_any_more_has_run_out(
    client: TestClient, database: Database, keyring: Keyring, due: ConfirmationDue, link: str, clock: Hands
) -> None:
    """Erased, or forgotten because they never pressed it: neither for looking nor for pressing."""
    with database.write() as tx:
        privacy.erase(tx, keyring, due.subscriber.id, clock())

    assert 410 == client.get(link).status_code
    assert 410 == client.post(link).status_code


def test_tokens_of_another_purpose_or_none_are_refused(
    client: TestClient, keyring: Keyring, due: ConfirmationDue, link: str
) -> None:
    """Cut off, made up, or made for something else."""
    other = keyring.seal(Purpose.UNSUBSCRIBE, due.confirmation_id)
    for token in (other, link[3:-1], "x", "%00", "a" * 26, "a" * 5000):
        assert 404 == client.get(f"/c/{token}").status_code
        assert 404 == client.post(f"/c/{token}").status_code


def test_letter_case_of_a_token_does_not_matter(
    client: TestClient, database: Database, due: ConfirmationDue, link: str
) -> None:
    """Mail servers change it."""
    client.post(f"/c/{link[3:].upper()}")

    assert is_confirmed(database, due)


def test_evidence_of_the_yes_is_kept(
    client: TestClient, database: Database, keyring: Keyring, due: ConfirmationDue, link: str
) -> None:
    """The words on the button."""
    client.post(link)

    with database.read() as tx:
        said = register.consent_of(tx, keyring.hash_address(due.subscriber.address.key))
    assert ["requested", "confirmed"] == [act.act for act in said]
    assert ("Start my subscription", "en") == (said[1].evidence.wording, said[1].evidence.language)


def test_token_pages_are_nobody_elses_business(client: TestClient, link: str) -> None:
    """Their address goes to no other site, no cache and no index."""
    headers = client.get(link).headers

    assert "no-referrer" == headers["referrer-policy"]
    assert "no-store" == headers["cache-control"]
    assert "noindex" == headers["x-robots-tag"]
