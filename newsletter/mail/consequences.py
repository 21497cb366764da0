"""What follows from outcomes: they are written, dead addresses are suppressed, and a mailing that cannot succeed is paused."""

from collections.abc import Sequence
from datetime import datetime

from newsletter.errors import WrongState
from newsletter.issues import alerts, store
from newsletter.letters.letter import FOR_MANY
from newsletter.mail import ledger, mailings
from newsletter.mail.causes import Cause
from newsletter.mail.delivery import DeliveryState, Outcome
from newsletter.mail.mailings import MailingState, Owner
from subscribers import news, suppression
from subscribers.model import Reason
from subscribers.news import News
from subscribers.sentence import say
from subscribers.transaction import Transaction

S = DeliveryState


def record(tx: Transaction, worker_id: str, outcomes: Sequence[Outcome], now: datetime) -> tuple[Outcome, ...]:
    """Write *outcomes* and all that follows from them, in order; gives those that came too late to be written.

    Behind one that pauses a mailing, whoever was refused before the gate is too late: they wait with all the others. Whoever
    was accepted had passed it, so they are written first, all by one statement.
    """
    late = list(ledger.accept(tx, worker_id, [one for one in outcomes if one.verdict.state is S.ACCEPTED], now))
    for outcome in outcomes:
        if outcome.verdict.state is S.ACCEPTED:
            continue
        if ledger.settle(tx, worker_id, [outcome], now):
            late.append(outcome)
            continue
        if outcome.verdict.suppresses:
            _suppress(tx, outcome, now)
        if outcome.verdict.pauses_mailing:
            _alarm(tx, outcome, now)
    return tuple(late)


def _suppress(tx: Transaction, outcome: Outcome, now: datetime) -> None:
    delivery = outcome.delivery
    # As the row has it now, which this transaction holds: since it was claimed, the key of the hashes may have been changed.
    suppression.suppress(tx, ledger.hash_of(tx, delivery.id), Reason.BOUNCED, now)
    if delivery.subscriber_id is None:
        return
    ledger.skip_open_of_subscriber(tx, delivery.subscriber_id, now, f"suppressed: {Reason.BOUNCED}")
    owner = mailings.owner(tx, delivery.letter_id)
    facts = {"cause": Cause.ADDRESS_DEAD.value, "kept_out": True, "issue": owner.issue_id}
    who = {"subscriber_id": delivery.subscriber_id, "list_id": delivery.list_id, "newsletter_id": owner.newsletter_id}
    news.note(tx, News(news.Kind.BOUNCED, now, **who, facts=facts))


def _alarm(tx: Transaction, outcome: Outcome, now: datetime) -> None:
    letter_id = outcome.delivery.letter_id
    owner = mailings.owner(tx, letter_id)
    text = say("The relay would refuse this for everybody: %(words)s", words=outcome.reply.words)
    if owner.kind not in FOR_MANY:
        alerts.raise_alert(tx, f"notices-refused:{owner.kind}", text, now, newsletter_id=owner.newsletter_id)
        return
    pause(tx, letter_id, owner, text, now)


def pause(tx: Transaction, letter_id: int, owner: Owner, text: str, now: datetime) -> bool:
    """Stop a mailing to many that cannot succeed, and tell a person why; False: it is over, or was given up."""
    try:
        # The issue first, as every verb does it: two that lock in opposite order would wait for each other.
        if owner.issue_id is not None:
            store.set_paused(tx, owner.issue_id, now, is_paused=True)
    except WrongState:
        # Sent or cancelled meanwhile.
        return False
    was_open = mailings.change_state(tx, letter_id, MailingState.OPEN, MailingState.PAUSED)
    ledger.give_back(tx, letter_id)
    text = say("%(text)s The mailing is paused.", text=text)
    alerts.raise_alert(tx, pause_key(letter_id), text, now, newsletter_id=owner.newsletter_id, issue_id=owner.issue_id)
    return was_open


def pause_key(letter_id: int) -> str:
    """Give the key of the alert that stands while a letter's mailing is paused by the relay's word."""
    return f"mailing-paused:{letter_id}"
