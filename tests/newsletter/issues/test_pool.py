"""The pool as an editor looks through it."""

from datetime import timedelta

import pytest

from newsletter.database import Database
from newsletter.issues import pool
from newsletter.issues.model import Newsletter
from newsletter.issues.pool import PAGE, Fate, Wanted, look_through
from tests.harness.newsroom import a_newsletter, an_entry, january, publish


@pytest.fixture
def newsletter(database: Database) -> Newsletter:
    """Give a newsletter whose feed has some pages of posts; every third was published at the same moment as another."""
    with database.write() as tx:
        made = a_newsletter(tx)
        entries = [
            an_entry(f"Post ({number})", january(1) + timedelta(hours=number - number % 3)) for number in range(2 * PAGE + 5)
        ]
        publish(tx, made, *entries)
        return made


def test_every_post_stands_on_one_page(database: Database, newsletter: Newsletter) -> None:
    """None twice, none left out, the newest first."""
    pages, before = [], 0
    with database.read() as tx:
        while True:
            page = look_through(tx, newsletter, Wanted(), before)
            pages.append([one.post for one in page.posts])
            before = page.before
            if not before:
                break

    assert [PAGE, PAGE, 5] == [len(page) for page in pages]
    found = [post for page in pages for post in page]
    assert len(found) == len({post.id for post in found})
    assert sorted(found, key=lambda post: (post.published_at, post.id), reverse=True) == found


def test_a_search_ends(database: Database, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on where it ended, and finds what stands behind."""
    monkeypatch.setattr(pool, "MOST_LOOKED_AT", 40)
    with database.read() as tx:
        first = look_through(tx, newsletter, Wanted(words="post (60)"))
        last = look_through(tx, newsletter, Wanted(words="post (0)"))
        behind = look_through(tx, newsletter, Wanted(words="post (0)"), last.before)

    assert first.is_cut
    assert (True, ()) == (last.is_cut, last.posts)
    assert ["Post (0)"] == [one.post.title for one in behind.posts]


def test_a_copy_in_another_feed_is_offered_once(database: Database, newsletter: Newsletter) -> None:
    """Known by its identity and its address."""
    with database.write() as tx:
        publish(tx, newsletter, an_entry("Post (1)", january(9)), feed="https://other.example.org/feed/")
        found = look_through(tx, newsletter, Wanted(words="post (1)", fate=Fate.ALL))

    assert 1 == [one.post.title for one in found.posts].count("Post (1)")
