"""Addresses never to be written to, remembered by keyed hash so that they outlive the person's row."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import ColumnElement, ScalarSelect, case, delete, exists, func, literal, or_, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from subscribers import batches, journal
from subscribers.consent import Act, Consent
from subscribers.journal import Line, Said
from subscribers.model import EVERY_LIST, Reason
from subscribers.tables.evidence import suppression
from subscribers.tables.kinds import Instant
from subscribers.tables.lists import mailing_list
from subscribers.transaction import Transaction

# From the person's own word, which a fresh confirmation takes back, to what only the staff may lift. A stronger reason
# is never overwritten by a weaker one: whoever called a mail spam and then unsubscribes has still called it spam.
_STRENGTH = (Reason.UNSUBSCRIBED, Reason.ERASED, Reason.BOUNCED, Reason.COMPLAINED, Reason.MANUAL)

# What the person can take back by confirming again.
OWN_WORD = frozenset({Reason.UNSUBSCRIBED, Reason.ERASED})

# What stands in the journal as well. A dead address that is tried again after a restore is found dead again; nobody else
# would say a second time that they are not to be written to.
JOURNALLED = frozenset(Reason) - {Reason.BOUNCED}


@dataclass(frozen=True, slots=True)
class Standing:
    """What is said of an address in one scope."""

    id: int
    reason: Reason
    at: datetime
    # How often something was said of it, this with it.
    times: int


class Back(Enum):
    """What became of a word that was to be taken back."""

    # Nothing is said by others any more.
    LIFTED = auto()
    # What was said before is said again.
    RESTORED = auto()
    # It was not the last word, and stands.
    STANDS = auto()


def suppress(tx: Transaction, email_hash: str, reason: Reason, now: datetime, *, list_id: int = EVERY_LIST) -> bool:
    """Never write to this address again, on one list or on every list; gives whether that is news.

    What the person says and what others say of the address stand beside each other, each by its strongest reason. The
    transaction owes the journal a line for it. Saying it twice is not an error, and owes nothing. Of what others say it is
    counted that it was said again, so that nobody takes back more than their own word; and that it was a complaint stays
    known behind a stronger reason.
    """
    is_own = reason in OWN_WORD
    weaker = [one for one in _STRENGTH[: _STRENGTH.index(reason)] if (one in OWN_WORD) is is_own]
    complained = {"complained_at": now} if reason is Reason.COMPLAINED else {}
    said = {"email_hash": email_hash, "list_id": list_id, "is_own": is_own, "reason": reason, "at": now, **complained}
    statement = insert(suppression).values(said)
    written = tx.execute(
        statement.on_conflict_do_update(
            index_elements=["email_hash", "list_id", "is_own"],
            set_={
                "reason": statement.excluded.reason,
                "at": statement.excluded.at,
                "times": suppression.c.times + 1,
                **complained,
            },
            where=suppression.c.reason.in_(weaker),
        ).returning(suppression.c.id)
    )
    is_news = written.scalar_one_or_none() is not None
    word = (email_hash, list_id, reason)
    is_said = not is_news and (_stands(tx, *word) if is_own else _say_again(tx, *word, now))
    # What stands behind a stronger reason is said all the same, and a restored database may know only that.
    if reason in JOURNALLED and not is_said:
        owe(tx, email_hash, reason, now, list_id=list_id)
    return is_news


def owe(tx: Transaction, email_hash: str, reason: Reason, now: datetime, *, list_id: int = EVERY_LIST) -> None:
    """Let this transaction owe the journal a no, whether it is news to the database or not."""
    journal.note(tx, Line(now, Said.NO, reason, _scope(tx, list_id), email_hash))


def lift(tx: Transaction, email_hash: str, now: datetime, *, list_id: int, is_own: bool = False) -> None:
    """Take back what others said of an address in exactly this scope (one list, or EVERY_LIST).

    *is_own*: what the person said, and nothing else, as when a machine had said it for them.
    """
    of_scope = _of_scope(email_hash, list_id)
    said = delete(suppression).where(*of_scope, suppression.c.is_own == int(is_own)).returning(suppression.c.reason)
    lifted = tx.execute(said).scalar_one_or_none()
    if lifted in JOURNALLED:
        journal.note(tx, Line(now, Said.LIFTED, Reason(lifted), _scope(tx, list_id), email_hash))


def lift_word(tx: Transaction, email_hash: str, reason: Reason, now: datetime, *, list_id: int) -> bool:
    """Take back one reason that others gave in exactly this scope; gives whether it still stood there.

    A complaint is no part of the staff's word in front of it: it stands then.
    """
    word = (*_of_scope(email_hash, list_id), suppression.c.is_own == 0, suppression.c.reason == reason)
    if reason is Reason.MANUAL and _uncover(tx, word):
        # Nothing for the journal: what is lifted there is lifted with all from before, and they stay kept out.
        return True
    lifted = tx.execute(delete(suppression).where(*word).returning(suppression.c.id)).scalar_one_or_none()
    if lifted is not None and reason in JOURNALLED:
        journal.note(tx, Line(now, Said.LIFTED, reason, _scope(tx, list_id), email_hash))
    return lifted is not None


def said_by_others(tx: Transaction, email_hash: str, list_id: int) -> Standing | None:
    """Give what others than the person said of an address in exactly this scope."""
    others = select(suppression.c.id, suppression.c.reason, suppression.c.at, suppression.c.times)
    row = tx.execute(others.where(*_of_scope(email_hash, list_id), suppression.c.is_own == 0)).one_or_none()
    return Standing(row.id, Reason(row.reason), row.at, row.times) if row is not None else None


def put_back(tx: Transaction, said: Standing, former: Standing | None, now: datetime) -> Back:
    """Take back what others said, where it is the last word, and let the weaker word from before stand again.

    Whatever anybody said since, the weaker and the same as well, lets it stand.
    """
    # One statement: a complaint that comes at the same moment is counted before it, or is news behind it.
    is_last = (
        suppression.c.id == said.id,
        suppression.c.reason == said.reason,
        suppression.c.at == said.at,
        suppression.c.times == said.times,
    )
    whose = (suppression.c.email_hash, suppression.c.list_id)
    if former is None:
        row = tx.execute(delete(suppression).where(*is_last).returning(*whose)).one_or_none()
    else:
        # The same row, to which what the others said of it stays noted.
        word = {"reason": former.reason, "at": former.at, "times": former.times}
        if former.reason is Reason.BOUNCED:
            # No complaint can have stood behind it: the one that is taken back was said by the same file.
            word["complained_at"] = None
        row = tx.execute(update(suppression).where(*is_last).values(word).returning(*whose)).one_or_none()
    if row is None:
        return Back.STANDS
    if former is not None:
        # Nothing for the journal: what is lifted there is lifted with all from before, and they stay kept out.
        return Back.RESTORED
    if said.reason in JOURNALLED:
        journal.note(tx, Line(now, Said.LIFTED, said.reason, _scope(tx, row.list_id), row.email_hash))
    return Back.LIFTED


def lift_older(tx: Transaction, email_hash: str, lifted_at: datetime, *, list_id: int, is_own: bool) -> bool:
    """Lift again what the staff had lifted at a moment, if it was not said later; gives whether.

    *is_own* says whose word was lifted: the person's, as after a burst of clicks by a scanner, or anybody else's.
    """
    older = (suppression.c.is_own == int(is_own), suppression.c.at <= lifted_at)
    if tx.execute(select(suppression.c.id).where(*_of_scope(email_hash, list_id), *older)).one_or_none() is None:
        return False
    # A complaint that came behind it was not lifted with it.
    if not _uncover(tx, (*_of_scope(email_hash, list_id), *older, suppression.c.complained_at > lifted_at)):
        lift(tx, email_hash, lifted_at, list_id=list_id, is_own=is_own)
    return True


def take_back(tx: Transaction, email_hash: str, list_id: int) -> None:
    """Lift, for one list, what the person had said; a no to every list becomes a no to each other list there is."""
    own = (suppression.c.email_hash == email_hash, suppression.c.is_own == 1)
    others = (
        select(suppression.c.email_hash, mailing_list.c.id, suppression.c.is_own, suppression.c.reason, suppression.c.at)
        .join_from(suppression, mailing_list, mailing_list.c.id != list_id)
        .where(*own, suppression.c.list_id == EVERY_LIST)
    )
    columns = ["email_hash", "list_id", "is_own", "reason", "at"]
    tx.execute(insert(suppression).from_select(columns, others).on_conflict_do_nothing())
    tx.execute(delete(suppression).where(*own, suppression.c.list_id.in_((EVERY_LIST, list_id))))


def is_suppressed(tx: Transaction, email_hash: str, list_id: int) -> bool:
    """Whether this address must not be written to on this list."""
    return reason_of(tx, email_hash, list_id) is not None


def reason_of(tx: Transaction, email_hash: str, list_id: int) -> Reason | None:
    """Give the strongest reason why this address must not be written to on this list; None when there is none."""
    found = tx.execute(
        select(suppression.c.reason).where(
            suppression.c.email_hash == email_hash, suppression.c.list_id.in_((EVERY_LIST, list_id))
        )
    ).scalars()
    return max((Reason(reason) for reason in found), key=_STRENGTH.index, default=None)


def reason_of_scope(tx: Transaction, email_hash: str, list_id: int) -> Reason | None:
    """Give the strongest reason why this address must not be written to in exactly this scope: one list, or EVERY_LIST."""
    found = tx.execute(select(suppression.c.reason).where(*_of_scope(email_hash, list_id))).scalars()
    return max((Reason(reason) for reason in found), key=_STRENGTH.index, default=None)


def among(tx: Transaction, email_hashes: Collection[str], list_id: int) -> frozenset[str]:
    """Give those of *email_hashes* that must not be written to on this list."""
    found = tx.execute(
        select(suppression.c.email_hash).where(
            suppression.c.email_hash.in_(batches.texts(tx, email_hashes)), suppression.c.list_id.in_((EVERY_LIST, list_id))
        )
    )
    return frozenset(found.scalars())


def strongest(email_hash: ColumnElement[str], list_id: int, *, is_own: bool) -> ScalarSelect[str]:
    """Give the strongest reason against the address of a row, for a statement of another table.

    *is_own*: of what the person said; else of what others say of the address.
    """
    strength = case({reason.value: place for place, reason in enumerate(_STRENGTH)}, value=suppression.c.reason)
    return (
        select(suppression.c.reason)
        .where(
            suppression.c.email_hash == email_hash,
            suppression.c.list_id.in_((EVERY_LIST, list_id)),
            suppression.c.is_own == int(is_own),
        )
        .order_by(strength.desc())
        .limit(1)
        .scalar_subquery()
    )


def holds(email_hash: ColumnElement[str], list_id: ColumnElement[int] | int) -> ColumnElement[bool]:
    """Give the condition, for a statement of another table, that the address of its row must not be written to."""
    its = exists().where(
        suppression.c.email_hash == email_hash,
        or_(suppression.c.list_id == EVERY_LIST, suppression.c.list_id == list_id),
    )
    # Said, because it may stand two statements deep, where SQLAlchemy would ask about everybody's rows and not this one's.
    return its.correlate_except(suppression)


def own_no(said: Iterable[Consent], list_id: int) -> Consent | None:
    """Give the no to a list, or to EVERY_LIST, that no later yes took back; *said* has the first act first.

    A no to every list is one to each. A yes to one list ends the no to every list, and leaves those to each other list.
    """
    last = None
    for one in said:
        if one.act is Act.ERASED or (one.act is Act.WITHDRAWN and one.list_id in {None, list_id}):
            last = one
        elif one.act is Act.CONFIRMED and list_id in {EVERY_LIST, one.list_id}:
            last = None
    return last


def _say_again(tx: Transaction, email_hash: str, list_id: int, reason: Reason, now: datetime) -> bool:
    """Count one more word of others of what stands already; gives whether it is the same."""
    others = (*_of_scope(email_hash, list_id), suppression.c.is_own == 0)
    word: dict[str, object] = {"times": suppression.c.times + 1}
    if reason is Reason.COMPLAINED:
        word["complained_at"] = func.coalesce(suppression.c.complained_at, literal(now, Instant))
    again = update(suppression).where(*others).values(word).returning(suppression.c.reason)
    found: str | None = tx.execute(again).scalar_one_or_none()
    return found == reason


def _uncover(tx: Transaction, word: Collection[ColumnElement[bool]]) -> bool:
    """Let the complaint behind a word stand in its place; gives whether there is one."""
    behind = (*word, suppression.c.complained_at.is_not(None))
    complaint = {"reason": Reason.COMPLAINED, "at": suppression.c.complained_at}
    uncovered = update(suppression).where(*behind).values(complaint).returning(suppression.c.id)
    return tx.execute(uncovered).scalar_one_or_none() is not None


def _stands(tx: Transaction, email_hash: str, list_id: int, reason: Reason) -> bool:
    said = select(suppression.c.id).where(*_of_scope(email_hash, list_id), suppression.c.reason == reason)
    return tx.execute(said).one_or_none() is not None


def _of_scope(email_hash: str, list_id: int) -> tuple[ColumnElement[bool], ...]:
    return suppression.c.email_hash == email_hash, suppression.c.list_id == list_id


def _scope(tx: Transaction, list_id: int) -> str:
    # By slug: a database restored from an old backup may give the number to another list.
    if list_id == EVERY_LIST:
        return journal.EVERY
    slug = tx.execute(select(mailing_list.c.slug).where(mailing_list.c.id == list_id)).scalar_one_or_none()
    return slug or f"#{list_id}"
