"""What an editor does to an issue."""

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.database import Database
from newsletter.errors import AlreadyThere, ArticleNotFound, BadValue, Outdated, PostNotFound, SectionNotFound, WrongState
from newsletter.issues import changes, contents, editing, newsletters, store
from newsletter.issues.draft import draft_empty, draft_month
from newsletter.issues.model import Issue, IssueState, Month, Newsletter, Show
from subscribers.transaction import Transaction
from tests.harness.newsroom import (
    a_month,
    a_newsletter,
    an_entry,
    article_called,
    contents_of,
    january,
    posts_of,
    publish,
    section_called,
)

LETTER = "Division Chair letter"
FEATURES = "Feature articles"
MORE = "… and more"
JANUARY = Month(2020, 1)


@pytest.fixture
def issue(database: Database, newsletter: Newsletter, now: datetime) -> Issue:
    """Give the January issue."""
    with database.write() as tx:
        a_month(tx, newsletter)
        return draft_month(tx, newsletter, JANUARY, now)


def test_the_head_is_edited_line_by_line(database: Database, issue: Issue, now: datetime) -> None:
    """What is not named stays; line breaks do not get in."""
    with database.write() as tx:
        edited = editing.edit_issue(tx, issue.id, now, subject="New\r\nyear", preheader="Ten\u2028texts")

    assert (issue.title, "New year", "Ten texts", 2) == (edited.title, edited.subject, edited.preheader, edited.version)


def test_an_article_is_edited_part_by_part(database: Database, newsletter: Newsletter, issue: Issue, now: datetime) -> None:
    """What is not named stays; the post never changes."""
    article = article_called(issue, "Staying relevant")
    with database.write() as tx:
        edited = editing.edit_article(
            tx, issue.id, article.id, now, title="On staying relevant", content="<p>Shorter.</p>", show=Show.FULL
        )
        post = next(post for post in posts_of(tx, newsletter) if post.id == article.post_id)

    changed = article_called(edited, "On staying relevant")
    assert ("Susan Schnuer", "<p>Shorter.</p>", Show.FULL) == (changed.byline, changed.content, changed.show)
    assert article.link == changed.link
    assert "Staying relevant" == post.entry.title


@pytest.mark.parametrize("title", ["", " \n"])
def test_titles_are_never_empty(database: Database, issue: Issue, now: datetime, title: str) -> None:
    """A reader finds an article, and an editor an issue, by its title."""
    with pytest.raises(BadValue, match="title"), database.write() as tx:
        editing.edit_issue(tx, issue.id, now, title=title)
    with pytest.raises(BadValue, match="title"), database.write() as tx:
        editing.edit_article(tx, issue.id, issue.articles[0].id, now, title=title)

    with database.read() as tx:
        assert issue == store.load(tx, issue.id)


def test_a_book_is_no_article(database: Database, issue: Issue, now: datetime) -> None:
    """What is too long is refused, and what was there is kept."""
    with pytest.raises(BadValue, match="too long"), database.write() as tx:
        editing.edit_article(tx, issue.id, issue.articles[0].id, now, content="x" * (changes.LARGEST_CONTENT + 1))


def test_an_article_of_another_issue_is_not_found(
    database: Database, newsletter: Newsletter, issue: Issue, now: datetime
) -> None:
    """An id in a form does not reach into other issues."""
    with database.write() as tx:
        other = draft_empty(tx, newsletter, "Special", now)
        foreign = issue.articles[0].id
        for edit in (editing.edit_article, editing.move_article, editing.drop_article, editing.restore_article):
            with pytest.raises(ArticleNotFound):
                edit(tx, other.id, foreign, now)


def test_moving_to_another_section_and_place(database: Database, issue: Issue, now: datetime) -> None:
    """The places of the section it came to are counted anew."""
    article = article_called(issue, "Learning for free")
    with database.write() as tx:
        moved = editing.move_article(tx, issue.id, article.id, now, section="feature ARTICLES", position=2)

    assert ["Staying relevant", "Learning for free", "Mentoring in Norway"] == contents_of(moved)[FEATURES]
    assert [] == contents_of(moved)[MORE]
    assert [1, 2, 3] == [each.position for each in section_called(moved, FEATURES).articles]


