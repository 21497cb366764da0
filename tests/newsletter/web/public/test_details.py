"""How much of a list comes to a person, and what a list wants to know of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from newsletter.database import Database
from newsletter.web import routes
from subscribers import attributebook, questions, register, terms, topicbook
from subscribers.address import parse
from subscribers.attributes import AttributeKind
from subscribers.model import Cadence, MailingList, Topic
from subscribers.terms import Terms
from subscribers.tokens import Keyring
from tests.harness import forms
from tests.harness.people import audience_of
from tests.newsletter.web.conftest import Hands, Reader, planned


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let answers leave at once; that they do not in the product has a test of its own."""
    hurried = tuple(replace(page, answers_after=0.0) for page in routes.ROUTES)
    monkeypatch.setattr("newsletter.web.app.ROUTES", hurried)


@pytest.fixture
def topics(database: Database, list_: MailingList) -> tuple[Topic, Topic]:
    """Give two topics of the list."""
    with database.write() as tx:
        return topicbook.add(tx, list_.id, "Jobs"), topicbook.add(tx, list_.id, "Books")


@pytest.fixture
def asked(database: Database, list_: MailingList, clock: Hands) -> None:
    """Let the form ask for the library (which must be said) and for the kind of it."""
    with database.write() as tx:
        library = attributebook.define(tx, "library", AttributeKind.TEXT, clock(), label="Your library")
        kind = attributebook.define(tx, "kind", AttributeKind.CHOICE, clock(), label="Its kind", choices=("Public", "Academic"))
        questions.ask(tx, list_.id, library.id, is_required=True)
        questions.ask(tx, list_.id, kind.id)


def save(client: TestClient, reader: Reader, list_: MailingList, **fields: str) -> tuple[int, str]:
    """Press the button with the list ticked; gives status and page."""
    data = {"act": "save", "name": "Ann Lee", "language": "", f"list-{list_.id}": "on", f"terms-{list_.id}": "1"}
    answer = client.post(reader.preferences, data=data | fields)
    return answer.status_code, answer.text


def terms_of(database: Database, reader: Reader, clock: Hands) -> Terms:
    """Give how much they take."""
    with database.read() as tx:
        standing = register.subscription_by_id(tx, reader.subscription.id)
        assert standing is not None
        return terms.terms_of(tx, standing, clock())


def trouble_beside(page: str, name: str) -> str:
    """Give what a page says beside the one field that it marks, which is to be that of *name*."""
    tree = LexborHTMLParser(page)
    (marked,) = tree.css('[aria-invalid="true"]')
    assert name == marked.attributes["name"]
    assert "autofocus" in marked.attributes
    (told,) = tree.css(f"#{marked.attributes['aria-describedby']}")
    return told.text().strip()


def test_saving_the_page_as_it_stands_changes_nothing(
    client: TestClient, database: Database, keyring: Keyring, reader: Reader, list_: MailingList, topics: object, clock: Hands
) -> None:
    """No terms, and no line in the evidence."""
    page = LexborHTMLParser(client.get(reader.preferences).text)
    form = page.css("form")[0]
    ticked = {str(node.attributes["name"]): "on" for node in form.css("input[type=checkbox][checked]")}
    typed = {
        str(node.attributes["name"]): node.attributes["value"] or ""
        for node in form.css("input[type=hidden], input[type=text]")
    }
    chosen = {
        str(one.attributes["name"]): one.css("option[selected]")[0].attributes["value"] or "" for one in form.css("select")
    }
    answer = client.post(reader.preferences, data=ticked | typed | chosen | {"act": "save"})

    assert "Saved." in answer.text
    assert Terms() == terms_of(database, reader, clock)
    with database.read() as tx:
        said = register.consent_of(tx, keyring.hash_address("ann@example.org"))
    assert ["requested", "confirmed"] == [one.act for one in said]


