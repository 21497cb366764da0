"""Gathers for the preflight what its own floor does not know: how many get an issue and got the last, and what the DNS says."""

from datetime import datetime

from newsletter.errors import BadValue
from newsletter.issues import store as issues
from newsletter.issues.model import Issue, IssueState
from newsletter.mail import audiences, mailings
from newsletter.review.facts import Reach
from subscribers.transaction import Transaction


def reach(tx: Transaction, issue_id: int, now: datetime) -> Reach | None:
    """Give how many would get an issue now, and how many were to get the one before; None where nobody can tell.

    Raises:
        IssueNotFound: there is none of this id.

    """
    issue = issues.load(tx, issue_id)
    try:
        people = audiences.count(tx, issue, now)
    except BadValue:
        # A segment of it speaks of what there is not any more; whoever approves or sends it is told so.
        return None
    return Reach(people, audience_before(tx, issue))


def audience_before(tx: Transaction, issue: Issue) -> int | None:
    """Give how many the issue that went out last before this one was for; None: there was none."""
    lines = issues.issues_of(tx, issue.newsletter_id)
    gone = [line for line in lines if line.state is IssueState.SENT and line.letter_id is not None and line.id != issue.id]
    if not gone:
        return None
    before = max(gone, key=lambda line: (line.sent_at or line.created_at, line.id))
    assert before.letter_id is not None
    return mailings.audience_of_letter(tx, before.letter_id)
