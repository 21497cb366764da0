"""The authors of a newsletter at the desk."""

import re
from html import unescape

import pytest

from newsletter.database import Database
from newsletter.issues import authorbook
from newsletter.issues.bylines import Author
from newsletter.issues.model import Newsletter
from newsletter.staff import audit
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.conftest import OpenDesk

WRITTEN = {"name": "Ulrike Lang", "affiliation": "State Library, Hamburg", "aliases": "U. Lang\nulrike"}


def where(newsletter: Newsletter) -> str:
    """Give the address of the list."""
    return f"/desk/newsletters/{newsletter.id}/authors"


def known(database: Database, newsletter: Newsletter) -> list[tuple[str, str, tuple[str, ...]]]:
    """Give all authors there are."""
    with database.read() as tx:
        return [(one.name, one.affiliation, one.aliases) for one in authorbook.register(tx, newsletter.id).authors]


@pytest.fixture
def ulrike(database: Database, newsletter: Newsletter, clock: Hands) -> Author:
    """Give an author."""
    with database.write() as tx:
        authorbook.add(tx, newsletter.id, "Ulrike Lang", clock(), affiliation="Hamburg")
        return authorbook.edit(tx, newsletter.id, "Ulrike Lang", aliases=["ulrike"])


def seen_on(page: str) -> str:
    """Give which author the form was made of."""
    return unescape(re.findall(r'name="seen" value="([^"]*)"', page)[0])


def test_a_newsletter_begins_without(desk: OpenDesk, newsletter: Newsletter) -> None:
    """The board leads there, and the page says how it fills."""
    assert f'href="{where(newsletter)}"' in desk.page("/desk")
    assert "Nobody yet" in desk.page(where(newsletter))


def test_somebody_is_written_down(desk: OpenDesk, database: Database, newsletter: Newsletter) -> None:
    """With other names, one a line."""
    answer = desk.press(f"{where(newsletter)}/new", **WRITTEN)
    page = desk.page(answer.headers["location"])

    assert "also U. Lang, ulrike" in page
    assert [("Ulrike Lang", "State Library, Hamburg", ("U. Lang", "ulrike"))] == known(database, newsletter)
    with database.read() as tx:
        assert "author.add" in [entry.act for entry in audit.recent(tx)]


def test_somebody_is_found_by_a_part_of_any_name(desk: OpenDesk, newsletter: Newsletter, ulrike: Author) -> None:
    """In any letter case; nobody found is said."""
    assert "Ulrike Lang" in desk.page(f"{where(newsletter)}?q=HAMB")
    assert "Nobody is called so" in desk.page(f"{where(newsletter)}?q=nobody")


def test_an_author_is_changed(desk: OpenDesk, database: Database, newsletter: Newsletter, ulrike: Author) -> None:
    """Names that are taken out are forgotten; the former spelling stays known."""
    at = f"{where(newsletter)}/{ulrike.id}"
    desk.press(at, name="Ulrike Lange", affiliation="Bremen", aliases="UL", seen=seen_on(desk.page(at)))

    assert [("Ulrike Lange", "Bremen", ("UL", "Ulrike Lang"))] == known(database, newsletter)


def test_who_saves_second_sees_both(desk: OpenDesk, database: Database, newsletter: Newsletter, ulrike: Author) -> None:
    """And nothing is saved over what they have not seen."""
    at = f"{where(newsletter)}/{ulrike.id}"
    seen = seen_on(desk.page(at))
    desk.press(at, **WRITTEN | {"affiliation": "First", "seen": seen})
    answer = desk.press(at, **WRITTEN | {"affiliation": "Second", "seen": seen})

    assert 409 == answer.status_code
    assert "First" in answer.text
    assert 'value="Second"' in answer.text
    assert 303 == desk.press(at, **WRITTEN | {"affiliation": "Second", "seen": seen_on(answer.text)}).status_code
    assert "Second" == known(database, newsletter)[0][1]


@pytest.mark.parametrize("verb", ["", "new"])
def test_a_name_is_somebodys(
    desk: OpenDesk, database: Database, newsletter: Newsletter, ulrike: Author, clock: Hands, verb: str
) -> None:
    """It is said, and what was typed stands there."""
    with database.write() as tx:
        other = authorbook.add(tx, newsletter.id, "Ewa Stenberg", clock())
    at = f"{where(newsletter)}/{verb or other.id}"
    fields = {} if verb else {"seen": seen_on(desk.page(at))}
    answer = desk.press(at, name="ULRIKE", affiliation="Malmö", aliases="", **fields)

    assert 422 == answer.status_code
    assert "There is an author ULRIKE already." in answer.text
    assert 'value="Malmö"' in answer.text


def test_two_are_one(desk: OpenDesk, database: Database, newsletter: Newsletter, ulrike: Author, clock: Hands) -> None:
    """Whoever is not there cannot be the one."""
    with database.write() as tx:
        other = authorbook.add(tx, newsletter.id, "Dr Lang", clock())
    missing = desk.press(f"{where(newsletter)}/{other.id}/merge", into="Nobody")
    desk.press(f"{where(newsletter)}/{other.id}/merge", into="Ulrike Lang")

    assert 422 == missing.status_code
    assert [("Ulrike Lang", "Hamburg", ("Dr Lang", "ulrike"))] == known(database, newsletter)


def test_who_is_removed_can_be_put_back(desk: OpenDesk, database: Database, newsletter: Newsletter, ulrike: Author) -> None:
    """By a button on the page that says so, with all names."""
    before = known(database, newsletter)
    answer = desk.press(f"{where(newsletter)}/{ulrike.id}/remove")
    gone = known(database, newsletter)
    fields = dict(re.findall(r'<input type="hidden" name="(name|affiliation|portrait)" value="([^"]*)"', answer.text))
    names = re.findall(r'<textarea name="aliases" hidden>([^<]*)<', answer.text)[0]
    desk.press(f"{where(newsletter)}/new", aliases=names, **fields)

    assert [] == gone
    assert before == known(database, newsletter)


def test_what_is_typed_outlives_the_author(desk: OpenDesk, newsletter: Newsletter, ulrike: Author) -> None:
    """Somebody removes them while they are written about."""
    at = f"{where(newsletter)}/{ulrike.id}"
    seen = seen_on(desk.page(at))
    desk.press(f"{at}/remove")
    answer = desk.press(at, **WRITTEN | {"seen": seen})

    assert 409 == answer.status_code
    assert f'action="{where(newsletter)}/new"' in answer.text
    assert "State Library, Hamburg" in answer.text