def test_less_can_be_taken(
    client: TestClient,
    database: Database,
    keyring: Keyring,
    reader: Reader,
    list_: MailingList,
    topics: tuple[Topic, Topic],
    clock: Hands,
) -> None:
    """Once a quarter, one topic, after a pause; the evidence says so, and the page shows it."""
    jobs, _ = topics
    fields = {f"often-{list_.id}": "quarterly", f"pause-{list_.id}": "month", f"topic-{jobs.id}": "on"}
    _, page = save(client, reader, list_, **fields)

    taken = terms_of(database, reader, clock)
    assert Terms(Cadence.QUARTERLY, clock() + timedelta(days=30), frozenset({jobs.id})) == taken
    assert "Paused until 2 March 2020" in page
    with database.read() as tx:
        last = register.consent_of(tx, keyring.hash_address("ann@example.org"))[-1]
    assert "changed" == last.act
    assert "one mail a quarter; the topics Jobs; paused until 2020-03-02" in last.evidence.wording


def test_a_pause_ends_by_itself_or_at_once(
    client: TestClient, database: Database, reader: Reader, list_: MailingList, clock: Hands
) -> None:
    """And saving the page again does not prolong it."""
    save(client, reader, list_, **{f"pause-{list_.id}": "quarter"})
    until = terms_of(database, reader, clock).paused_until
    clock.forward(days=10)
    save(client, reader, list_, **{f"pause-{list_.id}": ""})
    assert until == terms_of(database, reader, clock).paused_until

    save(client, reader, list_, **{f"pause-{list_.id}": "end"})
    assert terms_of(database, reader, clock).paused_until is None


def test_a_pause_ends_on_a_day_that_is_named(
    client: TestClient, database: Database, reader: Reader, list_: MailingList, clock: Hands
) -> None:
    """It begins where the newsletter is, and counts more than what is chosen beside it."""
    place = f"until-{list_.id}"
    _, page = save(client, reader, list_, **{place: "2020-06-01", f"pause-{list_.id}": "month"})

    assert datetime(2020, 5, 31, 22, tzinfo=UTC) == terms_of(database, reader, clock).paused_until
    assert "Paused until 1 June 2020" in page


@pytest.mark.parametrize("day", ["2020-02-01", "2019-12-24", "2021-02-01", "soon", "2020-02-30", "9999-12-31"])
def test_a_day_on_which_no_pause_can_end_is_sent_back(
    client: TestClient,
    database: Database,
    reader: Reader,
    list_: MailingList,
    topics: tuple[Topic, Topic],
    clock: Hands,
    day: str,
) -> None:
    """Beside its field, with everything else as it was typed; nothing was saved."""
    typed = {f"often-{list_.id}": "quarterly", f"topic-{topics[0].id}": "on", "name": "Other", "language": "fr"}
    status, page = save(client, reader, list_, **{f"until-{list_.id}": day}, **typed)
    tree = LexborHTMLParser(page)
    ticked = {node.attributes["name"] for node in tree.css("input[checked]")}
    chosen = {node.attributes["value"] for node in tree.css("option[selected]")}

    assert 422 == status
    assert "A pause ends after today and within a year." == trouble_beside(page, f"until-{list_.id}")
    assert {f"list-{list_.id}", f"topic-{topics[0].id}"} == ticked
    assert {"quarterly", "", "fr"} == chosen
    assert "Other" == tree.css("#name")[0].attributes["value"]
    assert Terms() == terms_of(database, reader, clock)


@pytest.mark.parametrize("fields", [{"often-1": "hourly"}, {"pause-1": "9999"}, {"often-1": "<b>", "pause-1": "-1"}])
def test_what_the_page_does_not_offer_changes_nothing(
    client: TestClient, database: Database, reader: Reader, list_: MailingList, clock: Hands, fields: dict[str, str]
) -> None:
    """Whatever is sent."""
    assert 200 == save(client, reader, list_, **fields)[0]
    assert Terms() == terms_of(database, reader, clock)


