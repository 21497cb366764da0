"""Telling the staff what is not a person's doing: what is wrong with our mail, and that too many call it spam."""

from datetime import datetime

from newsletter.issues import alerts
from newsletter.letters.letter import FOR_MANY
from newsletter.mail import consequences, figures
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.mailings import Owner
from newsletter.returns import returnbook, troubles
from newsletter.returns.limits import Level, complaints_at, in_words, is_systemic
from newsletter.returns.model import Cause, Kind, Reading
from newsletter.returns.returnbook import Target
from subscribers.sentence import say
from subscribers.transaction import Transaction


def ours(tx: Transaction, target: Target, reading: Reading, now: datetime) -> None:
    """Tell what is to be mended, once for an issue and cause, and pause its mailing when everybody would meet the same."""
    named = troubles.name(reading)
    text = say(
        "%(trouble)s: mail of “%(subject)s” came back from %(domain)s. They say: %(reason)s",
        trouble=named.words,
        subject=target.subject,
        domain=target.domain or say("somewhere"),
        reason=reading.reason or reading.status or say("nothing"),
    )
    where = str(target.letter_id) if target.kind in FOR_MANY else target.kind.value
    key = f"returned:{named.trouble}:{named.name}:{where}"
    alerts.raise_alert(tx, key, text, now, newsletter_id=target.newsletter_id, issue_id=target.issue_id)
    if target.kind in FOR_MANY and reading.cause is not None:
        _pause(tx, target, reading.cause, text, now)


def answers(tx: Transaction, target: Target, reading: Reading, now: datetime) -> None:
    """Tell that what readers answer, mailed on to where the newsletter is answered, comes back from there."""
    text = say(
        "What readers answered came back from %(address)s, where the newsletter is answered. They say: %(reason)s",
        address=target.email or say("somewhere"),
        reason=reading.reason or reading.status or say("nothing"),
    )
    key = f"returned-answers:{target.newsletter_id}"
    alerts.raise_alert(tx, key, text, now, newsletter_id=target.newsletter_id)


def complaints(tx: Transaction, target: Target, now: datetime) -> None:
    """Warn before complaints about an issue reach what large providers bear, and when they do."""
    if target.kind not in FOR_MANY:
        return
    count = returnbook.count_of(tx, target.letter_id, Kind.COMPLAINT)
    accepted = figures.kept(tx, target.letter_id).get(DeliveryState.ACCEPTED, 0)
    level = complaints_at(count, accepted)
    if level in {Level.FINE, Level.TOO_FEW}:
        return
    for other in Level:
        if other is not level:
            alerts.settle_alert(tx, _complaints_key(target, other), now)
    share = f"{100 * count / accepted:.2f}" if accepted else "100"
    text = say(
        "%(count)s of %(accepted)s people called “%(subject)s” spam: %(share)s %%. %(limit)s",
        count=count,
        accepted=f"{accepted:,}",
        subject=target.subject,
        share=share,
        limit=in_words(level),
    )
    alerts.raise_alert(
        tx, _complaints_key(target, level), text, now, newsletter_id=target.newsletter_id, issue_id=target.issue_id
    )


def _pause(tx: Transaction, target: Target, cause: Cause, text: str, now: datetime) -> None:
    key = f"returned-paused:{cause}:{target.letter_id}"
    # Whoever lets it go on has looked: what was on its way already comes back for days. Asked before anything is counted,
    # which for each of many thousands would take longer and longer.
    if not target.is_being_mailed or alerts.was_raised(tx, key):
        return
    count = returnbook.count_of(tx, target.letter_id, Kind.BOUNCE, cause)
    accepted = figures.kept(tx, target.letter_id).get(DeliveryState.ACCEPTED, 0)
    if not is_systemic(cause, count, accepted):
        return
    owner = Owner(target.kind, target.newsletter_id, target.issue_id)
    if not consequences.pause(tx, target.letter_id, owner, text, now):
        return
    # Settled at once: it only tells that this was done.
    alerts.raise_alert(tx, key, text, now, newsletter_id=target.newsletter_id, issue_id=target.issue_id)
    alerts.settle_alert(tx, key, now)


def _complaints_key(target: Target, level: Level) -> str:
    return f"complaints-{level}:{target.letter_id}"
