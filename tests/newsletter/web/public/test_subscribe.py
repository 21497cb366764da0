"""Joining by form."""

from dataclasses import replace

import pytest
from httpx2 import Response
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from newsletter.database import Database
from newsletter.issues import alerts, newsletters
from newsletter.issues.model import Newsletter
from newsletter.web import routes
from subscribers import domainrules, listbook, register, suppression
from subscribers.address import parse
from subscribers.domainrules import Verdict
from subscribers.limits import LIST, NETWORK
from subscribers.model import MailingList, Reason
from subscribers.tokens import Keyring
from tests.harness import forms
from tests.harness.people import ONE_CLICK, ask, join
from tests.newsletter.web.conftest import Hands, letters_planned, planned


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let answers leave at once; that they do not in the product has a test of its own."""
    hurried = tuple(replace(page, answers_after=0.0) for page in routes.ROUTES)
    monkeypatch.setattr("newsletter.web.app.ROUTES", hurried)


def inputs(page: str) -> dict[str, str]:
    """Give the fields of a page's form as they stand."""
    found = LexborHTMLParser(page).css("input")
    return {node.attributes["name"] or "": node.attributes["value"] or "" for node in found if "value" in node.attributes}


class Visitor:
    """Fills in the form of a list, as a person does."""

    def __init__(self, client: TestClient, list_: MailingList, keyring: Keyring, clock: Hands) -> None:
        self.client = client
        self.place = f"/subscribe/{list_.slug}"
        self.keyring = keyring
        self.clock = clock

    def answer(self, email: str = "new@example.org", **fields: str) -> Response:
        """Send the form."""
        return self.client.post(self.place, data=forms.joining(self.keyring, self.clock(), email, **fields))

    def __call__(self, email: str = "new@example.org", **fields: str) -> tuple[int, str]:
        """Send the form; gives status and page."""
        response = self.answer(email, **fields)
        return response.status_code, response.text


@pytest.fixture
def send(client: TestClient, list_: MailingList, keyring: Keyring, clock: Hands) -> Visitor:
    """Give somebody in front of the form."""
    return Visitor(client, list_, keyring, clock)


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


def test_a_wish_plans_one_confirmation(send: Visitor, database: Database) -> None:
    """To the address that was typed."""
    status, page = send()

    assert 200 == status
    assert "Look into your inbox" in page
    assert ["new@example.org"] == planned(database)


def test_evidence_of_the_wish_is_kept(
    client: TestClient, send: Visitor, list_: MailingList, database: Database, keyring: Keyring
) -> None:
    """The words on the page, the network and the browser."""
    client.headers["User-Agent"] = "Lynx/2.9" + "x" * 1000
    send()

    with database.read() as tx:
        said = register.consent_of(tx, keyring.hash_address("new@example.org"))
    assert ["requested", "mailed"] == [act.act for act in said]
    evidence = said[0].evidence
    assert evidence.wording in client.get(f"/subscribe/{list_.slug}").text
    assert ("form", "en") == (evidence.door, evidence.language)
    assert evidence.form.endswith(f"/subscribe/{list_.slug}")
    assert evidence.agent.startswith("Lynx/2.9")
    assert len(evidence.agent) <= 300


def test_the_answer_tells_nothing_about_the_address(
    send: Visitor, list_: MailingList, database: Database, keyring: Keyring, clock: Hands
) -> None:
    """New, waiting, confirmed, gone and suppressed addresses get the same status, bytes and headers (A37)."""
    with database.write() as tx:
        ask(tx, keyring, list_.id, "waiting@example.org", clock())
        join(tx, keyring, list_.id, "confirmed@example.org", clock())
        gone = join(tx, keyring, list_.id, "gone@example.org", clock())
        register.withdraw(tx, keyring, gone.subscription.id, clock(), ONE_CLICK)
        suppression.suppress(tx, keyring.hash_address("bounced@example.org"), Reason.BOUNCED, clock())
    names = ("new", "waiting", "confirmed", "gone", "bounced")
    answers = [send.answer(f"{name}@example.org") for name in names]

    assert 1 == len({forms.told_by(answer) for answer in answers})


def test_an_address_is_asked_once_in_a_quarter_of_an_hour(send: Visitor, database: Database) -> None:
    """However often its form is sent (A35)."""
    for _ in range(10):
        send()

    assert ["new@example.org"] == planned(database)


def test_a_machine_that_fills_in_everything_is_thanked(send: Visitor, database: Database) -> None:
    """It gets the same page, and nothing happens."""
    honest = send("other@example.org")

    assert honest == send(website="https://spam.example")
    assert ["other@example.org"] == planned(database)


def test_a_network_is_slowed_down(send: Visitor, database: Database) -> None:
    """After a burst it is told to wait, and nothing is planned."""
    answers = [send(f"n{number}@example.org")[0] for number in range(NETWORK.burst + 2)]

    assert [429, 429] == answers[NETWORK.burst :]
    assert NETWORK.burst == len(planned(database))


