"""The library at the desk: described anew, taken out where nothing needs it, put back."""

import pytest

from newsletter.bootstrap import Application
from newsletter.images import library, store
from newsletter.images.model import Facts, Focus, Image
from newsletter.issues import changes, draft, editing
from newsletter.issues.changes import Change
from newsletter.issues.model import Newsletter
from newsletter.staff import audit
from tests.harness.drawn import photo
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.conftest import OpenDesk

HERE = "/desk/settings/images"
EVIL = '"><script>alert(1)</script>'


@pytest.fixture
def image(application: Application) -> Image:
    """Give an image of the library that nothing shows."""
    facts = Facts("chair.jpg", alt="A chair", credit="Ann Lee")
    return library.add(application.database, application.child, application.clock, photo(400, 300), facts)


def found(application: Application, image: Image) -> Image:
    """Give it as it is now."""
    with application.database.read() as tx:
        return store.find(tx, image.key)


def test_an_image_is_described_anew(desk: OpenDesk, application: Application, image: Image) -> None:
    """Its name, words, credit and what a card keeps; the audit knows, and markup is text."""
    fields = {"name": EVIL, "alt": " The Chair  at her desk ", "credit": "Photo: Bo", "focus": "0.5,0.2"}
    answer = desk.press(f"{HERE}/{image.key}", **fields)
    page = desk.page(HERE)

    assert f"{HERE}?said=image-saved#i{image.key}" == answer.headers["location"]
    facts = found(application, image).facts
    assert (EVIL, "The Chair at her desk", "Photo: Bo", Focus(500, 200)) == (facts.name, facts.alt, facts.credit, facts.focus)
    assert EVIL not in page
    assert "The Chair at her desk" in page
    with application.database.read() as tx:
        assert "image.edit" == audit.recent(tx, 1)[0].act


def test_what_is_left_empty(desk: OpenDesk, application: Application, image: Image) -> None:
    """A name stays, words and credit may be nothing, and a spot that is none is refused."""
    desk.press(f"{HERE}/{image.key}", name=" ", alt="", credit="")
    wrong = desk.press(f"{HERE}/{image.key}", name="Typed", alt="here", credit="and kept", focus="7,7")

    facts = found(application, image).facts
    assert ("chair.jpg", "", "") == (facts.name, facts.alt, facts.credit)
    assert 422 == wrong.status_code
    assert "Nothing was changed" in wrong.text
    assert '<details class="more" open>' in wrong.text
    assert not [typed for typed in ("Typed", "here", "and kept") if f'value="{typed}"' not in wrong.text]
    assert "No words for it yet" in desk.page(HERE)


def test_an_image_is_taken_out_and_put_back(desk: OpenDesk, application: Application, image: Image) -> None:
    """At once, by the button that says so; twice is no error, and its file stays for what knows its address."""
    answer = desk.press(f"{HERE}/{image.key}", act="remove")
    page = desk.page(answer.headers["location"])

    assert "Undo: put it back" in page
    assert "chair.jpg" not in page
    assert 200 == desk.client.get(f"/images/{image.file}").status_code
    assert 303 == desk.press(f"{HERE}/{image.key}", act="remove").status_code

    desk.press(f"{HERE}/{image.key}", act="restore")
    assert "chair.jpg" in desk.page(HERE)
    assert "Undo" not in desk.page(answer.headers["location"])


def test_an_image_that_is_shown_stays(
    desk: OpenDesk, application: Application, newsletter: Newsletter, image: Image, clock: Hands
) -> None:
    """It is said what needs it."""
    with application.database.write() as tx:
        made = draft.draft_empty(tx, newsletter, "January 2020", clock())
        written = editing.write_letter(tx, made.id, "A word", "<p>Dear all.</p>", "Ann", clock())
        changes.change_article(tx, made.id, written.articles[0].id, Change(picture=image.key), clock())
    answer = desk.press(f"{HERE}/{image.key}", act="remove")

    assert 422 == answer.status_code
    assert "chair.jpg" in answer.text
    assert "1 article" in answer.text
    assert found(application, image).facts.is_chosen


@pytest.mark.parametrize("key", ["0" * 40, "%25", "x" * 3000, "..%2F1"])
@pytest.mark.parametrize("act", ["", "remove", "restore"])
def test_an_image_that_is_not_there(desk: OpenDesk, key: str, act: str) -> None:
    """Nothing comes of it, whatever is pressed."""
    assert desk.press(f"{HERE}/{key}", act=act, name="x").status_code in {404, 422}


def test_a_library_of_many(desk: OpenDesk, application: Application, image: Image) -> None:
    """It has pages; numbers that lead nowhere show nothing."""
    for number in range(24):
        facts = Facts(f"another {number}")
        library.add(application.database, application.child, application.clock, photo(200 + number, 150), facts)
    first, second = desk.page(HERE), desk.page(f"{HERE}?page=2")

    assert "25 images that editors choose from." in first
    # A form that was refused stands on the page of its image, the oldest of them.
    assert f'id="i{image.key}"' in desk.press(f"{HERE}/{image.key}", name="x", focus="7,7").text
    assert 24 + 1 == first.count('class="library__one"') + second.count('class="library__one"')
    for page in ("0", "-1", "x", "9" * 40, "3"):
        assert 200 == desk.client.get(f"{HERE}?page={page}").status_code
