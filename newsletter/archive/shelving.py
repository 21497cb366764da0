"""Takes published issues into the archive: what was kept with their letters when they were approved, and nothing else."""

import structlog

from newsletter.archive import index, shelf
from newsletter.archive.reading import bare, said_to_nobody
from newsletter.archive.shelf import Taken
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import IssueNotFound
from newsletter.letters import store as letters
from newsletter.letters.links import Links
from newsletter.letters.webcopy import public_html, public_values
from subscribers.transaction import Transaction

log = structlog.get_logger()

# At one tick; an archive that is taken in anew takes some ticks.
MOST_AT_ONCE = 20


def take_in(database: Database, links: Links, clock: Clock, *, most: int = MOST_AT_ONCE) -> tuple[int, ...]:
    """Take in published issues that are not there yet, the latest first, each in a transaction of its own; gives their ids."""
    with database.read() as tx:
        waiting = shelf.waiting(tx)[:most]
    taken = []
    for issue_id in waiting:
        try:
            with database.read() as tx:
                ready = _taken(tx, issue_id, links)
        except IssueNotFound:
            # Cancelled meanwhile.
            continue
        with database.write() as tx:
            is_ours = shelf.keep(tx, ready, clock())
        if is_ours:
            taken.append(issue_id)
    return tuple(taken)


def _taken(tx: Transaction, issue_id: int, links: Links) -> Taken:
    published = index.by_id(tx, issue_id)
    letter = letters.load(tx, published.letter_id)
    slug, number, draft = published.newsletter_slug, published.number, letter.draft
    pieces = letters.pieces_of(tx, letter.id)
    if pieces is None:
        # Nothing is composed anew: it could show something else than was approved.
        log.warning("an issue was approved before its articles were kept; it is found as a whole", issue=issue_id)
        return Taken(issue_id, letter.id, published.title, bare(public_html(letter, links, slug, number)), ())
    about = " ".join(dict.fromkeys(filter(None, (draft.subject, draft.preheader))))
    nobody = public_values(links, slug, number, draft.language)
    articles = tuple(said_to_nobody(one, draft, nobody) for one in pieces.articles)
    return Taken(issue_id, letter.id, pieces.title, about, articles)