@pytest.mark.parametrize(
    ("title", "position", "expected"),
    [
        ("Mentoring in Norway", 1, ["Mentoring in Norway", "Staying relevant"]),
        ("Staying relevant", 2, ["Mentoring in Norway", "Staying relevant"]),
        ("Staying relevant", 99, ["Mentoring in Norway", "Staying relevant"]),
        ("Staying relevant", None, ["Staying relevant", "Mentoring in Norway"]),
        ("Mentoring in Norway", None, ["Staying relevant", "Mentoring in Norway"]),
    ],
)
def test_moving_within_a_section(
    database: Database, issue: Issue, now: datetime, title: str, position: int | None, expected: list[str]
) -> None:
    """Beyond the end is the end; without a place nothing moves."""
    with database.write() as tx:
        moved = editing.move_article(tx, issue.id, article_called(issue, title).id, now, position=position)

    assert expected == contents_of(moved)[FEATURES]


def test_moving_to_nowhere(database: Database, issue: Issue, now: datetime) -> None:
    """A section or place that is not there is told."""
    article_id = issue.articles[0].id
    with pytest.raises(SectionNotFound, match="Poems"), database.write() as tx:
        editing.move_article(tx, issue.id, article_id, now, section="Poems")
    with pytest.raises(BadValue, match="counted from 1"), database.write() as tx:
        editing.move_article(tx, issue.id, article_id, now, position=0)


def test_dropped_and_restored_at_its_old_place(database: Database, issue: Issue, now: datetime) -> None:
    """Dropping can be undone."""
    article = article_called(issue, "Staying relevant")
    with database.write() as tx:
        dropped = editing.drop_article(tx, issue.id, article.id, now)
        restored = editing.restore_article(tx, issue.id, article.id, now)

    assert ["Mentoring in Norway"] == contents_of(dropped)[FEATURES]
    assert ["Staying relevant", "Mentoring in Norway"] == contents_of(restored)[FEATURES]


def test_a_post_that_went_elsewhere_is_not_restored(
    database: Database, newsletter: Newsletter, issue: Issue, now: datetime
) -> None:
    """What another issue carries by now would reach the readers twice."""
    article = article_called(issue, "Staying relevant")
    with database.write() as tx:
        editing.drop_article(tx, issue.id, article.id, now)
        draft_month(tx, newsletter, JANUARY, now)

        with pytest.raises(AlreadyThere):
            editing.restore_article(tx, issue.id, article.id, now)


def test_a_post_is_taken_from_the_pool(database: Database, newsletter: Newsletter, issue: Issue, now: datetime) -> None:
    """A post of another month may be taken by hand, once."""
    with database.write() as tx:
        publish(tx, newsletter, an_entry("From December", datetime.fromisoformat("2019-12-05T10:00Z")))
        (post,) = [post for post in posts_of(tx, newsletter) if post.entry.title == "From December"]

        taken = editing.take_post(tx, issue.id, post.id, MORE, now)

        assert Show.TITLE is article_called(taken, "From December").show
        assert ["Learning for free", "From December"] == contents_of(taken)[MORE]
        with pytest.raises(AlreadyThere):
            editing.take_post(tx, issue.id, post.id, FEATURES, now)


def test_posts_of_others_are_not_taken(database: Database, newsletter: Newsletter, issue: Issue, now: datetime) -> None:
    """A newsletter takes from its own feeds."""
    with database.write() as tx:
        other = a_newsletter(tx, "Other")
        publish(tx, other, an_entry("Elsewhere", january(5)))
        (post,) = posts_of(tx, other)

        with pytest.raises(PostNotFound):
            editing.take_post(tx, issue.id, post.id, MORE, now)


