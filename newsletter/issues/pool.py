"""The pool as an editor looks through it: what is searched for, of all posts there ever were, and where each is carried."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from newsletter.feeds import listing
from newsletter.feeds.addresses import same_page
from newsletter.feeds.listing import PostLine, Stretch
from newsletter.feeds.model import is_universal
from newsletter.issues import taken
from newsletter.issues.model import Month, Newsletter
from newsletter.issues.schedule import start_of
from newsletter.issues.taken import Place
from subscribers.transaction import Transaction

# Lines on one page.
PAGE = 30
# So many posts are looked at for one page: a search for what nobody wrote ends, and goes on when somebody wishes it.
MOST_LOOKED_AT = 5_000


class Fate(StrEnum):
    """Which posts are wanted, by what has become of them."""

    FREE = "free"
    CARRIED = "carried"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for."""

    # Words that must all stand in title, byline, categories or the name of the account, in any letter case.
    words: str = ""
    by: str = ""
    feed_id: int = 0
    month: Month | None = None
    fate: Fate = Fate.FREE


@dataclass(frozen=True, slots=True)
class Pooled:
    """A post, and where it is carried; None while it is free."""

    post: PostLine
    place: Place | None

    @property
    def is_free(self) -> bool:
        """Whether an issue can take it."""
        return self.place is None and self.post.vanished_at is None


@dataclass(frozen=True, slots=True)
class PoolPage:
    """One page of the pool."""

    posts: tuple[Pooled, ...]
    # The post behind which the next page begins; 0: there is none.
    before: int
    # Not all were looked at that could be on this page.
    is_cut: bool = False


def look_through(tx: Transaction, newsletter: Newsletter, wanted: Wanted, before: int = 0) -> PoolPage:
    """Give a page of the posts that are wanted, the newest first, what several feeds carry once."""
    places = taken.places(tx, newsletter.id)
    found: list[Pooled] = []
    last = 0
    lines = listing.newest_first(tx, newsletter.id, _stretch(newsletter, wanted), before)
    for looked_at, (line, is_copy) in enumerate(_each_once(lines)):
        if len(found) == PAGE or looked_at == MOST_LOOKED_AT:
            return PoolPage(tuple(found), last, is_cut=len(found) < PAGE)
        last = line.id
        one = Pooled(line, places.known(line.id, line.guid, line.permalink))
        if not is_copy and _is_wanted(one, wanted):
            found.append(one)
    return PoolPage(tuple(found), 0)


def _stretch(newsletter: Newsletter, wanted: Wanted) -> Stretch:
    if wanted.month is None:
        return Stretch(wanted.feed_id)
    zone = newsletter.zone
    return Stretch(wanted.feed_id, start_of(wanted.month, zone), start_of(wanted.month.following, zone))


def _each_once(lines: Iterator[PostLine]) -> Iterator[tuple[PostLine, bool]]:
    """Give each line, and whether it is a copy of one that came before."""
    seen: set[str] = set()
    for line in lines:
        marks = {mark for mark in (same_page(line.permalink), line.guid if is_universal(line.guid) else "") if mark}
        yield line, not seen.isdisjoint(marks)
        seen |= marks


def _is_wanted(one: Pooled, wanted: Wanted) -> bool:
    if wanted.fate is Fate.FREE and not one.is_free:
        return False
    if wanted.fate is Fate.CARRIED and one.place is None:
        return False
    post = one.post
    people = f"{post.byline} {post.author}".casefold()
    if not all(word in people for word in wanted.by.casefold().split()):
        return False
    said = " ".join((post.title, people, *post.categories)).casefold()
    return all(word in said for word in wanted.words.casefold().split())
