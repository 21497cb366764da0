"""The page that is printed."""

from dataclasses import replace
from pathlib import Path

from newsletter.confined import Child
from newsletter.letters.letter import Draft, LetterKind, SlotName, sealed
from newsletter.letters.pieces import Piece, Pieces
from newsletter.letters.printing import dated, print_page
from newsletter.letters.templates import Templates, packaged_templates
from tests.harness.letters import LINKS, a_newsletter
from tests.harness.newsroom import january

NAME = "slot" + "0" * 24
LETTER = sealed(
    Draft(
        kind=LetterKind.ISSUE,
        sender_name="The Section",
        sender_address="news@example.org",
        reply_to="",
        subject="January",
        preheader="",
        language="en",
        html=f"<p>{NAME}</p>",
        text=NAME,
        slots={SlotName.NAME: NAME},
        content_hash="",
    )
)
PIECE = Piece("Letter", "A <word>", "Ann", "https://blog.example.org/1/", f"<p>Dear {NAME}</p>", slug="a-word")


def test_it_is_dated_when_it_is_published(templates: Templates) -> None:
    """Until then marks stand for what nobody knows; it speaks to nobody by name."""
    newsletter = a_newsletter()
    page = print_page(templates, newsletter, 7, Pieces("Then", "January 2020", (PIECE,)), LETTER, LINKS)
    printed = dated(page, LETTER, january(31, 23), "Europe/Amsterdam", LINKS, newsletter.slug, 7)

    assert "2020-01" not in page
    assert "1 February 2020" in printed
    assert 'content="2020-01-31T23:00:00+00:00"' in printed
    assert "<p>Dear reader</p>" in printed
    assert "A &lt;word&gt;" in printed
    assert NAME not in printed


def test_the_mark_of_one_letter_is_none_in_another(templates: Templates) -> None:
    """So no article can have a date put into it."""
    newsletter = a_newsletter()
    first = print_page(templates, newsletter, 7, Pieces("Then", "January 2020", (PIECE,)), LETTER, LINKS)
    hostile = replace(PIECE, html=f"<p>{first}</p>")
    other = sealed(replace(LETTER, subject="Another"))
    second = print_page(templates, newsletter, 7, Pieces("Then", "January 2020", (hostile,)), other, LINKS)
    printed = dated(second, other, january(3), "UTC", LINKS, newsletter.slug, 7)

    assert first in printed.replace("Dear reader", f"Dear {NAME}")


def test_a_newsletter_may_print_otherwise(child: Child, tmp_path: Path) -> None:
    """By a template of its own; the others print as before."""
    own = tmp_path / "section-news" / "print" / "issue.html"
    own.parent.mkdir(parents=True)
    own.write_text("<h1>{{ title }}</h1>")
    templates = Templates(packaged_templates(), child, own=tmp_path)
    pieces = Pieces("Then", "January <2020>", (PIECE,))
    pages = [
        print_page(templates, replace(a_newsletter(), slug=slug), 7, pieces, LETTER, LINKS)
        for slug in ("section-news", "other")
    ]

    assert "<h1>January &lt;2020&gt;</h1>" == pages[0]
    assert pages[1].startswith("<!doctype html>")
