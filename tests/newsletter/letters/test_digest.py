"""The digest of a quarter as a letter."""

from datetime import UTC, datetime

from selectolax.lexbor import LexborHTMLParser

from newsletter.issues.quarters import Quarter
from newsletter.languages.catalogue import words_for
from newsletter.letters.digest import Entry, compose_digest
from newsletter.letters.letter import Draft, LetterKind, fill_html, fill_text
from newsletter.letters.templates import Templates
from subscribers.model import MailingList
from tests.harness.letters import AMARA, LINKS, MADE_AT, SEED, a_newsletter

MEMBERS = MailingList(1, "CPDWL members", "cpdwl-members", "", is_public=True, created_at=MADE_AT)
ENTRIES = (
    Entry(11, "December 2019", "", datetime(2020, 1, 6, 8, 0, tzinfo=UTC)),
    Entry(12, "{{ 7 * 7 }} <b>&", "What happened in January", datetime(2020, 2, 3, 8, 0, tzinfo=UTC)),
)


def composed(templates: Templates, language: str = "en") -> Draft:
    """Compose the first quarter of 2020."""
    speaking = templates.speaking(words_for(language))
    return compose_digest(speaking, a_newsletter(), MEMBERS, Quarter(2020, 1), ENTRIES, LINKS, SEED)


def test_digest_lists_the_issues_with_their_addresses(templates: Templates) -> None:
    """In both parts, in their order, with the way out."""
    draft = composed(templates)
    html = LexborHTMLParser(fill_html(draft.html, draft.slots, AMARA))
    text = fill_text(draft.text, draft.slots, AMARA)
    addresses = [f"https://news.example.org/archive/cpdwl-update/{number}" for number in (11, 12)]
    links = [node.attributes["href"] for node in html.css("a")]

    assert (LetterKind.DIGEST, "CPDWL Update: issues from 1 January 2020 to 31 March 2020") == (draft.kind, draft.subject)
    assert addresses == [link for link in links if link in addresses]
    assert text.index(addresses[0]) < text.index(addresses[1])
    for part in (text, html.text()):
        assert "What happened in January" in part
        assert "3 February 2020" in part
        assert "once a quarter" in part
        # What an editor wrote stands there as written.
        assert "{{ 7 * 7 }} <b>&" in part
    assert "https://news.example.org/u/amara" in links
    assert "https://news.example.org/u/amara" in text


def test_digest_is_the_same_each_time_and_in_each_language_another(templates: Templates) -> None:
    """Two workers would mail the same bytes."""
    assert composed(templates) == composed(templates)
    assert "ar" == composed(templates, "ar").language
    assert 'dir="rtl"' in composed(templates, "ar").html
    assert "31. März 2020" in composed(templates, "de").subject
