"""`newsletter authors`: who writes, as editors have confirmed."""

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.issues import authorbook as register
from newsletter.issues import newsletters
from newsletter.issues.bylines import Author
from newsletter.issues.model import Newsletter
from newsletter.staff.permissions import Permission


@click.command("list")
@click.argument("newsletter")
@common
@pass_door
def list_(door: Door, newsletter: str) -> None:
    """Show the authors of NEWSLETTER, by name.

    They are learned from bylines that an editor wrote, confirmed or approved, and recognised in the next posts.

    Example: newsletter authors list cpdwl
    """
    with door.reading() as tx:
        owner = newsletters.find(tx, newsletter)
        known = register.register(tx, owner.id).authors
    rows = [
        (one.name, one.affiliation, ", ".join(one.aliases), one.portrait, shown.moment(one.seen_at, owner.zone))
        for one in known
    ]
    door.answer(
        {"newsletter": owner.slug, "authors": [_document(one) for one in known]},
        shown.table(("name", "affiliation", "also", "portrait", "last confirmed"), rows)
        if rows
        else shown.line(f"Nobody is known to have written for {owner.name} yet."),
    )


@click.command("add")
@click.argument("newsletter")
@click.argument("name")
@click.option("--affiliation", default="", help="Where they work.")
@click.option("--portrait", default="", metavar="KEY", help="An image of the library.")
@common
@pass_door
def add(door: Door, newsletter: str, name: str, *, affiliation: str, portrait: str) -> None:
    """Write down somebody who is to be recognised in the posts of NEWSLETTER.

    Example: newsletter authors add cpdwl "Ewa Stenberg" --affiliation "Malmö University"
    """
    with door.acting(Permission.EDIT) as acting:
        owner = newsletters.find(acting.tx, newsletter)
        made = register.add(acting.tx, owner.id, name, acting.now, affiliation=affiliation, portrait=portrait)
        acting.record("author.add", f"newsletter {owner.name}", author=made.name)
    _answer(door, owner, made, f"{made.name} is among the authors of {owner.name}.")


@click.command("edit")
@click.argument("newsletter")
@click.argument("name")
@click.option("--name", "new_name", metavar="NAME", help="How the name is spelled; the former spelling stays known.")
@click.option("--affiliation", help='Where they work; "" for nowhere.')
@click.option("--portrait", metavar="KEY", help='An image of the library; "" for none.')
@click.option("--alias", "aliases", multiple=True, metavar="NAME", help="Another spelling, or the account they post by.")
@click.option("--no-alias", "dropped", multiple=True, metavar="NAME", help="Not theirs after all.")
@common
@pass_door
def edit(
    door: Door,
    newsletter: str,
    name: str,
    *,
    new_name: str | None,
    affiliation: str | None,
    portrait: str | None,
    aliases: tuple[str, ...],
    dropped: tuple[str, ...],
) -> None:
    """Change what is known of an author, found by a name or alias. Articles keep their bylines.

    What an account posts that is an alias of somebody counts as theirs.

    Example: newsletter authors edit cpdwl "Ulrike Lang" --alias ulrike --affiliation "State Library, Hamburg"
    """
    if new_name is None and affiliation is None and portrait is None and not aliases and not dropped:
        raise click.UsageError("Nothing to change was given; see --help.")
    with door.acting(Permission.EDIT) as acting:
        owner = newsletters.find(acting.tx, newsletter)
        changed = register.edit(
            acting.tx,
            owner.id,
            name,
            new_name=new_name,
            affiliation=affiliation,
            portrait=portrait,
            aliases=aliases,
            dropped_aliases=dropped,
        )
        acting.record("author.edit", f"newsletter {owner.name}", author=changed.name)
    _answer(door, owner, changed, f"{changed.name} is changed.")


@click.command("merge")
@click.argument("newsletter")
@click.argument("kept")
@click.argument("merged")
@common
@pass_door
def merge(door: Door, newsletter: str, kept: str, merged: str) -> None:
    """Let two authors be one: MERGED becomes another name of KEPT.

    Example: newsletter authors merge cpdwl "Mary Ann M. Ingua" "Dr. Mary Ann Ingua"
    """
    with door.acting(Permission.EDIT) as acting:
        owner = newsletters.find(acting.tx, newsletter)
        one = register.merge(acting.tx, owner.id, kept, merged)
        acting.record("author.merge", f"newsletter {owner.name}", author=one.name, merged=merged)
    _answer(door, owner, one, f"{merged} is {one.name} from now on.")


@click.command("remove")
@click.argument("newsletter")
@click.argument("name")
@common
@pass_door
def remove(door: Door, newsletter: str, name: str) -> None:
    """Forget an author with all other names; articles keep their bylines.

    Example: newsletter authors remove cpdwl "Ulrike Lang"
    """
    with door.acting(Permission.EDIT) as acting:
        owner = newsletters.find(acting.tx, newsletter)
        gone = register.remove(acting.tx, owner.id, name)
        acting.record("author.remove", f"newsletter {owner.name}", author=gone.name)
    _answer(door, owner, gone, f"{gone.name} is forgotten among the authors of {owner.name}.")


def _answer(door: Door, owner: Newsletter, author: Author, sentence: str) -> None:
    door.answer({"newsletter": owner.slug, **_document(author)}, shown.line(sentence))


def _document(author: Author) -> dict[str, object]:
    return {
        "name": author.name,
        "affiliation": author.affiliation,
        "portrait": author.portrait,
        "aliases": list(author.aliases),
        "seen_at": author.seen_at,
    }


authors = click.Group("authors", commands=[list_, add, edit, merge, remove], help="Who writes, as editors have confirmed.")
