"""What an inbox shows of a letter, and its size."""

from sqlalchemy import update

from newsletter.database import Database
from newsletter.languages.catalogue import words_of
from newsletter.languages.model import ENGLISH
from newsletter.tables.issues import newsletter as newsletter_table
from newsletter.web.desk.composer.envelope import Meter, meter_of
from tests.newsletter.web.desk.composer.conftest import Composer

WORDS = words_of(ENGLISH)


def test_it_stands_above_the_preview(composer: Composer) -> None:
    """With the size in words; where there is no preview there is none of it."""
    page = composer.page()

    assert 'data-told="subject" dir="auto">Section News: January 2020<' in page
    assert "KB of the 102 KB at which Gmail cuts a letter off." in page[page.index('id="envelope"') :]
    assert 'id="envelope"' not in composer.page("?side=posts")


def test_what_cannot_be_composed_has_none(composer: Composer, database: Database) -> None:
    """The page is there all the same, and the frame says why."""
    with database.write() as tx:
        tx.execute(update(newsletter_table).values(theme="gone"))

    page = composer.page()

    assert 'id="preview-frame"' in page
    assert 'id="envelope"' not in page


def test_a_letter_that_is_too_large() -> None:
    """Nobody could leave by it."""
    assert "Gmail cuts a letter off at 100 KB, and the link for leaving with it." in Meter(140, 100).said(WORDS)
    assert "140 KB of the 200 KB" in Meter(140, 200).said(WORDS)


def test_a_kilobyte_that_is_begun_counts() -> None:
    """So that nobody reads less than there is."""
    assert (Meter(1, 102), Meter(1, 102), Meter(2, 102)) == (meter_of(1), meter_of(1000), meter_of(1001))
    assert meter_of(102_401).is_over
    assert not meter_of(102_000).is_over
