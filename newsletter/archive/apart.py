"""Takes a published issue apart: what its letter shows of each article becomes a page of its own, and can be found."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode, create_tag

from newsletter.archive.shelf import Piece
from newsletter.images.model import Shelf
from newsletter.issues.model import Issue, Newsletter
from newsletter.letters.answers import unanswered_html
from newsletter.letters.compose import Composition, compose_issue
from newsletter.letters.letter import Draft, Letter, SlotName, fill_html
from newsletter.letters.links import Links
from newsletter.letters.templates import Templates
from newsletter.letters.view import ArticleView
from newsletter.letters.webcopy import public_values

# An article of a letter begins with an h4 below its own title; on a page of its own that title is the h1.
_FIRST_HEADING = 4
_RISE = 2

_BLOCKS = "p, h4, h5, h6, li, dt, dd, td, th, div, br, hr, figure, figcaption, caption, blockquote, pre"
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Apart:
    """What an issue says of itself, and its articles in reading order."""

    itself: Piece
    articles: tuple[Piece, ...]


def take_apart(
    templates: Templates, newsletter: Newsletter, issue: Issue, letter: Letter, links: Links, seed: bytes, pictures: Shelf
) -> Apart:
    """Take *issue* apart, whose frozen letter is *letter* and shows *pictures*.

    A published issue is edited no more, so what is composed here is what the letter was composed of.

    Raises:
        RenderFailed: a template is wrong.

    """
    composition = compose_issue(templates, newsletter, issue, links, seed, pictures)
    nobody = public_values(links, newsletter.slug, issue.number, newsletter.language)
    about = " ".join(dict.fromkeys(filter(None, (letter.draft.subject, letter.draft.preheader))))
    itself = Piece(section="", title=issue.title, byline="", link="", html="", text=about)
    return Apart(itself, tuple(_pieces(composition, nobody)))


def _pieces(composition: Composition, nobody: Mapping[SlotName, str]) -> Iterator[Piece]:
    for section in composition.sections:
        for article in section.articles:
            if article.is_placeholder:
                # Nobody has written it.
                continue
            yield _piece(section.title, article, plain(_said_to_nobody(article, composition.draft, nobody)))


def _piece(section: str, article: ArticleView, html: str) -> Piece:
    # A letter has the portrait of its author where others have a picture.
    picture = article.picture or article.portrait
    event = article.event
    return Piece(
        section=section,
        title=article.title,
        byline=article.author or article.byline,
        link=article.link,
        html=html,
        text=bare(html),
        picture=picture.src if picture else "",
        picture_alt=picture.alt if picture else "",
        picture_credit=picture.credit if picture else "",
        happens=" · ".join(filter(None, (event.when, event.place))) if event else "",
        calendar=event.calendar if event else "",
    )


def plain(html: str) -> str:
    """Give an article of a letter without its styles, which are made for mail programs."""
    if not html:
        return ""
    root = _body(html)
    for node in root.css("[style], [class]"):
        for name in ("style", "class"):
            if name in node.attributes:
                del node.attrs[name]
    return root.inner_html or ""


def on_a_page(html: str) -> str:
    """Give an article with its headings right below the title of its page."""
    if not html:
        return ""
    root = _body(html)
    for level in range(_FIRST_HEADING, 7):
        for node in root.css(f"h{level}"):
            risen = create_tag(f"h{level - _RISE}")
            for name, value in node.attributes.items():
                risen.attrs[name] = value or ""
            for inner in list(node.iter(include_text=True)):
                risen.insert_child(inner)
            node.replace_with(risen)
    return root.inner_html or ""


def bare(html: str) -> str:
    """Give the bare words of an article, its paragraphs apart."""
    if not html:
        return ""
    root = _body(html)
    for node in root.css(_BLOCKS):
        node.insert_before(" ")
        node.insert_after(" ")
    return _BLANKS.sub(" ", root.text()).strip()


def _body(html: str) -> LexborNode:
    body = LexborHTMLParser(html).body
    assert body is not None
    return body


def _said_to_nobody(article: ArticleView, draft: Draft, nobody: Mapping[SlotName, str]) -> str:
    if article.body is None:
        return ""
    return fill_html(unanswered_html(article.body.html, draft.answers), draft.slots, nobody)
