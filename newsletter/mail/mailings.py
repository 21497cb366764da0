"""Mailings in SQL: a letter on its way to its people, its state, and its figures."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, exists, func, insert, literal, or_, select, update

from newsletter.errors import NotAdopted
from newsletter.issues import newsletters
from newsletter.letters import redirects
from newsletter.letters import store as letters
from newsletter.letters.letter import LetterKind
from newsletter.mail import figures
from newsletter.mail.delivery import DeliveryState, Report, lane
from newsletter.mail.figures import Change
from newsletter.mail.message import Facts
from newsletter.prepared import Prepared
from newsletter.tables.instance import instance
from newsletter.tables.issues import issue, newsletter
from newsletter.tables.letters import letter
from newsletter.tables.mail import IS_HELD, IS_OPEN, IS_WAITING, delivery, figure, mailing, spelled_out
from newsletter.tables.relays import domain_rate
from subscribers.tables.kinds import Instant, Number
from subscribers.tables.lists import mailing_list
from subscribers.transaction import Transaction

S = DeliveryState


class MailingState(StrEnum):
    """Whether a letter's people are being written to."""

    OPEN = "open"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Owner:
    """What a letter was made for."""

    kind: LetterKind
    newsletter_id: int | None
    issue_id: int | None


@dataclass(frozen=True, slots=True)
class Exhausted:
    """A mailing that has nobody left to write to."""

    letter_id: int
    # None for notices and proofs.
    issue_id: int | None


@dataclass(frozen=True, slots=True)
class Due:
    """A letter that somebody could be written to with now."""

    letter_id: int
    # Whether what its people answered goes into it.
    has_answers: bool


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What is left to do."""

    # Somebody could be written to now or in a moment.
    is_ready: bool
    # Somebody is in the hands of a worker, living or dead.
    is_held: bool

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to mail and nothing to wait for."""
        return not (self.is_ready or self.is_held)


def is_copy(tx: Transaction) -> bool:
    """Whether this database is a copy that nobody has adopted: nothing is mailed from it."""
    return not tx.execute(select(is_adopted())).scalar_one()


def require_adopted(tx: Transaction) -> None:
    """Raise NotAdopted when this database is a copy that nobody has adopted."""
    if is_copy(tx):
        raise NotAdopted


def is_adopted() -> ColumnElement[bool]:
    """Give the condition that this database is no copy."""
    return exists().where(instance.c.is_adopted == 1)


def begin(tx: Transaction, letter_id: int, kind: LetterKind, now: datetime) -> None:
    """Open the mailing of a frozen letter; its people follow."""
    tx.execute(
        insert(mailing).values(
            letter_id=letter_id,
            kind=kind,
            lane=lane(kind),
            state=MailingState.OPEN,
            audience=0,
            planned_at=now,
        ),
    )


def set_audience(tx: Transaction, letter_id: int, audience: int) -> None:
    """Write down how many people the letter is for; the figures must add up to it for ever."""
    tx.execute(update(mailing).where(mailing.c.letter_id == letter_id).values(audience=audience))


def audience_of_letter(tx: Transaction, letter_id: int) -> int | None:
    """Give how many people a letter was planned for; None: it never was."""
    found: int | None = tx.execute(select(mailing.c.audience).where(mailing.c.letter_id == letter_id)).scalar_one_or_none()
    return found


def planned_at(tx: Transaction, letter_id: int) -> datetime | None:
    """Give when a letter was planned for its people; None: it never was."""
    found: datetime | None = tx.execute(
        select(mailing.c.planned_at).where(mailing.c.letter_id == letter_id)
    ).scalar_one_or_none()
    return found


def load(tx: Transaction, letter_id: int) -> Facts:
    """Give what the messages of a letter need to know."""
    row = tx.execute(
        select(mailing.c.kind, mailing.c.planned_at, mailing_list.c.slug, newsletter.c.id, issue.c.id, issue.c.number)
        .select_from(mailing)
        .join(letter, letter.c.id == mailing.c.letter_id)
        .outerjoin(mailing_list, mailing_list.c.id == letter.c.list_id)
        .outerjoin(newsletter, newsletter.c.id == letter.c.newsletter_id)
        .outerjoin(issue, issue.c.id == letter.c.issue_id)
        .where(mailing.c.letter_id == letter_id),
    ).one()
    kind, planned_at, list_slug, newsletter_id, issue_id, number = row
    paper = newsletters.by_id(tx, newsletter_id) if newsletter_id is not None else None
    return Facts(
        letter_id=letter_id,
        draft=letters.load(tx, letter_id).draft,
        kind=LetterKind(kind),
        planned_at=planned_at,
        list_slug=list_slug or "",
        newsletter_slug=paper.slug if paper is not None else "",
        issue_number=number or 0,
        issue_id=issue_id or 0,
        is_shown=paper is None or paper.is_shown,
        counted={one.url: one.token for one in redirects.of_letter(tx, letter_id)},
    )


