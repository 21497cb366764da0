"""Imports as the desk has them in hand, in SQL: a file that is mapped, tried and taken in, and an import that is undone.

A file may also hold addresses that are kept out from then on.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import Any, BinaryIO

from sqlalchemy import ColumnElement, Row, delete, func, insert, or_, select, true, update

from newsletter.errors import NewsletterError, NotFound
from newsletter.tables.importwork import import_work, kept_out_by, upload_piece
from subscribers.exchange.model import ImportOrder
from subscribers.model import EVERY_LIST, Reason
from subscribers.sentence import say
from subscribers.suppression import Standing
from subscribers.transaction import Transaction

# A file of addresses that nobody took in by then is deleted: whoever comes back later brings it again.
LIFE = timedelta(days=7)

MOST_IN_HAND = 50

# Of a file in one row: small enough that no driver and no log of a database minds.
PIECE = 1_000_000

# After this long without a word, whoever was at a piece of work is dead, and another process takes it up.
LEASE = timedelta(seconds=30)


class WorkNotFound(NotFound):
    """Nothing of this number is in hand; it may have ended."""

    what = "upload"


class State(StrEnum):
    """How far it is."""

    # Somebody says what the columns hold.
    MAPPING = "mapping"
    # It is tried: what would become of each row.
    TRYING = "trying"
    TRIED = "tried"
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"


S = State

# What somebody is at, or is to be: after a restart it is taken up again.
OPEN = frozenset({S.TRYING, S.RUNNING, S.UNDOING})
# In these it can be said anew how the file is to be read.
CHANGEABLE = frozenset({S.MAPPING, S.TRIED, S.FAILED})


class NotNow(NewsletterError):  # noqa: N818 -- named for the outcome
    """It is in another state than this is done in; somebody else may have been quicker."""

    def __init__(self, work: "Work") -> None:
        self.work = work
        super().__init__(say("Upload %(id)s is at another point by now. Nothing was changed; look at it again.", id=work.id))


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work."""

    id: int
    # Of addresses that are kept out only how the file is read, and the list; which may be EVERY_LIST.
    order: ImportOrder
    # For which reason addresses are kept out whose rows do not say; None: people are taken in.
    reason: Reason | None
    owner: str
    # Who had it taken back.
    undone_by: str
    # By which name its file is kept; empty when it is there no more.
    stored: str
    state: State
    done: int
    report: Mapping[str, Any] | None
    # Of a file of addresses that is taken back: of how many nothing is said any more, and of how many what was said before.
    lifted: int
    restored: int
    trouble: str
    import_id: int | None
    made_at: datetime
    ends_at: datetime


def begin(tx: Transaction, order: ImportOrder, owner: str, stored: str, now: datetime, *, reason: Reason | None = None) -> Work:
    """Take a file in hand: its people are to be taken in, or kept out where a *reason* is said."""
    return _insert(tx, order, owner, now, stored=stored, state=S.MAPPING, reason=reason or "")


def begin_undoing(tx: Transaction, order: ImportOrder, owner: str, import_id: int, now: datetime) -> Work:
    """Take an import in hand that is to be undone; one that is in hand already stays so."""
    known = tx.execute(select(import_work).where(import_work.c.import_id == import_id, import_work.c.state == S.UNDOING))
    row = known.first()
    return _work(row) if row is not None else _insert(tx, order, owner, now, state=S.UNDOING, import_id=import_id)


def by_id(tx: Transaction, work_id: int) -> Work:
    """Give a piece of work.

    Raises:
        WorkNotFound: there is none of this number.

    """
    row = tx.execute(select(import_work).where(import_work.c.id == work_id)).one_or_none()
    if row is None:
        raise WorkNotFound(work_id)
    return _work(row)


def in_hand(
    tx: Transaction,
    *,
    keeps_out: bool = False,
    before: int | None = None,
    lists: Collection[int] | None = None,
    limit: int = MOST_IN_HAND,
) -> tuple[Work, ...]:
    """Give the newest of those by which people are taken in, or kept out; of some *lists* only, or *before* one of them."""
    which = import_work.c.reason != "" if keeps_out else import_work.c.reason == ""
    rows = select(import_work).where(which).order_by(import_work.c.id.desc()).limit(limit)
    if before is not None:
        rows = rows.where(import_work.c.id < before)
    if lists is not None:
        rows = rows.where(import_work.c.list_id.in_(sorted(lists)))
    return tuple(_work(row) for row in tx.execute(rows))


def waiting(tx: Transaction) -> tuple[Work, ...]:
    """Give what is to be done, the first first."""
    is_open = import_work.c.state.in_([one.value for one in OPEN])
    return tuple(_work(row) for row in tx.execute(select(import_work).where(is_open).order_by(import_work.c.id)))


