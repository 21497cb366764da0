"""Snippets at the desk."""

import re

import pytest

from newsletter.database import Database
from newsletter.issues import document, snippets, texts
from newsletter.issues.document import Kind, Node
from newsletter.issues.model import Issue, Newsletter
from newsletter.issues.richhtml import to_html
from newsletter.issues.snippets import Said, Snippet
from newsletter.staff import audit
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.conftest import OpenDesk

WRITTEN = {
    "name": "Call for authors",
    "title": "Write for us",
    "link": "https://example.org/",
    "text": "Dear all,\n\nwrite to us.",
}


def where(newsletter: Newsletter) -> str:
    """Give the address of the list."""
    return f"/desk/newsletters/{newsletter.id}/snippets"


def kept(database: Database, newsletter: Newsletter) -> tuple[Snippet, ...]:
    """Give all snippets there are."""
    with database.read() as tx:
        return snippets.all_snippets(tx, newsletter.id)


@pytest.fixture
def call(database: Database, newsletter: Newsletter, clock: Hands) -> Snippet:
    """Give a snippet."""
    with database.write() as tx:
        return snippets.add(tx, newsletter.id, "Call for authors", Said("Write for us", "<p>Write to us.</p>"), clock())


def seen_on(page: str) -> str:
    """Give which snippet the form was made of."""
    return str(re.findall(r'name="seen" value="([^"]+)"', page)[0])


def test_a_newsletter_begins_without(desk: OpenDesk, newsletter: Newsletter) -> None:
    """The board leads there, and the page says what to do."""
    assert f'href="{where(newsletter)}"' in desk.page("/desk")
    assert "No snippet yet" in desk.page(where(newsletter))


def test_a_snippet_is_written(desk: OpenDesk, database: Database, newsletter: Newsletter) -> None:
    """As plain text, which the form shows again as it was typed."""
    answer = desk.press(f"{where(newsletter)}/new", **WRITTEN)
    page = desk.page(answer.headers["location"])
    [one] = kept(database, newsletter)

    assert "The snippet is kept." in page
    assert ("Call for authors", "Write for us") == (one.name, one.said.title)
    assert "<p>Dear all,</p>" in one.said.content
    assert ">Dear all,\n\nwrite to us.</textarea>" in desk.page(f"{where(newsletter)}/{one.id}")
    with database.read() as tx:
        assert "snippet.add" in [entry.act for entry in audit.recent(tx)]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "is empty"),
        ({"title": "", "text": ""}, "says nothing"),
        ({"link": "javascript:alert(1)"}, "is no address of the web"),
    ],
)
def test_what_cannot_be_kept_is_said_with_what_was_typed(
    desk: OpenDesk, database: Database, newsletter: Newsletter, wrong: dict[str, str], said: str
) -> None:
    """Nothing is lost by an error."""
    answer = desk.press(f"{where(newsletter)}/new", **WRITTEN | wrong)

    assert 422 == answer.status_code
    assert said in answer.text
    assert f">{(WRITTEN | wrong)['text']}</textarea>" in answer.text
    assert () == kept(database, newsletter)


def test_a_name_is_taken_once(desk: OpenDesk, newsletter: Newsletter, call: Snippet) -> None:
    """In any letter case."""
    answer = desk.press(f"{where(newsletter)}/new", **WRITTEN | {"name": "CALL for authors"})

    assert 422 == answer.status_code
    assert "There is a snippet CALL for authors already." in answer.text


def test_scripts_are_not_kept(desk: OpenDesk, database: Database, newsletter: Newsletter) -> None:
    """HTML is held to what a letter may have."""
    desk.press(f"{where(newsletter)}/new", **WRITTEN | {"text": "<p>Hello</p><script>alert(1)</script>"})

    assert "script" not in kept(database, newsletter)[0].said.content


def test_a_snippet_is_changed(desk: OpenDesk, database: Database, newsletter: Newsletter, call: Snippet, clock: Hands) -> None:
    """Over what its page showed."""
    at = f"{where(newsletter)}/{call.id}"
    seen = seen_on(desk.page(at))
    clock.forward(minutes=1)
    desk.press(at, **WRITTEN | {"name": "Call", "seen": seen})

    assert [("Call", "Write for us")] == [(one.name, one.said.title) for one in kept(database, newsletter)]


