"""One article from the feed's HTML to what the letter shows of it; runs in a child process, for hostile markup can hang it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from newsletter.confined import Child, ChildFailed
from newsletter.images.model import Shelf
from newsletter.letters import content, excerpt, plaintext
from newsletter.letters.content import Fit, Unfit
from newsletter.letters.excerpt import Excerpt
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
    fit = content.make_fit(order.html, order.base_url)
    if isinstance(fit, Unfit):
        return fit
    shown = fit.pictures if not order.words else tuple(filter(_is_lead, fit.pictures))[:MOST_CANDIDATES]
    return Needs(tuple(picture.src for picture in shown), fit.documents)


def _prepared(order: Order) -> Prepared | Unfit:
    fit = content.make_fit(order.html, order.base_url, order.shelf, order.runs)
    if isinstance(fit, Unfit):
        return fit
    html, picture = _taken(fit, order.take)
    shown = _excerpt(fit, order) if order.words else Excerpt(html, is_cut=False)
    return Prepared(
        html=content.inline_style(shown.html, order.css),
        text=plaintext.write_tree(shown.root) if shown.root is not None else plaintext.write(shown.html),
        picture=picture,
        goes_on=shown.is_cut,
        warnings=fit.remarks if not order.words else _remarks_of_excerpt(fit, order, picture),
    )


def _excerpt(fit: Fit, order: Order) -> Excerpt:
    """Give the beginning of an article and whether it goes on: to its author's own break, else so many words."""
    if fit.teaser and order.to_break:
        return replace(excerpt.take(fit.teaser, excerpt.MOST_OF_A_TEASER), is_cut=True)
    return excerpt.take(fit.html, order.words)


def _remarks_of_excerpt(fit: Fit, order: Order, lead: Picture | None) -> tuple[str, ...]:
    """Say of pictures only what matters where one at most is shown."""
    if lead is None:
        return (*fit.warnings, *fit.settled.lost[:1]) if order.take is Take.LEAD else fit.warnings
    return fit.warnings if lead.alt else (*fit.warnings, silent_words(1))


def _taken(fit: Fit, take: Take) -> tuple[str, Picture | None]:
    if take is Take.LEAD:
        return fit.html, next((picture for picture in fit.pictures if _is_lead(picture)), None)
    first = next(iter(fit.pictures), None)
    if take is Take.PORTRAIT and first is not None and 0 < first.width <= WIDEST_PORTRAIT:
        html = lift_first(fit.html)
        return (html, first) if html is not None else (fit.html, None)
    return fit.html, None


def _is_lead(picture: Picture) -> bool:
    return (picture.width or SMALLEST_PICTURE) >= SMALLEST_PICTURE and (
        picture.height or SMALLEST_PICTURE
    ) >= SMALLEST_PICTURE / 2