def put(tx: Transaction, work: Work, file: BinaryIO) -> None:
    """Keep the file of a piece of work, a piece at a time."""
    file.seek(0)
    for number in count():
        data = file.read(PIECE)
        if not data:
            return
        tx.execute(insert(upload_piece).values(work_id=work.id, number=number, data=data))


def has_file(tx: Transaction, work: Work) -> bool:
    """Whether the file of a piece of work is kept here."""
    of_it = select(upload_piece.c.number).where(upload_piece.c.work_id == work.id).limit(1)
    return tx.execute(of_it).one_or_none() is not None


def pieces_of(tx: Transaction, work: Work) -> Iterator[bytes]:
    """Give the file of a piece of work, a piece at a time; nothing when it is not kept here."""
    for number in count():
        of_it = select(upload_piece.c.data).where(upload_piece.c.work_id == work.id, upload_piece.c.number == number)
        data = tx.execute(of_it).scalar_one_or_none()
        if data is None:
            return
        yield data


def with_files(tx: Transaction) -> tuple[tuple[int, str], ...]:
    """Give the numbers of all work that has a file, in order, and by which name it is kept."""
    rows = tx.execute(
        select(import_work.c.id, import_work.c.stored).where(import_work.c.stored != "").order_by(import_work.c.id)
    )
    return tuple((row.id, row.stored) for row in rows)


def forget_file(tx: Transaction, work: Work) -> None:
    """Keep the file of a piece of work no longer."""
    tx.execute(delete(upload_piece).where(upload_piece.c.work_id == work.id))


def claim(tx: Transaction, work: Work, holder: str, now: datetime) -> bool:
    """Let *holder* be at it for the length of a lease, and nobody else; False while another is.

    On SQLite one process alone serves an instance, so whoever else was at it is dead.
    """
    is_free = or_(import_work.c.held_by.in_(["", holder]), import_work.c.held_until <= now)
    where = (import_work.c.id == work.id, true() if tx.dialect.name == "sqlite" else is_free)
    return tx.execute(update(import_work).where(*where).values(held_by=holder, held_until=now + LEASE)).rowcount == 1


def release(tx: Transaction, work: Work, holder: str) -> None:
    """Let others be at it."""
    its = (import_work.c.id == work.id, import_work.c.held_by == holder)
    tx.execute(update(import_work).where(*its).values(held_by="", held_until=None))


def map_(tx: Transaction, work: Work, order: ImportOrder) -> bool:
    """Say how the file is read and on which basis, and let it be tried; False when it was taken in meanwhile."""
    changeable = import_work.c.state.in_([one.value for one in CHANGEABLE])
    statement = update(import_work).where(import_work.c.id == work.id, changeable, import_work.c.stored != "")
    values = {**_asked(order), "state": S.TRYING, "done": 0, "report": None, "trouble": ""}
    return tx.execute(statement.values(values)).rowcount == 1


def move(tx: Transaction, work: Work, state: State, *, before: State, **values: object) -> bool:
    """Bring it on from the state *before*; False when somebody else did so."""
    at = (import_work.c.id == work.id, import_work.c.state == before.value)
    return tx.execute(update(import_work).where(*at).values(state=state, **values)).rowcount == 1


def tell(tx: Transaction, work: Work, done: int, holder: str, now: datetime) -> bool:
    """Write down how far it is, and hold it for another lease; False when another process has taken it up meanwhile."""
    its = (import_work.c.id == work.id, import_work.c.held_by == holder)
    return tx.execute(update(import_work).where(*its).values(done=done, held_until=now + LEASE)).rowcount == 1


def note_import(tx: Transaction, work: Work, import_id: int | None) -> None:
    """Write down which import it is."""
    tx.execute(update(import_work).where(import_work.c.id == work.id).values(import_id=import_id))


def note_kept_out(tx: Transaction, work_id: int, said: Standing, former: Standing | None) -> None:
    """Write down what a file said of an address, so that it can be taken back."""
    values = {"work_id": work_id, "suppression_id": said.id, "reason": said.reason, "at": said.at, "times": said.times}
    tx.execute(insert(kept_out_by).values({**values, **_former(former)}))


def has_kept_out(tx: Transaction, work_id: int, standing: Standing) -> bool:
    """Whether what stands of an address is what a file said, and the last word."""
    of_work = (kept_out_by.c.work_id == work_id, *_is_word(standing))
    return tx.execute(select(kept_out_by.c.work_id).where(*of_work)).one_or_none() is not None


def kept_out(tx: Transaction, work_id: int, after: int, limit: int) -> tuple[tuple[Standing, Standing | None], ...]:
    """Give the next of what a file said that is still there, each with what was said before; from behind a number on."""
    of_work = (kept_out_by.c.work_id == work_id, kept_out_by.c.suppression_id > after)
    rows = tx.execute(select(kept_out_by).where(*of_work).order_by(kept_out_by.c.suppression_id).limit(limit))
    return tuple(
        (
            Standing(row.suppression_id, Reason(row.reason), row.at, row.times),
            Standing(row.suppression_id, Reason(row.former), row.former_at, row.former_times)
            if row.former is not None and row.former_times is not None
            else None,
        )
        for row in rows
    )


