"""Gathers for the preflight what its own floor does not know: how many get an issue and got the last, and what the DNS says."""

from datetime import datetime

from newsletter.errors import BadValue
from newsletter.issues import store as issues
from newsletter.issues.model import Issue, IssueState, Newsletter
from newsletter.mail import audiences, dkimkeys, mailings, relaybook
from newsletter.mail.dkimkeys import KeyState
from newsletter.mail.relays import Relay
from newsletter.mail.senderlook import Asked
from newsletter.mail.senderproof import Proof, Standing
from newsletter.review.facts import Reach, SenderTrouble
from subscribers.sentence import say
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


def sender_of(tx: Transaction, newsletter: Newsletter, return_domain: str, setting: Relay | None) -> Asked:
    """Give what the DNS is asked about the sender of a newsletter; *return_domain* is that of the setting, perhaps empty."""
    domain = newsletter.sender_address.rpartition("@")[2].lower()
    keys = dkimkeys.signing(tx, domain) or tuple(key for key in dkimkeys.all_keys(tx, domain) if key.state is KeyState.MADE)
    relays = tuple((one.name, one.relay.host) for one in relaybook.entries(tx, setting) if one.is_enabled)
    return Asked(domain, return_domain or domain, keys, relays)


def sender_troubles(proof: Proof) -> tuple[SenderTrouble, ...]:
    """Give what an editor should know of it before an issue goes out; the whole picture is the doctor's."""
    if proof.is_turned_away:
        text = say(
            "Receivers are asked to turn mail of this sender away that nothing proves (DMARC p=%(policy)s), and neither "
            "SPF nor DKIM proves this mail.",
            policy=proof.policy,
        )
        return (SenderTrouble(text, say("Publish the records of the DNS that are missing."), is_blocking=True),)
    wrong = (point for point in proof.points if point.standing is Standing.WRONG)
    return tuple(SenderTrouble(point.text, point.mend, is_blocking=False) for point in wrong)