def test_what_a_form_cannot_show_stays(desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands) -> None:
    """A rich text whose words nobody touched is the rich text that it was."""
    rich = document.write(Node(Kind.DOC, (Node(Kind.PARAGRAPH, (Node(Kind.TEXT, text="Hello"),)),)))
    content = to_html(document.read(rich))
    with database.write() as tx:
        one = snippets.add(tx, newsletter.id, "Hello", Said("", content, document=rich), clock())
    at = f"{where(newsletter)}/{one.id}"
    page = desk.page(at)
    text = re.findall(r"<textarea[^>]*>([^<]*)</textarea>", page)[0]
    desk.press(at, name="Hello", title="A title", link="", text=text, seen=seen_on(page))
    [found] = kept(database, newsletter)

    assert ("A title", rich) == (found.said.title, found.said.document)


def test_who_saves_second_sees_both(
    desk: OpenDesk, database: Database, newsletter: Newsletter, call: Snippet, clock: Hands
) -> None:
    """And nothing is saved over what they have not seen."""
    at = f"{where(newsletter)}/{call.id}"
    seen = seen_on(desk.page(at))
    clock.forward(minutes=1)
    desk.press(at, **WRITTEN | {"text": "First.", "seen": seen})
    clock.forward(minutes=1)
    answer = desk.press(at, **WRITTEN | {"text": "Second.", "seen": seen})

    assert 409 == answer.status_code
    assert "First." in answer.text
    assert ">Second.</textarea>" in answer.text
    assert "<p>First.</p>" == kept(database, newsletter)[0].said.content.strip()
    assert 303 == desk.press(at, **WRITTEN | {"text": "Second.", "seen": seen_on(answer.text)}).status_code
    assert "<p>Second.</p>" == kept(database, newsletter)[0].said.content.strip()


def test_what_is_removed_can_be_put_back(desk: OpenDesk, database: Database, newsletter: Newsletter, call: Snippet) -> None:
    """By a button on the page that says so, with all that it was."""
    answer = desk.press(f"{where(newsletter)}/{call.id}/remove")
    gone = kept(database, newsletter)
    fields = dict(re.findall(r'<input type="hidden" name="(name|title|link)" value="([^"]*)"', answer.text))
    desk.press(f"{where(newsletter)}/back", text=call.said.content, **fields)

    assert "“Call for authors” is removed" in answer.text
    assert () == gone
    assert [call.said] == [one.said for one in kept(database, newsletter)]


def test_what_is_typed_outlives_the_snippet(desk: OpenDesk, newsletter: Newsletter, call: Snippet) -> None:
    """Somebody removes it while it is written."""
    at = f"{where(newsletter)}/{call.id}"
    seen = seen_on(desk.page(at))
    desk.press(f"{at}/remove")
    answer = desk.press(at, **WRITTEN | {"seen": seen})

    assert 409 == answer.status_code
    assert "write to us.</textarea>" in answer.text
    assert f'action="{where(newsletter)}/new"' in answer.text


def test_where_it_is_used(desk: OpenDesk, database: Database, newsletter: Newsletter, issue: Issue, call: Snippet) -> None:
    """The list says how often, the page in which issues."""
    with database.write() as tx:
        texts.insert_snippet(tx, issue.id, call.name, issue.sections[-1].title, call.updated_at)

    assert "In 1 issue, last in no. 1" in desk.page(where(newsletter))
    assert f'href="/desk/issues/{issue.id}"' in desk.page(f"{where(newsletter)}/{call.id}")


def test_one_of_another_newsletter_is_not_there(desk: OpenDesk, newsletter: Newsletter, call: Snippet) -> None:
    """Whoever changes the number in the address finds nothing."""
    assert 404 == desk.client.get(f"/desk/newsletters/{newsletter.id}/snippets/{call.id + 1}").status_code
