"""Published issues, article by article."""

from datetime import datetime, timedelta

import pytest

from newsletter.archive import shelf
from newsletter.archive.query import read_query
from newsletter.archive.search import search
from newsletter.archive.shelf import Taken
from newsletter.database import Database
from newsletter.errors import ArticleNotFound
from newsletter.issues import store
from newsletter.issues.model import IssueState, Newsletter
from newsletter.letters.pieces import Piece
from tests.newsletter.archive.conftest import piece, sent


def test_articles_are_found_by_their_titles(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Each under an address of its own; one that shows its title only has none."""
    issue = sent(
        database,
        newsletter,
        now,
        "January",
        piece("Open Access!", "Of libraries.", "Ann"),
        piece("Open access", "Again."),
        piece("图书馆", "Of libraries."),
        piece("Only a title"),
    )

    with database.read() as tx:
        kept = shelf.articles_of(tx, [issue.id])[issue.id]

    assert ["open-access", "open-access-2", "article", ""] == [one.slug for one in kept]
    assert ("Open Access!", "Ann", "Features", "Of libraries.") == (
        kept[0].title,
        kept[0].byline,
        kept[0].section,
        kept[0].summary,
    )
    assert kept[1] == shelf.article_of(kept, "open-access-2")
    for wrong in ("", "open", "2"):
        with pytest.raises(ArticleNotFound):
            shelf.article_of(kept, wrong)


def test_what_is_taken_in_again_replaces_what_was_there(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """And nothing of it is found twice."""
    issue = sent(database, newsletter, now, "January", piece("Before", "Words."))
    with database.write() as tx:
        letter_id = store.load(tx, issue.id).letter_id or 0
        shelf.keep(tx, Taken(issue.id, letter_id, "January", "", (piece("After", "Words."),)), now)

    with database.read() as tx:
        assert ["After"] == [one.title for one in shelf.articles_of(tx, [issue.id])[issue.id]]


def test_an_issue_waits_until_it_was_taken_in(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """The latest first; one that is cancelled waits no more."""
    first = sent(database, newsletter, now, "January")
    second = sent(database, newsletter, now + timedelta(days=30), "February")
    with database.write() as tx:
        assert () == shelf.waiting(tx)
        assert 2 == shelf.forget(tx, newsletter.id)
        assert (second.id, first.id) == shelf.waiting(tx)
        store.set_state(tx, store.load(tx, second.id), IssueState.CANCELLED, now)

        assert (first.id,) == shelf.waiting(tx)


def test_only_one_newsletter_is_forgotten(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """The others stay taken in."""
    sent(database, newsletter, now, "January")

    with database.write() as tx:
        assert 0 == shelf.forget(tx, newsletter.id + 1)
        assert 1 == shelf.forget(tx, None)


def test_what_happens_has_a_page(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Also where nothing else is said of it; it is found by its place."""
    event = Piece(
        "Events",
        "Satellite meeting",
        "",
        "",
        "",
        happens="Mon, 3 Feb 2020, 09:00 · Dublin",
        calendar="https://x.example/1.ics",
    )
    issue = sent(database, newsletter, now, "January", event)

    with database.read() as tx:
        [kept] = shelf.articles_of(tx, [issue.id])[issue.id]
        hits = search(tx, read_query("dublin"), [newsletter]).hits
    assert ("satellite-meeting", "Mon, 3 Feb 2020, 09:00 · Dublin", "https://x.example/1.ics") == (
        kept.slug,
        kept.happens,
        kept.calendar,
    )
    assert ["Satellite meeting"] == [hit.title for hit in hits]
