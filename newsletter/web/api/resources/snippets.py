"""Snippets: texts that are put into issues as copies."""

from datetime import datetime

from pydantic import Field

from newsletter.issues import newsletters, snippets
from newsletter.issues.changes import tidy_content, tidy_link
from newsletter.issues.snippets import Said, Snippet
from newsletter.staff.permissions import Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Article, Given, Line
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from newsletter.web.visits import Of

EDIT = Permission.EDIT
HERE = "/newsletters/{newsletter_id:int}/snippets"
ONE = f"{HERE}/{{snippet_id:int}}"

routes = Routes("snippets", "Texts that are used again and again.")


class SnippetAnswer(Answer):
    """A snippet."""

    id: int
    name: str
    title: str
    content: str = Field(description="HTML.")
    link: str
    updated_at: datetime


class NewSnippet(Given):
    """A text that is to be kept."""

    name: Line
    content: Article = Field(description="HTML.")
    title: Line = Field("", description="What stands above it; the name if left out.")
    link: Line = ""


class SnippetChange(Given):
    """What a snippet is to say; what is left out stays."""

    name: Line | None = None
    content: Article | None = None
    title: Line | None = None
    link: Line | None = None


@routes.get(HERE, EDIT, Of.NEWSLETTER)
def list_snippets(call: Calling, newsletter_id: int, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[SnippetAnswer]:
    """List the snippets of a newsletter by name."""
    with call.reading() as tx:
        known = snippets.all_snippets(tx, newsletter_id)
    shown, more = paging.part_of(known, cursor, limit)
    return Page(items=[_answer(one) for one in shown], next=more)


@routes.post(HERE, EDIT, Of.NEWSLETTER, status_code=201)
def add_snippet(call: Calling, newsletter_id: int, given: NewSnippet) -> SnippetAnswer:
    """Keep a text under a name."""
    said = Said(given.title or given.name, tidy_content(given.content), tidy_link(given.link))
    with call.acting() as acting:
        owner = newsletters.by_id(acting.tx, newsletter_id)
        made = snippets.add(acting.tx, owner.id, given.name, said, acting.now)
        acting.record("snippet.add", f"newsletter {owner.name}", snippet=made.name)
    return _answer(made)


@routes.get(ONE, EDIT, Of.NEWSLETTER)
def show_snippet(call: Calling, newsletter_id: int, snippet_id: int) -> SnippetAnswer:
    """Show a snippet."""
    with call.reading() as tx:
        return _answer(snippets.by_id(tx, newsletter_id, snippet_id))


@routes.patch(ONE, EDIT, Of.NEWSLETTER)
def change_snippet(call: Calling, newsletter_id: int, snippet_id: int, given: SnippetChange) -> SnippetAnswer:
    """Let a snippet say something else from now on; issues keep their copies."""
    with call.acting() as acting:
        owner, known = newsletters.by_id(acting.tx, newsletter_id), snippets.by_id(acting.tx, newsletter_id, snippet_id)
        said = Said(
            title=known.said.title if given.title is None else given.title,
            content=known.said.content if given.content is None else tidy_content(given.content),
            link=known.said.link if given.link is None else tidy_link(given.link),
            document=known.said.document if given.content is None else None,
        )
        changed = snippets.edit(acting.tx, owner.id, known.name, said, acting.now, new_name=given.name)
        acting.record("snippet.edit", f"newsletter {owner.name}", snippet=changed.name)
    return _answer(changed)


@routes.delete(ONE, EDIT, Of.NEWSLETTER)
def remove_snippet(call: Calling, newsletter_id: int, snippet_id: int) -> None:
    """Forget a snippet; issues keep their copies."""
    with call.acting() as acting:
        owner = newsletters.by_id(acting.tx, newsletter_id)
        gone = snippets.remove(acting.tx, owner.id, snippets.by_id(acting.tx, owner.id, snippet_id).name)
        acting.record("snippet.remove", f"newsletter {owner.name}", snippet=gone.name)


def _answer(one: Snippet) -> SnippetAnswer:
    return SnippetAnswer(
        id=one.id,
        name=one.name,
        title=one.said.title,
        content=one.said.content,
        link=one.said.link,
        updated_at=one.updated_at,
    )
