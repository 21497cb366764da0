"""How near a person is to being kept out for points, newsletter by newsletter."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from newsletter.returns import policy, returnbook, rulebook
from newsletter.returns.model import Cause, Kind
from newsletter.returns.policy import Rules
from newsletter.tables.returns import return_fact
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Points:
    """What stands against the address of a person at one newsletter."""

    newsletter_id: int
    # Issues that met a full mailbox, and days on which one came back for another reason that may pass.
    full: int
    soft: int
    rules: Rules
    # All of them, unless another one comes before.
    forgotten_at: datetime


def points_of(tx: Transaction, subscriber_id: int, now: datetime) -> tuple[Points, ...]:
    """Give the points that count now, of each newsletter from which mail to a person came back."""
    last = (
        select(return_fact.c.newsletter_id, func.max(return_fact.c.delivery_id).label("delivery_id"))
        .where(
            return_fact.c.subscriber_id == subscriber_id,
            return_fact.c.kind == Kind.BOUNCE,
            return_fact.c.newsletter_id.is_not(None),
        )
        .group_by(return_fact.c.newsletter_id)
        .order_by(return_fact.c.newsletter_id)
    )
    found = [_points(tx, row.newsletter_id, row.delivery_id, now) for row in tx.execute(last).all()]
    return tuple(one for one in found if one is not None)


def _points(tx: Transaction, newsletter_id: int, delivery_id: int, now: datetime) -> Points | None:
    target = returnbook.target_of(tx, delivery_id)
    if target is None or target.email_hash != target.present_hash:
        # They have another address since, against which nothing stands.
        return None
    rules = rulebook.rules_of(tx, newsletter_id)
    counted = policy.points(returnbook.bounces_before(tx, target, 0), rules)
    if not counted:
        return None
    forgotten_at = counted[-1].at + timedelta(days=rules.forget_days)
    full = {fact.letter_id for fact in counted if fact.cause is Cause.FULL}
    soft = {fact.at.date() for fact in counted if fact.cause is not Cause.FULL}
    return Points(newsletter_id, len(full), len(soft), rules, forgotten_at) if forgotten_at >= now else None