def owner(tx: Transaction, letter_id: int) -> Owner:
    """Give what a letter was made for."""
    row = tx.execute(
        select(mailing.c.kind, letter.c.newsletter_id, letter.c.issue_id)
        .join(letter, letter.c.id == mailing.c.letter_id)
        .where(mailing.c.letter_id == letter_id),
    ).one()
    return Owner(LetterKind(row.kind), row.newsletter_id, row.issue_id)


def change_state(tx: Transaction, letter_id: int, before: MailingState, after: MailingState) -> bool:
    """Lead a mailing from *before* to *after*; False when it was not there."""
    result = tx.execute(
        update(mailing).where(mailing.c.letter_id == letter_id, mailing.c.state == before).values(state=after),
    )
    return bool(result.rowcount)


def cancel(tx: Transaction, letter_id: int, now: datetime) -> int:
    """End a mailing for good; gives how many people go without the letter. What is on the wire goes on."""
    tx.execute(
        update(mailing)
        .where(mailing.c.letter_id == letter_id, mailing.c.state.in_([MailingState.OPEN, MailingState.PAUSED]))
        .values(state=MailingState.CANCELLED, finished_at=now),
    )
    return cancel_rest(tx, letter_id, now)


def cancel_rest(tx: Transaction, letter_id: int, now: datetime) -> int:
    """Cancel everybody of a cancelled mailing who is not on the wire; gives how many."""
    total = 0
    # Whoever is deferred counts as such. Somebody may come from one of the two states into the other meanwhile.
    while changed := _cancel_those(tx, letter_id, now, S.DEFERRED) + _cancel_those(tx, letter_id, now, S.PENDING, S.LEASED):
        total += changed
    return total


def _cancel_those(tx: Transaction, letter_id: int, now: datetime, *states: DeliveryState) -> int:
    changed = tx.execute(
        update(delivery)
        .where(delivery.c.letter_id == letter_id, delivery.c.state.in_(states))
        .values(state=S.CANCELLED, worker_id="", settled_at=now, note="cancelled"),
    ).rowcount
    figures.add(tx, Counter({Change(letter_id, S.CANCELLED): changed}))
    if S.DEFERRED in states:
        figures.add(tx, Counter({Change(letter_id, S.DEFERRED): -changed}))
    return changed


def cancelled_with_rest(tx: Transaction) -> list[int]:
    """Give the cancelled mailings with somebody who came back from the wire, or from a dead worker, after the cancelling."""
    of_it = and_(delivery.c.letter_id == mailing.c.letter_id, IS_WAITING)
    return list(
        tx.execute(
            select(mailing.c.letter_id).where(mailing.c.state == MailingState.CANCELLED, exists().where(of_it)),
        ).scalars(),
    )


def due(tx: Transaction, now: datetime, limit: int) -> list[Due]:
    """Give the letters that somebody could be written to with now, in the order they are mailed; none in a copy."""
    rows = _DUE.run(tx, its_moment=now, its_limit=limit)
    return [Due(row.letter_id, bool(row.has_answers)) for row in rows]


def exhausted(tx: Transaction) -> tuple[Exhausted, ...]:
    """Give the open mailings whose people are all settled.

    Asked of the rows and never counted up, so nothing can be called finished that is not.
    """
    its = delivery.c.letter_id == mailing.c.letter_id
    is_left = or_(exists().where(its, IS_WAITING), exists().where(its, IS_HELD))
    rows = tx.execute(
        select(mailing.c.letter_id, mailing.c.kind, letter.c.issue_id)
        .join(letter, letter.c.id == mailing.c.letter_id)
        .where(IS_OPEN, ~is_left),
    )
    return tuple(Exhausted(row.letter_id, row.issue_id if row.kind == LetterKind.ISSUE else None) for row in rows)


def close(tx: Transaction, letter_id: int, now: datetime) -> bool:
    """Call a mailing finished; False when it is not open any more."""
    result = tx.execute(
        update(mailing).where(mailing.c.letter_id == letter_id, IS_OPEN).values(state=MailingState.FINISHED, finished_at=now),
    )
    return bool(result.rowcount)


