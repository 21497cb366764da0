"""`newsletter issues section owners`, `assign`: who sees to which section of an issue, and by when."""

from dataclasses import replace

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import issue_argument, read_moment
from newsletter.errors import BadValue
from newsletter.issues import newsletters, store
from newsletter.issues.model import Issue, Section
from newsletter.review import charging
from newsletter.review.charge import Charge, Known, Progress, asked_of
from newsletter.review.charging import Wish
from newsletter.staff import accounts
from newsletter.staff.acting import Acting
from newsletter.staff.permissions import Permission

USUAL = "usual"


@click.command("owners")
@issue_argument
@common
@pass_door
def owners(door: Door, issue_id: int) -> None:
    """Show who sees to each section of an issue, by when, and how far it is.

    Example: newsletter issues section owners 5
    """
    _answer(door, issue_id)


@click.command("assign")
@issue_argument
@click.argument("title")
@click.option("--to", "name", metavar="NAME", help="Somebody on the staff who may edit the newsletter; “usual” for nobody.")
@click.option("--guest", "address", metavar="ADDRESS", help="A guest who was asked for its text.")
@click.option("--by", "due", metavar="TIME", help="As 2020-01-29T17:00, in the newsletter's zone; “usual” for the calendar's.")
@common
@pass_door
def assign(door: Door, issue_id: int, title: str, *, name: str | None, address: str | None, due: str | None) -> None:
    """Give a section of an issue to somebody, with a deadline. It makes no version, and ends no approval.

    Example: newsletter issues section assign 5 "Feature articles" --to Ann --by 2020-01-29T17:00
    """
    if name is None and address is None and due is None:
        raise click.UsageError("Nothing to change was given; see --help.")
    if name is not None and address is not None:
        raise click.UsageError("Give it to somebody on the staff or to a guest, not to both.")
    with door.acting(Permission.EDIT) as acting:
        issue = store.load(acting.tx, issue_id)
        section = issue.section_called(title)
        known = charging.known_of(acting.tx, issue)
        seen = known.charges.get(section.id, Charge())
        wanted = _owned(acting, seen, section, known, name, address)
        if due is not None:
            zone = newsletters.by_id(acting.tx, issue.newsletter_id).zone
            wanted = replace(wanted, due_at=None if due == USUAL else read_moment(due, zone))
        assigned = charging.assign(acting.tx, issue_id, {section.id: Wish(wanted, seen)}, acting.actor.name, acting.now)
        for one in assigned.changed:
            line = next(line for line in charging.progress_of(acting.tx, issue) if line.section.id == one.id)
            acting.record("issue.section.assign", f"issue {issue_id}", **charging.told(line))
    _answer(door, issue_id)


def _owned(acting: Acting, seen: Charge, section: Section, known: Known, name: str | None, address: str | None) -> Charge:
    if name == USUAL:
        return replace(seen, account_id=None, link_id=None)
    if name is not None:
        return replace(seen, account_id=accounts.find(acting.tx, name).id, link_id=None)
    if address is not None:
        return replace(seen, account_id=None, link_id=_guest(section, known, address))
    return seen


def _guest(section: Section, known: Known, address: str) -> int:
    wanted = address.strip().casefold()
    for one in asked_of(section, known.asked):
        if known.addresses[one.link_id].casefold() == wanted:
            return one.link_id
    raise BadValue("guest", address, f"was not asked for “{section.title}”")


def _answer(door: Door, issue_id: int) -> None:
    with door.reading() as tx:
        issue: Issue = store.load(tx, issue_id)
        zone = newsletters.by_id(tx, issue.newsletter_id).zone
        lines = charging.progress_of(tx, issue)
    now = door.now()
    rows = [
        (
            one.section.title,
            one.owner.name if one.owner is not None else "the editors",
            shown.moment(one.due_at, zone) if one.is_owed else "",
            "overdue" if one.is_late(now) else one.stand.words,
        )
        for one in lines
    ]
    document = [_document(one, is_late=one.is_late(now)) for one in lines]
    door.answer({"issue": issue.id, "sections": document}, shown.table(("section", "owner", "due", "state"), rows))


def _document(one: Progress, *, is_late: bool) -> dict[str, object]:
    return {
        "title": one.section.title,
        "owner": one.owner.name if one.owner is not None else None,
        "is_owner_set": one.owner is not None and one.owner != one.usual_owner,
        "due_at": one.due_at,
        "is_due_set": one.charge.due_at is not None,
        "state": one.stand.value,
        "is_owed": one.is_owed,
        "is_overdue": is_late,
    }
