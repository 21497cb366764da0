"""Brings home what the articles of an issue show: their pictures, and how large the documents are that they link to."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from newsletter.images import store
from newsletter.images.fetching import Bringer, Brought, Wanted
from newsletter.images.model import LIBRARY, Shelf
from newsletter.images.store import Remote
from newsletter.issues import document
from newsletter.issues import store as issues
from newsletter.issues.model import Article, Issue, Show
from newsletter.letters import layout
from newsletter.letters.links import Links
from newsletter.letters.prepare import Needs, Order, Take, needs_of_all
from subscribers.transaction import Transaction

# A server that did not answer is asked again after this time, or when somebody wishes it.
BEFORE_RETRY = timedelta(hours=3)
# An issue that shows more is a catalogue; whatever is beyond is left out and told.
MOST_PICTURES = 150
MOST_DOCUMENTS = 100


@dataclass(frozen=True, slots=True)
class Illustrated:
    """What the articles of an issue show, and what of it could not be had."""

    pictures: int
    # Fetched just now; the others were there.
    fetched: int
    lost: tuple[Brought, ...]


async def illustrate(
    bringer: Bringer, issue_id: int, *, again: bool = False, progress: Callable[[int, int], None] | None = None
) -> Illustrated:
    """Fetch what the articles of an issue show and is not here yet; its letter can be composed with it from then on.

    Every picture is kept in a short transaction of its own, and none is open while a server is waited for.

    Args:
        bringer: the wire, and where images are kept.
        issue_id: which issue.
        again: ask for what could not be had before, too, however short ago that was.
        progress: told how many files are done, and of how many.

    Raises:
        IssueNotFound: there is none of this id.

    """
    issue = await asyncio.to_thread(_issue, bringer, issue_id)
    wanted = await asyncio.to_thread(_wanted, bringer, issue)
    known = await asyncio.to_thread(_known, bringer, wanted)
    missing = [one for one in wanted if _is_missing(bringer, known.get(one.url), again=again)]
    brought = await bringer.bring(missing, _counting(progress, len(missing)))
    await asyncio.to_thread(_tie, bringer, issue, wanted)
    return Illustrated(
        pictures=sum(not one.is_document for one in wanted),
        fetched=sum(not one.trouble and not one.wanted.is_document for one in brought),
        lost=tuple(one for one in brought if one.trouble),
    )


def shelf_of(tx: Transaction, issue: Issue, links: Links) -> Shelf:
    """Give what the letter of *issue* may show: what `illustrate` brought, and what editors chose from the library."""
    keys = {key for article in issue.articles for key in (article.picture, article.portrait, *_in_text(article)) if key}
    shelf = store.shelf(tx, issue.id, sorted(keys), links.images())
    # Rich text names images by their keys.
    return replace(shelf, by_source={**shelf.by_source, **{LIBRARY + key: image for key, image in shelf.by_key.items()}})


def _in_text(article: Article) -> Iterator[str]:
    return document.image_keys(document.read(article.document)) if article.document is not None else iter(())


def _issue(bringer: Bringer, issue_id: int) -> Issue:
    with bringer.database.read() as tx:
        return issues.load(tx, issue_id)


def _wanted(bringer: Bringer, issue: Issue) -> list[Wanted]:
    orders = [_order(article, layout.is_whole(section)) for section in issue.sections for article in section.articles]
    found = [needs for needs in needs_of_all(bringer.child, orders) if isinstance(needs, Needs)]
    shown = dict.fromkeys(url for needs in found for url in needs.pictures if not url.startswith(LIBRARY))
    linked = dict.fromkeys(url for needs in found for url in needs.documents)
    documents = [Wanted(url, is_document=True) for url in [*linked][:MOST_DOCUMENTS] if url.startswith(("http://", "https://"))]
    return [*(Wanted(url) for url in [*shown][:MOST_PICTURES]), *documents]


def _order(article: Article, is_whole: bool) -> Order:  # noqa: FBT001 -- a fact of its section
    # Of an excerpt only a leading picture can be shown.
    is_full = is_whole or article.show is Show.FULL
    return Order(article.content, article.link, words=0 if is_full else 1, take=Take.NONE, css="")


def _known(bringer: Bringer, wanted: Sequence[Wanted]) -> Mapping[str, Remote]:
    with bringer.database.read() as tx:
        return store.remotes(tx, [one.url for one in wanted])


def _is_missing(bringer: Bringer, known: Remote | None, *, again: bool) -> bool:
    if known is None:
        return True
    return not known.is_here and (again or bringer.clock() - known.tried_at >= BEFORE_RETRY)


def _counting(progress: Callable[[int, int], None] | None, total: int) -> Callable[[Brought], None] | None:
    if progress is None:
        return None
    done = 0

    def count(_brought: Brought) -> None:
        nonlocal done
        done += 1
        progress(done, total)

    progress(0, total)
    return count


def _tie(bringer: Bringer, issue: Issue, wanted: Sequence[Wanted]) -> None:
    with bringer.database.write() as tx:
        store.tie(tx, issue.id, issue.version, [one.url for one in wanted], bringer.clock())
