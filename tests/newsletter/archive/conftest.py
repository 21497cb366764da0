"""Issues that were published, in a database of either kind."""

from datetime import datetime

import pytest

from newsletter.archive import shelving
from newsletter.database import Database
from newsletter.issues import store
from newsletter.issues.draft import draft_empty
from newsletter.issues.model import Issue, IssueState, Newsletter
from newsletter.letters import store as letters
from newsletter.letters.apart import addressed
from newsletter.letters.letter import Draft, LetterKind, sealed
from newsletter.letters.links import Links
from newsletter.letters.pieces import Piece, Pieces
from tests.harness.newsroom import a_newsletter

S = IssueState
LINKS = Links("https://news.example.org")


@pytest.fixture
def newsletter(database: Database) -> Newsletter:
    """Give a newsletter."""
    with database.write() as tx:
        return a_newsletter(tx)


def piece(title: str, text: str = "", byline: str = "", *, section: str = "Features") -> Piece:
    """Give what a letter shows of an article; without a text its title is all there is."""
    html = f"<p>{text}</p>" if text else ""
    return Piece(section, title, byline, "https://blog.example.org/post/", html)


def sent(database: Database, newsletter: Newsletter, now: datetime, title: str, *pieces: Piece) -> Issue:
    """Publish an issue and take it in."""
    words = Draft(LetterKind.ISSUE, "S", "s@example.org", "", f"About {title}", "Inside", "en", "<p>x</p>", "x", {}, "")
    with database.write() as tx:
        known = draft_empty(tx, newsletter, title, now)
        letter = letters.freeze(
            tx,
            sealed(words),
            now,
            newsletter_id=newsletter.id,
            issue_id=known.id,
            list_id=newsletter.list_id,
            pieces=Pieces(newsletter.name, title, addressed(pieces)),
        )
        known = store.set_state(tx, known, S.IN_REVIEW, now)
        known = store.approve_as(tx, known, letter.id, now)
        known = store.set_state(tx, known, S.SENDING, now)
    assert (known.id,) == shelving.take_in(database, LINKS, lambda: now)
    return known
