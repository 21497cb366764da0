"""An issue whose mailing is over is mailed again for those who have not got it; its state stays true all the way."""

from collections.abc import Collection
from datetime import datetime

from newsletter.errors import WrongState
from newsletter.issues import store as issues
from newsletter.issues.model import ENDED, Issue, IssueState
from newsletter.mail import again, mailings
from subscribers.transaction import Transaction


def reopen(tx: Transaction, issue_id: int, letter_id: int, states: Collection[IssueState], now: datetime) -> Issue:
    """See that the mailing of an issue is under way, and keep it so until the transaction ends; gives the issue as it is then.

    *states* are those from which it may be. The issue is being sent from now on, and sent again when everybody is settled;
    its date stays the first one. A paused mailing stays paused.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it stands in another state.
        NotAdopted: this database is a copy that nobody has adopted yet.

    """
    mailings.require_adopted(tx)
    again.hold(tx, letter_id, issue_id)
    issue = issues.load(tx, issue_id)
    if issue.state not in states:
        raise WrongState(issue_id, "mailed again", issue.state.words)
    if issue.state in ENDED:
        issue = issues.send_again(tx, issue, now)
    again.open_mailing(tx, letter_id)
    return issue
