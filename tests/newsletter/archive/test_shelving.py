"""Issues taken into the archive."""

from datetime import datetime
from threading import Thread

import pytest
from sqlalchemy import update

from newsletter.archive import prints, shelf, shelving
from newsletter.archive.query import read_query
from newsletter.archive.search import search
from newsletter.archive.shelf import Taken
from newsletter.database import Database
from newsletter.issues import store
from newsletter.issues.model import IssueState, Newsletter
from newsletter.tables.letters import letter, letter_pieces
from tests.harness.mailroom import approved_issue
from tests.harness.postgres import waiting_for_locks
from tests.newsletter.archive.conftest import LINKS, piece, sent


def test_an_issue_without_pieces_is_found_as_a_whole(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """It was approved before they were kept: its words are those of its letter, it has no pages, and nothing is printed."""
    with database.write() as tx:
        issue_id = approved_issue(tx, newsletter.id, now)
        known = store.set_state(tx, store.load(tx, issue_id), IssueState.SENDING, now)
        tx.execute(update(letter).values(html="<body><p>Of <b>mentors</b></p><p>and fjords.</p></body>"))
    taken = shelving.take_in(database, LINKS, lambda: now)

    with database.read() as tx:
        assert {} == shelf.articles_of(tx, taken)
        [hit] = search(tx, read_query('"mentors and"'), [newsletter]).hits
        assert () == shelf.waiting(tx)
        assert () == prints.waiting(tx)
    assert (known.id,) == taken
    assert ("", "January 2020") == (hit.slug, hit.title)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_two_workers_take_an_issue_in_once(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """The later one waits for the first, and finds it done."""
    issue = sent(database, newsletter, now, "January", piece("Staying", "Words."))
    with database.write() as tx:
        shelf.forget(tx, None)
    theirs: list[tuple[int, ...]] = []
    other = Thread(target=lambda: theirs.append(shelving.take_in(database, LINKS, lambda: now)))
    with database.write() as tx:
        assert shelf.keep(tx, Taken(issue.id, issue.letter_id or 0, "January", "", (piece("Staying", "Words."),)), now)
        other.start()
        while not waiting_for_locks(database):
            assert other.is_alive()
    other.join()

    with database.read() as tx:
        assert ["Staying"] == [one.title for one in shelf.articles_of(tx, [issue.id])[issue.id]]
    assert [()] == theirs


def test_pieces_of_other_bytes_are_shown_nowhere(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """They belong to the letter with their hash."""
    issue = sent(database, newsletter, now, "January", piece("Staying", "Words."))
    with database.write() as tx:
        tx.execute(update(letter_pieces).values(content_hash="0" * 64))
        shelf.forget(tx, None)
    shelving.take_in(database, LINKS, lambda: now)

    with database.read() as tx:
        assert {} == shelf.articles_of(tx, [issue.id])
