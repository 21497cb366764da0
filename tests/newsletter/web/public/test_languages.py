"""A way in and out in each language: pages, mails and evidence say the same."""

from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.database import Database
from newsletter.issues.model import Newsletter
from newsletter.languages.catalogue import words_of
from newsletter.languages.model import LANGUAGES, Language
from newsletter.letters import store
from newsletter.letters.letter import Draft
from newsletter.tables.letters import letter
from newsletter.web import routes
from subscribers import listbook, register
from subscribers.address import parse
from subscribers.consent import Consent
from subscribers.model import MailingList, Subscriber
from subscribers.tokens import Keyring, Purpose
from tests.harness import forms
from tests.newsletter.web.conftest import Hands, Reader

NEW = "new@example.org"

each_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let answers leave at once."""
    hurried = tuple(replace(page, answers_after=0.0) for page in routes.ROUTES)
    monkeypatch.setattr("newsletter.web.app.ROUTES", hurried)


def text_of(page: str) -> str:
    """Give what a page says, on one line."""
    body = LexborHTMLParser(page).body
    assert body is not None
    return " ".join(body.text().split())


def said_by(database: Database, keyring: Keyring, address: str) -> tuple[Consent, ...]:
    """Give the evidence about an address."""
    with database.read() as tx:
        return register.consent_of(tx, keyring.hash_address(address))


def person(database: Database, address: str) -> Subscriber:
    """Give what is known of somebody."""
    with database.read() as tx:
        return register.find(tx, parse(address))


def last_letter(database: Database) -> Draft:
    """Give the newest letter."""
    with database.read() as tx:
        newest = tx.execute(select(letter.c.id).order_by(letter.c.id.desc()).limit(1)).scalar_one()
        return store.load(tx, newest).draft


@each_language
def test_joining_speaks_one_language_from_form_to_welcome(
    client: TestClient,
    database: Database,
    keyring: Keyring,
    newsletter: Newsletter,
    list_: MailingList,
    clock: Hands,
    language: Language,
) -> None:
    """The browser's; the words of the wish and of the yes are kept as they stood on the pages, with their language."""
    client.headers["Accept-Language"] = language.tag
    place, words = f"/subscribe/{list_.slug}", words_of(language)
    form = client.get(place).text
    client.post(place, data=forms.joining(keyring, clock(), NEW))
    confirmation = last_letter(database)
    [wish, mailed] = said_by(database, keyring, NEW)

    assert " ".join(wish.evidence.wording.split()) in text_of(form)
    assert [language.tag] * 3 == [wish.evidence.language, mailed.evidence.language, confirmation.language]
    assert mailed.evidence.wording.startswith(confirmation.subject)
    assert words.gettext("Confirm your subscription to %(newsletter)s", newsletter=newsletter.name) == confirmation.subject

    link = f"/c/{keyring.seal(Purpose.CONFIRM, 1)}"
    question = client.get(link, headers={"Accept-Language": "nl"}).text
    client.post(link, headers={"Accept-Language": "nl"})
    yes = said_by(database, keyring, NEW)[-1]

    assert yes.evidence.wording == words.gettext("Start my subscription")
    assert yes.evidence.wording in text_of(question)
    assert (language.tag, language.tag) == (yes.evidence.language, last_letter(database).language)


def test_a_form_is_answered_in_the_language_it_was_shown_in(
    client: TestClient, database: Database, keyring: Keyring, list_: MailingList, clock: Hands
) -> None:
    """The evidence must be what the person read, whatever the browser says a minute later."""
    shown = LexborHTMLParser(client.get(f"/subscribe/{list_.slug}?lang=ru").text).css_first("input[name=lang]")
    assert shown is not None
    fields = {"lang": shown.attributes["value"] or ""}
    answer = client.post(
        f"/subscribe/{list_.slug}", data=forms.joining(keyring, clock(), NEW, **fields), headers={"Accept-Language": "de"}
    )

    assert "ru" == answer.headers["Content-Language"]
    assert "ru" == said_by(database, keyring, NEW)[0].evidence.language


def test_the_language_of_the_list_is_nobodys_wish(
    client: TestClient, database: Database, keyring: Keyring, list_: MailingList, clock: Hands
) -> None:
    """Whoever is content with it gets notices as the list is written, also when that changes; others are remembered."""
    for address, tongue in (("content@example.org", "en"), ("other@example.org", "es")):
        data = forms.joining(keyring, clock(), address)
        client.post(f"/subscribe/{list_.slug}", data=data, headers={"Accept-Language": tongue})

    assert ["", "es"] == [person(database, f"{name}@example.org").language for name in ("content", "other")]


def test_a_stranger_changes_nobodys_language(
    client: TestClient, database: Database, keyring: Keyring, list_: MailingList, reader: Reader, clock: Hands
) -> None:
    """A form filled in with somebody's address says nothing about who reads there."""
    data = forms.joining(keyring, clock(), reader.subscriber.address.text)
    client.post(f"/subscribe/{list_.slug}", data=data, headers={"Accept-Language": "ar"})

    assert "" == person(database, reader.subscriber.address.text).language


def test_a_list_with_a_language_speaks_it(client: TestClient, database: Database, list_: MailingList) -> None:
    """Before the browser is asked, and after the person."""
    with database.write() as tx:
        listbook.edit(tx, list_.id, language="fr-CA")

    page = client.get(f"/subscribe/{list_.slug}", headers={"Accept-Language": "de"})
    chosen = client.get(f"/subscribe/{list_.slug}?lang=de", headers={"Accept-Language": "de"})

    assert ("fr", "de") == (page.headers["Content-Language"], chosen.headers["Content-Language"])


@each_language
def test_the_pages_of_a_person_speak_their_language(
    client: TestClient, database: Database, reader: Reader, language: Language
) -> None:
    """Preferred once, on every page they come to by a link of a mail, whatever browser it opens in."""
    with database.write() as tx:
        register.edit(tx, reader.subscriber.id, language=language.code)
    client.headers["Accept-Language"] = "nl, en;q=0.1"
    pages = [client.get(reader.preferences), client.get(reader.unsubscribe), client.post(reader.unsubscribe)]

    assert [language.tag] * 3 == [page.headers["Content-Language"] for page in pages]
    assert words_of(language).gettext("What comes to you") in text_of(pages[0].text)
    assert words_of(language).gettext("Unsubscribe") in text_of(pages[1].text)
    assert words_of(language).gettext("You have left") in text_of(pages[2].text)


def test_a_language_chosen_in_the_form_is_spoken_at_once(client: TestClient, reader: Reader) -> None:
    """Also on a page whose language had been chosen by a link."""
    fields = {"act": "save", "name": "", "language": "zh", "lang": "ar"}

    assert "zh-Hans" == client.post(reader.preferences, data=fields).headers["Content-Language"]


def test_a_language_that_is_none_of_ours_is_kept(client: TestClient, database: Database, reader: Reader) -> None:
    """An import knew it; saving other things does not lose it, and pages fall back."""
    with database.write() as tx:
        register.edit(tx, reader.subscriber.id, language="sw")
    page = client.get(reader.preferences)
    client.post(reader.preferences, data={"act": "save", "name": "Asha", "language": "sw"})

    assert '<option value="sw" lang="sw" selected>' in page.text
    assert ("Asha", "sw") == (person(database, "ann@example.org").name, person(database, "ann@example.org").language)
