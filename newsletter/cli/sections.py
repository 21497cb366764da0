"""`newsletter issues section`: the sections of an issue, added, laid out, put in order, taken away."""

import click

from newsletter.cli import owners
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import issue_argument
from newsletter.cli.saving import EXPECTED, answer_saved, saved
from newsletter.issues import sections
from newsletter.issues.model import Issue, Look, SectionKind
from newsletter.issues.plan import MOST_ARTICLES, MOST_SECTIONS, MOST_WORDS
from newsletter.issues.sections import SectionChange
from newsletter.staff.acting import Acting

LOOK = click.option("--look", type=click.Choice([look.value for look in Look]), help="How it is laid out.")
MOST = click.option("--most", type=click.IntRange(0, MOST_ARTICLES), metavar="N", help="Posts at most; 0 for all.")
WORDS = click.option(
    "--words", type=click.IntRange(0, MOST_WORDS), metavar="N", help="Words of an excerpt; 0: as the theme has."
)


@click.command("add")
@issue_argument
@click.argument("title")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in SectionKind]),
    default=SectionKind.ARTICLES.value,
    show_default=True,
    help="What stands in it.",
)
@LOOK
@MOST
@WORDS
@click.option("--place", type=click.IntRange(1, MOST_SECTIONS), metavar="PLACE", help="Where, from 1; at the end if not said.")
@EXPECTED
@common
@pass_door
def add(
    door: Door,
    issue_id: int,
    title: str,
    *,
    kind: str,
    look: str | None,
    most: int | None,
    words: int | None,
    place: int | None,
    expected: int | None,
) -> None:
    """Add a section to an issue. An approval of the issue ends.

    Example: newsletter issues section add 5 "Dates" --kind events --place 3
    """
    change = SectionChange(look=Look(look) if look else None, most=most, words=words)

    def write(acting: Acting, over: int | None) -> Issue:
        return sections.add_section(
            acting.tx, issue_id, title, SectionKind(kind), acting.now, change=change, place=place, expected_version=over
        )

    answer_saved(door, saved(door, issue_id, write, expected, "issue.section.add", section=title, kind=kind))


@click.command("edit")
@issue_argument
@click.argument("title")
@click.option("--kind", type=click.Choice([kind.value for kind in SectionKind]), help="What stands in it.")
@LOOK
@MOST
@WORDS
@click.option("--required/--not-required", "is_required", default=None, help="Whether an empty one blocks the approval.")
@EXPECTED
@common
@pass_door
def edit(
    door: Door,
    issue_id: int,
    title: str,
    *,
    kind: str | None,
    look: str | None,
    most: int | None,
    words: int | None,
    is_required: bool | None,
    expected: int | None,
) -> None:
    """Lay a section out in another way. An approval of the issue ends.

    Example: newsletter issues section edit 5 "Feature articles" --look lead
    """
    change = SectionChange(
        kind=SectionKind(kind) if kind else None,
        look=Look(look) if look else None,
        most=most,
        words=words,
        is_required=is_required,
    )
    if change.is_nothing:
        raise click.UsageError("Nothing to change was given; see --help.")

    def write(acting: Acting, over: int | None) -> Issue:
        return sections.edit_section(acting.tx, issue_id, title, change, acting.now, expected_version=over)

    answer_saved(door, saved(door, issue_id, write, expected, "issue.section.edit", section=title))


@click.command("rename")
@issue_argument
@click.argument("title")
@click.argument("new_title")
@EXPECTED
@common
@pass_door
def rename(door: Door, issue_id: int, title: str, new_title: str, *, expected: int | None) -> None:
    """Give a section another title; posts that come late still find it. An approval of the issue ends.

    Example: newsletter issues section rename 5 "… and more" "Also of note"
    """

    def write(acting: Acting, over: int | None) -> Issue:
        return sections.edit_section(
            acting.tx, issue_id, title, SectionChange(title=new_title), acting.now, expected_version=over
        )

    answer_saved(door, saved(door, issue_id, write, expected, "issue.section.rename", section=title, title=new_title))


@click.command("move")
@issue_argument
@click.argument("title")
@click.argument("place", type=click.IntRange(1, MOST_SECTIONS))
@EXPECTED
@common
@pass_door
def move(door: Door, issue_id: int, title: str, place: int, *, expected: int | None) -> None:
    """Put a section at another PLACE, counted from 1. An approval of the issue ends.

    Example: newsletter issues section move 5 "Dates" 2
    """

    def write(acting: Acting, over: int | None) -> Issue:
        return sections.move_section(acting.tx, issue_id, title, place, acting.now, expected_version=over)

    answer_saved(door, saved(door, issue_id, write, expected, "issue.section.move", section=title, place=place))


@click.command("remove")
@issue_argument
@click.argument("title")
@click.option("--into", metavar="TITLE", help="Where its articles go.")
@EXPECTED
@common
@pass_door
def remove(door: Door, issue_id: int, title: str, *, into: str | None, expected: int | None) -> None:
    """Take a section away. One that shows articles needs --into, so that none of them is lost. An approval of the issue ends.

    Example: newsletter issues section remove 5 "Communication initiatives" --into "… and more"
    """

    def write(acting: Acting, over: int | None) -> Issue:
        return sections.remove_section(acting.tx, issue_id, title, acting.now, into=into, expected_version=over)

    answer_saved(door, saved(door, issue_id, write, expected, "issue.section.remove", section=title, into=into))


section = click.Group(
    "section", commands=[add, edit, rename, move, remove, owners.owners, owners.assign], help="The sections of an issue."
)
