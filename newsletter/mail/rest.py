"""Sending an issue to those who did not get it, and to nobody twice."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.errors import WrongState
from newsletter.issues import newsletters, readers
from newsletter.issues import store as issues
from newsletter.issues.model import Issue, IssueState
from newsletter.mail import audiences, doubts, mailings, owed, reopening
from newsletter.mail.owed import Owed
from subscribers.sentence import say
from subscribers.transaction import Transaction

# A cancelled issue too: it was given up, and somebody who asks for this takes it up again. Its letter is the one that was
# approved, and nothing of it was edited since.
MAY_BE_SENT = frozenset({IssueState.SENDING, IssueState.SENT, IssueState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Planned:
    """How many are written to that were not before."""

    again: int
    new: int

    @property
    def people(self) -> int:
        """Everybody."""
        return self.again + self.new


def look(tx: Transaction, issue_id: int, now: datetime) -> Owed:
    """Count whom an issue could still be sent to at this moment.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it was never mailed.
        BadValue: a segment of the issue cannot be asked any more.

    """
    issue = issues.load(tx, issue_id)
    return owed.count(tx, _letter_of(tx, issue), audiences.of_issue(tx, issue, now))


def require_possible(tx: Transaction, issue_id: int) -> None:
    """Say now what would keep an issue from being sent to anybody else.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it was never mailed.
        NotAdopted: this database is a copy that nobody has adopted yet.
        BadValue: the newsletter has no postal address, which the law asks for in every mail, or its list is archived.

    """
    issue = issues.load(tx, issue_id)
    mailings.require_adopted(tx)
    _letter_of(tx, issue)
    newsletters.require_mailable(tx, newsletters.by_id(tx, issue.newsletter_id), readers.list_of(tx, issue))


def send_rest(tx: Transaction, issue_id: int, now: datetime, *, also_new: bool) -> Planned:
    """Plan an issue for everybody of its audience who may be written to and has not got it; *also_new*: and for newcomers.

    The issue is being sent from then on, and sent when they are settled. When there is nobody, nothing changes.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it was never mailed.
        NotAdopted: this database is a copy that nobody has adopted yet.
        BadValue: the newsletter has no postal address, which the law asks for in every mail, its list is archived, or a
            segment of the issue cannot be asked any more.

    """
    require_possible(tx, issue_id)
    issue = issues.load(tx, issue_id)
    letter_id, wanted = _letter_of(tx, issue), audiences.of_issue(tx, issue, now)
    found = owed.count(tx, letter_id, wanted)
    if not found.again and not (also_new and found.new):
        return Planned(0, 0)
    issue = reopening.reopen(tx, issue_id, letter_id, MAY_BE_SENT, now)
    # First, as they were counted: a row that goes to another address now leaves its old one to whoever has that meanwhile.
    new = owed.plan_new(tx, letter_id, wanted, now) if also_new else 0
    planned = Planned(owed.plan_again(tx, letter_id, wanted, now), new)
    doubts.tell(tx, issue, letter_id, now)
    return planned


def _letter_of(tx: Transaction, issue: Issue) -> int:
    letter_id = mailings.letter_of_issue(tx, issue.id)
    if letter_id is None or issue.state not in MAY_BE_SENT:
        raise WrongState(issue.id, "sent to the rest", issue.state.words)
    if mailings.is_of_elsewhere(tx, letter_id):
        # Everybody would get it a second time.
        known = say("%(words)s, and who got it is known only where it was mailed", words=issue.state.words)
        raise WrongState(issue.id, "sent to the rest", known)
    return letter_id
