"""Takes a letter apart when it is frozen: what it shows of each article can be shown, searched and printed by itself."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser

from newsletter.letters.pieces import Piece
from newsletter.letters.view import ArticleView, SectionView
from subscribers.slug import free_slug, slug


def take_apart(sections: Sequence[SectionView]) -> tuple[Piece, ...]:
    """Give what a letter shows of each article, in reading order; nothing of one that nobody has written yet."""
    return addressed(_pieces(sections))


def addressed(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Give *pieces* with what stands in the addresses of their pages; none where there is only a title."""
    taken: set[str] = set()
    found = []
    for piece in pieces:
        own = free_slug(slug(piece.title, "article"), taken) if piece.html or piece.happens else ""
        taken.add(own)
        found.append(replace(piece, slug=own))
    return tuple(found)


def plain(html: str) -> str:
    """Give an article of a letter without its styles, which are made for mail programs."""
    if not html:
        return ""
    body = LexborHTMLParser(html).body
    assert body is not None
    for node in body.css("[style], [class]"):
        for name in ("style", "class"):
            if name in node.attributes:
                del node.attrs[name]
    return body.inner_html or ""


def _pieces(sections: Sequence[SectionView]) -> Iterator[Piece]:
    for section in sections:
        for article in section.articles:
            if not article.is_placeholder:
                yield _piece(section.title, article)


def _piece(section: str, article: ArticleView) -> Piece:
    portrait = article.portrait or article.face
    # A letter has the portrait of its author where others have a picture.
    picture = article.picture or article.portrait
    if portrait == picture:
        portrait = None
    event = article.event
    return Piece(
        section=section,
        title=article.title,
        byline=article.author or article.byline,
        link=article.link,
        html=plain(article.body.html) if article.body is not None else "",
        picture=picture.src if picture else "",
        picture_alt=picture.alt if picture else "",
        picture_credit=picture.credit if picture else "",
        portrait=portrait.src if portrait else "",
        portrait_alt=portrait.alt if portrait else "",
        portrait_credit=portrait.credit if portrait else "",
        happens=" · ".join(filter(None, (event.when, event.place))) if event else "",
        calendar=event.calendar if event else "",
    )
