"""`newsletter issues audience`: whom of its list an issue goes to, and how this is told wherever an issue is."""

from dataclasses import dataclass

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.issueviews import load
from newsletter.cli.parameters import issue_argument
from newsletter.issues import editing, selection
from newsletter.issues.model import Issue
from newsletter.issues.selection import Selection
from newsletter.mail import audiences
from newsletter.staff.permissions import Permission
from newsletter.web import spelled
from subscribers.segments import writing


@dataclass(frozen=True, slots=True)
class Readers:
    """Whom an issue would go to now."""

    people: int
    whom: str
    selected: Selection

    @property
    def words(self) -> str:
        """How many, and of whom: `412 people on Readers, in “French readers”`."""
        return f"{spelled.people(self.people)} on {self.whom}"

    @property
    def document(self) -> dict[str, object]:
        """The same as JSON has it."""
        return {
            "people": self.people,
            "included": [one.name for one in self.selected.included],
            "excluded": [one.name for one in self.selected.excluded],
        }


@click.command("audience")
@issue_argument
@click.option("--include", "included", multiple=True, metavar="SEGMENT", help="Only who is in it; say it again for more.")
@click.option("--exclude", "excluded", multiple=True, metavar="SEGMENT", help="Nobody who is in it; say it again for more.")
@click.option("--everybody", "is_everybody", is_flag=True, help="The whole list again.")
@common
@pass_door
def audience(door: Door, issue_id: int, *, included: tuple[str, ...], excluded: tuple[str, ...], is_everybody: bool) -> None:
    """Show whom an issue goes to; or let it go to those of its list who are in a segment, or in none.

    What is said replaces what was said before, and ends an approval as every edit does. The segments are asked when the
    issue is sent, by the rules they had when it was approved.

    Example: newsletter issues audience 5 --include "French readers" --exclude Board
    """
    if is_everybody and (included or excluded):
        raise click.UsageError("Say either --everybody or segments.")
    issue = load(door, issue_id)
    if is_everybody or included or excluded:
        with door.acting(Permission.EDIT) as acting:
            issue = editing.select_people(acting.tx, issue_id, acting.now, included=included, excluded=excluded)
            acting.record("issue.audience", f"issue {issue_id}", included=list(included), excluded=list(excluded))
    found = look(door, issue)
    rules = [
        *(("in", one.name, writing.text(one.rule)) for one in found.selected.included),
        *(("not in", one.name, writing.text(one.rule)) for one in found.selected.excluded),
    ]
    door.answer(
        {"issue": issue.id, "state": issue.state.value, **found.document},
        shown.line(f"{issue.title} goes to {found.words} now."),
        *([shown.table(("", "segment", "rule"), rules)] if rules else []),
    )


def look(door: Door, issue: Issue) -> Readers:
    """Count whom an issue would go to now.

    Raises:
        BadValue: a segment of it cannot be asked any more.

    """
    with door.reading() as tx:
        return Readers(audiences.count(tx, issue, door.now()), audiences.whom(tx, issue), selection.of_issue(tx, issue))
