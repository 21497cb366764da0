"""Letters taken apart."""

from dataclasses import replace

from newsletter.letters.apart import addressed, plain, take_apart
from newsletter.letters.compose import compose_issue
from newsletter.letters.pieces import Piece
from newsletter.letters.templates import Templates
from tests.harness.letters import LINKS, SEED, a_newsletter, an_article, january_2020, one_article_issue

A_PIECE = Piece("Features", "Open access", "Ann", "https://blog.example.org/1", "<p>Words.</p>")


def test_every_article_of_a_letter_is_a_piece(templates: Templates) -> None:
    """In reading order, with what the letter says in it; what only has its title has no address."""
    composition = compose_issue(templates, a_newsletter(), january_2020(), LINKS, SEED)
    pieces = take_apart(composition.sections)

    shown = [article for section in composition.sections for article in section.articles if not article.is_placeholder]
    assert [article.title for article in shown] == [piece.title for piece in pieces]
    assert [bool(piece.html or piece.happens) for piece in pieces] == [bool(piece.slug) for piece in pieces]
    slugs = [piece.slug for piece in pieces if piece.slug]
    assert len(slugs) == len(set(slugs))
    for piece in pieces:
        assert piece.title in composition.draft.html or "&" in piece.title
        assert "style=" not in piece.html


def test_a_placeholder_is_none(templates: Templates) -> None:
    """Nobody has written it."""
    issue = one_article_issue(replace(an_article(), is_placeholder=True))
    composition = compose_issue(templates, a_newsletter(), issue, LINKS, SEED)

    assert () == take_apart(composition.sections)


def test_equal_titles_have_addresses_of_their_own() -> None:
    """In the order in which they are read."""
    found = addressed([A_PIECE, A_PIECE, replace(A_PIECE, html=""), replace(A_PIECE, title="图书馆")])

    assert ["open-access", "open-access-2", "", "article"] == [piece.slug for piece in found]


def test_styles_are_left_out_and_nothing_else() -> None:
    """They are made for mail programs; tokens of slots stay where they stand."""
    html = '<p style="color:red" class="x" dir="rtl">Dear slot0123, <a href="https://example.org/?a=1&amp;b=2">on</a></p>'

    assert '<p dir="rtl">Dear slot0123, <a href="https://example.org/?a=1&amp;b=2">on</a></p>' == plain(html)
    assert "" == plain("")
