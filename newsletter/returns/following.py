"""Carrying out what follows: keeping an address out, taking a person's no, and settling what nobody knew."""

from datetime import datetime

from newsletter.issues import store as issues
from newsletter.letters.letter import LetterKind
from newsletter.mail import doubts, history, ledger, uncertain
from newsletter.mail.delivery import DeliveryState
from newsletter.people import withdraw
from newsletter.returns import alarms, policy, returnbook, rulebook
from newsletter.returns.fate import Followed
from newsletter.returns.model import Kind, Reading
from newsletter.returns.policy import Fact
from newsletter.returns.returnbook import Target
from subscribers import news, records, suppression
from subscribers.consent import Door, Evidence
from subscribers.model import Reason
from subscribers.news import News
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

_NEWS = {Kind.BOUNCE: news.Kind.BOUNCED, Kind.COMPLAINT: news.Kind.COMPLAINED}

# Beside a delivery whose fate was not known until something came back from it.
PROVED = "accepted: something came back from it"


def follow(
    tx: Transaction, keyring: Keyring, fact_id: int, target: Target, reading: Reading, at: datetime, now: datetime
) -> Followed:
    """Decide what follows from a fact that is new, do it, and write it down beside the fact."""
    if target.state is DeliveryState.UNCERTAIN:
        uncertain.accept(tx, [target.delivery_id], now, PROVED)
        if target.issue_id is not None and target.kind is LetterKind.ISSUE:
            doubts.tell(tx, issues.load(tx, target.issue_id), target.letter_id, now)
    if target.subscriber_id is not None and reading.cause not in policy.OURS:
        # Before their suppression and their deliveries, as whoever says yes or no themselves has it.
        records.hold_person(tx, target.subscriber_id)
    fact = Fact(reading.kind, reading.cause, at, target.letter_id, target.kind, target.mailed_at)
    before = returnbook.bounces_before(tx, target, fact_id) if reading.kind is Kind.BOUNCE else ()
    followed = policy.follow(fact, before, rulebook.rules_of(tx, target.newsletter_id))
    if followed is Followed.SUPPRESSED:
        keep_out(tx, target, Reason.COMPLAINED if reading.kind is Kind.COMPLAINT else Reason.BOUNCED, now)
    elif followed is Followed.LEFT and target.subscription_id is not None:
        leave(tx, keyring, target.subscription_id, reading, now)
    returnbook.set_followed(tx, fact_id, followed)
    _tell(tx, target, reading, followed, now)
    if followed is Followed.OURS:
        alarms.ours(tx, target, reading, now)
    elif reading.kind is Kind.BOUNCE and target.kind is LetterKind.ANSWER:
        alarms.answers(tx, target, reading, now)
    elif reading.kind is Kind.COMPLAINT:
        alarms.complaints(tx, target, now)
    return followed


def _tell(tx: Transaction, target: Target, reading: Reading, followed: Followed, now: datetime) -> None:
    """Let other programs be told what is about a person, and no fault of ours."""
    kind = _NEWS.get(reading.kind)
    if kind is None or target.subscriber_id is None or followed is Followed.OURS:
        return
    facts = {
        "cause": reading.cause.value if reading.cause else None,
        "kept_out": followed is Followed.SUPPRESSED,
        "issue": target.issue_id,
    }
    who = {"subscriber_id": target.subscriber_id, "list_id": target.list_id, "newsletter_id": target.newsletter_id}
    news.note(tx, News(kind, now, **who, facts=facts))


def keep_out(tx: Transaction, target: Target, reason: Reason, now: datetime) -> None:
    """Never write again to the address of a delivery, on any list, and keep back what is on its way there.

    Whoever has another address since is not kept out by what came back from the old one; a complaint is about us, and holds
    for both.
    """
    hashes = {target.email_hash}
    if reason is Reason.COMPLAINED and target.present_hash:
        hashes.add(target.present_hash)
    for email_hash in sorted(hashes):
        if not email_hash.startswith(history.FORGOTTEN):
            suppression.suppress(tx, email_hash, reason, now)
    if target.subscriber_id is not None and target.present_hash in hashes:
        ledger.skip_open_of_subscriber(tx, target.subscriber_id, now, f"suppressed: {reason}")


def leave(tx: Transaction, keyring: Keyring, subscription_id: int, reading: Reading, now: datetime) -> None:
    """Take a person's own no to one list, which came by a report or a mail."""
    withdraw.withdraw(tx, keyring, subscription_id, now, Evidence(Door.MAIL, reading.reason))
