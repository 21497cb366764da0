"""Prints published issues as PDF: the page that was kept with the letter when it was approved, with our own pictures only."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import structlog

from newsletter.archive import errata, index, pdf, prints
from newsletter.archive.illustrations import pictures_of
from newsletter.clock import Clock
from newsletter.confined import Child, ChildFailed
from newsletter.database import Database
from newsletter.issues import newsletters
from newsletter.languages.catalogue import words_for
from newsletter.letters import store as letters
from newsletter.letters.links import Links
from newsletter.letters.printing import dated, print_page
from newsletter.letters.templates import Templates
from newsletter.letters.webcopy import corrected
from subscribers.transaction import Transaction

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sheet:
    """An issue ready to be printed."""

    issue_id: int
    html: str
    # All it may show, by their addresses.
    pictures: Mapping[str, bytes]

    @property
    def content_hash(self) -> str:
        """What tells two prints apart."""
        return sha256("\n".join([self.html, *sorted(self.pictures)]).encode()).hexdigest()


def print_next(database: Database, templates: Templates, links: Links, clock: Clock) -> int | None:
    """Print the latest issue that was taken in or corrected since it was last printed; gives its id, None: there is none.

    Where nothing can be printed, nothing is written down: it is done when that is mended.
    """
    with database.read() as tx:
        waiting = prints.waiting(tx)
        if not waiting or pdf.available() is not None:
            return None
        sheet = sheet_of(tx, waiting[0], templates, links)
        known = prints.hash_of(tx, sheet.issue_id)
    if known == sheet.content_hash:
        with database.write() as tx:
            prints.touch(tx, sheet.issue_id, clock())
        return sheet.issue_id
    body, trouble = _printed_out(sheet)
    with database.write() as tx:
        prints.keep(tx, sheet.issue_id, sheet.content_hash, body, trouble, clock())
    return sheet.issue_id


def sheet_of(tx: Transaction, issue_id: int, templates: Templates, links: Links) -> Sheet:
    """Give an issue ready to be printed: the page that was kept with its letter, and above it what was corrected since.

    Raises:
        IssueNotFound: it is not published.
        RenderFailed: it was approved before pages were kept, and the template is wrong.

    """
    published = index.by_id(tx, issue_id)
    newsletter = newsletters.by_id(tx, published.newsletter_id)
    draft = letters.load(tx, published.letter_id).draft
    pieces = letters.pieces_of(tx, published.letter_id)
    assert pieces is not None
    page = pieces.page or print_page(templates, newsletter, published.number, pieces, draft, links)
    page = dated(page, draft, published.published_at, newsletter.zone, links, newsletter.slug, published.number)
    words = words_for(draft.language)
    told = errata.spelled(errata.errata_of(tx, issue_id), words, newsletter.zone)
    return Sheet(issue_id, corrected(page, told, words), pictures_of(tx, page))


def _printed_out(sheet: Sheet) -> tuple[bytes, str]:
    # A child of its own: a print takes seconds, and nobody who composes waits for it.
    with Child() as child:
        try:
            return pdf.printed(child, sheet.html, sheet.pictures, sheet.content_hash), ""
        except (ChildFailed, pdf.NotPrinted) as error:
            log.warning("an issue cannot be printed", issue=sheet.issue_id, reason=str(error))
            return b"", str(error)
