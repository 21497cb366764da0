"""The page of one text: shown, saved by a form and by the editor, refused with nothing lost."""

import io
import json

import pytest
from PIL import Image as Picture

from newsletter.database import Database
from newsletter.issues import authors, editing, store
from newsletter.issues.model import IssueState
from tests.harness.newsroom import article_called
from tests.harness.staff import ADMINISTRATOR
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.conftest import OpenDesk, state_of
from tests.newsletter.web.desk.writing.conftest import OpenText, as_it_is, paragraph, version_of

# What these do is the same whatever the database.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TABLE = "<table><tr><th>When</th><th>Where</th></tr><tr><td>January</td><td>Oslo</td></tr></table>"


@on_sqlite
def test_text_stands_in_a_plain_form(letter: OpenText) -> None:
    """Which works without a script."""
    page = letter.desk.page(letter.address)

    assert "&lt;p&gt;Dear colleagues, a good year to all of you.&lt;/p&gt;</textarea>" in page
    assert 'value="Catharina Isberg"' in page


def test_form_saves_what_was_typed(database: Database, letter: OpenText) -> None:
    """As rich text, whichever way it was typed; title and byline with it."""
    answer = letter.save(title="A good year", byline="Catharina Isberg", text="First **word**.\n\nSecond paragraph.")
    now = as_it_is(database, letter)

    assert f"{letter.address}?said=saved" == answer.headers["location"]
    assert ("A good year", "Catharina Isberg") == (now.title, now.byline)
    assert "<p>First <strong>word</strong>.</p><p>Second paragraph.</p>" == now.content
    assert now.document is not None


def test_form_that_nobody_touched_saves_nothing(database: Database, letter: OpenText) -> None:
    """No version is made, and an approval does not end."""
    article = letter.article
    answer = letter.save(title=article.title, byline=article.byline, text="<p>Dear colleagues, a good year to all of you.</p>")

    assert answer.headers["location"].endswith("?said=same")
    assert letter.issue.version == version_of(database, letter)


def test_editor_saves_as_somebody_writes(database: Database, letter: OpenText) -> None:
    """And is told the version to save over next time, and when it was."""
    answer = letter.autosave(paragraph("Dear all,"))

    assert {"version": letter.issue.version + 1, "said": "Saved at 09:00"} == answer.json() | {"said": "Saved at 09:00"}
    assert answer.json()["said"].startswith("Saved at ")
    assert "<p>Dear all,</p>" == as_it_is(database, letter).content


def test_editor_may_send_a_long_text(database: Database, letter: OpenText) -> None:
    """Longer than any other form."""
    answer = letter.autosave(paragraph("word " * 60_000))

    assert 200 == answer.status_code
    assert 60_000 == as_it_is(database, letter).content.count("word")


@on_sqlite
@pytest.mark.parametrize(
    "document",
    [
        *("{", "[]", '{"type": "doc", "content": [{"type": "script"}]}', "[" * 5_000),
        f'{{"type": "doc", "content": [], "x": {"9" * 5_000}}}',
    ],
)
def test_what_is_no_rich_text_changes_nothing(database: Database, letter: OpenText, document: str) -> None:
    """The editor is told why, in words."""
    answer = letter.save(document=document, by="script")

    assert 422 == answer.status_code
    assert answer.json()["error"]
    assert letter.article == as_it_is(database, letter)


@on_sqlite
def test_form_that_is_refused_keeps_what_was_typed(database: Database, letter: OpenText) -> None:
    """On the page that says why."""
    answer = letter.save(title=" ", byline="Somebody", text="A whole evening of work.")

    assert 422 == answer.status_code
    assert "Nothing was saved. What you typed stands below." in answer.text
    assert "A whole evening of work.</textarea>" in answer.text
    assert letter.article == as_it_is(database, letter)


def test_two_people_at_two_articles_do_not_collide(database: Database, letter: OpenText, clock: Hands) -> None:
    """Each saves over the version they saw; only the same text twice is a collision."""
    other = article_called(letter.issue, "Staying relevant")
    with database.write() as tx:
        authors.sign(tx, "Bo")
        editing.edit_article(tx, letter.issue.id, other.id, clock(), content="<p>Bo's words.</p>")

    assert 200 == letter.autosave(paragraph("Dear all,")).status_code
    assert "<p>Dear all,</p>" == as_it_is(database, letter).content


def test_an_approved_text_rests_until_somebody_says_so(database: Database, letter: OpenText) -> None:
    """Looking at it must not end an approval by a slip of the finger."""
    letter.desk.act(letter.issue, "approve")
    page, editing_page = letter.desk.page(letter.address), letter.desk.page(f"{letter.address}?edit=1")

    assert "<textarea" not in page.partition('id="comments"')[0]
    assert "Edit it all the same" in page
    assert "The first change you save takes the approval back." in editing_page
    assert "approved" == state_of(database, letter.issue)


