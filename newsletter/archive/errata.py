"""Errata in SQL: what turned out to be wrong after an issue was sent, told beside its frozen letter and never in it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from newsletter.errors import BadValue, WrongState
from newsletter.issues import store
from newsletter.issues.model import IssueState
from newsletter.languages.catalogue import Words
from newsletter.letters.webcopy import Correction
from newsletter.tables.review import erratum
from subscribers.oneline import one_line
from subscribers.sentence import say
from subscribers.transaction import Transaction

# A correction is a few sentences; whoever needs more writes another issue.
LONGEST_TEXT = 2_000
LONGEST_NAME = 100

# While it is mailed the web copy can be read already.
_PUBLISHED = frozenset({IssueState.SENDING, IssueState.SENT})


@dataclass(frozen=True, slots=True)
class Erratum:
    """One correction."""

    id: int
    issue_id: int
    # Plain text; empty lines part paragraphs.
    text: str
    published_by: str
    published_at: datetime


def add(tx: Transaction, issue_id: int, text: str, by: str, now: datetime) -> Erratum:
    """Tell readers of the web copy what is wrong in it. It cannot be taken back; a further one can say more.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it was not sent, so it can be edited.
        BadValue: there is no text or too much, or nobody is named.

    """
    known = store.load(tx, issue_id)
    if known.state not in _PUBLISHED:
        raise WrongState(issue_id, say("corrected by an erratum"), known.state.words)
    # One character more than is taken, so that nothing is cut without a word.
    lines = [one_line(line, LONGEST_TEXT + 1) for line in text.strip().splitlines()]
    text, by = "\n".join(lines).strip(), one_line(by, LONGEST_NAME)
    if not text:
        raise BadValue(say("erratum"), repr(text), say("says nothing"))
    if len(text) > LONGEST_TEXT:
        raise BadValue(
            say("erratum"),
            say("of %(count)s characters", count=f"{len(text):,}"),
            say("is too long; %(most)s are the most", most=f"{LONGEST_TEXT:,}"),
        )
    if not by:
        raise BadValue(say("name"), repr(by), say("is empty; readers see who corrects"))
    made: int = tx.execute(
        insert(erratum).values(issue_id=issue_id, text=text, published_by=by, published_at=now).returning(erratum.c.id)
    ).scalar_one()
    return Erratum(made, issue_id, text, by, now)


def errata_of(tx: Transaction, issue_id: int) -> tuple[Erratum, ...]:
    """Give the errata of an issue, the earliest first."""
    rows = tx.execute(select(erratum).where(erratum.c.issue_id == issue_id).order_by(erratum.c.id))
    return tuple(Erratum(row.id, row.issue_id, row.text, row.published_by, row.published_at) for row in rows)


def spelled(told: Sequence[Erratum], words: Words, zone: str) -> tuple[Correction, ...]:
    """Give errata as they stand above what is read, in a language and with their days in *zone*."""
    return tuple(Correction(words.day(one.published_at, zone), one.published_by, one.text) for one in told)


def corrected(tx: Transaction, issue_ids: Collection[int]) -> frozenset[int]:
    """Give those of some issues that have errata."""
    its = select(erratum.c.issue_id).where(erratum.c.issue_id.in_(issue_ids)).distinct()
    return frozenset(tx.execute(its).scalars()) if issue_ids else frozenset()
