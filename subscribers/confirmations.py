"""Confirmations: promised by mail, used once, voided by a no, and so few that nobody can be flooded with them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, union_all, update

from subscribers.tables.limits import asked_mail
from subscribers.tables.lists import confirmation
from subscribers.transaction import Transaction

# A form that anybody may fill in with anybody's address must not become a way to flood that address
# (73,000 requests in one case on record).
BETWEEN_REQUESTS = timedelta(minutes=15)
MOST_REQUESTS = 3
MOST_REQUESTS_WITHIN = timedelta(days=1)

# How long the button in a confirmation works.
CONFIRMATION_LIFE = timedelta(days=7)


def next_request_at(earlier: Sequence[datetime], now: datetime) -> datetime:
    """Decide when an address may be asked again, given when it was asked within the last day, newest first."""
    if not earlier:
        return now
    soonest = earlier[0] + BETWEEN_REQUESTS
    if len(earlier) < MOST_REQUESTS:
        return soonest
    return max(soonest, earlier[MOST_REQUESTS - 1] + MOST_REQUESTS_WITHIN)


def recent(tx: Transaction, email_hash: str, now: datetime) -> tuple[datetime, ...]:
    """Give when somebody had a mail sent to this address within the last day, on any list and at any door, newest first."""
    since = now - MOST_REQUESTS_WITHIN
    asked = union_all(
        select(confirmation.c.requested_at.label("at")).where(
            confirmation.c.email_hash == email_hash, confirmation.c.requested_at > since, confirmation.c.is_return == 0
        ),
        select(asked_mail.c.at).where(asked_mail.c.email_hash == email_hash, asked_mail.c.at > since),
    ).subquery()
    return tuple(tx.execute(select(asked.c.at).order_by(asked.c.at.desc()).limit(MOST_REQUESTS)).scalars())


def spend(tx: Transaction, email_hash: str, now: datetime) -> bool:
    """Count a mail, other than a confirmation, that somebody has sent to this address; False when there were enough."""
    if next_request_at(recent(tx, email_hash, now), now) > now:
        return False
    tx.execute(insert(asked_mail).values(email_hash=email_hash, at=now))
    return True


def tidy(tx: Transaction, now: datetime) -> None:
    """Forget the mails asked for more than a day ago; confirmations go with their subscriptions."""
    tx.execute(delete(asked_mail).where(asked_mail.c.at <= now - MOST_REQUESTS_WITHIN))


def promise(tx: Transaction, subscription_id: int, email_hash: str, now: datetime) -> int:
    """Write down that the person is asked by mail; gives the number that stands in the link."""
    statement = insert(confirmation).values(
        subscription_id=subscription_id, email_hash=email_hash, requested_at=now, expires_at=now + CONFIRMATION_LIFE
    )
    number: int = tx.execute(statement.returning(confirmation.c.id)).scalar_one()
    return number


def offer_return(tx: Transaction, subscription_id: int, email_hash: str, now: datetime) -> int:
    """Write down that somebody who left may come back by one button; gives the number that stands in the link.

    It is no request: nobody else can have such a mail sent, so it uses up no limit.
    """
    statement = insert(confirmation).values(
        subscription_id=subscription_id,
        email_hash=email_hash,
        requested_at=now,
        expires_at=now + CONFIRMATION_LIFE,
        is_return=True,
    )
    number: int = tx.execute(statement.returning(confirmation.c.id)).scalar_one()
    return number


def subscription_of(tx: Transaction, confirmation_id: int) -> int | None:
    """Give the subscription that a confirmation asks about."""
    found = tx.execute(select(confirmation.c.subscription_id).where(confirmation.c.id == confirmation_id))
    return found.scalar_one_or_none()


def is_good(tx: Transaction, confirmation_id: int, now: datetime) -> bool:
    """Whether a confirmation could still be used; asking changes nothing."""
    unused = (confirmation.c.id == confirmation_id, confirmation.c.used_at.is_(None), confirmation.c.expires_at > now)
    return tx.execute(select(confirmation.c.id).where(*unused)).one_or_none() is not None


def use(tx: Transaction, confirmation_id: int, now: datetime) -> bool:
    """Use a confirmation up; gives whether it was still good for anything."""
    unused = (confirmation.c.id == confirmation_id, confirmation.c.used_at.is_(None), confirmation.c.expires_at > now)
    return tx.execute(update(confirmation).where(*unused).values(used_at=now)).rowcount == 1


def void(tx: Transaction, subscription_id: int, now: datetime, *, leave_returns: bool = False) -> None:
    """Use up what still lies in an inbox: it must not undo what is said after it.

    *leave_returns*: the same no was said once more, and the way back from it stays open.
    """
    unused = [confirmation.c.subscription_id == subscription_id, confirmation.c.used_at.is_(None)]
    if leave_returns:
        unused.append(confirmation.c.is_return == 0)
    tx.execute(update(confirmation).where(*unused).values(used_at=now))
