"""`newsletter digests`: the quarters of a newsletter, as mailed to whoever does not want every issue."""

from dataclasses import asdict

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, destructive, pass_door
from newsletter.issues import newsletters
from newsletter.issues.quarters import Quarter
from newsletter.mail import digestbook, mailings
from newsletter.mail.delivery import Report
from newsletter.mail.digestbook import Digest
from newsletter.people import digests as digesting
from newsletter.staff.permissions import Permission
from newsletter.web import spelled


@click.command("list")
@click.argument("newsletter")
@common
@pass_door
def list_(door: Door, newsletter: str) -> None:
    """Show what became of the quarters of NEWSLETTER, the latest first.

    A digest is planned by the worker on the first day of the next quarter, at 9 in the newsletter's time zone, for whoever
    takes its list quarterly then.

    Example: newsletter digests list cpdwl
    """
    with door.reading() as tx:
        owner = newsletters.find(tx, newsletter)
        known = [(one, _report(door, one)) for one in digestbook.digests_of(tx, owner.id)]
    rows = [
        (str(one.quarter), shown.moment(one.settled_at, owner.zone), _state(one), _audience(report)) for one, report in known
    ]
    door.answer(
        {"newsletter": owner.slug, "digests": [_document(one, report) for one, report in known]},
        shown.table(("quarter", "settled", "state", "#people"), rows)
        if rows
        else shown.line(f"{owner.name} has had no digest yet."),
    )


@click.command("resume")
@click.argument("newsletter")
@click.argument("quarter")
@common
@pass_door
def resume(door: Door, newsletter: str, quarter: str) -> None:
    """Go on mailing the digest of QUARTER, which was paused because a relay objected to it.

    Example: newsletter digests resume cpdwl 2020-Q1
    """
    wanted = Quarter.parse(quarter)
    with door.acting(Permission.SEND) as acting:
        owner = newsletters.find(acting.tx, newsletter)
        resumed = digesting.resume(acting.tx, owner.id, wanted, acting.now)
        acting.record("digest.resume", f"newsletter {owner.name}", quarter=str(wanted))
    words = "is mailed again" if resumed else "was not paused"
    door.answer(
        {"newsletter": owner.slug, "quarter": str(wanted), "resumed": resumed},
        shown.line(f"The digest of {wanted.words} {words}."),
    )


@click.command("cancel")
@click.argument("newsletter")
@click.argument("quarter")
@destructive
@common
@pass_door
def cancel(door: Door, newsletter: str, quarter: str) -> None:
    """Give the digest of QUARTER up for whoever has not got it.

    Example: newsletter digests cancel cpdwl 2020-Q1
    """
    wanted = Quarter.parse(quarter)
    door.allow(Permission.SEND)
    door.confirm(f"Give up the digest of {wanted.words} for whoever has not got it, for good?")
    with door.acting(Permission.SEND) as acting:
        owner = newsletters.find(acting.tx, newsletter)
        people = digesting.cancel(acting.tx, owner.id, wanted, acting.now)
        acting.record("digest.cancel", f"newsletter {owner.name}", quarter=str(wanted), people=people)
    door.answer(
        {"newsletter": owner.slug, "quarter": str(wanted), "cancelled": people},
        shown.line(f"{spelled.people(people).capitalize()} will not get it."),
    )


def _report(door: Door, one: Digest) -> Report | None:
    if one.letter_id is None:
        return None
    with door.reading() as tx:
        return mailings.report(tx, one.letter_id)


def _state(one: Digest) -> str:
    return one.note or (one.state.value if one.state is not None else "")


def _audience(report: Report | None) -> str:
    return "" if report is None else f"{report.accepted:,} of {report.audience:,}"


def _document(one: Digest, report: Report | None) -> dict[str, object]:
    return {
        "quarter": str(one.quarter),
        "settled_at": one.settled_at,
        "state": one.state.value if one.state is not None else None,
        "note": one.note,
        "report": asdict(report) if report is not None else None,
    }


digests = click.Group(
    "digests", commands=[list_, resume, cancel], help="One mail a quarter for whoever does not want every issue."
)