def test_a_letter_takes_the_place_of_the_placeholder(database: Database, issue: Issue, now: datetime) -> None:
    """Found in any letter case; a second one takes the place of the first."""
    with database.write() as tx:
        first = editing.write_letter(tx, issue.id, "division chair LETTER", "<p>Dear all</p>", "Catharina Isberg", now)
        second = editing.write_letter(tx, issue.id, LETTER, "<p>Dear readers</p>", "C. Isberg", now)

    (letter,) = section_called(first, LETTER).articles
    assert ("<p>Dear all</p>", "Catharina Isberg", False) == (letter.content, letter.byline, letter.is_placeholder)
    (letter,) = section_called(second, LETTER).articles
    assert ("<p>Dear readers</p>", "C. Isberg") == (letter.content, letter.byline)


def test_a_letter_after_the_placeholder_was_dropped(database: Database, issue: Issue, now: datetime) -> None:
    """It stands there all the same."""
    with database.write() as tx:
        editing.drop_article(tx, issue.id, section_called(issue, LETTER).articles[0].id, now)
        written = editing.write_letter(tx, issue.id, LETTER, "<p>Dear all</p>", "Catharina Isberg", now)

    assert ["<p>Dear all</p>"] == [article.content for article in section_called(written, LETTER).articles]


def test_own_texts_among_the_articles(database: Database, issue: Issue, now: datetime) -> None:
    """In a section of articles each contributor has one text, and posts are never replaced."""
    with database.write() as tx:
        editing.write_letter(tx, issue.id, FEATURES, "<p>One</p>", "Ann Lee", now)
        editing.write_letter(tx, issue.id, FEATURES, "<p>Two</p>", "Bo Ek", now)
        written = editing.write_letter(tx, issue.id, FEATURES, "<p>One, better</p>", "Ann Lee", now)

    assert [
        ("Susan Schnuer", False),
        ("Almuth Gastinger", False),
        ("Ann Lee", True),
        ("Bo Ek", True),
    ] == [(article.byline, article.post_id is None) for article in section_called(written, FEATURES).articles]
    assert "<p>One, better</p>" == section_called(written, FEATURES).articles[2].content


