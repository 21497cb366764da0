"""The letter with what is being typed."""

from typing import Any

import pytest
from sqlalchemy import select

from newsletter.database import Database
from newsletter.issues import changes
from newsletter.issues.changes import Change
from newsletter.tables.staff import audit
from tests.harness.newsroom import article_called, section_called
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.composer.conftest import Composer

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def seen(composer: Composer, place: str, query: str = "", /, **fields: str) -> dict[str, Any]:
    """Give what the page's script is told of what is typed."""
    answer = composer.sent(f"{place}/unsaved{query}", **fields)
    assert 200 == answer.status_code, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_an_article_as_it_is_typed(composer: Composer, database: Database) -> None:
    """It stands in the letter, clean, and nowhere else: no version, no act, no article is another one."""
    before, article = composer.issue, article_called(composer.issue, "Staying relevant")

    told = seen(composer, f"/articles/{article.id}", title="Staying <i>awake</i>", byline="Ann", summary="In our words.")

    assert "Staying &lt;i&gt;awake&lt;/i&gt;" in told["letter"]
    assert "In our words." in told["letter"]
    assert ">Staying relevant<" not in told["letter"]
    assert before == composer.issue
    with database.read() as tx:
        assert "issue.article" not in tx.execute(select(audit.c.act)).scalars().all()


@on_sqlite
def test_links_of_what_is_typed_open_on_pages_of_their_own(composer: Composer) -> None:
    """As those of what is saved do, so that nothing else is different in the frame."""
    article = article_called(composer.issue, "Staying relevant")
    letter = seen(composer, f"/articles/{article.id}", title="Staying awake")["letter"]

    assert 'target="_blank"' in letter
    assert '<a href="http' not in letter


@on_sqlite
def test_subject_and_preheader_as_they_are_typed(composer: Composer) -> None:
    """An inbox shows them, and the letter its title."""
    told = seen(composer, "/head", title="Spring", subject="News of spring", preheader="At last")

    assert ("News of spring", "At last") == (told["envelope"]["subject"], told["envelope"]["preheader"])
    assert told["envelope"]["said"].endswith("at which Gmail cuts a letter off.")
    assert "Spring" in told["letter"]


@on_sqlite
def test_a_section_as_it_is_typed(composer: Composer) -> None:
    """Renamed, and laid out otherwise."""
    section = section_called(composer.issue, "Feature articles")

    told = seen(composer, f"/sections/{section.id}", title="To read", kind="articles", look="headlines")

    assert "To read" in told["letter"]
    assert "Feature articles" not in told["letter"]


@on_sqlite
def test_as_the_preview_is_set(composer: Composer) -> None:
    """As text, and in the dark."""
    place = f"/articles/{article_called(composer.issue, 'Staying relevant').id}"

    assert seen(composer, place, "?shown=text", title="Staying awake")["letter"].startswith("Section News\n============")
    assert "prefers-color-scheme" not in seen(composer, place, "?shown=dark", title="Staying awake")["letter"]


@on_sqlite
def test_what_cannot_be_saved_is_not_shown(composer: Composer) -> None:
    """It is said why, by the rules of the save."""
    place = f"/articles/{article_called(composer.issue, 'Staying relevant').id}/unsaved"
    section = f"/sections/{section_called(composer.issue, 'Feature articles').id}/unsaved"

    for form in ({"title": " "}, {"link": "javascript:alert(1)"}, {"show": "loud"}, {"words": "many"}, {"picture": "0" * 64}):
        refused = composer.sent(place, **form)
        assert refused.status_code in {404, 422}, form
        assert refused.json()["error"]
    assert 422 == composer.sent("/head/unsaved", title="").status_code
    assert composer.sent(section, title="… and more", kind="articles", look="auto").json()["error"]


def test_somebody_else_saved_the_same(composer: Composer, database: Database, clock: Hands) -> None:
    """It is said before the save is refused; who writes at another article is in nobody's way."""
    issue = composer.issue
    mine, other = (article_called(issue, title) for title in ("Staying relevant", "Mentoring in Norway"))
    with database.write() as tx:
        changes.change_article(tx, issue.id, other.id, Change(title="Mentoring in Oslo"), clock())

    assert 409 == composer.sent(f"/articles/{other.id}/unsaved", issue.version, title="Mentoring").status_code
    assert 409 == composer.sent(f"/articles/{mine.id}/unsaved", 0, title="Staying awake").status_code
    told = composer.sent(f"/articles/{mine.id}/unsaved", issue.version, title="Staying awake").json()
    assert "Mentoring in Oslo" in told["letter"]
    assert 200 == composer.sent("/head/unsaved", issue.version, subject="x").status_code


@on_sqlite
def test_a_form_that_is_not_ours(composer: Composer) -> None:
    """Shows nothing, and neither does one that is larger than a form may be."""
    place = f"{composer.path}/articles/{article_called(composer.issue, 'Staying relevant').id}/unsaved"

    assert 403 == composer.desk.client.post(place, data={"title": "x", "version": "1"}).status_code
    assert 413 == composer.desk.press(place, title="x", summary="x" * 70_000).status_code