def outstanding(tx: Transaction, now: datetime) -> Outstanding:
    """Tell whether there is anything to mail now; later tries of deferred people and paused mailings do not count."""
    is_pending = exists().where(delivery.c.letter_id == mailing.c.letter_id, delivery.c.state == S.PENDING)
    ready = or_(
        exists().where(IS_OPEN, _has_due(), is_adopted()),
        # Those at whom the connection was lost wait for some seconds.
        exists().where(IS_OPEN, is_pending, is_adopted()),
    )
    held = exists().where(IS_HELD)
    row = tx.execute(select(ready.label("ready"), held.label("held")), {"its_moment": now}).one()
    return Outstanding(bool(row.ready), bool(row.held))


def _has_due() -> ColumnElement[bool]:
    now = bindparam("its_moment", type_=Instant())
    # Whoever waits for a domain stands in a queue of its own.
    is_paced_due = (
        select(domain_rate.c.domain)
        .where(_earliest(domain_rate.c.domain, mailing, domain_rate) <= now)
        .correlate(mailing)
        .exists()
    )
    return or_(_earliest(literal(""), mailing) <= now, is_paced_due)


def _earliest(domain: ColumnElement[str], *outer: FromClause) -> ColumnElement[datetime]:
    # Asked for the earliest, because EXISTS with a bound on the moment made PostgreSQL walk everybody who is deferred.
    return (
        select(delivery.c.not_before)
        .where(delivery.c.letter_id == mailing.c.letter_id, delivery.c.paced_domain == domain, IS_WAITING)
        .order_by(delivery.c.not_before)
        .limit(1)
        .correlate(*outer)
        .scalar_subquery()
    )


def newest_plan(tx: Transaction) -> datetime | None:
    """Give when the newest open mailing was planned; None: there is none."""
    moment: datetime | None = tx.execute(select(func.max(mailing.c.planned_at)).where(IS_OPEN)).scalar_one()
    return moment


def waiting(tx: Transaction) -> int:
    """Tell whom open mailings have still to reach; for a progress bar."""
    audience = select(func.coalesce(func.sum(mailing.c.audience), 0)).where(IS_OPEN).scalar_subquery()
    settled = (
        select(func.coalesce(func.sum(figure.c.people), 0))
        .join(mailing, mailing.c.letter_id == figure.c.letter_id)
        .where(IS_OPEN, figure.c.state != S.DEFERRED)
        .scalar_subquery()
    )
    return int(tx.execute(select(audience - settled)).scalar_one())


def issues_under_way(tx: Transaction) -> int:
    """Count the mailings of issues that are not at their end, those that are paused among them."""
    under_way = spelled_out(mailing.c.state, MailingState.OPEN, MailingState.PAUSED)
    return tx.execute(select(func.count()).where(under_way, mailing.c.kind == LetterKind.ISSUE)).scalar_one()


def letter_of_issue(tx: Transaction, issue_id: int) -> int | None:
    """Give the letter by which an issue was mailed, None when it was not."""
    return tx.execute(
        select(mailing.c.letter_id)
        .join(letter, letter.c.id == mailing.c.letter_id)
        .where(letter.c.issue_id == issue_id, mailing.c.kind == LetterKind.ISSUE),
    ).scalar_one_or_none()


def is_of_elsewhere(tx: Transaction, letter_id: int) -> bool:
    """Whether a letter was mailed by another instance: only its figures came here, and nobody knows here who got it."""
    audience = tx.execute(select(mailing.c.audience).where(mailing.c.letter_id == letter_id)).scalar_one()
    has_rows = exists().where(delivery.c.letter_id == letter_id)
    return bool(audience) and not tx.execute(select(has_rows)).scalar_one()


def report(tx: Transaction, letter_id: int) -> Report:
    """Give the figures of one letter."""
    people = figures.kept(tx, letter_id)
    audience = tx.execute(select(mailing.c.audience).where(mailing.c.letter_id == letter_id)).scalar_one()
    return Report(
        audience=audience,
        accepted=people.get(S.ACCEPTED, 0),
        refused=people.get(S.REFUSED, 0),
        deferred=people.get(S.DEFERRED, 0),
        uncertain=people.get(S.UNCERTAIN, 0),
        skipped=people.get(S.SKIPPED, 0),
        cancelled=people.get(S.CANCELLED, 0),
        pending=audience - sum(people.values()),
    )


_DUE = Prepared(
    lambda _dialect: (
        select(mailing.c.letter_id, mailing.c.has_answers)
        .where(IS_OPEN, _has_due(), is_adopted())
        .order_by(mailing.c.lane, mailing.c.letter_id)
        .limit(bindparam("its_limit", type_=Number))
    )
)
