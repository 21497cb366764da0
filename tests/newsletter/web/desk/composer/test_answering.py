"""What the composer's script is told of a save: the letter first, and where the page is."""

from typing import Any

import pytest
from sqlalchemy import update

from newsletter.database import Database
from newsletter.tables.issues import newsletter as newsletter_table
from tests.harness.newsroom import article_called
from tests.newsletter.web.desk.composer.conftest import Composer, told

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def answer(composer: Composer, place: str, /, **fields: str) -> dict[str, Any]:
    """Give what a script is told of a save that is taken."""
    got = composer.sent(place, by="script", **fields)
    assert 200 == got.status_code, got.text
    said: dict[str, Any] = got.json()
    return said


def test_the_letter_comes_with_the_answer(composer: Composer) -> None:
    """As it is after the save, with what stands above it, its version, and the page that a browser would be led to."""
    article = article_called(composer.issue, "Staying relevant")

    said = answer(composer, f"/articles/{article.id}", title="Staying awake")

    assert "Staying awake" in said["letter"]
    assert composer.issue.version == said["version"]
    assert said["envelope"]["said"].endswith("at which Gmail cuts a letter off.")
    assert "“Staying awake” is saved." == told(composer.desk.page(said["place"].partition("#")[0]))


@on_sqlite
def test_of_cards_that_are_moved_and_left_out(composer: Composer) -> None:
    """The letter has them where they are now, or not."""
    first, second = (article_called(composer.issue, title) for title in ("Staying relevant", "Mentoring in Norway"))

    moved = answer(composer, "", do=f"down {first.id}")["letter"]
    dropped = answer(composer, "", do=f"drop {first.id}")["letter"]

    assert moved.index(f'id="a{second.id}"') < moved.index(f'id="a{first.id}"')
    assert f'id="a{first.id}"' not in dropped


@on_sqlite
def test_as_the_page_shows_it(composer: Composer) -> None:
    """Plain text where the page shows that."""
    article = article_called(composer.issue, "Staying relevant")

    assert answer(composer, "", do=f"drop {article.id}", keep="shown=text")["letter"].startswith("Section News\n============")


@on_sqlite
def test_a_refusal_is_a_page(composer: Composer) -> None:
    """The same that anybody gets: what was typed stands in its form still."""
    article = article_called(composer.issue, "Staying relevant")

    refused = composer.sent(f"/articles/{article.id}", by="script", title="")
    late = composer.sent("/head", 0, by="script", title="Late")

    assert (422, 409) == (refused.status_code, late.status_code)
    assert 'id="trouble"' in refused.text
    assert 'id="trouble"' in late.text


@on_sqlite
def test_without_a_letter_the_page_alone(composer: Composer, database: Database) -> None:
    """A look that is gone breaks the letter, and no save."""
    with database.write() as tx:
        tx.execute(update(newsletter_table).values(theme="gone"))

    said = answer(composer, "/head", title="January", subject="In spite of it")

    assert ["place"] == [*said]
    assert "In spite of it" == composer.issue.subject
