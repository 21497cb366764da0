"""The pool beside the issue."""

import re
from dataclasses import replace

import pytest

from newsletter.database import Database
from newsletter.issues import draft
from newsletter.issues.model import Month, Newsletter
from tests.harness.newsroom import an_entry, contents_of, january, posts_of, publish, section_called
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.composer.conftest import Composer, told, trouble


@pytest.fixture
def late(database: Database, newsletter: Newsletter, composer: Composer) -> dict[str, int]:
    """Let two posts appear that came too late for the draft; gives the ids of all posts by title."""
    with database.write() as tx:
        publish(
            tx,
            newsletter,
            an_entry("Came late", january(20), "Reading", byline="Lena Late"),
            an_entry("And later", january(21)),
        )
        return {post.entry.title: post.id for post in posts_of(tx, newsletter)}


def listed(page: str) -> list[str]:
    """Give the titles of the posts on a page, in order."""
    return re.findall(r'<h3 id="p\d+" dir="auto">([^<]*)</h3>', page)


def test_what_nobody_carries_is_offered(composer: Composer, late: dict[str, int]) -> None:
    """The newest first; what is carried only when it is asked for, with where."""
    assert ["And later", "Came late"] == listed(composer.page("?side=posts"))

    carried = composer.page("?side=posts&state=carried")
    assert "Staying relevant" in listed(carried)
    assert f'Carried in <a href="/desk/issues/{composer.issue_id}"' in carried
    assert 'value="take' not in carried


def test_the_pool_is_searched(composer: Composer, late: dict[str, int]) -> None:
    """By words, by whom, by month; a search without result says how to go on."""
    assert ["Came late"] == listed(composer.page("?side=posts&q=CAME+reading"))
    assert ["Came late"] == listed(composer.page("?side=posts&by=lena"))
    assert ["And later", "Came late"] == listed(composer.page("?side=posts&month=2020-01"))
    empty = composer.page("?side=posts&month=2019-12")
    assert [] == listed(empty)
    assert "Show all unused posts" in empty


def test_posts_are_taken_together(composer: Composer, late: dict[str, int]) -> None:
    """In the order they appeared, as one save that one undo takes back."""
    target, version = section_called(composer.issue, "… and more"), composer.issue.version
    ticked = {f"post-{late['And later']}": "1", f"post-{late['Came late']}": "1"}

    page = composer.saved("/take", section=str(target.id), keep="side=posts&q=a", **ticked)

    assert "2 posts taken into … and more." == told(page)
    assert ["Came late", "And later"] == contents_of(composer.issue)["… and more"][-2:]
    assert version + 1 == composer.issue.version
    assert 'name="q" type="search" value="a"' in page
    assert [] == listed(page)


def test_one_post_is_taken_by_its_button(composer: Composer, late: dict[str, int]) -> None:
    """Whatever is ticked."""
    target = section_called(composer.issue, "Feature articles")
    ticked = {f"post-{late['And later']}": "1"}

    page = composer.saved("/take", section=str(target.id), take=str(late["Came late"]), **ticked)

    assert "1 post taken into Feature articles." == told(page)
    assert "Came late" == contents_of(composer.issue)["Feature articles"][-1]


def test_what_a_feed_says_is_text(composer: Composer, database: Database, newsletter: Newsletter) -> None:
    """Its words are no markup, and an address that runs something is no link (A02, A03)."""
    evil = '"><script>alert(1)</script>'
    entry = replace(an_entry(evil, january(22), evil, byline=evil), permalink="javascript:alert(1)", author=evil)
    with database.write() as tx:
        publish(tx, newsletter, entry)

    page = composer.desk.page(f"{composer.path}?side=posts&q=%22%3E&by=%22%3E")

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "javascript:" not in page


def test_what_cannot_be_taken(composer: Composer, database: Database, late: dict[str, int]) -> None:
    """Nothing ticked, no such section, a post that is here or nowhere: told, and none of the others is taken."""
    target, before = str(section_called(composer.issue, "… and more").id), composer.issue
    both = {f"post-{late['Came late']}": "1", f"post-{late['Staying relevant']}": "1"}

    for status, fields in (
        (422, {"section": target}),
        (404, {"section": "999", "take": str(late["Came late"])}),
        (404, {"section": target, "take": "999"}),
        (409, {"section": target, **both}),
    ):
        answer = composer.sent("/take", **fields)
        assert status == answer.status_code
        assert trouble(answer.text)
    assert before == composer.issue


def test_what_another_issue_took_meanwhile(
    composer: Composer, database: Database, newsletter: Newsletter, late: dict[str, int], clock: Hands
) -> None:
    """It is carried there, and said so."""
    with database.write() as tx:
        publish(tx, newsletter, an_entry("For February", january(31, 23)))
        other = draft.draft_month(tx, newsletter, Month(2020, 2), clock())

    page = composer.page("?side=posts&state=all")

    assert f'<a href="/desk/issues/{other.id}">February 2020</a>' in page
