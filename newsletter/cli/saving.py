"""How a command saves over a version it knows: who comes second is told what the first one did, and nothing is lost."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import click

from newsletter.cli import shown
from newsletter.cli.door import Door
from newsletter.cli.issueviews import answer_issue
from newsletter.cli.parameters import HIGHEST_ID
from newsletter.errors import Outdated
from newsletter.issues import conflicts, differences, store, versions
from newsletter.issues.model import Issue
from newsletter.issues.snapshot import Label
from newsletter.review import marked
from newsletter.staff.acting import Acting
from newsletter.staff.permissions import Permission

EXPECTED = click.option(
    "--over",
    "expected",
    type=click.IntRange(1, HIGHEST_ID),
    metavar="N",
    help="Only if the issue is at version N still; else what is saved is kept aside.",
)


@dataclass(frozen=True, slots=True)
class Saved:
    """An issue as it is now, and the version it was at before."""

    issue: Issue
    before: Label


def saved(
    door: Door, issue_id: int, write: Callable[[Acting, int | None], Issue], expected: int | None, act: str, **detail: object
) -> Saved:
    """Save by *write*, which is given the version it expects; gives the issue as it is then.

    Raises:
        Outdated: somebody else saved meanwhile; what was to be saved is kept aside under the name the error has.

    """
    try:
        with door.acting(Permission.EDIT) as acting:
            before = Label(store.load(acting.tx, issue_id).version)
            issue = write(acting, expected)
            if issue.version != before.version:
                acting.record(act, f"issue {issue.id}", **detail)
            return Saved(issue, before)
    except Outdated as refused:
        with door.acting(Permission.EDIT) as acting:
            again = acting
            told = conflicts.keep_refused(acting.tx, refused, lambda tx: write(replace(again, tx=tx), None), acting.now)
        raise told from refused


def answer_saved(door: Door, outcome: Saved) -> None:
    """Answer an edit: a person is told what it changed, a program gets that and the issue as it is now."""
    issue = outcome.issue
    with door.reading() as tx:
        before = versions.version_of(tx, issue, outcome.before)
        difference = differences.compare(before, versions.present(tx, issue))
    number = issue.version
    if number == outcome.before.version:
        said = [f"Nothing was changed: {issue.title} (issue {issue.id}) says that already."]
    else:
        said = [f"Saved as version {number} of {issue.title} (issue {issue.id}, {issue.state.words}):"]
        said += marked.lines(difference) or ["It says the same as before."]
        said += [
            "",
            f"newsletter issues show {issue.id} shows the whole issue; newsletter issues undo {issue.id} takes this back.",
        ]
    answer_issue(door, issue, {"changes": marked.document(difference)}, *map(shown.line, said))
