"""`newsletter snippets` and `issues snippet`: texts that are used again and again."""

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import issue_argument
from newsletter.cli.saving import EXPECTED, answer_saved, saved
from newsletter.cli.writing import Written, read_written
from newsletter.issues import newsletters, snippets, texts
from newsletter.issues.changes import tidy_content, tidy_link
from newsletter.issues.model import Issue, Newsletter
from newsletter.issues.snippets import Said, Snippet
from newsletter.letters import richtext
from newsletter.staff.acting import Acting
from newsletter.staff.permissions import Permission


@click.command("add")
@click.argument("newsletter")
@click.argument("name")
@click.argument("file")
@click.option("--title", default="", help="What stands above it; the name where nothing is said.")
@click.option("--link", default="", metavar="URL", help="Where it leads.")
@common
@pass_door
def add(door: Door, newsletter: str, name: str, file: str, *, title: str, link: str) -> None:
    """Keep the text in FILE under NAME: text, .md, .html, rich text as .json, or text from stdin for "-".

    Example: newsletter snippets add cpdwl "Call for authors" call.md
    """
    written = read_written(file)
    with door.acting(Permission.EDIT) as acting:
        owner = newsletters.find(acting.tx, newsletter)
        made = snippets.add(acting.tx, owner.id, name, _said(written, title, link), acting.now)
        acting.record("snippet.add", f"newsletter {owner.name}", snippet=made.name)
    _answer(door, owner, made, f"{made.name} is kept. Next: newsletter issues snippet ID {made.name!r} SECTION")


@click.command("list")
@click.argument("newsletter")
@common
@pass_door
def list_(door: Door, newsletter: str) -> None:
    """Show the snippets of NEWSLETTER.

    Example: newsletter snippets list cpdwl
    """
    with door.reading() as tx:
        owner = newsletters.find(tx, newsletter)
        known = snippets.all_snippets(tx, owner.id)
    rows = [(one.name, one.said.title, one.said.link, shown.moment(one.updated_at, owner.zone)) for one in known]
    door.answer(
        {"newsletter": owner.slug, "snippets": [_document(one) for one in known]},
        shown.table(("name", "title", "link", "changed"), rows) if rows else shown.line(f"{owner.name} has no snippets."),
    )


@click.command("show")
@click.argument("newsletter")
@click.argument("name")
@common
@pass_door
def show(door: Door, newsletter: str, name: str) -> None:
    """Show a snippet as plain text; its HTML stands in the JSON.

    Example: newsletter snippets show cpdwl "Call for authors"
    """
    with door.reading() as tx:
        owner = newsletters.find(tx, newsletter)
        found = snippets.find(tx, owner.id, name)
    door.answer(
        {"newsletter": owner.slug, **_document(found)},
        shown.pairs(name=found.name, title=found.said.title, link=found.said.link),
        richtext.to_text(found.said.content),
    )


@click.command("edit")
@click.argument("newsletter")
@click.argument("name")
@click.option("--text", "file", metavar="FILE", help='Its text: text, .md, .html or .json; "-" for stdin.')
@click.option("--name", "new_name", metavar="NAME", help="What it is called.")
@click.option("--title", help="What stands above it.")
@click.option("--link", metavar="URL", help='Where it leads; "" for nowhere.')
@common
@pass_door
def edit(
    door: Door, newsletter: str, name: str, *, file: str | None, new_name: str | None, title: str | None, link: str | None
) -> None:
    """Let a snippet say something else; issues keep their copies.

    Example: newsletter snippets edit cpdwl "Call for authors" --text call.md
    """
    if file is None and new_name is None and title is None and link is None:
        raise click.UsageError("Nothing to change was given; see --help.")
    written = read_written(file) if file is not None else None
    with door.acting(Permission.EDIT) as acting:
        owner = newsletters.find(acting.tx, newsletter)
        said = snippets.find(acting.tx, owner.id, name).said
        kept = written or Written(said.content, said.document)
        changed = _said(kept, said.title if title is None else title, said.link if link is None else link)
        edited = snippets.edit(acting.tx, owner.id, name, changed, acting.now, new_name=new_name)
        acting.record("snippet.edit", f"newsletter {owner.name}", snippet=edited.name)
    _answer(door, owner, edited, f"{edited.name} is changed; issues keep their copies.")


@click.command("remove")
@click.argument("newsletter")
@click.argument("name")
@common
@pass_door
def remove(door: Door, newsletter: str, name: str) -> None:
    """Forget a snippet; issues keep their copies.

    Example: newsletter snippets remove cpdwl "Call for authors"
    """
    with door.acting(Permission.EDIT) as acting:
        owner = newsletters.find(acting.tx, newsletter)
        gone = snippets.remove(acting.tx, owner.id, name)
        acting.record("snippet.remove", f"newsletter {owner.name}", snippet=gone.name)
    _answer(door, owner, gone, f"{gone.name} is forgotten; issues keep their copies.")


@click.command("snippet")
@issue_argument
@click.argument("name")
@click.argument("section")
@EXPECTED
@common
@pass_door
def insert(door: Door, issue_id: int, name: str, section: str, *, expected: int | None) -> None:
    """Put a copy of the snippet NAME into a section of an issue; it can be changed there. An approval of the issue ends.

    Example: newsletter issues snippet 5 "Call for authors" "Section notices"
    """

    def write(acting: Acting, over: int | None) -> Issue:
        return texts.insert_snippet(acting.tx, issue_id, name, section, acting.now, expected_version=over)

    answer_saved(door, saved(door, issue_id, write, expected, "issue.snippet", snippet=name, section=section))


def _said(written: Written, title: str, link: str) -> Said:
    return Said(title, tidy_content(written.content), tidy_link(link), written.document)


def _answer(door: Door, owner: Newsletter, snippet: Snippet, sentence: str) -> None:
    door.answer({"newsletter": owner.slug, **_document(snippet)}, shown.line(sentence))


def _document(snippet: Snippet) -> dict[str, object]:
    return {
        "name": snippet.name,
        "title": snippet.said.title,
        "link": snippet.said.link,
        "html": snippet.said.content,
        "document": snippet.said.document,
        "updated_at": snippet.updated_at,
    }


snippets_ = click.Group(
    "snippets", commands=[add, list_, show, edit, remove], help="Texts that are put into issues again and again."
)
