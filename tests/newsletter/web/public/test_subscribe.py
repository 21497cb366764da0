"""Joining by form."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from newsletter.database import Database
from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.web import routes
from newsletter.web.pace import BURST
from subscribers import listbook, register, suppression
from subscribers.address import parse
from subscribers.model import MailingList, Reason
from subscribers.tokens import Keyring
from tests.harness.people import ONE_CLICK, ask, join
from tests.newsletter.web.conftest import Hands, letters_planned, planned


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let answers leave at once; that they do not in the product has a test of its own."""
    hurried = tuple(replace(page, answers_after=0.0) for page in routes.ROUTES)
    monkeypatch.setattr("newsletter.web.app.ROUTES", hurried)


def send(client: TestClient, list_: MailingList, email: str = "new@example.org", **fields: str) -> tuple[int, str]:
    """Send the form; gives status and page."""
    response = client.post(f"/subscribe/{list_.slug}", data={"email": email, "name": "", "website": ""} | fields)
    return response.status_code, response.text


def test_the_form_is_there(client: TestClient, list_: MailingList) -> None:
    """With the words of the consent on it."""
    page = client.get(f"/subscribe/{list_.slug}")

    assert 200 == page.status_code
    assert "By pressing the button I ask to get" in page.text


def test_what_is_asked_for_is_called_as_its_readers_call_it(
    client: TestClient, list_: MailingList, newsletter: Newsletter, database: Database
) -> None:
    """By the newsletter's name; only where a second one goes to the list, by the list's."""
    assert f"<h1>Get {newsletter.name} by mail</h1>" in client.get(f"/subscribe/{list_.slug}").text

    with database.write() as tx:
        newsletters.create(
            tx,
            name="A second one",
            sender_name="",
            sender_address="second@example.org",
            list_id=list_.id,
            postal_address="1 Library Road",
            now=newsletter.created_at,
        )
    assert f"<h1>Get {list_.name} by mail</h1>" in client.get(f"/subscribe/{list_.slug}").text


def test_a_wish_plans_one_confirmation(client: TestClient, list_: MailingList, database: Database) -> None:
    """To the address that was typed."""
    status, page = send(client, list_)

    assert 200 == status
    assert "Look into your inbox" in page
    assert ["new@example.org"] == planned(database)


def test_evidence_of_the_wish_is_kept(client: TestClient, list_: MailingList, database: Database, keyring: Keyring) -> None:
    """The words on the page, the network and the browser."""
    client.headers["User-Agent"] = "Lynx/2.9" + "x" * 1000
    send(client, list_)

    with database.read() as tx:
        said = register.consent_of(tx, keyring.hash_address("new@example.org"))
    assert ["requested"] == [act.act for act in said]
    evidence = said[0].evidence
    assert evidence.wording in client.get(f"/subscribe/{list_.slug}").text
    assert "form" == evidence.door
    assert evidence.agent.startswith("Lynx/2.9")
    assert len(evidence.agent) <= 300


def test_the_answer_tells_nothing_about_the_address(
    client: TestClient, list_: MailingList, database: Database, keyring: Keyring, clock: Hands
) -> None:
    """New, waiting, confirmed, gone and suppressed addresses get the same status, bytes and headers (A37)."""
    with database.write() as tx:
        ask(tx, keyring, list_.id, "waiting@example.org", clock())
        join(tx, keyring, list_.id, "confirmed@example.org", clock())
        gone = join(tx, keyring, list_.id, "gone@example.org", clock())
        register.withdraw(tx, keyring, gone.subscription.id, clock(), ONE_CLICK)
        suppression.suppress(tx, keyring.hash_address("bounced@example.org"), Reason.BOUNCED, clock())
    names = ("new", "waiting", "confirmed", "gone", "bounced")
    answers = [client.post(f"/subscribe/{list_.slug}", data={"email": f"{name}@example.org"}) for name in names]

    assert 1 == len({(answer.status_code, answer.content, str(answer.headers)) for answer in answers})


def test_an_address_is_asked_once_in_a_quarter_of_an_hour(client: TestClient, list_: MailingList, database: Database) -> None:
    """However often its form is sent (A35)."""
    for _ in range(10):
        send(client, list_)

    assert ["new@example.org"] == planned(database)


def test_a_machine_that_fills_in_everything_is_thanked(client: TestClient, list_: MailingList, database: Database) -> None:
    """It gets the same page, and nothing happens."""
    honest = send(client, list_, "other@example.org")

    assert honest == send(client, list_, website="https://spam.example")
    assert ["other@example.org"] == planned(database)


def test_a_network_is_slowed_down(client: TestClient, list_: MailingList, database: Database) -> None:
    """After a burst it is told to wait, and nothing is planned."""
    answers = [send(client, list_, f"n{number}@example.org")[0] for number in range(BURST + 2)]

    assert [429, 429] == answers[BURST:]
    assert BURST == len(planned(database))


@pytest.mark.parametrize(
    "email", ["", "ann", "ann@", "a@b@c.example", "ann@example.org\nbcc: eve@example.org", "x" * 400 + "@example.org"]
)
def test_what_is_no_address_is_sent_back(client: TestClient, list_: MailingList, database: Database, email: str) -> None:
    """With the reason beside the field and what was typed kept."""
    status, page = send(client, list_, email, name="Ann Lee")

    assert 422 == status
    assert 'aria-invalid="true"' in page
    assert 'value="Ann Lee"' in page
    assert [] == planned(database)


def test_what_was_typed_is_shown_as_text(client: TestClient, list_: MailingList) -> None:
    """Whoever links to the form with a script in it finds text."""
    _, page = send(client, list_, '"><script>alert(1)</script>', name="<img src=x>")

    assert "<script>alert" not in page
    assert "<img" not in page


def test_a_private_list_has_no_form(client: TestClient, database: Database, list_: MailingList, clock: Hands) -> None:
    """Nor has a list that no newsletter is mailed to, or none at all."""
    with database.write() as tx:
        hidden = register.create_list(tx, "Board", clock(), is_public=False)
        unused = register.create_list(tx, "Unused", clock())
    for slug in (hidden.slug, unused.slug, "nothing", "%00", "a" * 5000):
        assert 404 == client.get(f"/subscribe/{slug}").status_code
        assert 404 == client.post(f"/subscribe/{slug}", data={"email": "new@example.org"}).status_code


def test_an_archived_list_is_closed(client: TestClient, database: Database, list_: MailingList, clock: Hands) -> None:
    """Its form is gone, and whoever posts to where it was is turned away."""
    with database.write() as tx:
        listbook.archive(tx, list_.id, clock())

    assert 404 == client.get(f"/subscribe/{list_.slug}").status_code
    assert 404 == client.post(f"/subscribe/{list_.slug}", data={"email": "new@example.org"}).status_code
    assert "/subscribe/" not in client.get("/").text


def test_nothing_typed_reaches_the_mail(client: TestClient, list_: MailingList, database: Database) -> None:
    """A form must not carry a stranger's advertisement into a third person's inbox (A36)."""
    send(client, list_, name="Buy now at https://spam.example")

    assert "spam" not in letters_planned(database)


def test_an_address_of_another_script_gets_its_mail(client: TestClient, list_: MailingList, database: Database) -> None:
    """Its domain in the form that SMTP knows."""
    send(client, list_, "joe@bücher.example")

    assert [parse("joe@bücher.example").text] == planned(database)


def test_a_list_has_one_address(client: TestClient, list_: MailingList) -> None:
    """Its name is not another one."""
    assert 404 == client.get(f"/subscribe/{list_.name}").status_code
