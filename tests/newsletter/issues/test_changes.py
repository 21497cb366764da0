"""What an editor changes of one article."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from newsletter.database import Database
from newsletter.errors import BadValue, ImageNotFound, InUse, Outdated, WrongState
from newsletter.images import store as images
from newsletter.issues import authorbook, changes, contents, draft, store
from newsletter.issues.changes import Change, change_article
from newsletter.issues.model import Article, Event, Issue, IssueState, Month, Newsletter, Show
from tests.harness.newsroom import an_entry, an_image, january, publish

DOCUMENT: dict[str, Any] = {
    "type": "doc",
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Dear <all>"}]}],
}


@pytest.fixture
def issue(database: Database, newsletter: Newsletter, now: datetime) -> Issue:
    """Give a draft with one post, whose title perhaps names its author."""
    with database.write() as tx:
        publish(tx, newsletter, an_entry("Coaching – Ulrike Lang", january(3)))
        return draft.draft_month(tx, newsletter, Month(2020, 1), now)


def the_post(issue: Issue) -> Article:
    """Give the one article that is a post."""
    return next(article for article in issue.articles if article.post_id is not None)


def changed(database: Database, issue: Issue, now: datetime, change: Change) -> Article:
    """Change the post."""
    with database.write() as tx:
        return the_post(change_article(tx, issue.id, the_post(issue).id, change, now))


def test_everything_that_an_article_says_can_be_changed(database: Database, issue: Issue, now: datetime) -> None:
    """All at once, and what is not named stays."""
    event = Event("2020-02-27T16:00", place="online")
    with database.write() as tx:
        portrait, picture = an_image(tx, "portrait"), an_image(tx, "picture")
    change = Change(
        title=" Coaching ",
        byline="Jane Doe",
        link="https://example.org/coaching",
        content="<p>Text</p>",
        show=Show.FULL,
        summary="Two lines\nof mine",
        words=20,
        affiliation="Oslo",
        portrait=portrait,
        picture=picture[:8],
        picture_alt="A boat",
        picture_credit="Ann Photo",
        event=event,
    )

    after = changed(database, issue, now, change)

    expected = replace(
        the_post(issue),
        title="Coaching",
        byline="Jane Doe",
        link="https://example.org/coaching",
        content="<p>Text</p>",
        show=Show.FULL,
        summary="Two lines of mine",
        words=20,
        affiliation="Oslo",
        portrait=portrait,
        picture=picture,
        picture_alt="A boat",
        picture_credit="Ann Photo",
        event=event,
        suggestion=None,
    )
    assert expected == after
    assert expected == changed(database, issue, now, Change(title="Coaching"))


def test_another_portrait_takes_along_what_was_said_of_the_one_before(database: Database, issue: Issue, now: datetime) -> None:
    """Nobody is described as somebody else, or gets the credit of another photographer."""
    with database.write() as tx:
        first, second = an_image(tx, "first"), an_image(tx, "second")
    said = changed(database, issue, now, Change(portrait=first, portrait_alt="Jane", portrait_credit="Ann Photo"))
    same = changed(database, issue, now, Change(portrait=first))
    other = changed(database, issue, now, Change(portrait=second))

    assert ("Jane", "Ann Photo") == (said.portrait_alt, said.portrait_credit) == (same.portrait_alt, same.portrait_credit)
    assert (second, "", "") == (other.portrait, other.portrait_alt, other.portrait_credit)


def test_rich_text_and_html_take_each_others_place(database: Database, issue: Issue, now: datetime) -> None:
    """There is one text, and its HTML is at hand for whoever shows it."""
    rich = changed(database, issue, now, Change(document=DOCUMENT))
    plain = changed(database, issue, now, Change(content="<p>Other</p>"))

    assert "<p>Dear &lt;all&gt;</p>" == rich.content
    assert {"type": "doc", "schema": 1, "content": DOCUMENT["content"]} == rich.document
    assert ("<p>Other</p>", None) == (plain.content, plain.document)


def test_a_suggested_byline_is_confirmed(database: Database, issue: Issue, now: datetime) -> None:
    """It leaves the title where it stood there, and its author is known from then on."""
    assert the_post(issue).suggestion is not None

    after = changed(database, issue, now, Change(confirms_byline=True))

    assert ("Coaching", "Ulrike Lang", None) == (after.title, after.byline, after.suggestion)
    with database.read() as tx:
        assert ["Ulrike Lang"] == [one.name for one in authorbook.register(tx, issue.newsletter_id).authors]
    with pytest.raises(BadValue, match="no suggestion"):
        changed(database, issue, now, Change(confirms_byline=True))


def test_a_suggestion_is_refused_by_another_byline_or_none(database: Database, issue: Issue, now: datetime) -> None:
    """It is not made again, and teaches nothing."""
    after = changed(database, issue, now, Change(byline=""))

    assert ("Coaching – Ulrike Lang", "", None) == (after.title, after.byline, after.suggestion)
    with database.read() as tx:
        assert () == authorbook.register(tx, issue.newsletter_id).authors


def test_dates_are_taken_away(database: Database, issue: Issue, now: datetime) -> None:
    """An article that is no event after all."""
    changed(database, issue, now, Change(event=Event("2020-02-27")))

    assert changed(database, issue, now, Change(drops_event=True)).event is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (Change(title=" \n"), "is empty"),
        (Change(link="javascript:alert(1)"), "no address of the web"),
        (Change(link="mailto:a@b.example"), "no address of the web"),
        (Change(link="http://127.0.0.1:8000/post"), "leads to this machine, which no reader reaches"),
        (Change(link="http://[::1]/post"), "leads to this machine, which no reader reaches"),
        (Change(link="https://93.184.216.34/post"), "leads to a machine by its number"),
        (Change(link="https://ann:secret@blog.example/"), "holds a name or a password"),
        (Change(link="https://[broken/"), "no address of the web"),
        (Change(link="https://blog.example/a b"), "is not allowed there"),
        (Change(words=-1), "up to 1000"),
        (Change(words=5000), "up to 1000"),
        (Change(document={"type": "doc", "content": [{"type": "iframe"}]}), "no node 'iframe'"),
        (Change(content="x" * (changes.LARGEST_CONTENT + 1)), "too long"),
        (Change(content="<p>x</p>", document=DOCUMENT), "given twice"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_changed(
    database: Database, issue: Issue, now: datetime, change: Change, reason: str
) -> None:
    """Not even the version."""
    with pytest.raises(BadValue, match=reason):
        changed(database, issue, now, change)

    with database.read() as tx:
        assert issue == store.load(tx, issue.id)


def test_images_are_those_of_the_library(database: Database, issue: Issue, now: datetime) -> None:
    """In the text as well; one that a text shows is not removed under it."""
    with database.write() as tx:
        key = an_image(tx)
    shows = {"type": "doc", "content": [{"type": "image", "attrs": {"key": key, "alt": "A boat"}}]}
    shows_none = {"type": "doc", "content": [{"type": "image", "attrs": {"key": key[:8]}}]}

    for change in (Change(portrait="../x"), Change(picture="a%"), Change(document=shows_none)):
        with pytest.raises(ImageNotFound):
            changed(database, issue, now, change)

    assert (
        f'<p><img src="https://library.invalid/{key}" alt="A boat"></p>'
        == changed(database, issue, now, Change(document=shows)).content
    )
    with pytest.raises(InUse), database.write() as tx:
        images.remove(tx, key)


def test_a_change_is_an_edit_like_any_other(database: Database, issue: Issue, now: datetime) -> None:
    """It counts the version up, refuses an outdated one, and is not made of what is sent."""
    with database.write() as tx:
        change_article(tx, issue.id, the_post(issue).id, Change(summary="x"), now, expected_version=issue.version)
        with pytest.raises(Outdated):
            change_article(tx, issue.id, the_post(issue).id, Change(summary="y"), now, expected_version=issue.version)
        known = store.set_state(tx, store.load(tx, issue.id), IssueState.CANCELLED, now)
        with pytest.raises(WrongState):
            change_article(tx, issue.id, the_post(issue).id, Change(summary="y"), now)

        assert issue.version + 1 == known.version
        assert "x" == contents.article_of(tx, issue.id, the_post(issue).id).summary


def test_what_is_said_already_makes_no_version(database: Database, issue: Issue, now: datetime) -> None:
    """An event saved twice, a byline that is there: nothing is to be approved anew."""
    event = Event("2020-02-27T16:00", place="online")
    changed(database, issue, now, Change(event=event, byline="Jane Doe"))
    with database.write() as tx:
        before = store.load(tx, issue.id)
        again = change_article(tx, issue.id, the_post(issue).id, Change(event=event, byline=" Jane Doe "), now)

    assert before == again
    with pytest.raises(Outdated), database.write() as tx:
        change_article(tx, issue.id, the_post(issue).id, Change(event=event), now, expected_version=before.version - 1)


def test_byline_of_nobody_is_remembered(database: Database, issue: Issue, now: datetime) -> None:
    """Until somebody is named; a title that seems to name its author is asked about once."""
    nobody = changed(database, issue, now, Change(byline=""))
    again = changed(database, issue, now, Change(summary="In short."))
    named = changed(database, issue, now, Change(byline="Ulrike Lang"))

    assert [True, True, False] == [one.is_unsigned for one in (nobody, again, named)]
