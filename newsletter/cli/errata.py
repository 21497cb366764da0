"""`newsletter issues erratum` and `errata`: what is told beside an issue after it was sent."""

import click

from newsletter.archive import errata as book
from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import issue_argument, read_text
from newsletter.issues import newsletters, store
from newsletter.staff.permissions import LOCAL_OPERATOR, Permission


@click.command("erratum")
@issue_argument
@click.argument("text")
@click.option("--by", metavar="NAME", help="Who corrects, as readers see it. [default: the name of --as]")
@common
@pass_door
def erratum(door: Door, issue_id: int, text: str, *, by: str | None) -> None:
    """Tell what is wrong in an issue that was sent: TEXT stands above its web copy, with the date and a name.

    The letter itself stays as it was mailed, byte for byte. TEXT may be "-" for stdin. It cannot be taken back.

    Example: newsletter issues erratum 5 "The webinar is on 14 February, not on the 13th." --by "The editors"
    """
    said = read_text(text) if text == "-" else text
    with door.acting(Permission.APPROVE) as acting:
        if by is None and acting.actor == LOCAL_OPERATOR:
            raise click.UsageError("Say who corrects, as readers see it: --by NAME, or act --as NAME.")
        made = book.add(acting.tx, issue_id, said, acting.actor.name if by is None else by, acting.now)
        acting.record("issue.erratum", f"issue {issue_id}", text=made.text, by=made.published_by)
    door.answer(
        {"issue": issue_id, "erratum": made.id, "text": made.text, "by": made.published_by, "at": made.published_at},
        shown.line("The web copy carries it from now on."),
    )


@click.command("errata")
@issue_argument
@common
@pass_door
def errata(door: Door, issue_id: int) -> None:
    """Show what was corrected in an issue after it was sent, the earliest first.

    Example: newsletter issues errata 5
    """
    with door.reading() as tx:
        zone = newsletters.by_id(tx, store.load(tx, issue_id).newsletter_id).zone
        found = book.errata_of(tx, issue_id)
    document = [{"erratum": one.id, "text": one.text, "by": one.published_by, "at": one.published_at} for one in found]
    rows = [(shown.moment(one.published_at, zone), one.published_by, one.text) for one in found]
    door.answer({"issue": issue_id, "errata": document}, shown.table(("when", "by", "text"), rows))
