"""The pool beside the issue, as the page shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from newsletter.feeds import listing
from newsletter.feeds import store as feeds
from newsletter.issues import pool
from newsletter.issues.model import Month, Newsletter
from newsletter.issues.pool import PoolPage, Wanted
from newsletter.web.desk.composer.view import View
from subscribers.transaction import Transaction

# A select of ten years of months helps nobody.
MOST_MONTHS = 36


@dataclass(frozen=True, slots=True)
class Pool:
    """What the page shows of it."""

    page: PoolPage
    # Names of the feeds by their ids.
    feeds: dict[int, str]
    # The newest first.
    months: tuple[Month, ...]
    # Something is looked for, so that no result is no wonder.
    is_narrowed: bool


def look(tx: Transaction, newsletter: Newsletter, view: View) -> Pool:
    """Give what is looked for in the pool."""
    month = Month.parse(view.month) if view.month else None
    wanted = Wanted(view.q, view.by, view.feed, month, view.state)
    return Pool(
        page=pool.look_through(tx, newsletter, wanted, view.before),
        feeds={feed.id: feed.title or feed.url for feed in feeds.feeds_of(tx, newsletter.id)},
        months=tuple(_months(tx, newsletter)),
        is_narrowed=wanted != Wanted(),
    )


def _months(tx: Transaction, newsletter: Newsletter) -> Iterator[Month]:
    ends = listing.span(tx, newsletter.id)
    if ends is None:
        return
    zone = ZoneInfo(newsletter.zone)
    first, month = (Month.of(end.astimezone(zone).date()) for end in ends)
    for _ in range(MOST_MONTHS):
        yield month
        if month == first:
            return
        month = month.previous