def test_a_window_from_before_does_not_end_an_approval(database: Database, letter: OpenText) -> None:
    """Its editor was never told that there is one; whoever was may end it."""
    letter.desk.act(letter.issue, "approve")
    now = str(version_of(database, letter))
    refused = letter.autosave(paragraph("A slip of the finger"), version=now)
    before = state_of(database, letter.issue)

    assert 409 == refused.status_code
    assert "was approved meanwhile" in refused.json()["error"]
    assert "approved" == before
    assert 200 == letter.autosave(paragraph("Meant."), version=now, ends="approval").status_code
    assert "draft" == state_of(database, letter.issue)


def test_a_text_that_was_sent_is_only_read(database: Database, letter: OpenText, clock: Hands) -> None:
    """Nothing on the page offers to change it, and a form from before is refused."""
    with database.write() as tx:
        store.set_state(tx, letter.issue, IssueState.CANCELLED, clock())
    page = letter.desk.page(letter.address)

    assert "its texts do not change any more" in page
    assert "data-writing" not in page
    assert 409 == letter.autosave(paragraph("Too late.")).status_code


@on_sqlite
def test_what_the_editor_cannot_keep_is_told_before(database: Database, letter: OpenText, clock: Hands) -> None:
    """A table of a blog becomes words; nobody finds that out in the letter."""
    table = f"<p>Dates</p>{TABLE}"
    with database.write() as tx:
        editing.edit_article(tx, letter.issue.id, letter.article.id, clock(), content=table)
    page = letter.desk.page(letter.address)

    assert "a table was turned into a paragraph for each row" in page
    assert table == as_it_is(database, letter).content


def test_comment_is_said_and_done(letter: OpenText) -> None:
    """Both at the text it is about."""
    letter.desk.press(f"{letter.address}/comments", comment="Is the date right?")
    asked = letter.desk.page(letter.address)
    letter.desk.press(f"{letter.address}/comments/1/done", answer="It is now.")
    done = letter.desk.page(letter.address)

    assert "Is the date right?" in asked
    assert f"Done, {ADMINISTRATOR}" in done
    assert "It is now." in done


@on_sqlite
def test_who_else_is_here_is_told(letter: OpenText) -> None:
    """Until their window is closed."""
    here = f"{letter.address}/here"
    assert {"others": []} == letter.desk.press(here, window="one").json()
    assert {"others": [ADMINISTRATOR]} == letter.desk.press(here, window="two").json()
    letter.desk.press(here, window="one", leaves="1")

    assert {"others": []} == letter.desk.press(here, window="two").json()


@on_sqlite
def test_paste_goes_through_the_cleaner(letter: OpenText) -> None:
    """What has no place in a letter becomes words, and is told."""
    html = '<p onclick="x()">Hello <b>you</b><script>alert(1)</script></p>' + TABLE
    pasted = letter.desk.press(f"{letter.address}/paste", html=html).json()

    assert ["paragraph"] * 3 == [node["type"] for node in pasted["content"]]
    assert "alert" not in json.dumps(pasted["content"])
    assert "a table was turned into a paragraph for each row" in pasted["losses"]


def a_photo() -> bytes:
    """Give a photo as a file."""
    data = io.BytesIO()
    Picture.new("RGB", (640, 480), (90, 120, 140)).save(data, "JPEG")
    return data.getvalue()


def test_picture_goes_into_the_library_and_the_text(database: Database, letter: OpenText) -> None:
    """Found by its key, with words for whoever does not see it."""
    answer = letter.desk.client.post(
        f"{letter.address}/pictures",
        data={"csrf": letter.desk.csrf, "alt": "The reading room", "credit": "Ann"},
        files={"file": ("room.jpg", a_photo(), "image/jpeg")},
    )
    key = answer.text.partition('value="')[2].partition('"')[0]
    shown = {"type": "doc", "content": [{"type": "image", "attrs": {"key": key, "alt": "The reading room"}}]}

    assert 'data-alt="The reading room" checked' in answer.text
    assert 200 == letter.autosave(shown).status_code
    assert f"/images/{key}" in letter.desk.page(letter.address)
    assert "The reading room" in as_it_is(database, letter).content


@on_sqlite
def test_what_is_no_picture_is_refused_in_words(letter: OpenText) -> None:
    """And nothing comes into the library."""
    answer = letter.desk.client.post(
        f"{letter.address}/pictures",
        data={"csrf": letter.desk.csrf, "alt": "x"},
        files={"file": ("a.png", b"GIF no", "image/png")},
    )

    assert 422 == answer.status_code
    assert "field__error" in answer.text
    assert "The library is empty" in letter.desk.page(f"{letter.address}/pictures")


@on_sqlite
def test_of_another_issue_nothing_is_shown(desk: OpenDesk, letter: OpenText) -> None:
    """The address names both, and they belong together."""
    assert 404 == desk.client.get(f"/desk/issues/{letter.issue.id + 1}/articles/{letter.article.id}").status_code
    assert 404 == desk.client.get(f"/desk/issues/{letter.issue.id}/articles/999").status_code
