"""Issues that were published, in a database of either kind."""

from datetime import datetime

import pytest

from newsletter.archive import shelf
from newsletter.archive.shelf import Piece
from newsletter.database import Database
from newsletter.issues import store
from newsletter.issues.draft import draft_empty
from newsletter.issues.model import Issue, IssueState, Newsletter
from newsletter.letters import store as letters
from newsletter.letters.letter import Draft, LetterKind, sealed
from tests.harness.newsroom import a_newsletter

S = IssueState


@pytest.fixture
def newsletter(database: Database) -> Newsletter:
    """Give a newsletter."""
    with database.write() as tx:
        return a_newsletter(tx)


def piece(title: str, text: str = "", byline: str = "", *, section: str = "Features") -> Piece:
    """Give an article taken apart; without a text its title is all there is."""
    html = f"<p>{text}</p>" if text else ""
    return Piece(section, title, byline, "https://blog.example.org/post/", html, text)


def sent(database: Database, newsletter: Newsletter, now: datetime, title: str, *pieces: Piece) -> Issue:
    """Publish an issue and take it in."""
    words = Draft(LetterKind.ISSUE, "S", "s@example.org", "", f"About {title}", "Inside", "en", "<p>x</p>", "x", {}, "")
    with database.write() as tx:
        known = draft_empty(tx, newsletter, title, now)
        letter = letters.freeze(
            tx, sealed(words), now, newsletter_id=newsletter.id, issue_id=known.id, list_id=newsletter.list_id
        )
        known = store.set_state(tx, known, S.IN_REVIEW, now)
        known = store.approve_as(tx, known, letter.id, now)
        known = store.set_state(tx, known, S.SENDING, now)
        shelf.keep(tx, known.id, letter.id, Piece("", title, "", "", "", f"About {title} Inside"), pieces, now)
    return known
