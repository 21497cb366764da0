"""How the instance stands, in SQL: asked of tallies and small tables, so that a million deliveries cost what a thousand do."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select, text

from newsletter.database import Database, DatabaseFault
from newsletter.issues import calendar
from newsletter.issues.model import IssueState
from newsletter.issues.schedule import SlotState
from newsletter.mail import mailings, relaybook
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.mailings import MailingState
from newsletter.mail.relays import Relay
from newsletter.meters import REST
from newsletter.returns import tallies
from newsletter.returns.model import Kind
from newsletter.tables.feeds import feed
from newsletter.tables.issues import alert, issue, newsletter, slot
from newsletter.tables.mail import IS_HELD, IS_OPEN, IS_UNCERTAIN, IS_WAITING, delivery, figure, mailing, worker
from subscribers.transaction import Transaction

S = DeliveryState

# Newsletters that are told by name, the first ones made; an instance that has more is told of the others as one.
MOST_NEWSLETTERS = 100
# More alerts than a person could read, and than one answer needs.
MOST_ALERTS = 2000
# A worker that gave no sign for longer than this is not missed any more: it was replaced.
LOST_FOR = timedelta(days=1)

_POSTGRES_SIZE = text(
    "SELECT pg_database_size(current_database()), pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0'), "
    "has_function_privilege('pg_ls_waldir()', 'execute')"
)
_POSTGRES_LOG = text("SELECT sum(size) FROM pg_ls_waldir()")

_UNDRAFTED = (SlotState.PLANNED, SlotState.DRAFTING)


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest issue of a newsletter that is or was mailed."""

    # 0 while there is none.
    number: int
    # By what became of them.
    people: Mapping[str, int]


NONE_YET = Latest(0, {})


@dataclass(frozen=True, slots=True)
class Paper:
    """One newsletter: its feeds, and what became of its latest issue."""

    slug: str
    # Of the feed that was not read for longest; None without feeds.
    feed_age: timedelta | None
    feeds_failing: int
    latest: Latest


@dataclass(frozen=True, slots=True)
class Size:
    """How large the database is, in bytes; None: it does not say."""

    data: int | None
    log: int | None
    # What was ever written to the log, on PostgreSQL.
    log_written: int | None = None


@dataclass(frozen=True, slots=True)
class Stock:
    """Everything that is the same whichever host is asked."""

    # People of mailings that are open, by how they stand.
    queue: Mapping[str, int]
    queue_age: timedelta
    mailings: Mapping[str, int]
    issues: Mapping[str, int]
    # How long past their time an issue, and a draft, are that did not come.
    issue_late: timedelta
    draft_late: timedelta
    workers: Mapping[str, int]
    relays: Mapping[str, bool]
    # Open ones, by what their keys begin with.
    alerts: Mapping[str, int]
    papers: Sequence[Paper]
    is_copy: bool
    size: Size


def take(tx: Transaction, database: Database, setting: Relay | None, now: datetime) -> Stock:
    """Ask for everything."""
    open_letters = select(mailing.c.letter_id).where(IS_OPEN)
    return Stock(
        queue=_queue(tx),
        queue_age=_queue_age(tx, now),
        mailings={
            MailingState.OPEN: tx.execute(select(func.count()).select_from(open_letters.subquery())).scalar_one(),
            MailingState.PAUSED: _paused(tx),
        },
        issues=_issues(tx),
        issue_late=max((now - one.send_at for one in calendar.due(tx, now)), default=timedelta()),
        draft_late=_draft_late(tx, now),
        workers=_workers(tx, now),
        relays={one.name: one.is_enabled for one in relaybook.entries(tx, setting)},
        alerts=_alerts(tx),
        papers=_papers(tx, now),
        is_copy=mailings.is_copy(tx),
        size=_size(tx, database),
    )


def _queue(tx: Transaction) -> dict[str, int]:
    deferred = _people(tx, S.DEFERRED)
    held = tx.execute(select(func.count()).select_from(delivery).where(IS_HELD)).scalar_one()
    uncertain = tx.execute(select(func.count()).select_from(delivery).where(IS_UNCERTAIN)).scalar_one()
    # Asked one after the other while mail goes out: what settled in between must not make it less than nothing.
    waiting = max(mailings.waiting(tx) - deferred - held, 0)
    return {"waiting": waiting, "held": held, "deferred": deferred, "uncertain": uncertain}


def _people(tx: Transaction, state: DeliveryState) -> int:
    of_open = select(func.coalesce(func.sum(figure.c.people), 0)).join(mailing, mailing.c.letter_id == figure.c.letter_id)
    return int(tx.execute(of_open.where(IS_OPEN, figure.c.state == state)).scalar_one())


def _queue_age(tx: Transaction, now: datetime) -> timedelta:
    """Give how long somebody has been due whom nothing holds up; those of domains with a rate wait by somebody's wish."""
    earliest = (
        select(delivery.c.not_before)
        .where(delivery.c.letter_id == mailing.c.letter_id, delivery.c.paced_domain == "", IS_WAITING)
        .order_by(delivery.c.not_before)
        .limit(1)
        .correlate(mailing)
        .scalar_subquery()
    )
    oldest = tx.execute(select(func.min(earliest)).where(IS_OPEN)).scalar_one()
    return max(now - oldest, timedelta()) if oldest is not None else timedelta()


