"""`newsletter clicks`: how often the links of an issue were followed, and by whom where they allowed it."""

from collections.abc import Iterator, Sequence

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import issue_argument, write_file
from newsletter.issues import store as issues
from newsletter.mail import clickbook
from newsletter.mail.clickbook import Followed, LinkFigures, NamedClick
from newsletter.staff.permissions import Permission
from newsletter.web.spelled import number
from subscribers.spreadsheet import write_row
from subscribers.transaction import Transaction

# Read at a time; an issue may have been followed by a million.
PAGE = 1_000
# On the terminal; a file has all.
MOST_SHOWN = 200

csv_ = click.option("--csv", "csv_file", metavar="FILE", help="Write it as CSV.")


@click.command("show")
@issue_argument
@csv_
@common
@pass_door
def show(door: Door, issue_id: int, *, csv_file: str | None) -> None:
    """Show how often each link of an issue was followed, by people and by programs apart.

    Links are counted where the newsletter does so (`newsletters edit --count-clicks yes`), in issues approved since then.

    Example: newsletter clicks show 5 --csv clicks.csv
    """
    with door.reading() as tx:
        issue = issues.load(tx, issue_id)
        found = clickbook.of_letter(tx, issue.letter_id) if issue.letter_id is not None else ()
    if csv_file is not None:
        columns = ("place", "link", "by people", "by programs", "people who allow it")
        write_file(csv_file, _csv(columns, map(_figures, found)))
    rows = [(one.link.place, one.link.url, *map(number, (one.people, one.machines, one.named))) for one in found]
    told = shown.table(("#link", "leads to", "#by people", "#by programs", "#people who allow it"), rows)
    door.answer(
        {"issue": issue_id, "links": [_document(one) for one in found]},
        told if found else shown.line(f"The links of issue {issue_id} are not counted."),
    )


@click.command("people")
@issue_argument
@csv_
@common
@pass_door
def people(door: Door, issue_id: int, *, csv_file: str | None) -> None:
    """Show who followed which links of an issue: those alone who allow it now. That you looked stands in the audit.

    Example: newsletter clicks people 5 --csv people.csv
    """
    with door.acting(Permission.MANAGE_PEOPLE) as acting:
        issue = issues.load(acting.tx, issue_id)
        found = list(_named(acting.tx, issue.letter_id)) if issue.letter_id is not None else []
        acting.record("clicks.people", f"issue {issue_id}", clicks=len(found))
    if csv_file is not None:
        write_file(csv_file, _csv(clickbook.NAMED_COLUMNS, (one.cells for one in found)))
    rows = [(one.email, one.url, shown.moment(one.first_at), number(one.clicks)) for one in found[:MOST_SHOWN]]
    told = shown.table(("address", "link", "first followed", "#clicks"), rows)
    document = {"issue": issue_id, "people": [_named_document(one) for one in found]}
    if not found:
        door.answer(document, shown.line("Nobody who allows it followed a link of this issue."))
        return
    is_cut = len(found) > MOST_SHOWN
    more = f"The first {MOST_SHOWN} of {len(found):,}; --csv writes all." if is_cut else ""
    door.answer(document, told, shown.line(more))


def _named(tx: Transaction, letter_id: int) -> Iterator[NamedClick]:
    after = Followed(0, 0)
    while found := clickbook.named_of_letter(tx, letter_id, after, PAGE):
        yield from found
        after = Followed(found[-1].subscription_id, found[-1].link_id)


def _figures(one: LinkFigures) -> Sequence[str]:
    return (str(one.link.place), one.link.url, str(one.people), str(one.machines), str(one.named))


def _document(one: LinkFigures) -> dict[str, object]:
    return {
        "place": one.link.place,
        "url": one.link.url,
        "people": one.people,
        "machines": one.machines,
        "named": one.named,
    }


def _named_document(one: NamedClick) -> dict[str, object]:
    return {
        "subscriber": one.subscriber_id,
        "address": one.email,
        "url": one.url,
        "first_at": one.first_at,
        "clicks": one.clicks,
    }


def _csv(columns: Sequence[str], rows: Iterator[Sequence[str]]) -> bytes:
    return "".join([write_row(columns), *map(write_row, rows)]).encode()


clicks = click.Group("clicks", commands=[show, people], help="How often the links of an issue were followed.")
