"""`newsletter images`: the library of images, with what is said of them."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, destructive, pass_door
from newsletter.cli.illustrating import bring_pictures
from newsletter.cli.parameters import issue_argument, write_file
from newsletter.errors import BadValue
from newsletter.images import library, store
from newsletter.images.fetching import LONGEST_NAME
from newsletter.images.model import LARGEST_FILE, MIDDLE, Facts, Focus, Image
from newsletter.staff.permissions import Permission
from subscribers.oneline import one_line

# So many digits of a key tell one image from another in a list; commands take as many as are needed.
SHORT = 12

key_argument = click.argument("key")


@click.command("add")
@click.argument("place", metavar="FILE|URL")
@click.option("--alt", default="", metavar="TEXT", help="What is to be seen, for whoever does not see it.")
@click.option("--credit", default="", metavar="TEXT", help="Whose picture it is.")
@click.option("--name", default="", metavar="NAME", help="What lists call it; by default the name of the file.")
@click.option("--focus", metavar="X,Y", help="Where the eye goes, from 0,0 (upper left) to 1,1; cards are cut around it.")
@common
@pass_door
def add(door: Door, place: str, alt: str, credit: str, name: str, focus: str | None) -> None:
    """Take a picture into the library, from a file (`-` for stdin) or from the web.

    JPEG, PNG, GIF, WebP and AVIF of at most 20 MB; kept as JPEG or PNG, at most 1,200 pixels wide, without metadata.

    Example: newsletter images add chair.jpg --alt "The Chair at her desk" --credit "Photo: Ann Lee" --focus 0.5,0.3
    """
    door.allow(Permission.EDIT)
    application = door.application
    spot = Focus.parse(focus) if focus else MIDDLE
    if place.startswith(("http://", "https://")):
        data, called = asyncio.run(library.fetch(application.bringer(), place))
        facts = Facts(called, source=place)
    else:
        data, facts = _read(place), Facts("stdin" if place == "-" else Path(place).name)
    facts = replace(facts, name=one_line(name or facts.name, LONGEST_NAME), alt=alt, credit=credit, focus=spot)
    added = library.add(application.database, application.child, application.clock, data, facts)
    with door.acting(Permission.EDIT) as acting:
        acting.record("image.add", f"image {added.key}", name=added.facts.name)
    told = f"{added.facts.name} is in the library as {added.key[:SHORT]} ({_measures(added)})."
    if not added.facts.alt:
        told += f' It has no alternative text yet: newsletter images edit {added.key[:SHORT]} --alt "…"'
    was_there = _is_described_otherwise(added, facts)
    if was_there:
        told += (
            f" It was there already, and stays described as it was: “{added.facts.alt}”, credit “{added.facts.credit}”. "
            f'newsletter images edit {added.key[:SHORT]} --alt "…" --credit "…" describes it anew, wherever it is shown.'
        )
    door.answer(_document(door, added) | {"is_described_otherwise": was_there}, shown.line(told))


def _is_described_otherwise(added: Image, wanted: Facts) -> bool:
    """Whether the same file was in the library before, with other words than those given now."""
    said = ((wanted.alt, added.facts.alt), (wanted.credit, added.facts.credit))
    return any(new and one_line(new) != known for new, known in said)


@click.command("list")
@common
@pass_door
def list_(door: Door) -> None:
    """Show the images of the library, the newest first.

    Example: newsletter images list
    """
    with door.reading() as tx:
        known = store.library(tx)
    rows = [(one.key[:SHORT], one.facts.name, _measures(one), one.facts.alt, one.facts.credit) for one in known]
    door.answer(
        {"images": [_document(door, one) for one in known]},
        shown.table(("key", "name", "measures", "alternative text", "credit"), rows),
    )


@click.command("show")
@key_argument
@click.option("--save", "file", metavar="FILE", help="Write the image into a file.")
@common
@pass_door
def show(door: Door, key: str, file: str | None) -> None:
    """Show what is known of an image and where it is used; the first digits of its key suffice.

    Example: newsletter images show 3f9a1c --save chair.jpg
    """
    with door.reading() as tx:
        found = store.find(tx, key)
        needed = store.uses(tx, found.key)
        _, data = store.content(tx, found.key)
    if file:
        write_file(file, data)
    document = _document(door, found) | {
        "letters": needed.letters,
        "articles": needed.articles,
        "newsletters": needed.newsletters,
    }
    facts = found.facts
    door.answer(
        document,
        shown.pairs(
            key=found.key,
            address=document["address"],
            name=facts.name,
            measures=_measures(found),
            alternative_text=facts.alt,
            credit=facts.credit,
            focus=facts.focus,
            fetched_from=facts.source,
            frozen_letters=needed.letters,
            articles=needed.articles,
            newsletters=needed.newsletters,
        ),
    )


@click.command("edit")
@key_argument
@click.option("--alt", metavar="TEXT", help="What is to be seen, for whoever does not see it.")
@click.option("--credit", metavar="TEXT", help="Whose picture it is.")
@click.option("--name", metavar="NAME", help="What lists call it.")
@click.option("--focus", metavar="X,Y", help="Where the eye goes, from 0,0 (upper left) to 1,1; cards are cut around it.")
@common
@pass_door
def edit(door: Door, key: str, alt: str | None, credit: str | None, name: str | None, focus: str | None) -> None:
    """Say something else of an image; letters that were frozen keep what they say.

    Example: newsletter images edit 3f9a1c --focus 0.3,0.4
    """
    door.allow(Permission.EDIT)
    application = door.application
    with door.reading() as tx:
        known = store.find(tx, key)
    facts = replace(
        known.facts,
        alt=known.facts.alt if alt is None else alt,
        credit=known.facts.credit if credit is None else credit,
        name=known.facts.name if name is None else one_line(name, LONGEST_NAME),
        focus=known.facts.focus if focus is None else Focus.parse(focus),
    )
    edited = library.edit(application.database, application.child, application.clock, known.key, facts)
    with door.acting(Permission.EDIT) as acting:
        acting.record("image.edit", f"image {edited.key}")
    door.answer(_document(door, edited), shown.line(f"{edited.facts.name} is described anew."))


@click.command("fetch")
@issue_argument
@common
@pass_door
def fetch(door: Door, issue_id: int) -> None:
    """Fetch what the articles of issue ID show and is not here yet, and what could not be had before.

    The worker does so by itself after each edit, and `newsletter issues approve` before it freezes the letter. What cannot be
    had is left out of the letter, and `newsletter issues check` names its article.

    Example: newsletter images fetch 5
    """
    door.allow(Permission.EDIT)
    done = bring_pictures(door, issue_id, again=True)
    for one in done.lost:
        door.note(f"{one.wanted.url}: the picture {one.trouble}.")
    here = done.pictures - len(done.lost)
    lost = [{"url": one.wanted.url, "trouble": one.trouble} for one in done.lost]
    door.answer(
        {"issue": issue_id, "pictures": done.pictures, "fetched": done.fetched, "lost": lost},
        shown.line(f"{here} of {done.pictures} pictures are here, {done.fetched} fetched just now."),
    )


@click.command("remove")
@key_argument
@destructive
@common
@pass_door
def remove(door: Door, key: str) -> None:
    """Forget an image; refused while a frozen letter shows it or an article has it.

    Example: newsletter images remove 3f9a1c
    """
    with door.reading() as tx:
        known = store.find(tx, key)
    door.confirm(f"Forget {known.facts.name}?")
    with door.acting(Permission.EDIT) as acting:
        store.remove(acting.tx, known.key)
        acting.record("image.remove", f"image {known.key}", name=known.facts.name)
    door.answer({"key": known.key, "removed": True}, shown.line(f"{known.facts.name} is forgotten."))


def _read(path: str) -> bytes:
    try:
        if path == "-":
            data = sys.stdin.buffer.read(LARGEST_FILE + 1)
        else:
            with Path(path).open("rb") as file:
                data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise BadValue("file", path, f"cannot be read: {error.strerror}") from error
    if len(data) > LARGEST_FILE:
        raise BadValue("file", path, f"is larger than {LARGEST_FILE // 1024 // 1024} MB")
    return data


def _measures(image: Image) -> str:
    return f"{image.width} × {image.height}, {max(round(image.size / 1024), 1):,} KB"


def _document(door: Door, image: Image) -> dict[str, object]:
    facts = image.facts
    return {
        "key": image.key,
        "address": door.application.links.images() + image.file,
        "media_type": image.media_type.value,
        "width": image.width,
        "height": image.height,
        "bytes": image.size,
        "name": facts.name,
        "alt": facts.alt,
        "credit": facts.credit,
        "source": facts.source,
        "focus": [facts.focus.x / 1000, facts.focus.y / 1000],
        "created_at": image.created_at,
    }


images = click.Group("images", commands=[add, list_, show, edit, fetch, remove], help="The library of images.")
