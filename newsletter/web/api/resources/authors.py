"""Authors: who writes for a newsletter, as an editor confirmed."""

from pydantic import Field

from newsletter.issues import authorbook, newsletters
from newsletter.issues.bylines import Author
from newsletter.staff.permissions import Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Given, Line, Number
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from newsletter.web.visits import Of

EDIT = Permission.EDIT
HERE = "/newsletters/{newsletter_id:int}/authors"
ONE = f"{HERE}/{{author_id:int}}"
MOST_ALIASES = 100

routes = Routes("authors", "Who writes for a newsletter.")


class AuthorAnswer(Answer):
    """An author."""

    id: int
    name: str
    affiliation: str
    aliases: list[str] = Field(description="What bylines call them besides.")


class NewAuthor(Given):
    """Somebody who is to be recognised."""

    name: Line
    affiliation: Line = ""


class AuthorChange(Given):
    """What is to be known of an author; what is left out stays."""

    name: Line | None = None
    affiliation: Line | None = None
    aliases: list[Line] = Field([], max_length=MOST_ALIASES, description="Further ones.")
    dropped_aliases: list[Line] = Field([], max_length=MOST_ALIASES)


class Merging(Given):
    """Who is the same person."""

    other_id: Number = Field(description="Becomes an alias of this author.")


@routes.get(HERE, EDIT, Of.NEWSLETTER)
def list_authors(call: Calling, newsletter_id: int, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[AuthorAnswer]:
    """List who has written for a newsletter."""
    with call.reading() as tx:
        known = sorted(authorbook.register(tx, newsletter_id).authors, key=lambda one: one.id)
    shown, more = paging.page_of(known, lambda one: one.id, cursor, limit)
    return Page(items=[_answer(one) for one in shown], next=more)


@routes.post(HERE, EDIT, Of.NEWSLETTER, status_code=201)
def add_author(call: Calling, newsletter_id: int, given: NewAuthor) -> AuthorAnswer:
    """Write down somebody who is to be recognised."""
    with call.acting() as acting:
        owner = newsletters.by_id(acting.tx, newsletter_id)
        made = authorbook.add(acting.tx, owner.id, given.name, acting.now, affiliation=given.affiliation)
        acting.record("author.add", f"newsletter {owner.name}", author=made.name)
    return _answer(made)


@routes.get(ONE, EDIT, Of.NEWSLETTER)
def show_author(call: Calling, newsletter_id: int, author_id: int) -> AuthorAnswer:
    """Show an author."""
    with call.reading() as tx:
        return _answer(authorbook.by_id(tx, newsletter_id, author_id))


@routes.patch(ONE, EDIT, Of.NEWSLETTER)
def change_author(call: Calling, newsletter_id: int, author_id: int, given: AuthorChange) -> AuthorAnswer:
    """Change what is known of an author; a former name stays as an alias."""
    with call.acting() as acting:
        owner, known = newsletters.by_id(acting.tx, newsletter_id), authorbook.by_id(acting.tx, newsletter_id, author_id)
        changed = authorbook.edit(
            acting.tx,
            owner.id,
            known.name,
            new_name=given.name,
            affiliation=given.affiliation,
            aliases=given.aliases,
            dropped_aliases=given.dropped_aliases,
        )
        acting.record("author.edit", f"newsletter {owner.name}", author=changed.name)
    return _answer(changed)


@routes.post(f"{ONE}/merge", EDIT, Of.NEWSLETTER)
def merge_authors(call: Calling, newsletter_id: int, author_id: int, given: Merging) -> AuthorAnswer:
    """Let two authors be one."""
    with call.acting() as acting:
        owner = newsletters.by_id(acting.tx, newsletter_id)
        kept, merged = (authorbook.by_id(acting.tx, owner.id, number) for number in (author_id, given.other_id))
        made = authorbook.merge(acting.tx, owner.id, kept.name, merged.name)
        acting.record("author.merge", f"newsletter {owner.name}", author=made.name, merged=merged.name)
    return _answer(made)


@routes.delete(ONE, EDIT, Of.NEWSLETTER)
def remove_author(call: Calling, newsletter_id: int, author_id: int) -> None:
    """Forget an author with all aliases; articles keep their bylines."""
    with call.acting() as acting:
        owner = newsletters.by_id(acting.tx, newsletter_id)
        gone = authorbook.remove(acting.tx, owner.id, authorbook.by_id(acting.tx, owner.id, author_id).name)
        acting.record("author.remove", f"newsletter {owner.name}", author=gone.name)


def _answer(one: Author) -> AuthorAnswer:
    return AuthorAnswer.model_validate(one)