def test_answers_are_shown_and_changed(
    client: TestClient, database: Database, reader: Reader, list_: MailingList, asked: None
) -> None:
    """Those that the lists of this person ask for; nothing else can be put into their record."""
    save(client, reader, list_, **{"answer-library": "Rotterdam", "answer-kind": "Public", "answer-secret": "x"})

    with database.read() as tx:
        assert {"library": "Rotterdam", "kind": "Public"} == attributebook.answers_of(tx, reader.subscriber.id)
    assert 'value="Rotterdam"' in client.get(reader.preferences).text


def test_an_answer_that_is_none_is_sent_back_and_nothing_is_saved(
    client: TestClient, database: Database, reader: Reader, list_: MailingList, asked: None
) -> None:
    """All of the page or nothing, and the typed text stays."""
    status, page = save(client, reader, list_, name="Other", **{"answer-library": "Rotterdam", "answer-kind": "Secret"})

    assert 422 == status
    assert "Nothing was saved. This answer cannot be used: Its kind" in page
    assert "This answer cannot be used: Its kind" == trouble_beside(page, "answer-kind")
    assert 'value="Rotterdam"' in page
    assert 'value="Other"' in page
    with database.read() as tx:
        assert "Ann Lee" == register.subscriber_by_id(tx, reader.subscriber.id).name
        assert {} == attributebook.answers_of(tx, reader.subscriber.id)


def test_the_form_asks_and_the_answers_wait_with_the_wish(
    client: TestClient, database: Database, keyring: Keyring, list_: MailingList, asked: None, clock: Hands
) -> None:
    """A field that must be filled in says so, beside what was typed."""
    place = f"/subscribe/{list_.slug}"
    assert "Your library" in client.get(place).text
    empty = client.post(place, data=forms.joining(keyring, clock(), "new@example.org"))
    full = client.post(place, data=forms.joining(keyring, clock(), "new@example.org", **{"answer-library": "Delft"}))

    assert (422, 200) == (empty.status_code, full.status_code)
    assert "This must be answered: Your library" == trouble_beside(empty.text, "answer-library")
    assert 1 == empty.text.count("This must be answered")
    assert ["new@example.org"] == planned(database)
    with database.read() as tx:
        person = register.find(tx, parse("new@example.org"))
        assert {"library": "Delft"} == attributebook.answers_of(tx, person.id)
        assert [] == audience_of(tx, list_.id)


def test_nobody_changes_a_readers_answers_by_the_form(
    client: TestClient, database: Database, keyring: Keyring, reader: Reader, list_: MailingList, asked: None, clock: Hands
) -> None:
    """Whoever types their address."""
    fields = forms.joining(keyring, clock(), "ann@example.org", **{"answer-library": "Elsewhere"})
    client.post(f"/subscribe/{list_.slug}", data=fields)

    with database.read() as tx:
        assert {} == attributebook.answers_of(tx, reader.subscriber.id)


def test_every_form_of_the_list_asks(
    client: TestClient, list_: MailingList, asked: None, database: Database, keyring: Keyring, clock: Hands
) -> None:
    """The one to copy, the one for scripts, and the page with one more button, which keeps what was typed."""
    place = f"/subscribe/{list_.slug}"
    copied = LexborHTMLParser(client.get(f"{place}/form").text).css("textarea")[0].text()
    described = client.get(f"{place}/json").json()["questions"]
    once_more = client.post(place, data={"email": "new@example.org", "answer-library": 'A "B"'}).text
    refused = client.post(f"{place}/json", json=forms.joining(keyring, clock(), "new@example.org"))

    assert 'name="answer-library"' in copied
    assert ["answer-library", "answer-kind"] == [question["field"] for question in described]
    assert 'name="answer-library" value="A &#34;B&#34;"' in once_more
    assert (422, "answer-library") == (refused.status_code, refused.json()["field"])