def count_kept_out(tx: Transaction, work_id: int, reason: Reason | None = None) -> int:
    """Count what a file said that is still there, for one reason or for any."""
    of_work = [kept_out_by.c.work_id == work_id, *([kept_out_by.c.reason == reason] if reason is not None else [])]
    return tx.execute(select(func.count()).select_from(kept_out_by).where(*of_work)).scalar_one()


def note_let_in(tx: Transaction, work_id: int, *, lifted: int, restored: int) -> None:
    """Count what was taken back of what a file said."""
    more = {"lifted": import_work.c.lifted + lifted, "restored": import_work.c.restored + restored}
    tx.execute(update(import_work).where(import_work.c.id == work_id).values(more))


def forget_restored(tx: Transaction, work_id: int, suppression_id: int) -> None:
    """Forget what a file said of an address of which what was said before stands again."""
    tx.execute(delete(kept_out_by).where(kept_out_by.c.work_id == work_id, kept_out_by.c.suppression_id == suppression_id))


def take_from_under(tx: Transaction, said: Standing, former: Standing | None) -> None:
    """Take what a file said from under the file that said more: taken back, that one lets stand what was before both."""
    under = (
        kept_out_by.c.suppression_id == said.id,
        kept_out_by.c.former == said.reason,
        kept_out_by.c.former_at == said.at,
        kept_out_by.c.former_times == said.times,
    )
    tx.execute(update(kept_out_by).where(*under).values(_former(former)))


def let_go(tx: Transaction, work: Work) -> bool:
    """Have it no longer in hand; False while it is being worked on."""
    is_open = import_work.c.state.in_([one.value for one in OPEN])
    return tx.execute(delete(import_work).where(import_work.c.id == work.id, ~is_open)).rowcount == 1


def over(tx: Transaction, now: datetime) -> tuple[Work, ...]:
    """Give what has come to its end and is not being worked on."""
    is_open = import_work.c.state.in_([one.value for one in OPEN])
    return tuple(_work(row) for row in tx.execute(select(import_work).where(import_work.c.ends_at <= now, ~is_open)))


def stored(tx: Transaction) -> frozenset[str]:
    """Give the files that are still wanted."""
    return frozenset(tx.execute(select(import_work.c.stored).where(import_work.c.stored != "")).scalars())


def _insert(tx: Transaction, order: ImportOrder, owner: str, now: datetime, **values: object) -> Work:
    facts: dict[str, object] = {"owner": owner, "source": order.source, "made_at": now, "ends_at": now + LIFE, **_asked(order)}
    facts |= {"list_id": None if order.list_id == EVERY_LIST else order.list_id, "reason": ""}
    facts |= {"stored": "", "done": 0, "trouble": "", "import_id": None}
    facts |= {"undone_by": "", "lifted": 0, "restored": 0}
    return _work(tx.execute(insert(import_work).values(facts | values).returning(import_work)).one())


def _is_word(said: Standing) -> tuple[ColumnElement[bool], ...]:
    return (
        kept_out_by.c.suppression_id == said.id,
        kept_out_by.c.reason == said.reason,
        kept_out_by.c.at == said.at,
        kept_out_by.c.times == said.times,
    )


def _former(former: Standing | None) -> dict[str, object]:
    if former is None:
        return {"former": None, "former_at": None, "former_times": None}
    return {"former": former.reason, "former_at": former.at, "former_times": former.times}


def _asked(order: ImportOrder) -> dict[str, object]:
    return {
        "columns": dict(order.columns),
        "encoding": order.encoding,
        "is_raw": order.is_raw,
        "basis": order.basis,
        "is_confirmed": order.is_confirmed,
        "updates": order.updates,
    }


def _work(row: Row[Any]) -> Work:
    order = ImportOrder(
        EVERY_LIST if row.list_id is None else row.list_id,
        row.basis,
        row.is_confirmed,
        updates=row.updates,
        columns=row.columns,
        encoding=row.encoding,
        is_raw=row.is_raw,
        source=row.source,
    )
    return Work(
        id=row.id,
        order=order,
        reason=Reason(row.reason) if row.reason else None,
        owner=row.owner,
        undone_by=row.undone_by,
        stored=row.stored,
        state=S(row.state),
        done=row.done,
        report=row.report,
        lifted=row.lifted,
        restored=row.restored,
        trouble=row.trouble,
        import_id=row.import_id,
        made_at=row.made_at,
        ends_at=row.ends_at,
    )
