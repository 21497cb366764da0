"""How a program saves over a version it knows: who comes second is told so, and nothing is lost."""

from collections.abc import Callable
from dataclasses import replace

from newsletter.errors import Outdated
from newsletter.issues import conflicts, store
from newsletter.issues.model import Issue
from newsletter.staff.acting import Acting
from newsletter.web.api.calls import Call

# Saves an issue; the number is the version that it must be at, None: at whichever.
Write = Callable[[Acting, int | None], Issue]


def save(call: Call, issue_id: int, write: Write, over: int | None, act: str, **detail: object) -> Issue:
    """Save by *write* over the version *over*, and record the *act*; gives the issue as it is then.

    Raises:
        Outdated: somebody else saved meanwhile; what was to be saved is kept aside under the name the error has.

    """
    try:
        with call.acting() as acting:
            before = store.version_of(acting.tx, issue_id)
            issue = write(acting, over)
            if issue.version != before:
                acting.record(act, f"issue {issue_id}", **detail)
            return issue
    except Outdated as refused:
        with call.acting() as acting:
            again = acting
            told = conflicts.keep_refused(acting.tx, refused, lambda tx: write(replace(again, tx=tx), None), acting.now)
        raise told from refused


def seen(acting: Acting, issue_id: int, over: int | None) -> Issue:
    """Give the issue, if it is still at the version *over*, which None asks nothing of.

    Raises:
        Outdated: it was edited since.

    """
    issue = store.load(acting.tx, issue_id)
    if over is not None and issue.version != over:
        raise Outdated(issue.id, issue.version, over)
    return issue
