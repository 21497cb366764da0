"""The books of an issue, in SQL: everything that is to add up, seen in one statement and so at one moment."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, distinct, exists, func, or_, select

from newsletter.errors import WrongState
from newsletter.issues import store as issues
from newsletter.issues.model import IssueState
from newsletter.letters.letter import LetterKind
from newsletter.mail import mailings
from newsletter.mail.conservation import Books
from newsletter.mail.delivery import SETTLED, DeliveryState
from newsletter.mail.figures import COUNTED
from newsletter.mail.workers import LEASE
from newsletter.tables.issues import issue
from newsletter.tables.letters import letter
from newsletter.tables.mail import IS_HELD, attempt, delivery, figure, mailing, worker
from subscribers.transaction import Transaction

S = DeliveryState


def mailed_issues(tx: Transaction) -> tuple[int, ...]:
    """Give the issues that have a mailing here, the first first; of one that was mailed elsewhere only figures came."""
    is_ours = or_(mailing.c.audience == 0, exists().where(delivery.c.letter_id == mailing.c.letter_id))
    return tuple(
        tx.execute(
            select(letter.c.issue_id)
            .join(mailing, mailing.c.letter_id == letter.c.id)
            .where(mailing.c.kind == LetterKind.ISSUE, letter.c.issue_id.is_not(None), is_ours)
            .order_by(letter.c.issue_id),
        ).scalars(),
    )


def books(tx: Transaction, issue_id: int, now: datetime) -> Books:
    """Read the books of an issue.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it was not mailed.

    """
    letter_id = mailings.letter_of_issue(tx, issue_id)
    if letter_id is None or mailings.is_of_elsewhere(tx, letter_id):
        raise WrongState(issue_id, "verified", issues.load(tx, issue_id).state.words)
    row = tx.execute(_books(letter_id, now)).one()
    return Books(
        issue_id=issue_id,
        issue_state=IssueState(row.issue_state),
        is_paused=bool(row.is_paused),
        mailing_state=row.mailing_state,
        audience=row.audience,
        rows=row.rows_,
        counts={state.value: row._mapping[f"in_{state.value}"] for state in DeliveryState},  # noqa: SLF001 -- its public name
        addresses_twice=row.addresses_twice,
        people_twice=row.people_twice,
        held_by_dead=row.held_by_dead,
        attempts_wrong=row.attempts_wrong,
        accepted_without_word=row.accepted_without_word,
        times_wrong=row.times_wrong,
        counters={state.value: int(row._mapping[f"kept_{state.value}"]) for state in COUNTED},  # noqa: SLF001 -- its public name
    )


def _books(letter_id: int, now: datetime) -> Select[Any]:
    of_letter = delivery.c.letter_id == letter_id
    return (
        select(
            issue.c.state.label("issue_state"),
            issue.c.is_paused,
            mailing.c.state.label("mailing_state"),
            mailing.c.audience,
            _number(of_letter).label("rows_"),
            *(_number(of_letter, delivery.c.state == state).label(f"in_{state.value}") for state in DeliveryState),
            *(_kept(letter_id, state).label(f"kept_{state.value}") for state in COUNTED),
            _twice(letter_id, delivery.c.email_hash).label("addresses_twice"),
            _twice(letter_id, delivery.c.subscriber_id).label("people_twice"),
            _number(of_letter, IS_HELD, ~_is_held_by_a_living(now)).label("held_by_dead"),
            _number(of_letter, _attempts_are_wrong()).label("attempts_wrong"),
            _number(of_letter, delivery.c.state == S.ACCEPTED, ~_has_a_word()).label("accepted_without_word"),
            _number(of_letter, _times_are_wrong()).label("times_wrong"),
        )
        .join(letter, letter.c.id == mailing.c.letter_id)
        .join(issue, issue.c.id == letter.c.issue_id)
        .where(mailing.c.letter_id == letter_id)
    )


def _number(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(delivery).where(*conditions).scalar_subquery()


def _kept(letter_id: int, state: DeliveryState) -> ScalarSelect[int]:
    people = func.coalesce(func.sum(figure.c.people), 0)
    return select(people).where(figure.c.letter_id == letter_id, figure.c.state == state).scalar_subquery()


def _twice(letter_id: int, column: ColumnElement[Any]) -> ScalarSelect[int]:
    rows = select(func.count(column) - func.count(distinct(column))).where(delivery.c.letter_id == letter_id)
    return rows.scalar_subquery()


def _is_held_by_a_living(now: datetime) -> ColumnElement[bool]:
    # A lease more is given than a worker has: clocks of several hosts differ, and what is about to be rescued is no fault.
    return exists().where(worker.c.id == delivery.c.worker_id, worker.c.lease_until > now - LEASE)


def _attempts_are_wrong() -> ColumnElement[bool]:
    written = select(func.count()).where(attempt.c.delivery_id == delivery.c.id).scalar_subquery()
    # Acceptance is a try of which no attempt is written. There may be more attempts than tries: the count begins anew when
    # an issue is sent to the rest.
    needed = delivery.c.attempts - case((delivery.c.state == S.ACCEPTED, 1), else_=0)
    had_a_try = delivery.c.state.in_((S.ACCEPTED, S.DEFERRED, S.REFUSED, S.UNCERTAIN))
    return or_(
        and_(delivery.c.attempts > 0, written < needed), and_(had_a_try, delivery.c.attempts < 1), delivery.c.attempts < 0
    )


def _has_a_word() -> ColumnElement[bool]:
    # An erasure empties what the relay said, because it may name the person.
    is_said = or_(delivery.c.reply != "", delivery.c.email == "")
    return or_(and_(delivery.c.code.between(200, 299), is_said), delivery.c.note != "")


def _times_are_wrong() -> ColumnElement[bool]:
    is_settled = delivery.c.state.in_(SETTLED)
    was_sent = delivery.c.state.in_((S.SENDING, S.ACCEPTED, S.UNCERTAIN))
    return or_(
        and_(is_settled, delivery.c.settled_at.is_(None)),
        and_(~is_settled, delivery.c.settled_at.is_not(None)),
        and_(was_sent, delivery.c.sending_at.is_(None)),
    )