def _paused(tx: Transaction) -> int:
    # By their issues: to look for them among all mailings would be to read every notice that was ever sent.
    is_its = and_(mailing.c.letter_id == issue.c.letter_id, mailing.c.state == MailingState.PAUSED)
    found = select(func.count()).select_from(issue).join(mailing, is_its).where(issue.c.state == IssueState.SENDING)
    return tx.execute(found).scalar_one()


def _issues(tx: Transaction) -> dict[str, int]:
    rows = tx.execute(select(issue.c.state, func.count().label("people")).group_by(issue.c.state))
    return dict.fromkeys((one.value for one in IssueState), 0) | {row.state: row.people for row in rows}


def _draft_late(tx: Transaction, now: datetime) -> timedelta:
    is_late = (slot.c.state.in_(_UNDRAFTED), slot.c.draft_at <= now)
    earliest: datetime | None = tx.execute(select(func.min(slot.c.draft_at)).where(*is_late)).scalar_one()
    return now - earliest if earliest is not None else timedelta()


def _workers(tx: Transaction, now: datetime) -> dict[str, int]:
    is_running = worker.c.stopped_at.is_(None)
    counted = select(func.count()).select_from(worker)
    alive = tx.execute(counted.where(is_running, worker.c.lease_until > now)).scalar_one()
    lately = (worker.c.lease_until <= now, worker.c.lease_until > now - LOST_FOR)
    return {"alive": alive, "lost": tx.execute(counted.where(is_running, *lately)).scalar_one()}


def _alerts(tx: Transaction) -> dict[str, int]:
    keys = tx.execute(select(alert.c.key).where(alert.c.settled_at.is_(None)).limit(MOST_ALERTS)).scalars()
    return dict(Counter(key.partition(":")[0] for key in keys))


def _papers(tx: Transaction, now: datetime) -> tuple[Paper, ...]:
    slugs = {row.id: row.slug for row in tx.execute(select(newsletter.c.id, newsletter.c.slug).order_by(newsletter.c.id))}
    ages: defaultdict[int, list[timedelta]] = defaultdict(list)
    failing = Counter[int]()
    columns = (feed.c.newsletter_id, feed.c.gathered_at, feed.c.created_at, feed.c.failures)
    for row in tx.execute(select(*columns)):
        ages[row.newsletter_id].append(now - (row.gathered_at or row.created_at))
        failing[row.newsletter_id] += row.failures > 0
    shown, rest = list(slugs)[:MOST_NEWSLETTERS], list(slugs)[MOST_NEWSLETTERS:]
    latest = _latest(tx, shown)
    papers = [Paper(slugs[one], max(ages[one], default=None), failing[one], latest.get(one, NONE_YET)) for one in shown]
    if rest:
        others = max((age for one in rest for age in ages[one]), default=None)
        papers.append(Paper(REST, others, sum(failing[one] for one in rest), NONE_YET))
    return tuple(papers)


def _latest(tx: Transaction, newsletter_ids: Sequence[int]) -> dict[int, Latest]:
    is_mailed = issue.c.state.in_((IssueState.SENDING, IssueState.SENT))
    numbers = select(func.max(issue.c.number).label("number"), issue.c.newsletter_id).where(is_mailed)
    newest = numbers.where(issue.c.newsletter_id.in_(newsletter_ids)).group_by(issue.c.newsletter_id).subquery()
    is_it = and_(issue.c.newsletter_id == newest.c.newsletter_id, issue.c.number == newest.c.number)
    found = tx.execute(select(issue.c.newsletter_id, issue.c.number, issue.c.letter_id).join(newest, is_it)).all()
    letters = [row.letter_id for row in found if row.letter_id is not None]
    people: defaultdict[int, dict[str, int]] = defaultdict(dict)
    counted = select(figure.c.letter_id, figure.c.state, func.sum(figure.c.people).label("people"))
    for row in tx.execute(counted.where(figure.c.letter_id.in_(letters)).group_by(figure.c.letter_id, figure.c.state)):
        people[row.letter_id][row.state] = int(row.people)
    for letter_id, came_back in tallies.of_letters(tx, letters).items():
        people[letter_id] |= {"bounced": came_back.of(Kind.BOUNCE), "complained": came_back.of(Kind.COMPLAINT)}
    return {row.newsletter_id: Latest(row.number, people[row.letter_id]) for row in found}


def _size(tx: Transaction, database: Database) -> Size:
    path = database.path
    if path is not None:
        log = path.with_name(f"{path.name}-wal")
        return Size(path.stat().st_size, log.stat().st_size if log.exists() else 0)
    try:
        with tx.begin_nested():
            data, written, may_list = tx.execute(_POSTGRES_SIZE).one()
            log_size = tx.execute(_POSTGRES_LOG).scalar_one() if may_list else None
    except DatabaseFault:
        # A user who may not ask for it: everything else is told.
        return Size(None, None)
    return Size(int(data), None if log_size is None else int(log_size), int(written))
