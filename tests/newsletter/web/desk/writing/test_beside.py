"""Two editors at one text: both texts are kept, and shown side by side."""

from urllib.parse import urlsplit

from newsletter.database import Database
from newsletter.issues import authors, editing
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.writing.conftest import OpenText, as_it_is, paragraph, version_of


def collide(database: Database, letter: OpenText, clock: Hands) -> str:
    """Let Bo save, and the editor over what was there before; gives where both are shown."""
    with database.write() as tx:
        authors.sign(tx, "Bo")
        editing.edit_article(tx, letter.issue.id, letter.article.id, clock(), content="<p>Dear friends, from Bo.</p>")
    answer = letter.autosave(paragraph("Dear colleagues, from Ann."))
    assert 409 == answer.status_code
    return str(answer.json()["beside"])


def test_who_saves_second_is_shown_both(database: Database, letter: OpenText, clock: Hands) -> None:
    """With the words marked that only one of them has; the issue has the first."""
    page = letter.desk.page(collide(database, letter, clock))

    assert "Dear <del>friends,</del> from <del>Bo.</del>" in " ".join(page.split())
    assert "Dear <ins>colleagues,</ins> from <ins>Ann.</ins>" in " ".join(page.split())
    assert "<p>Dear friends, from Bo.</p>" == as_it_is(database, letter).content


def test_a_form_is_led_there_too(database: Database, letter: OpenText, clock: Hands) -> None:
    """Without a script."""
    with database.write() as tx:
        editing.edit_article(tx, letter.issue.id, letter.article.id, clock(), content="<p>Bo's.</p>")
    answer = letter.save(title=letter.article.title, byline="", text="Ann's.")

    assert 303 == answer.status_code
    assert f"{letter.address}/beside/{letter.issue.version}.1" == urlsplit(answer.headers["location"]).path


def test_what_was_kept_aside_takes_the_place(database: Database, letter: OpenText, clock: Hands) -> None:
    """As a version of its own; the other one stays among them."""
    beside = collide(database, letter, clock)
    label = beside.rpartition("/")[2]
    version = version_of(database, letter)
    answer = letter.desk.press(f"{letter.address}/take", version=str(version), label=label)

    assert answer.headers["location"].endswith("?said=taken")
    assert "<p>Dear colleagues, from Ann.</p>" == as_it_is(database, letter).content
    assert version + 1 == version_of(database, letter)


def test_what_differs_beside_the_text_is_shown_and_taken_too(database: Database, letter: OpenText, clock: Hands) -> None:
    """Somebody changed the excerpt in the composer while another wrote the title."""
    with database.write() as tx:
        authors.sign(tx, "Bo")
        editing.edit_article(tx, letter.issue.id, letter.article.id, clock(), title="A letter of Bo's")
    form = f"/desk/issues/{letter.issue.id}/compose/articles/{letter.article.id}"
    refused = letter.desk.press(form, version=str(letter.issue.version), summary="Ann in short.")
    label = f"{letter.issue.version}.1"
    page = letter.desk.page(f"{letter.address}/beside/{label}")
    letter.desk.press(f"{letter.address}/take", version=str(version_of(database, letter)), label=label)

    assert f"{letter.address}/beside/{label}" in refused.text
    assert "<ins>Ann in short.</ins>" in page
    assert "Ann in short." == as_it_is(database, letter).summary


def test_any_two_versions_are_laid_beside_each_other(letter: OpenText) -> None:
    """The one that is named in the address stands on the right, and takes the place of the text if it is wished."""
    first = letter.issue.version
    letter.autosave(paragraph("Dear friends, one."))
    letter.autosave(paragraph("Dear friends, two."), version=str(first + 1))
    letter.autosave(paragraph("Dear friends, three."), version=str(first + 2))
    page = " ".join(letter.desk.page(f"{letter.address}/beside/{first + 2}?with={first + 1}").split())

    assert "Dear friends, <del>one.</del>" in page
    assert "Dear friends, <ins>two.</ins>" in page
    assert "three." not in page
    assert f"Put version {first + 2} in its place" in page


def test_what_was_kept_aside_is_edited_further(database: Database, letter: OpenText, clock: Hands) -> None:
    """It stands in the editor, and in no issue before it is saved."""
    label = collide(database, letter, clock).rpartition("/")[2]
    page = letter.desk.page(f"{letter.address}?from={label}")

    assert "Dear colleagues, from Ann." in page
    assert "It is not in the issue until you save it." in page
    assert "<p>Dear friends, from Bo.</p>" == as_it_is(database, letter).content


def test_versions_that_are_not_there_are_not_found(letter: OpenText) -> None:
    """Nor such as are none."""
    assert 404 == letter.desk.client.get(f"{letter.address}/beside/77").status_code
    assert 422 == letter.desk.client.get(f"{letter.address}/beside/latest").status_code
