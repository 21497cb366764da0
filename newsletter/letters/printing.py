"""The page that is printed of an issue: made when its letter is frozen, and dated when it is published."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby

from markupsafe import Markup

from newsletter.issues.model import Newsletter
from newsletter.languages.catalogue import words_for
from newsletter.letters.answers import unanswered_html
from newsletter.letters.letter import Draft, fill_html
from newsletter.letters.links import Links
from newsletter.letters.pieces import Piece, Pieces
from newsletter.letters.templates import Templates
from newsletter.letters.view import is_right_to_left, language_tag
from newsletter.letters.webcopy import public_values

# What is printed shows where an article is read, not every sign of its address.
LONGEST_PLACE = 90

TEMPLATE = "print/issue.html"

_MARK_DIGITS = 24


@dataclass(frozen=True, slots=True)
class _Printed:
    """An article as it is printed."""

    position: int
    title: str
    byline: str
    link: str
    place: str
    picture: str
    picture_alt: str
    picture_credit: str
    portrait: str
    portrait_alt: str
    portrait_credit: str
    happens: str
    body: Markup


@dataclass(frozen=True, slots=True)
class _Group:
    """A section as it is printed."""

    title: str
    # Titles only.
    is_heads: bool
    articles: tuple[_Printed, ...]


def print_page(templates: Templates, newsletter: Newsletter, number: int, pieces: Pieces, letter: Draft, links: Links) -> str:
    """Give the HTML that is printed of the issue with this number, whose letter is *letter*; marks stand for its date.

    Raises:
        RenderFailed: the template is wrong.

    """
    placed = groupby(enumerate(pieces.articles, 1), key=lambda one: one[1].section)
    values: dict[str, object] = {
        "language": language_tag(newsletter.language),
        "direction": "rtl" if is_right_to_left(newsletter.language) else "ltr",
        "newsletter": newsletter,
        "title": pieces.title,
        "number": number,
        "day": _mark(letter, "day"),
        "moment": _mark(letter, "moment"),
        "groups": [_group(section, tuple(found)) for section, found in placed],
        "href": links.issue(newsletter.slug, number),
    }
    return templates.worn_by(newsletter).speaking(words_for(newsletter.language)).sheet(TEMPLATE, values)


def dated(page: str, letter: Draft, published_at: datetime, zone: str, links: Links, slug: str, number: int) -> str:
    """Give a page as it is printed for everybody: dated, and with nobody's values in its slots."""
    words = words_for(letter.language)
    page = page.replace(_mark(letter, "day"), str(Markup.escape(words.day(published_at, zone))))
    page = page.replace(_mark(letter, "moment"), published_at.isoformat())
    page = unanswered_html(page, letter.answers)
    return fill_html(page, letter.slots, public_values(links, slug, number, letter.language))


def _group(section: str, placed: tuple[tuple[int, Piece], ...]) -> _Group:
    is_heads = not any(piece.slug for _, piece in placed)
    return _Group(section, is_heads, tuple(_article(position, piece) for position, piece in placed))


def _article(position: int, piece: Piece) -> _Printed:
    place = piece.link.partition("://")[2].rstrip("/")
    return _Printed(
        position=position,
        title=piece.title,
        byline=piece.byline,
        link=piece.link,
        place=place if len(place) <= LONGEST_PLACE else place[: LONGEST_PLACE - 1] + "…",
        picture=piece.picture if piece.picture not in piece.html else "",
        picture_alt=piece.picture_alt,
        picture_credit=piece.picture_credit,
        portrait=piece.portrait,
        portrait_alt=piece.portrait_alt,
        portrait_credit=piece.portrait_credit,
        happens=piece.happens,
        body=Markup(piece.html),  # noqa: S704 -- sanitised when it was made fit for the letter
    )


def _mark(letter: Draft, name: str) -> str:
    """Give what stands for a date; no text can hold it, because the hash is of a letter with that text."""
    return "mark" + sha256(f"{letter.content_hash}:{name}".encode()).hexdigest()[:_MARK_DIGITS]
