"""Uncertain deliveries: who they are, and how they are settled, by a person's word, by the relay's log, or by a setting.

Between the last byte of a message and the relay's answer nobody can know what became of it (RFC 1047). Such a delivery is
held; it is never mailed again unless somebody says so, here or by NEWSLETTER_UNCERTAIN=resend.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from newsletter.errors import BadValue, NotAdopted, WrongState
from newsletter.issues import alerts
from newsletter.issues import store as issues
from newsletter.issues.model import Issue, IssueState
from newsletter.mail import again, mailings, message, reopening, uncertain
from newsletter.mail.uncertain import Doubt
from newsletter.staff import audit
from newsletter.staff.permissions import Actor
from subscribers.sentence import say
from subscribers.tokens import Keyring, Purpose
from subscribers.transaction import Transaction

# A relay may answer ten minutes late (RFC 5321 4.5.3.2.6), and a mailer that was only asleep wakes up: after this long
# neither is still at work on the message.
RESEND_AFTER = timedelta(minutes=30)

# Who did it, in the audit, where a setting did.
BY_SETTING = Actor("the worker", None)
SETTING_NOTE = "mailed again, by NEWSLETTER_UNCERTAIN=resend"

# Of these an issue may be that is mailed again; a cancelled one was given up.
MAY_BE_MAILED = frozenset({IssueState.SENDING, IssueState.SENT})


@dataclass(frozen=True, slots=True)
class PutBack:
    """What became of uncertain deliveries that were to be mailed again."""

    # Pending; the gate asks once more whether they may be written to.
    resent: int
    # Settled as skipped: nobody can be written to any more.
    erased: int


def message_id(keyring: Keyring, doubt: Doubt) -> str:
    """Give the Message-ID under which a delivery went out, and would go out again."""
    return message.message_id(keyring.seal(Purpose.DELIVERY, doubt.delivery_id), doubt.sender_domain)


def of_issue(tx: Transaction, issue_id: int) -> tuple[Doubt, ...]:
    """Give the uncertain deliveries of an issue, none before it was mailed.

    Raises:
        IssueNotFound: there is none of this id.

    """
    issues.load(tx, issue_id)
    letter_id = mailings.letter_of_issue(tx, issue_id)
    return () if letter_id is None else uncertain.doubts_of(tx, letter_id)


def chosen(doubts: Sequence[Doubt], addresses: Mapping[str, str]) -> tuple[Doubt, ...]:
    """Give those of *doubts* that were asked for by address; *addresses* holds each under its hash.

    Raises:
        BadValue: the delivery to one of the addresses is not uncertain.

    """
    known = {doubt.email_hash for doubt in doubts}
    for email_hash, address in addresses.items():
        if email_hash not in known:
            raise BadValue(say("address"), address, say("its delivery is not uncertain"))
    return tuple(doubt for doubt in doubts if doubt.email_hash in addresses)


def call_sent(tx: Transaction, doubts: Sequence[Doubt], who: str, now: datetime) -> int:
    """Settle uncertain deliveries as accepted, by somebody's word; gives how many."""
    accepted = uncertain.accept(tx, [doubt.delivery_id for doubt in doubts], now, f"accepted by the word of {who}")
    tell_all(tx, doubts, now)
    return accepted


def resend(tx: Transaction, doubts: Sequence[Doubt], note: str, now: datetime) -> PutBack:
    """Let uncertain deliveries be mailed again: the same bytes, the same Message-ID; their mailings are opened for it.

    Raises:
        WrongState: their issue was cancelled.
        NotAdopted: this database is a copy that nobody has adopted yet.

    """
    resent = erased = 0
    for _, those in groupby(sorted(doubts, key=_by_letter), key=_by_letter):
        some = list(those)
        _open(tx, some[0], now)
        ids = [doubt.delivery_id for doubt in some]
        erased += again.let_go_erased(tx, ids, now)
        resent += again.put_back(tx, ids, now, note)
    tell_all(tx, doubts, now)
    return PutBack(resent, erased)


def resend_due(tx: Transaction, now: datetime) -> int:
    """Do what NEWSLETTER_UNCERTAIN=resend stands for: whoever has been uncertain for half an hour is mailed again.

    Once for each delivery: when its fate is lost a second time it is held. Gives how many.
    """
    found = uncertain.due(tx, now - RESEND_AFTER)
    resent = 0
    for _, those in groupby(found, key=_by_letter):
        some = tuple(those)
        try:
            done = resend(tx, some, SETTING_NOTE, now)
        except (WrongState, NotAdopted):
            # Given up meanwhile, or a copy, which mails nothing.
            continue
        issue_id = some[0].issue_id
        subject = f"letter {some[0].letter_id}" if issue_id is None else f"issue {issue_id}"
        audit.record(tx, BY_SETTING, "uncertain.resend", subject, {"resent": done.resent, "erased": done.erased}, now)
        resent += done.resent
    return resent


def tell(tx: Transaction, issue: Issue, letter_id: int, now: datetime) -> None:
    """Leave to a person what is uncertain once an issue is sent: only they can ask the relay; settle it when nothing is."""
    key = f"issue-uncertain:{issue.id}"
    left = uncertain.count(tx, letter_id)
    # Told anew, so that the number is the present one.
    alerts.settle_alert(tx, key, now)
    if not left or issue.state is IssueState.SENDING:
        return
    whom = "1 person" if left == 1 else say("%(left)s people", left=f"{left:,}")
    text = say(
        "Whether %(whom)s got %(title)s is not known: the answer of the relay was lost. The relay's log may tell what "
        "became of them: newsletter uncertain list %(id)s",
        whom=whom,
        title=issue.title,
        id=issue.id,
    )
    alerts.raise_alert(tx, key, text, now, newsletter_id=issue.newsletter_id, issue_id=issue.id)


def tell_all(tx: Transaction, doubts: Sequence[Doubt], now: datetime) -> None:
    """Bring the alerts of all issues in step of which *doubts* were settled."""
    for issue_id, letter_id in sorted({(doubt.issue_id, doubt.letter_id) for doubt in doubts if doubt.issue_id is not None}):
        tell(tx, issues.load(tx, issue_id), letter_id, now)


def _open(tx: Transaction, doubt: Doubt, now: datetime) -> None:
    if doubt.issue_id is not None:
        reopening.reopen(tx, doubt.issue_id, doubt.letter_id, MAY_BE_MAILED, now)
        return
    mailings.require_adopted(tx)
    again.hold(tx, doubt.letter_id, None)
    again.open_mailing(tx, doubt.letter_id)


def _by_letter(doubt: Doubt) -> int:
    return doubt.letter_id
