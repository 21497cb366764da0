"""Texts of guests in SQL."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from newsletter.errors import ContributionClosed, GuestLinkNotFound
from newsletter.issues.model import EDITABLE
from newsletter.review.contribution import OWED, Contribution, ContributionState, Reminder, Typed
from newsletter.review.guests import GuestLink
from newsletter.tables.guests import contribution, guest_link
from newsletter.tables.issues import issue
from subscribers.transaction import Transaction

C = ContributionState

_TYPED = tuple(field.name for field in fields(Typed))


def make(tx: Transaction, link: GuestLink, section: str, words: int, due_at: datetime) -> Contribution:
    """Write down what the guest of a link is asked for."""
    made: int = tx.execute(
        insert(contribution)
        .values(
            issue_id=link.issue_id,
            link_id=link.id,
            section=section,
            words=words,
            due_at=due_at,
            state=C.INVITED,
            byline=link.name,
            changed_at=link.made_at,
        )
        .returning(contribution.c.id)
    ).scalar_one()
    return find(tx, link.issue_id, made)


def find(tx: Transaction, issue_id: int, number: int) -> Contribution:
    """Give one contribution of an issue.

    Raises:
        GuestLinkNotFound: there is none of this id.

    """
    return _one(tx, number, contribution.c.id == number, contribution.c.issue_id == issue_id)


def of_link(tx: Transaction, link_id: int) -> Contribution:
    """Give what the guest of a link is asked for.

    Raises:
        GuestLinkNotFound: nothing.

    """
    return _one(tx, link_id, contribution.c.link_id == link_id)


def hold(tx: Transaction, known: Contribution) -> Contribution:
    """Give a contribution as it is now, and let nobody else change it until the transaction ends."""
    tx.execute(select(contribution.c.id).where(contribution.c.id == known.id).with_for_update())
    return find(tx, known.issue_id, known.id)


def contributions_of(tx: Transaction, issue_id: int) -> tuple[Contribution, ...]:
    """Give all contributions to an issue in the order they were asked for."""
    rows = select(contribution).where(contribution.c.issue_id == issue_id).order_by(contribution.c.id)
    return tuple(map(_contribution, tx.execute(rows)))


def keep(tx: Transaction, known: Contribution, typed: Typed, now: datetime) -> Contribution:
    """Keep what a guest typed."""
    return _write(tx, known, asdict(typed), now)


def step(tx: Transaction, known: Contribution, wanted: ContributionState, now: datetime, **more: object) -> Contribution:
    """Lead a contribution to *wanted*, with what is written down with it.

    Raises:
        ContributionClosed: no step leads there.

    """
    if not known.may_become(wanted):
        raise ContributionClosed(known.section, known.state.words)
    return _write(tx, known, {"state": wanted, **more}, now)


def postpone(tx: Transaction, known: Contribution, due_at: datetime) -> None:
    """Ask for a text by another day; of that day the guest is reminded anew."""
    said = {"due_at": due_at, "reminded_at": None, "reminded_late_at": None}
    tx.execute(update(contribution).where(contribution.c.id == known.id).values(said))


def owed(tx: Transaction, limit: int) -> tuple[Contribution, ...]:
    """Give what guests still have to write for issues that are not sent, what is due first first."""
    rows = (
        select(contribution)
        .join(guest_link, guest_link.c.id == contribution.c.link_id)
        .join(issue, issue.c.id == contribution.c.issue_id)
        .where(contribution.c.state.in_(OWED), guest_link.c.revoked_at.is_(None), issue.c.state.in_(EDITABLE))
        # Who was reminded behind the last day is not reminded again.
        .where(contribution.c.reminded_late_at.is_(None))
        .order_by(contribution.c.due_at, contribution.c.id)
        .limit(limit)
    )
    return tuple(map(_contribution, tx.execute(rows)))


def reminded(tx: Transaction, known: Contribution, reminder: Reminder, now: datetime) -> bool:
    """Write down that the guest is reminded; False when somebody else was faster."""
    column = contribution.c.reminded_at if reminder is Reminder.BEFORE else contribution.c.reminded_late_at
    still = (contribution.c.id == known.id, column.is_(None), contribution.c.state.in_(OWED))
    return bool(tx.execute(update(contribution).where(*still).values({column.name: now})).rowcount)


def reminded_by_hand(tx: Transaction, known: Contribution, now: datetime) -> None:
    """Write down that somebody of the staff reminds the guest."""
    tx.execute(update(contribution).where(contribution.c.id == known.id).values(reminded_by_hand_at=now))


def last_reminded(tx: Transaction, address: str) -> datetime | None:
    """Give when the guest of this address was reminded last, of whatever they write and by whomever."""
    columns = (contribution.c.reminded_at, contribution.c.reminded_late_at, contribution.c.reminded_by_hand_at)
    theirs = guest_link.c.id == contribution.c.link_id
    query = select(*map(func.max, columns)).join(guest_link, theirs).where(guest_link.c.address == address)
    return max(filter(None, tx.execute(query).one()), default=None)


def _write(tx: Transaction, known: Contribution, facts: dict[str, Any], now: datetime) -> Contribution:
    tx.execute(update(contribution).where(contribution.c.id == known.id).values(**facts, changed_at=now))
    return find(tx, known.issue_id, known.id)


def _one(tx: Transaction, number: int, *conditions: Any) -> Contribution:  # noqa: ANN401 -- conditions of SQLAlchemy
    row = tx.execute(select(contribution).where(*conditions)).one_or_none()
    if row is None:
        raise GuestLinkNotFound(number)
    return _contribution(row)


def _contribution(row: Row[Any]) -> Contribution:
    return Contribution(
        id=row.id,
        issue_id=row.issue_id,
        link_id=row.link_id,
        section=row.section,
        words=row.words,
        due_at=row.due_at,
        state=ContributionState(row.state),
        typed=Typed(**{name: getattr(row, name) for name in _TYPED}),
        article_id=row.article_id,
        handed_in=row.handed_in,
        agreed_to=row.agreed_to,
        changed_at=row.changed_at,
        reminded_at=row.reminded_at,
        reminded_late_at=row.reminded_late_at,
        reminded_by_hand_at=row.reminded_by_hand_at,
    )
