"""What the preflight finds, beside the issue."""

import re

from sqlalchemy import update

from newsletter.database import Database
from newsletter.issues import editing
from newsletter.issues.model import Show
from newsletter.tables.issues import newsletter as newsletter_table
from subscribers import attributebook
from subscribers.attributes import AttributeKind
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


def test_a_slot_without_other_words_stops_the_issue(composer: Composer, database: Database, clock: Hands) -> None:
    """Whatever wrote it; the finding leads to the article, whose text stands as it was written."""
    article = article_called(composer.issue, "Staying relevant")
    text = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "slot", "attrs": {"key": "library"}}]}]}
    with database.write() as tx:
        attributebook.define(tx, "library", AttributeKind.TEXT, clock())
        editing.edit_article(tx, composer.issue_id, article.id, clock(), document=text, show=Show.FULL)

    page = composer.page("?side=checks")

    must = page[page.index("Must be mended") :]
    assert "Whoever has not answered library reads nothing there." in must
    assert f"open=a{article.id}#a{article.id}" in must
    assert "{{ library }}" in article_called(composer.issue, "Staying relevant").content
