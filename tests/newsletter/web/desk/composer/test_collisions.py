"""Two editors at the subject of an issue, or at one of its sections: both side by side, and nothing lost."""

import re

from newsletter.database import Database
from newsletter.issues import editing, sections
from newsletter.issues.sections import SectionChange
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.composer.conftest import Composer, trouble


def sides(page: str) -> list[tuple[str, str]]:
    """Give what stands on the left and on the right of each row, with its marks."""
    rows = re.findall(r'<div class="beside__row[^"]*">\s*<p[^>]*>(.*?)</p>\s*<p[^>]*>(.*?)</p>', page, re.DOTALL)
    return [(left.strip(), right.strip()) for left, right in rows]


def test_two_editors_at_the_subject(composer: Composer, database: Database, clock: Hands) -> None:
    """Theirs and mine with what differs marked; the form has mine, and what only they changed; one more press saves it."""
    before = composer.issue
    with database.write() as tx:
        editing.edit_issue(tx, before.id, clock(), subject="What a winter", preheader="Six articles")

    answer = composer.sent("/head", before.version, title=before.title, subject="What a year", preheader=before.preheader)

    assert 409 == answer.status_code
    assert ("What a <del>winter</del>", "What a <ins>year</ins>") in sides(answer.text)
    assert f"kept as version {before.version}.1" in trouble(answer.text)
    assert "What a winter" == composer.issue.subject
    assert 'value="What a year"' in answer.text
    assert 'name="preheader" type="text" value="Six articles"' in answer.text

    composer.saved("/head", title=before.title, subject="What a year", preheader="Six articles")
    assert ("What a year", "Six articles") == (composer.issue.subject, composer.issue.preheader)


def test_two_editors_at_one_section(composer: Composer, database: Database, clock: Hands) -> None:
    """By the names of the choices; a box stays as it was typed."""
    before = composer.issue
    known = before.sections[1]
    typed = {"title": "Mine", "kind": known.kind.value, "look": "cards", "most": "", "words": "", "is_required": "1"}
    with database.write() as tx:
        sections.edit_section(tx, before.id, known.title, SectionChange(title="Theirs", most=4), clock())

    answer = composer.sent(f"/sections/{known.id}", before.version, **typed)

    assert 409 == answer.status_code
    assert ("<del>Theirs</del>", "<ins>Mine</ins>") in sides(answer.text)
    assert any("Two beside each other" in right for _, right in sides(answer.text))
    assert 'name="most" type="number" value="4"' in answer.text
    assert 'name="is_required" value="1" checked' in answer.text
    assert "Theirs" == composer.issue.sections[1].title


def test_a_section_is_renamed_while_somebody_moves_cards(composer: Composer, database: Database, clock: Hands) -> None:
    """Neither is in the other's way."""
    before = composer.issue
    known = before.sections[1]
    with database.write() as tx:
        editing.drop_article(tx, before.id, known.articles[0].id, clock())

    typed = {"title": "Renamed", "kind": known.kind.value, "look": known.look.value, "most": "", "words": ""}
    assert 303 == composer.sent(f"/sections/{known.id}", before.version, **typed).status_code
    assert "Renamed" == composer.issue.sections[1].title
