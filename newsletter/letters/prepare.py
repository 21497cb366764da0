"""One article from the feed's HTML to what the letter shows of it; runs in a child process, for hostile markup can hang it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from newsletter.confined import Child, ChildFailed
from newsletter.letters import content, excerpt, plaintext
from newsletter.letters.content import Fit, Unfit
from newsletter.letters.pictures import Picture, lift_first

# Thirty rich posts take 0.1 s.
BATCH_SECONDS = 5.0
ARTICLE_SECONDS = 3.0
# 110 MB of HTML came out of 50 KB of unclosed <font> tags once.
MEMORY_MB = 512

# A smaller picture is an icon or a rule.
SMALLEST_PICTURE = 120
# A picture at the head of a letter that is not wider is the portrait of its author.
WIDEST_PORTRAIT = 300


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


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article ready to be put into the letter."""

    html: str
    text: str
    picture: Picture | None
    # Whether the article has more than is shown.
    goes_on: bool
    warnings: tuple[str, ...]


def prepare_all(child: Child, orders: Sequence[Order]) -> tuple[Prepared | Unfit, ...]:
    """Prepare articles in *child*, all at once; when that fails one by one, so that only the culprits are unfit."""
    try:
        return child.run(prepare, tuple(orders), seconds=BATCH_SECONDS, memory_mb=MEMORY_MB)
    except ChildFailed:
        return tuple(_alone(child, order) for order in orders)


def prepare(orders: tuple[Order, ...]) -> tuple[Prepared | Unfit, ...]:
    """Prepare articles; to be called in a child process."""
    return tuple(_guarded(order) for order in orders)


def _alone(child: Child, order: Order) -> Prepared | Unfit:
    try:
        return child.run(prepare, (order,), seconds=ARTICLE_SECONDS, memory_mb=MEMORY_MB)[0]
    except ChildFailed as error:
        return Unfit(f"preparing it failed: {error.reason}")


def _guarded(order: Order) -> Prepared | Unfit:
    try:
        return _prepared(order)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 -- the door of the child: one article must not stop the others
        return Unfit(f"preparing it failed: {type(error).__name__}")


def _prepared(order: Order) -> Prepared | Unfit:
    fit = content.make_fit(order.html, order.base_url)
    if isinstance(fit, Unfit):
        return fit
    html, picture = _taken(fit, order.take)
    goes_on = False
    if order.words:
        shown = excerpt.take(html, order.words)
        html, goes_on = shown.html, shown.is_cut
    return Prepared(
        html=content.inline_style(html, order.css),
        text=str(plaintext.write(html)),
        picture=picture,
        goes_on=goes_on,
        warnings=fit.warnings,
    )


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
