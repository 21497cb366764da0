"""No text of others is ever a template (A01): hundreds of attempts at once, in every place where a text meets one."""

from dataclasses import replace
from html import escape

import pytest
from selectolax.lexbor import LexborHTMLParser

from newsletter.errors import BadValue
from newsletter.images.model import Hosted, Shelf
from newsletter.issues.model import Event, Issue, Section, Show
from newsletter.issues.quarters import Quarter
from newsletter.letters import guestnotices, notices
from newsletter.letters.compose import compose_issue
from newsletter.letters.digest import Entry, compose_digest
from newsletter.letters.guestnotices import Errand
from newsletter.letters.letter import Draft, LetterKind
from newsletter.letters.templates import LONGEST_SUBJECT, Templates
from newsletter.letters.theme import read_theme, token_keys
from subscribers.model import MailingList
from tests.harness.injections import COMPUTED, INJECTIONS
from tests.harness.letters import LINKS, MADE_AT, SEED, a_newsletter, a_section, an_article, an_issue
from tests.newsletter.letters.test_theme import document

KEY = "0" * 40
SHELF = Shelf(by_key={KEY: Hosted("https://news.example.org/images/1.jpg", 900, 600, "https://news.example.org/images/2.jpg")})
# Said of the logo: any text.
FREE = frozenset({"logo.alt"})
LOGO = {"logo.src": "https://news.example.org/logo.png", "logo.alt": "A logo"}
PLAIN = "words"
# Of how many letters a subject has at most, the others are cut.
SHORT = tuple(each for each in INJECTIONS if len(each) < LONGEST_SUBJECT)
TIMES_IN_HTML, TIMES_IN_TEXT = 9, 11


def in_line(text: str) -> str:
    """Give a text on one line."""
    return " ".join(text.split())


def words(draft: Draft) -> tuple[str, str]:
    """Give both parts of a letter as they are read, each on one line."""
    return in_line(LexborHTMLParser(draft.html).text()), in_line(draft.text)


def section(number: int, text: str) -> Section:
    """Give a section that holds *text* in every place."""
    shown = an_article(2 * number, text, f"<p>{escape(text)}</p>", byline=text, show=Show.FULL)
    summed = replace(an_article(2 * number + 1, PLAIN), summary=text, affiliation=text, byline="Ann Lee")
    pictured = replace(shown, picture=KEY, picture_alt=text, picture_credit=text, event=Event("2020-03-03", place=text))
    return replace(a_section(text, pictured, summed), id=number, position=number)


def issue_called(text: str) -> Issue:
    """Give an issue with this subject and title."""
    return an_issue(a_section("All", an_article()), subject=text, title=text)


def test_there_are_hundreds_of_them() -> None:
    """And no two are the same."""
    assert 300 <= len(set(INJECTIONS)) == len(INJECTIONS)


@pytest.fixture(scope="module")
def letter(templates: Templates) -> Draft:
    """Compose one issue of a section for each of them."""
    issue = an_issue(*(section(number, text) for number, text in enumerate(INJECTIONS, start=1)))
    return compose_issue(templates, a_newsletter(), issue, LINKS, SEED, SHELF).draft


def test_every_text_of_an_issue_stands_as_it_was_written(letter: Draft) -> None:
    """Title of section and article, byline, affiliation, summary, body, credit, place, and their repetition in the contents."""
    html, text = words(letter)

    assert [] == [each for each in INJECTIONS if html.count(in_line(each)) < TIMES_IN_HTML]
    assert [] == [each for each in INJECTIONS if text.count(in_line(each)) < TIMES_IN_TEXT]
    assert COMPUTED not in html + text


def test_no_attribute_is_a_template(letter: Draft) -> None:
    """The words in place of a picture, and whatever else the tags hold."""
    attributes = [value or "" for node in LexborHTMLParser(letter.html).css("[alt]") for value in (node.attributes["alt"],)]

    assert set(map(in_line, INJECTIONS)) <= set(map(in_line, attributes))
    assert COMPUTED not in letter.html


def test_no_subject_is_a_template(templates: Templates) -> None:
    """It is the one text that is asked for by itself."""
    subjects = [
        templates.line("issue/subject.txt", {"issue": issue_called(each), "newsletter": a_newsletter()}) for each in SHORT
    ]

    assert list(map(in_line, SHORT)) == subjects


def test_no_name_of_a_newsletter_is_a_template(templates: Templates) -> None:
    """Nor an address at its foot, in any letter it sends."""
    everything = " ; ".join(INJECTIONS)
    newsletter = replace(a_newsletter(everything), postal_address=everything)
    list_ = MailingList(1, everything, "readers", "", is_public=True, created_at=MADE_AT)
    errand = Errand(title=everything, host=everything, until=everything, guest=everything, note=everything, section=everything)
    letters = (
        compose_issue(templates, newsletter, issue_called("x"), LINKS, SEED).draft,
        notices.compose(LetterKind.CONFIRMATION, templates, newsletter, list_, LINKS, SEED),
        guestnotices.compose(LetterKind.INVITATION, templates, newsletter, SEED, "1", errand),
    )

    for draft in letters:
        for part in words(draft):
            assert in_line(everything) in part
            assert COMPUTED not in part


def test_no_entry_of_a_digest_is_a_template(templates: Templates) -> None:
    """The titles of a quarter's issues, and their preheaders."""
    entries = tuple(Entry(number, each, each, MADE_AT) for number, each in enumerate(INJECTIONS, start=1))
    list_ = MailingList(1, "Readers", "readers", "", is_public=True, created_at=MADE_AT)
    draft = compose_digest(templates, a_newsletter(), list_, Quarter(2020, 1), entries, LINKS, SEED)

    for part in words(draft):
        assert [] == [each for each in INJECTIONS if part.count(in_line(each)) < 2]
        assert COMPUTED not in part


def test_no_token_of_a_theme_is_a_template() -> None:
    """What is no colour, face or length is refused, whichever token it is meant for."""
    tokens = document()
    keys = [key for key in token_keys() if key not in FREE]
    taken = []
    for number, text in enumerate(INJECTIONS):
        key = keys[number % len(keys)]
        try:
            read_theme("federation", tokens, LOGO | {key: text})
        except BadValue:
            continue
        taken.append((key, text))

    assert [] == taken
