"""The register of authors: learned from editors, asked for the next post."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from newsletter.database import Database
from newsletter.errors import AlreadyThere, AuthorNotFound, BadValue, ImageNotFound
from newsletter.feeds import store as feeds
from newsletter.issues import authorbook, draft, editing
from newsletter.issues.changes import Change, change_article
from newsletter.issues.model import Month, Newsletter
from tests.harness.newsroom import a_newsletter, an_entry, an_image, article_called, january, publish

JANUARY = Month(2020, 1)


def test_whom_an_editor_names_is_remembered(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Each of several; a degree stays with its owner."""
    with database.write() as tx:
        authorbook.learn(tx, newsletter.id, "Jane Doe, PhD, Ulrike Lang", now)
        authorbook.learn(tx, newsletter.id, "The editors", now)

        assert ["Jane Doe, PhD", "Ulrike Lang"] == [one.name for one in authorbook.register(tx, newsletter.id).authors]


def test_learning_again_adds_what_is_new(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Letter case is no difference, and nothing known is overwritten by nothing."""
    later = now + timedelta(days=30)
    with database.write() as tx:
        authorbook.learn(tx, newsletter.id, "Ulrike Lang", now, affiliation="Hamburg", portrait="0a1b")
        authorbook.learn(tx, newsletter.id, "ULRIKE Lang", later)
        authorbook.learn(tx, newsletter.id, "Ulrike Lang, Jane Doe", now, affiliation="Oslo")
        found = authorbook.find(tx, newsletter.id, "ulrike lang")

    assert ("Ulrike Lang", "Hamburg", "0a1b", later) == (found.name, found.affiliation, found.portrait, found.seen_at)


def test_a_former_name_stays_known(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """So that the next post under it is hers as well."""
    with database.write() as tx:
        authorbook.add(tx, newsletter.id, "Ulrike Lang", now)
        changed = authorbook.edit(tx, newsletter.id, "Ulrike Lang", new_name="Ulrike Kurz", aliases=["ulrike"])

        assert ("Ulrike Kurz", ("ulrike", "Ulrike Lang")) == (changed.name, changed.aliases)
        assert changed == authorbook.find(tx, newsletter.id, "Ulrike LANG")
        back = authorbook.edit(tx, newsletter.id, "ulrike", new_name="Ulrike Lang", dropped_aliases=["ULRIKE"])
        assert ("Ulrike Lang", ("Ulrike Kurz",)) == (back.name, back.aliases)


def test_two_become_one(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """With all names, and with what was known of the other alone."""
    with database.write() as tx:
        authorbook.add(tx, newsletter.id, "Mary Ingua", now, affiliation="Manila")
        portrait = an_image(tx)
        authorbook.add(tx, newsletter.id, "Dr. Mary Ann Ingua", now, affiliation="Elsewhere", portrait=portrait)
        authorbook.edit(tx, newsletter.id, "Dr. Mary Ann Ingua", aliases=["maryann"])
        one = authorbook.merge(tx, newsletter.id, "Mary Ingua", "maryann")

        assert ("Mary Ingua", "Manila", portrait) == (one.name, one.affiliation, one.portrait)
        assert ("Dr. Mary Ann Ingua", "maryann") == one.aliases
        assert (one,) == authorbook.register(tx, newsletter.id).authors
        with pytest.raises(BadValue, match="already"):
            authorbook.merge(tx, newsletter.id, "Mary Ingua", "maryann")


def test_a_name_belongs_to_one(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Whether as a name or as an alias."""
    with database.write() as tx:
        authorbook.add(tx, newsletter.id, "Ulrike Lang", now)
        authorbook.add(tx, newsletter.id, "Jane Doe", now)
        authorbook.edit(tx, newsletter.id, "Jane Doe", aliases=["jane"])
        with pytest.raises(AlreadyThere):
            authorbook.edit(tx, newsletter.id, "Ulrike Lang", aliases=["JANE"])
        with pytest.raises(AlreadyThere):
            authorbook.edit(tx, newsletter.id, "Ulrike Lang", new_name="jane doe")
        with pytest.raises(AlreadyThere):
            authorbook.add(tx, newsletter.id, "jane", now)
        with pytest.raises(ImageNotFound):
            authorbook.edit(tx, newsletter.id, "Jane Doe", portrait="0a1b")
        with pytest.raises(BadValue, match="empty"):
            authorbook.add(tx, newsletter.id, " \n", now)


def test_who_is_removed_is_forgotten_whole(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Aliases, too; and nobody is removed twice."""
    with database.write() as tx:
        authorbook.add(tx, newsletter.id, "Ulrike Lang", now)
        authorbook.edit(tx, newsletter.id, "Ulrike Lang", aliases=["ulrike"])
        authorbook.remove(tx, newsletter.id, "ulrike")
        with pytest.raises(AuthorNotFound):
            authorbook.remove(tx, newsletter.id, "Ulrike Lang")

        authorbook.add(tx, newsletter.id, "ulrike", now)


def test_newsletters_do_not_share_their_authors(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """The account "ulrike" of another blog is somebody else."""
    with database.write() as tx:
        authorbook.add(tx, newsletter.id, "Ulrike Lang", now)
        other = a_newsletter(tx, "Other News")

        assert () == authorbook.register(tx, other.id).authors


def test_the_next_post_is_recognised(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Drafting asks the register: by the account an editor gave them, with affiliation and portrait."""
    with database.write() as tx:
        portrait = an_image(tx)
        authorbook.add(tx, newsletter.id, "Ulrike Lang", now, affiliation="Hamburg", portrait=portrait[:8])
        authorbook.edit(tx, newsletter.id, "Ulrike Lang", aliases=["ulrike"])
        publish(
            tx,
            newsletter,
            replace(an_entry("Two boats", january(3)), author="ulrike"),
            replace(an_entry("A fjord", january(4)), author="Almuth Gastinger"),
        )
        issue = draft.draft_month(tx, newsletter, JANUARY, now)

    boats, fjord = article_called(issue, "Two boats"), article_called(issue, "A fjord")
    assert ("Ulrike Lang", "Hamburg", portrait, None) == (boats.byline, boats.affiliation, boats.portrait, boats.suggestion)
    assert "" == fjord.byline
    assert fjord.suggestion is not None
    assert "Almuth Gastinger" == fjord.suggestion.byline
    assert "Feature articles" == issue.section_of(boats).title


def test_letters_and_bylines_teach_their_names(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """And the names are believed when the feed is read the next time."""
    with database.write() as tx:
        publish(tx, newsletter, an_entry("Two boats", january(3)))
        issue = draft.draft_month(tx, newsletter, JANUARY, now)
        editing.write_letter(tx, issue.id, "Division Chair letter", "<p>Dear all</p>", "Ann Chair", now)
        editing.edit_article(tx, issue.id, article_called(issue, "Two boats").id, now, byline="Jane Doe")

        assert ["Ann Chair", "Jane Doe"] == [one.name for one in authorbook.register(tx, newsletter.id).authors]
        assert {"Ann Chair", "Jane Doe"} <= feeds.known_names(tx, newsletter.id)


def test_who_is_known_is_introduced_with_a_byline(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """A letter and an article get affiliation and portrait with the name; what was said of the one before goes."""
    with database.write() as tx:
        portrait = an_image(tx)
        authorbook.add(tx, newsletter.id, "Ann Chair", now, affiliation="Oslo", portrait=portrait)
        publish(tx, newsletter, an_entry("Two boats", january(3)))
        issue = draft.draft_month(tx, newsletter, JANUARY, now)
        boats = article_called(issue, "Two boats").id
        editing.write_letter(tx, issue.id, "Division Chair letter", "<p>Dear all</p>", "Ann Chair", now)
        first = change_article(tx, issue.id, boats, Change(byline="Jane Doe", affiliation="Malmö"), now)
        second = change_article(tx, issue.id, boats, Change(byline="ann chair"), now)
        third = change_article(tx, issue.id, boats, Change(byline="Ann Chair, Jane Doe"), now)

    letter = article_called(second, "Division Chair letter")
    assert ("Ann Chair", "Oslo", portrait) == (letter.byline, letter.affiliation, letter.portrait)
    assert [("Malmö", ""), ("Oslo", portrait), ("", "")] == [
        (article_called(one, "Two boats").affiliation, article_called(one, "Two boats").portrait)
        for one in (first, second, third)
    ]
