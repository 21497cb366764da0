"""How a page saves over the version it showed: who comes second is told what the first one did, and nothing is lost."""

from collections.abc import Callable

from newsletter.errors import Outdated
from newsletter.issues import authors, conflicts, store
from newsletter.issues.model import Issue
from newsletter.issues.snapshot import Snapshot
from newsletter.staff import audit
from newsletter.web.visits import Site, Visit
from subscribers.transaction import Transaction

# The field of a form that says which version its page showed.
VERSION_FIELD = "version"

# What of an issue is compared to find out whether two people saved the same.
Part = Callable[[Snapshot], object]

# Saves an issue; the number is the version that it must be at, None: at whichever.
Write = Callable[[Transaction, int | None], Issue]


def save(
    site: Site, visit: Visit, issue_id: int, write: Write, act: str, *, part: Part | None = None, **detail: object
) -> Issue:
    """Save by *write* over the version that the form names, and record the *act*; gives the issue as it is then.

    Where but one *part* of the issue is saved, what others did to the rest of it since refuses nothing.

    Raises:
        Outdated: somebody else saved meanwhile; what was to be saved is kept aside under the name the error has.

    """
    database = site.application.database
    try:
        with database.write() as tx:
            authors.sign(tx, visit.actor.name)
            before = store.version_of(tx, issue_id)
            shown = version_shown(visit)
            issue = write(tx, shown if part is None else conflicts.over_part(tx, issue_id, part, shown))
            if issue.version != before:
                audit.record(tx, visit.actor, act, f"issue {issue_id}", detail, visit.now)
            return issue
    except Outdated as refused:
        with database.write() as tx:
            authors.sign(tx, visit.actor.name)
            told = conflicts.keep_refused(tx, refused, lambda again: write(again, None), visit.now)
        raise told from refused


def held(tx: Transaction, issue_id: int, over: int | None) -> Issue:
    """Give an issue and hold it until the transaction ends, for a save that looks at it first.

    Raises:
        Outdated: it is not at the version *over* any more.

    """
    if over is not None:
        store.require_version(tx, issue_id, over)
    return store.load(tx, issue_id)


def seen(tx: Transaction, issue_id: int, over: int | None) -> Issue:
    """Give an issue for a save that takes the newsletter's turn before it holds the issue, as drafting does.

    Raises:
        Outdated: it is not at the version *over* any more.

    """
    issue = store.load(tx, issue_id)
    if over is not None and issue.version != over:
        store.require_version(tx, issue_id, over)
    return issue


def version_shown(visit: Visit) -> int:
    """Give the version that the page with the form showed; 0, which no issue is at, where it does not say."""
    said = visit.text(VERSION_FIELD)
    # Nine digits are more saves than anybody makes.
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= 9 else 0  # noqa: PLR2004 -- see above
