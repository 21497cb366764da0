"""What the preflight finds, beside the issue."""

import re

from sqlalchemy import update

from newsletter.database import Database
from newsletter.issues import editing
from newsletter.languages.catalogue import words_of
from newsletter.languages.model import ENGLISH
from newsletter.tables.issues import newsletter as newsletter_table
from newsletter.web.desk.composer.checks import Meter
from tests.harness.newsroom import article_called, section_called
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.composer.conftest import Composer


def test_each_finding_leads_to_its_place(composer: Composer, database: Database, clock: Hands) -> None:
    """To the article's form, the section, the subject; what blocks comes first."""
    article = article_called(composer.issue, "Staying relevant")
    with database.write() as tx:
        editing.edit_issue(tx, composer.issue_id, clock(), subject="A long subject " * 10)
        text = '<p>Look <a href="https://example.org/">here</a>.</p>'
        editing.edit_article(tx, composer.issue_id, article.id, clock(), content=text, title="STAYING RELEVANT NOW")

    page = composer.page("?side=checks")

    assert page.index("Must be mended") < page.index("Worth a look")
    side = page[page.index('class="checks"') :]
    letter = section_called(composer.issue, "Division Chair letter").articles[0]
    assert f"{composer.path}?side=checks&open=a{article.id}#a{article.id}" in side
    assert f"open=a{letter.id}#a{letter.id}" in side
    assert f"{composer.path}?side=checks&open=head#head" in side
    assert re.search(r"\d+ KB of the 102 KB", side)
    assert "newsletter issues" not in side


def test_what_cannot_be_composed(composer: Composer, database: Database) -> None:
    """The page is there all the same, with why."""
    with database.write() as tx:
        tx.execute(update(newsletter_table).values(theme="gone"))

    assert "The letter cannot be composed." in composer.page("?side=checks")


def test_a_letter_that_is_too_large() -> None:
    """Nobody could leave by it."""
    assert "Gmail cuts a letter off at 100 KB" in Meter(140, 100).said(words_of(ENGLISH))
