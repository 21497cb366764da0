"""What one text was, from its page."""

from newsletter.database import Database
from newsletter.issues import editing
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.writing.conftest import OpenText, as_it_is, paragraph


def test_versions_of_one_text_are_found_from_its_page(database: Database, letter: OpenText, clock: Hands) -> None:
    """Each leads to what it changed and to the text as it is now; saves of everything else are not among them."""
    first = letter.issue.version
    letter.autosave(paragraph("One."), title="Another title")
    with database.write() as tx:
        editing.edit_issue(tx, letter.issue.id, clock(), subject="Another")
    letter.autosave(paragraph("Two."), title="Another title", version=str(first + 2))
    page = letter.desk.page(f"{letter.address}/versions")

    assert f'href="{letter.address}/versions"' in letter.desk.page(letter.address)
    assert f'href="{letter.address}/beside/{first + 3}?with={first + 2}"' in page
    assert f'href="{letter.address}/beside/{first + 1}?with={first}"' in page
    assert f"{letter.address}/beside/{first + 2}?" not in page
    assert "<p>title, text</p>" in page


def test_from_there_the_text_is_again_what_it_was(database: Database, letter: OpenText) -> None:
    """By the page that shows it beside what it is now."""
    letter.autosave(paragraph("Nonsense."), title="Nonsense")
    page = letter.desk.page(f"{letter.address}/beside/{letter.issue.version}")
    letter.desk.press(f"{letter.address}/take", version=str(letter.issue.version + 1), label=str(letter.issue.version))

    assert f"Put version {letter.issue.version} in its place" in page
    assert (letter.article.title, letter.article.content) == (
        as_it_is(database, letter).title,
        as_it_is(database, letter).content,
    )


def test_an_address_that_says_nonsense_shows_the_newest(letter: OpenText) -> None:
    """And one far back says that nothing is there."""
    assert "as it is now" in letter.desk.page(f"{letter.address}/versions?behind=%D9%A3")
    assert "No versions of it here" in letter.desk.page(f"{letter.address}/versions?behind=1")