def test_a_one_off_is_made_of_its_letters(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """A section that is not there yet is made, in the order in which they were written."""
    with database.write() as tx:
        special = draft_empty(tx, newsletter, "Special", now)
        editing.write_letter(tx, special.id, "A farewell", "<p>Goodbye</p>", "Ann Lee", now)
        written = editing.write_letter(tx, special.id, "Thanks", "<p>Thank you</p>", "Bo Ek", now)

    assert {"A farewell": ["A farewell"], "Thanks": ["Thanks"]} == contents_of(written)


def test_a_month_has_the_sections_of_its_plan(database: Database, issue: Issue, now: datetime) -> None:
    """A typing mistake does not make a section; nothing to say is no letter."""
    with pytest.raises(SectionNotFound, match="Divison"), database.write() as tx:
        editing.write_letter(tx, issue.id, "Divison Chair letter", "<p>Dear all</p>", "Catharina Isberg", now)
    with pytest.raises(BadValue, match="empty"), database.write() as tx:
        editing.write_letter(tx, issue.id, LETTER, " \n", "Catharina Isberg", now)


def test_a_written_placeholder_is_one_no_longer(database: Database, issue: Issue, now: datetime) -> None:
    """Changing its title leaves the gap; changing its text fills it."""
    placeholder = section_called(issue, LETTER).articles[0]
    with database.write() as tx:
        titled = editing.edit_article(tx, issue.id, placeholder.id, now, title="A word before")
        written = editing.edit_article(tx, issue.id, placeholder.id, now, content="<p>Dear all</p>")

    assert titled.articles[0].is_placeholder
    assert not written.articles[0].is_placeholder


Edit = Callable[[Transaction, Issue, datetime, int | None], Issue]
EDITS: dict[str, Edit] = {
    "head": lambda tx, issue, now, version: editing.edit_issue(tx, issue.id, now, title="T", expected_version=version),
    "article": lambda tx, issue, now, version: editing.edit_article(
        tx, issue.id, issue.articles[0].id, now, title="T", expected_version=version
    ),
    "move": lambda tx, issue, now, version: editing.move_article(
        tx, issue.id, issue.articles[1].id, now, position=2, expected_version=version
    ),
    "drop": lambda tx, issue, now, version: editing.drop_article(
        tx, issue.id, issue.articles[0].id, now, expected_version=version
    ),
    "restore": lambda tx, issue, now, version: editing.restore_article(
        tx, issue.id, issue.articles[0].id, now, expected_version=version
    ),
    "letter": lambda tx, issue, now, version: editing.write_letter(
        tx, issue.id, LETTER, "<p>Dear all</p>", "Ann Lee", now, expected_version=version
    ),
    "take": lambda tx, issue, now, version: editing.take_post(
        tx, issue.id, _spare_post(tx, issue), MORE, now, expected_version=version
    ),
}


def _spare_post(tx: Transaction, issue: Issue) -> int:
    read = posts_of(tx, newsletters.by_id(tx, issue.newsletter_id))
    return next(post.id for post in read if post.entry.title == "From December")


@pytest.mark.parametrize("name", EDITS)
def test_every_edit_voids_the_approval_and_minds_the_version(
    database: Database, newsletter: Newsletter, issue: Issue, now: datetime, name: str
) -> None:
    """Approved becomes draft, the letter is forgotten, the version grows, and an old version is refused."""
    with database.write() as tx:
        publish(tx, newsletter, an_entry("From December", datetime.fromisoformat("2019-12-05T10:00Z")))
        reviewed = store.set_state(tx, issue, IssueState.IN_REVIEW, now)
        store.approve_as(tx, reviewed, 99, now)

    with database.write() as tx:
        edited = EDITS[name](tx, issue, now, 1)

    assert (IssueState.DRAFT, None, 2) == (edited.state, edited.letter_id, edited.version)
    with pytest.raises(Outdated), database.write() as tx:
        EDITS[name](tx, issue, now, 1)


@pytest.mark.parametrize("name", EDITS)
def test_what_is_cancelled_cannot_be_edited(
    database: Database, newsletter: Newsletter, issue: Issue, now: datetime, name: str
) -> None:
    """The end is the end."""
    with database.write() as tx:
        publish(tx, newsletter, an_entry("From December", datetime.fromisoformat("2019-12-05T10:00Z")))
        store.set_state(tx, issue, IssueState.CANCELLED, now)

        with pytest.raises(WrongState, match="edited"):
            EDITS[name](tx, issue, now, None)


MOVES = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["drop", "restore", "move"]), st.integers(0, 4), st.integers(1, 7)),
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(MOVES)
def test_no_article_is_lost_by_moving(sqlite_url: str, moves: list[tuple[int, str, int, int]]) -> None:
    """However articles are moved, dropped and restored: each is there once, and places run from 1 without gaps."""
    database = Database(sqlite_url)
    moment = datetime.fromisoformat("2020-02-01T08:00Z")
    with database.write() as tx:
        newsletter = a_newsletter(tx, f"Moves {len(store.issues_of(tx, None, limit=1000))}")
        a_month(tx, newsletter)
        issue = draft_month(tx, newsletter, JANUARY, moment)
        ids = [article.id for article in issue.articles]
        for index, verb, section, position in moves:
            if verb == "drop":
                editing.drop_article(tx, issue.id, ids[index], moment)
            elif verb == "restore":
                editing.restore_article(tx, issue.id, ids[index], moment)
            else:
                target = issue.sections[section].title
                editing.move_article(tx, issue.id, ids[index], moment, section=target, position=position)

        dropped = contents.dropped_of(tx, issue.id)
        shown = store.load(tx, issue.id).articles

    assert sorted(ids) == sorted(article.id for article in (*shown, *dropped))
    assert [False] * len(shown) == [article.is_dropped for article in shown]
    database.close()
