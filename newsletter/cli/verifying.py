"""`newsletter issues verify`: whether the books of a mailing are in order."""

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.exits import Exit
from newsletter.cli.parameters import ISSUE_ID
from newsletter.mail import bookkeeping, conservation
from newsletter.mail.conservation import Books


@click.command("verify")
@click.argument("issue_id", metavar="ID", type=ISSUE_ID, required=False)
@click.option("--all", "takes_all", is_flag=True, help="Every issue that was mailed.")
@common
@pass_door
def verify(door: Door, issue_id: int | None, *, takes_all: bool) -> int:
    """Check a mailing row by row: everybody of its audience stands there once, and all that is written fits together.

    Says in a sentence each what does not, and exits 8 then. It can be run at any time, also while the issue is being mailed.

    Example: newsletter issues verify 5
    """
    if takes_all == (issue_id is not None):
        raise click.UsageError("Say either an ID or --all.")
    with door.reading() as tx:
        wanted = bookkeeping.mailed_issues(tx) if issue_id is None else (issue_id,)
        checked = [bookkeeping.books(tx, one, door.now()) for one in wanted]
    is_sound = not any(conservation.findings(books) for books in checked)
    door.answer(
        {"is_sound": is_sound, "issues": [_document(books) for books in checked]},
        *(shown.line(line) for books in checked for line in _lines(books)),
        *([] if checked else [shown.line("Nothing was mailed yet.")]),
    )
    return Exit.DONE if is_sound else Exit.UNSOUND


def _document(books: Books) -> dict[str, object]:
    found = conservation.findings(books)
    return {
        "issue": books.issue_id,
        "is_sound": not found,
        "audience": books.audience,
        "rows": books.rows,
        "states": dict(books.counts),
        "findings": [{"fault": finding.fault.value, "text": finding.text} for finding in found],
    }


def _lines(books: Books) -> list[str]:
    found = conservation.findings(books)
    if not found:
        return [f"Issue {books.issue_id}: in order, {books.rows:,} rows."]
    return [f"Issue {books.issue_id}: {finding.text}" for finding in found]
