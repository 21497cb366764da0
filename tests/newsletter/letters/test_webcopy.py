from selectolax.lexbor import LexborHTMLParser

from newsletter.letters.compose import compose_issue
from newsletter.letters.letter import Letter, fill_html
from newsletter.letters.templates import Templates
from newsletter.letters.webcopy import public_html
from tests.harness.letters import AMARA, LINKS, MADE_AT, SEED, a_newsletter, january_2020


def a_letter(templates: Templates) -> Letter:
    """Freeze the issue of January 2020."""
    draft = compose_issue(templates, a_newsletter(), january_2020(), LINKS, SEED).draft
    return Letter(1, draft, newsletter_id=1, issue_id=12, list_id=1, created_at=MADE_AT)


def test_web_copy_belongs_to_nobody(templates: Templates) -> None:
    """No name, no link by which one could act for a reader, no token left."""
    letter = a_letter(templates)

    page = public_html(letter, LINKS, "cpdwl-update", 12)

    assert "Dear reader, you get this letter" in page
    assert "https://news.example.org/archive/cpdwl-update/12" in page
    assert [] == [part for part in ("/u/", "/p/", "/c/", *letter.draft.slots.values()) if part in page]


def test_web_copy_is_the_mail_but_for_its_slots(templates: Templates) -> None:
    """What was mailed is what is archived."""
    letter = a_letter(templates)
    slots = letter.draft.slots
    mailed = fill_html(letter.draft.html, slots, AMARA)
    page = public_html(letter, LINKS, "cpdwl-update", 12)

    assert mailed.count("<") == page.count("<")
    assert [node.tag for node in LexborHTMLParser(mailed).css("*")] == [node.tag for node in LexborHTMLParser(page).css("*")]
