"""Takes published issues into the archive: each is composed outside any transaction, and kept in one of its own."""

import structlog

from newsletter.archive import apart, shelf
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import NewsletterError
from newsletter.issues import newsletters
from newsletter.issues import store as issues
from newsletter.letters import store as letters
from newsletter.letters.illustrate import shelf_of
from newsletter.letters.links import Links
from newsletter.letters.templates import Templates

log = structlog.get_logger()

# At one tick; an archive that is taken in anew takes some ticks.
MOST_AT_ONCE = 20


def take_in(
    database: Database, templates: Templates, links: Links, seed: bytes, clock: Clock, *, most: int = MOST_AT_ONCE
) -> tuple[int, ...]:
    """Take in published issues that are not there yet, the latest first; gives their ids.

    One that cannot be taken apart is logged and tried again the next time; its letter is shown all the same.
    """
    with database.read() as tx:
        waiting = shelf.waiting(tx)[:most]
    taken = []
    for issue_id in waiting:
        try:
            _take_in(database, templates, links, seed, clock, issue_id)
        except NewsletterError as error:
            log.warning("an issue cannot be taken into the archive", issue=issue_id, reason=str(error))
        else:
            taken.append(issue_id)
    return tuple(taken)


def _take_in(database: Database, templates: Templates, links: Links, seed: bytes, clock: Clock, issue_id: int) -> None:
    with database.read() as tx:
        issue = issues.load(tx, issue_id)
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
        assert issue.letter_id is not None
        letter = letters.load(tx, issue.letter_id)
        pictures = shelf_of(tx, issue, links)
    found = apart.take_apart(templates, newsletter, issue, letter, links, seed, pictures)
    with database.write() as tx:
        shelf.keep(tx, issue_id, letter.id, found.itself, found.articles, clock())
