"""The gate in SQL: who may still be written to, asked at the last moment before a body goes out."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Text, Update, and_, bindparam, exists, literal_column, or_, select, update

from newsletter import prepared
from newsletter.letters.letter import ANSWERS, FOR_GUESTS, LetterKind
from newsletter.mail import figures, mailings, partitions, workers
from newsletter.mail.delivery import Delivery, DeliveryState, Passage
from newsletter.mail.figures import Change
from newsletter.mail.mailings import MailingState
from newsletter.prepared import Prepared
from newsletter.tables.mail import IS_OPEN, delivery, mailing, spelled_out
from subscribers.model import EVERY_LIST, SubscriptionState
from subscribers.suppression import OWN_WORD
from subscribers.tables.evidence import suppression
from subscribers.tables.kinds import Instant
from subscribers.tables.lists import subscription
from subscribers.transaction import Transaction

S = DeliveryState


def mark(tx: Transaction, worker_id: str, deliveries: Sequence[Delivery], now: datetime) -> dict[int, Passage]:
    """Mark those of *deliveries* as sending that may be sent at this very moment; settle the others with the reason.

    Gives what was said to each, by its id.

    This is the gate: the last thing before a body goes out, and the only place from which one may. Commit before sending.
    A worker calls it at no moment twice.
    """
    ids, letters = [one.id for one in deliveries], partitions.between([one.letter_id for one in deliveries])
    marked = _MARK.count(tx, its_ids=ids, its_worker=worker_id, its_moment=now, **letters)
    if marked == len(ids):
        return dict.fromkeys(ids, Passage.GRANTED)
    of_us = (delivery.c.worker_id == worker_id, delivery.c.state == S.SENDING, delivery.c.sending_at == now)
    passages = dict.fromkeys(tx.execute(select(delivery.c.id).where(delivery.c.id.in_(ids), *of_us)).scalars(), Passage.GRANTED)
    held_back = [delivery_id for delivery_id in ids if delivery_id not in passages]
    return passages | _settle_held_back(tx, worker_id, held_back, now)


def _is_of_kind(*kinds: LetterKind) -> ColumnElement[bool]:
    # Under a name of its own: one of the statements it stands in speaks of mailings already.
    its = mailing.alias("its_mailing")
    of_it = select(its.c.letter_id).where(its.c.letter_id == delivery.c.letter_id, spelled_out(its.c.kind, *kinds))
    # Said, because it may stand two statements deep, where SQLAlchemy would take all deliveries for this one.
    return of_it.correlate(delivery).exists()


def _is_confirmed() -> ColumnElement[bool]:
    return exists().where(
        subscription.c.id == delivery.c.subscription_id,
        subscription.c.state == SubscriptionState.CONFIRMED.value,
    )


def _suppressions() -> ColumnElement[bool]:
    return and_(
        suppression.c.email_hash == delivery.c.email_hash,
        or_(suppression.c.list_id == EVERY_LIST, suppression.c.list_id == delivery.c.list_id),
        # Who left by their own wish may ask to come back, and needs the confirmation for that.
        or_(~spelled_out(suppression.c.reason, *OWN_WORD), ~_is_of_kind(*ANSWERS, *FOR_GUESTS)),
    )


def _is_suppressed() -> ColumnElement[bool]:
    return exists().where(_suppressions())


def _settle_held_back(tx: Transaction, worker_id: str, ids: Sequence[int], now: datetime) -> dict[int, Passage]:
    if not ids:
        return {}
    facts = tx.execute(
        select(
            delivery.c.id,
            delivery.c.letter_id,
            delivery.c.state,
            delivery.c.worker_id,
            mailing.c.state.label("mailing_state"),
            select(suppression.c.reason).where(_suppressions()).limit(1).scalar_subquery().label("suppressed_for"),
            or_(_is_of_kind(LetterKind.PROOF, *ANSWERS, *FOR_GUESTS), _is_confirmed()).label("is_wanted"),
        )
        .join(mailing, mailing.c.letter_id == delivery.c.letter_id)
        .where(delivery.c.id.in_(ids)),
    ).all()
    return dict.fromkeys(ids, Passage.GONE) | {row.id: _hold_back(tx, worker_id, row, now) for row in facts}


def _hold_back(tx: Transaction, worker_id: str, facts: Row[Any], now: datetime) -> Passage:
    if facts.state != S.LEASED or facts.worker_id != worker_id:
        return Passage.GONE
    passage, note = _reason(facts)
    wanted = {Passage.SKIPPED: S.SKIPPED, Passage.CANCELLED: S.CANCELLED}.get(passage, S.PENDING)
    result = tx.execute(
        update(delivery)
        .where(
            delivery.c.id == facts.id,
            delivery.c.letter_id == facts.letter_id,
            delivery.c.state == S.LEASED,
            delivery.c.worker_id == worker_id,
        )
        .values(state=wanted, worker_id="", note=note, settled_at=None if wanted is S.PENDING else now),
    )
    if not result.rowcount:
        return Passage.GONE
    figures.add(tx, Counter([Change(facts.letter_id, wanted)]), worker_id)
    return passage


def _reason(facts: Row[Any]) -> tuple[Passage, str]:
    if facts.mailing_state == MailingState.CANCELLED:
        return Passage.CANCELLED, "cancelled"
    if facts.suppressed_for is not None:
        return Passage.SKIPPED, f"suppressed: {facts.suppressed_for}"
    if not facts.is_wanted:
        return Passage.SKIPPED, "no confirmed subscription"
    # Paused, not adopted, or the lease ran out: nothing is decided about the person.
    return Passage.RETURNED, ""


def _mark(dialect: str) -> Update:
    return (
        update(delivery)
        .where(
            prepared.is_among(dialect, delivery.c.id, "its_ids"),
            partitions.of_letters(dialect),
            partitions.in_state(dialect, S.LEASED),
            delivery.c.worker_id == bindparam("its_worker", type_=Text),
            workers.is_alive(dialect, bindparam("its_worker", type_=Text)),
            mailings.is_adopted(),
            # Added to, so that nobody begins with the mailings that are open: where most letters are notices to one person,
            # PostgreSQL took an issue for one, too, and walked its million people.
            exists().where(mailing.c.letter_id == delivery.c.letter_id + literal_column("0"), IS_OPEN),
            ~_is_suppressed(),
            or_(_is_of_kind(LetterKind.PROOF, *ANSWERS, *FOR_GUESTS), _is_confirmed()),
        )
        .values(state=S.SENDING.value, sending_at=bindparam("its_moment", type_=Instant()))
    )


_MARK = Prepared(_mark)
