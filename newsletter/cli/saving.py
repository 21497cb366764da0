"""How a command saves over a version it knows: who comes second is told what the first one did, and nothing is lost."""

from collections.abc import Callable
from dataclasses import replace

import click

from newsletter.cli.door import Acting, Door
from newsletter.cli.parameters import HIGHEST_ID
from newsletter.errors import Outdated
from newsletter.issues import conflicts
from newsletter.issues.model import Issue
from newsletter.staff.permissions import Permission

EXPECTED = click.option(
    "--over",
    "expected",
    type=click.IntRange(1, HIGHEST_ID),
    metavar="N",
    help="Only if the issue is at version N still; else what is saved is kept aside.",
)


def saved(door: Door, write: Callable[[Acting, int | None], Issue], expected: int | None, act: str, **detail: object) -> Issue:
    """Save by *write*, which is given the version it expects; gives the issue as it is then.

    Raises:
        Outdated: somebody else saved meanwhile; what was to be saved is kept aside under the name the error has.

    """
    try:
        with door.acting(Permission.EDIT) as acting:
            issue = write(acting, expected)
            acting.record(act, f"issue {issue.id}", **detail)
            return issue
    except Outdated as refused:
        with door.acting(Permission.EDIT) as acting:
            again = acting
            told = conflicts.keep_refused(acting.tx, refused, lambda tx: write(replace(again, tx=tx), None), acting.now)
        raise told from refused
