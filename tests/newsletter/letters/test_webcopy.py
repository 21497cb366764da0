from selectolax.lexbor import LexborHTMLParser

from newsletter.languages.catalogue import words_of
from newsletter.languages.model import ENGLISH
from newsletter.letters.compose import compose_issue
from newsletter.letters.letter import Letter, fill_html
from newsletter.letters.templates import Templates
from newsletter.letters.webcopy import Correction, corrected, public_html
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


def test_corrections_stand_above_the_letter(templates: Templates) -> None:
    """With the day and a name, every text escaped; below them the copy is what it was."""
    copy = public_html(a_letter(templates), LINKS, "cpdwl-update", 12)
    told = (
        Correction("5 February 2020", "The <editors>", "The webinar is on the 14th.\n\nNot on <the> 13th."),
        Correction("6 February 2020", "Ann", "In Utrecht,\nof course."),
    )

    page = corrected(copy, told, words_of(ENGLISH))

    aside = LexborHTMLParser(page).css_first("body > aside")
    assert aside is not None
    assert [
        "Correction of 5 February 2020, by The <editors>",
        "The webinar is on the 14th.",
        "Not on <the> 13th.",
        "Correction of 6 February 2020, by Ann",
        "In Utrecht,of course.",
    ] == [node.text() for node in aside.css("p")]
    assert copy == page.replace(aside.html or "", "")
    assert "prefers-color-scheme: dark" in page[page.index("<aside") : page.index("</aside")]


def test_a_copy_without_corrections_is_what_it_was(templates: Templates) -> None:
    """Byte for byte; and a letter without a body gets them at its head."""
    copy = public_html(a_letter(templates), LINKS, "cpdwl-update", 12)

    assert copy == corrected(copy, (), words_of(ENGLISH))
    assert corrected("<p>Bare</p>", (Correction("", "", ""),), words_of(ENGLISH)).endswith("</aside><p>Bare</p>")
