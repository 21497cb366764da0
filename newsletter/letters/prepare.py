"""One article from the feed's HTML to what the letter shows of it; runs in a child process, for hostile markup can hang it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from newsletter.confined import Child, ChildFailed
from newsletter.images.model import Shelf
from newsletter.letters import content, excerpt, plaintext
from newsletter.letters.content import BREAK, Rewritten, Unfit
from newsletter.letters.pictures import Picture, lift_first, silent_words
from newsletter.letters.plaintext import Written

T = TypeVar("T")

# Thirty rich posts take 0.1 s.
BATCH_SECONDS = 5.0
ARTICLE_SECONDS = 3.0
# 110 MB of HTML came out of 50 KB of unclosed <font> tags once.
MEMORY_MB = 512

# A smaller picture is an icon or a rule.
SMALLEST_PICTURE = 120
# A picture at the head of a letter that is not wider is the portrait of its author.
WIDEST_PORTRAIT = 300


# The first fit picture leads an excerpt; where it cannot be had, the next one does.
MOST_CANDIDATES = 3


class Take(StrEnum):
    """Which picture is taken out of an article, to be laid out by the template."""

    NONE = "none"
    # The first picture large enough; for excerpts.
    LEAD = "lead"
    # A small picture before the first word; for letters.
    PORTRAIT = "portrait"


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted of one article."""

    html: str
    base_url: str
    # 0: all of it.
    words: int
    take: Take
    # Written into the style attributes.
    css: str
    # Where pictures come from; None: from wherever the article has them.
    shelf: Shelf | None = None
    # The direction of the letter.
    runs: str = "ltr"
    # An excerpt ends where its author broke the text, if anywhere; else after so many words in any case.
    to_break: bool = True


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article ready to be put into the letter."""

    html: str
    text: Written
    picture: Picture | None
    # Whether the article has more than is shown.
    goes_on: bool
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Needs:
    """What an article shows or links to, by address."""

    pictures: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


def prepare_all(child: Child, orders: Sequence[Order]) -> tuple[Prepared | Unfit, ...]:
    """Prepare articles in *child*, all at once; when that fails one by one, so that only the culprits are unfit."""
    return _all(child, prepare, orders)


def needs_of_all(child: Child, orders: Sequence[Order]) -> tuple[Needs | Unfit, ...]:
    """Say what articles show or link to, looked up in *child* as `prepare_all` does."""
    return _all(child, needs, orders)


def prepare(orders: tuple[Order, ...]) -> tuple[Prepared | Unfit, ...]:
    """Prepare articles; to be called in a child process."""
    return tuple(_guarded(_prepared, order) for order in orders)


def needs(orders: tuple[Order, ...]) -> tuple[Needs | Unfit, ...]:
    """Say what articles show or link to; to be called in a child process."""
    return tuple(_guarded(_needs, order) for order in orders)


def _all(
    child: Child, work: Callable[[tuple[Order, ...]], tuple[T | Unfit, ...]], orders: Sequence[Order]
) -> tuple[T | Unfit, ...]:
    try:
        return child.run(work, tuple(orders), seconds=BATCH_SECONDS, memory_mb=MEMORY_MB)
    except ChildFailed:
        return tuple(_alone(child, work, order) for order in orders)


def _alone(child: Child, work: Callable[[tuple[Order, ...]], tuple[T | Unfit, ...]], order: Order) -> T | Unfit:
    try:
        return child.run(work, (order,), seconds=ARTICLE_SECONDS, memory_mb=MEMORY_MB)[0]
    except ChildFailed as error:
        return Unfit(f"preparing it failed: {error.reason}")


def _guarded(work: Callable[[Order], T | Unfit], order: Order) -> T | Unfit:
    try:
        return work(order)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 -- the door of the child: one article must not stop the others
        return Unfit(f"preparing it failed: {type(error).__name__}")


def _needs(order: Order) -> Needs | Unfit:
    article = content.rewrite(order.html, order.base_url)
    if isinstance(article, Unfit):
        return article
    shown = article.pictures if not order.words else tuple(filter(_is_lead, article.pictures))[:MOST_CANDIDATES]
    return Needs(tuple(picture.src for picture in shown), article.documents)


def _prepared(order: Order) -> Prepared | Unfit:
    article = content.rewrite(order.html, order.base_url, order.shelf, order.runs)
    if isinstance(article, Unfit):
        return article
    return _excerpt(article, order) if order.words else _whole(article, order)


def _whole(article: Rewritten, order: Order) -> Prepared:
    html = content.finish(article.root, order.shelf)
    picture = next(iter(article.pictures), None) if order.take is Take.PORTRAIT else None
    lifted = lift_first(html) if picture is not None and 0 < picture.width <= WIDEST_PORTRAIT else None
    return Prepared(
        html=content.inline_style(html if lifted is None else lifted, order.css),
        text=plaintext.write(html if lifted is None else lifted),
        picture=picture if lifted is not None else None,
        goes_on=False,
        warnings=article.remarks,
    )


def _excerpt(article: Rewritten, order: Order) -> Prepared:
    """Cut an article to its author's own break, else to so many words, before it is sanitised: most of it is not shown."""
    is_teaser = article.is_broken and order.to_break and excerpt.cut_at(article.root, BREAK)
    if article.is_broken and not is_teaser:
        excerpt.take_out(article.root, BREAK)
    goes_on = excerpt.cut(article.root, excerpt.MOST_OF_A_TEASER if is_teaser else order.words)
    html = content.finish(article.root, order.shelf)
    lead = next(filter(_is_lead, article.pictures), None) if order.take is Take.LEAD else None
    return Prepared(
        html=content.inline_style(html, order.css),
        text=plaintext.write(html),
        picture=lead,
        goes_on=goes_on or is_teaser,
        warnings=_remarks_of_excerpt(article, order, lead),
    )


def _remarks_of_excerpt(article: Rewritten, order: Order, lead: Picture | None) -> tuple[str, ...]:
    """Say of pictures only what matters where one at most is shown."""
    if lead is None:
        return (*article.warnings, *article.settled.lost[:1]) if order.take is Take.LEAD else article.warnings
    return article.warnings if lead.alt else (*article.warnings, silent_words(1))


def _is_lead(picture: Picture) -> bool:
    return (picture.width or SMALLEST_PICTURE) >= SMALLEST_PICTURE and (
        picture.height or SMALLEST_PICTURE
    ) >= SMALLEST_PICTURE / 2
