"""Everything an issue was, at the desk."""

from newsletter.database import Database
from newsletter.issues import editing
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.writing.conftest import OpenText, as_it_is, paragraph, version_of


def versions(letter: OpenText) -> str:
    """Give the address of the versions."""
    return f"/desk/issues/{letter.issue.id}/versions"


def test_every_save_is_a_version(letter: OpenText) -> None:
    """With who made it and what was done; saves of one sitting stand together."""
    letter.autosave(paragraph("One."))
    letter.autosave(paragraph("One, two."), version=str(letter.issue.version + 1))
    page = letter.desk.page(versions(letter))

    assert f'href="{versions(letter)}/{letter.issue.version + 2}"' in page
    assert "1 earlier save of the same" in page
    assert "as it is now" in page


def test_version_shows_what_it_changed(letter: OpenText) -> None:
    """Word by word, with the way to one text of it."""
    letter.autosave(paragraph("Dear friends, a good year to all of you."))
    page = " ".join(letter.desk.page(f"{versions(letter)}/{letter.issue.version + 1}").split())

    assert "Dear <del>colleagues,</del> <ins>friends,</ins> a good year" in page


def test_versions_are_compared_with_any_other(letter: OpenText) -> None:
    """The earlier one counts as what was before, whichever is named first."""
    letter.autosave(paragraph("Dear friends, a good year to all of you."))
    first = letter.desk.page(f"{versions(letter)}/{letter.issue.version}?with=now")

    assert "<ins>friends,</ins>" in first
    assert "Both say the same." in letter.desk.page(f"{versions(letter)}/{letter.issue.version}?with={letter.issue.version}")


def test_issue_becomes_again_what_it_was(database: Database, letter: OpenText) -> None:
    """By a version of its own, which can be taken back."""
    letter.autosave(paragraph("Nonsense."))
    at = version_of(database, letter)
    answer = letter.desk.press(f"{versions(letter)}/{letter.issue.version}/restore", version=str(at))
    restored = as_it_is(database, letter).content
    letter.desk.press(f"{versions(letter)}/undo", version=str(at + 1))

    assert f"{versions(letter)}?said=restored" == answer.headers["location"]
    assert letter.article.content == restored
    assert "<p>Nonsense.</p>" == as_it_is(database, letter).content


def test_a_page_from_before_restores_nothing(database: Database, letter: OpenText) -> None:
    """Somebody saved since it was shown."""
    letter.autosave(paragraph("New."))
    answer = letter.desk.press(f"{versions(letter)}/{letter.issue.version}/restore", version=str(letter.issue.version))

    assert 409 == answer.status_code
    assert "<p>New.</p>" == as_it_is(database, letter).content


def test_a_long_history_comes_in_pages(database: Database, letter: OpenText, clock: Hands) -> None:
    """Fifty versions each."""
    for number in range(60):
        with database.write() as tx:
            editing.edit_issue(tx, letter.issue.id, clock(), subject=f"Subject {number}")
    page = letter.desk.page(versions(letter))
    last = letter.issue.version + 60

    assert f"{versions(letter)}?behind={last - 49}" in page
    assert f'href="{versions(letter)}/{last - 50}"' not in page
    assert f'href="{versions(letter)}/{last - 50}"' in letter.desk.page(f"{versions(letter)}?behind={last - 49}")