@pytest.mark.parametrize(
    "email", ["", "ann", "ann@", "a@b@c.example", "ann@example.org\nbcc: eve@example.org", "x" * 400 + "@example.org"]
)
def test_what_is_no_address_is_sent_back(send: Visitor, database: Database, email: str) -> None:
    """With the reason beside the field and what was typed kept."""
    status, page = send(email, name="Ann Lee")

    assert 422 == status
    assert 'aria-invalid="true"' in page
    assert 'value="Ann Lee"' in page
    assert [] == planned(database)


@pytest.mark.parametrize("stamp", [{}, {"stamp": ""}], ids=["sent back", "asked once more"])
def test_what_was_typed_is_shown_as_text(send: Visitor, stamp: dict[str, str]) -> None:
    """Whoever links to the form with a script in it finds text."""
    _, page = send('"><script>alert(1)</script>', name="<img src=x>", **stamp)

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


def test_nothing_typed_reaches_the_mail(send: Visitor, database: Database) -> None:
    """A form must not carry a stranger's advertisement into a third person's inbox (A36)."""
    send(name="Buy now at https://spam.example")

    assert "spam" not in letters_planned(database)


def test_an_address_of_another_script_gets_its_mail(send: Visitor, database: Database) -> None:
    """Its domain in the form that SMTP knows."""
    send("joe@bücher.example")

    assert [parse("joe@bücher.example").text] == planned(database)


def test_a_list_has_one_address(client: TestClient, list_: MailingList) -> None:
    """Its name is not another one."""
    assert 404 == client.get(f"/subscribe/{list_.name}").status_code


def test_a_form_of_another_site_is_asked_once_more(
    client: TestClient, send: Visitor, database: Database, keyring: Keyring, list_: MailingList, clock: Hands
) -> None:
    """It has no stamp; what was typed is kept, and one button more takes the wish."""
    status, page = send("new@example.org", name="Ann Lee", stamp="")

    assert (200, []) == (status, planned(database))
    assert "One press more" in page
    assert "By pressing the button I ask to get" in page
    fields = inputs(page)
    assert ("new@example.org", "Ann Lee") == (fields["email"], fields["name"])

    clock.forward(seconds=3)
    assert "Look into your inbox" in client.post(f"/subscribe/{list_.slug}", data=fields).text
    assert ["new@example.org"] == planned(database)


def test_nobody_types_so_fast(client: TestClient, list_: MailingList, database: Database) -> None:
    """A program that sends the page's own form back at once is asked once more; so is one with a stamp of the day before."""
    page = client.get(f"/subscribe/{list_.slug}").text
    fields = inputs(page)
    answer = client.post(f"/subscribe/{list_.slug}", data=fields | {"email": "new@example.org"})

    assert "One press more" in answer.text
    assert [] == planned(database)


def test_a_form_comes_from_any_site(send: Visitor, client: TestClient, database: Database) -> None:
    """No Origin is asked for, and no cookie is set or read."""
    client.headers["Origin"] = "https://library.example"
    client.headers["Sec-Fetch-Site"] = "cross-site"

    assert "set-cookie" not in send.answer().headers
    assert ["new@example.org"] == planned(database)


def test_the_form_can_be_copied(client: TestClient, list_: MailingList, keyring: Keyring, database: Database) -> None:
    """What the page shows is a form to the right place, with the fields that are taken and the words of the consent."""
    page = LexborHTMLParser(client.get(f"/subscribe/{list_.slug}/form").text)
    copied = LexborHTMLParser(page.css("textarea")[0].text())
    [form] = copied.css("form")

    assert f"https://news.example.org/subscribe/{list_.slug}" == form.attributes["action"]
    assert "post" == form.attributes["method"]
    assert ["lang", "email", "name", "website"] == [node.attributes["name"] for node in copied.css("input")]
    assert "By pressing the button I ask to get" in copied.text()
    assert not copied.css("script, link, img, style, iframe")


def test_a_domain_that_the_list_does_not_take_is_told(
    send: Visitor, database: Database, keyring: Keyring, list_: MailingList, clock: Hands
) -> None:
    """To known and unknown alike: it says nothing about a person."""
    with database.write() as tx:
        join(tx, keyring, list_.id, "known@trash.example", clock())
        domainrules.set_rules(tx, list_.id, ["trash.example"], Verdict.DENY, clock())
    known, new = send("known@trash.example"), send("newer@trash.example")

    assert 422 == known[0]
    assert "This list does not take addresses at trash.example." in known[1]
    assert known == (new[0], new[1].replace("newer@", "known@"))
    assert [] == planned(database)


def test_staff_is_told_of_a_flood(send: Visitor, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, and the visitors are told to come again."""
    monkeypatch.setattr("subscribers.limits.LIST", replace(LIST, burst=1))
    answers = [send(f"n{number}@example.org")[0] for number in range(3)]

    assert [200, 429, 429] == answers
    with database.read() as tx:
        assert ["flood:1"] == [alert.key for alert in alerts.open_alerts(tx)]
