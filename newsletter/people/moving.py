"""Changing one's address: asked for by a link, confirmed from the new address, and announced to the old one."""

from datetime import datetime

from newsletter.issues.model import Newsletter
from newsletter.letters.letter import Draft
from newsletter.mail import dispatch, ledger
from subscribers import confirmations, moves, pending, recognition, records, suppression
from subscribers.address import EmailAddress
from subscribers.consent import Evidence
from subscribers.model import EVERY_LIST, Subscriber
from subscribers.moves import Move, Moved, MoveOutcome, RunOut
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction


def ask(
    tx: Transaction,
    keyring: Keyring,
    question: Draft,
    newsletter: Newsletter,
    person: Subscriber,
    new: EmailAddress,
    now: datetime,
) -> bool:
    """Take a person's wish to get their mail at *new*, and ask there; False when nobody there is to be asked.

    Whoever wished it need not know: they hold a link of the old address, and may know nothing of the new one.
    """
    email_hash = recognition.hash_of(tx, keyring, new.key)
    reason = suppression.reason_of(tx, email_hash, EVERY_LIST)
    if new.key == person.address.key or (reason is not None and reason not in suppression.OWN_WORD):
        return False
    if not confirmations.spend(tx, email_hash, now):
        return False
    number = moves.ask(tx, person, new, now)
    dispatch.notice_to(
        tx, question, person, new, email_hash, now, list_id=newsletter.list_id, newsletter_id=newsletter.id, number=number
    )
    return True


def carry_out(
    tx: Transaction,
    keyring: Keyring,
    announcement: Draft,
    newsletter: Newsletter,
    move: Move,
    now: datetime,
    evidence: Evidence,
) -> MoveOutcome:
    """Give the person the new address, and tell the old one, which can take it back.

    What is under way goes on to the old address; everything planned from now on goes to the new one.
    """
    if not moves.is_open(tx, move, now):
        return RunOut()
    _clear(tx, move.new, move.subscriber_id, now)
    outcome = moves.carry_out(tx, keyring, move, now, evidence)
    if isinstance(outcome, Moved):
        dispatch.notice_to(
            tx,
            announcement,
            outcome.subscriber,
            move.old,
            recognition.hash_of(tx, keyring, move.old.key),
            now,
            list_id=newsletter.list_id,
            newsletter_id=newsletter.id,
            number=move.id,
        )
    return outcome


def take_back(tx: Transaction, keyring: Keyring, move: Move, now: datetime, evidence: Evidence) -> MoveOutcome:
    """Give the person their former address again, because whoever reads its mail says that it was not them."""
    if not moves.can_be_undone(tx, move, now):
        return RunOut()
    _clear(tx, move.old, move.subscriber_id, now)
    return moves.take_back(tx, keyring, move, now, evidence)


def _clear(tx: Transaction, address: EmailAddress, subscriber_id: int, now: datetime) -> None:
    """Let no wish that was never confirmed stand in the way of an address's owner, who says now what they want."""
    stranger = moves.stranger_at(tx, address)
    if stranger is None or stranger.id == subscriber_id:
        return
    # Held, and asked again: a yes of theirs may have come in between.
    records.hold_person(tx, stranger.id)
    if moves.stranger_at(tx, address) is None:
        return
    ledger.forget(tx, stranger.id, now)
    pending.forget(tx, stranger)
