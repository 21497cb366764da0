"""People out as CSV: everybody who stands on a list, as it comes back by an import; and whoever was looked for.

A file is read in short transactions, a piece each, and none is open while a line of it is on its way: whoever reads slowly,
or stops, holds no connection of those that all pages share.
"""

import json
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select, union_all

from subscribers import acts, attributebook, attributes, directory, register, suppression, terms
from subscribers.attributes import Answer
from subscribers.consent import ABOUT_CLICKS, Consent
from subscribers.directory import Ids, Line
from subscribers.exchange.dialects import SEPARATOR
from subscribers.model import EVERY_LIST, SubscriptionState
from subscribers.spreadsheet import write_row
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.transaction import Transaction

PERSON = ("email", "name", "language")
# Its slug: files of several lists may be put together.
LIST = ("list",)
STANDING = ("state", "requested_at", "confirmed_at", "withdrawn_at", "suppressed")
# On which terms they take the list. Topics are a JSON list of names, because a name may hold any separator; an empty cell
# means all topics, also those to come, and an empty list none.
TERMS = ("cadence", "paused_until", "topics")
# The last act of the person about this list: what was said, when, by which door and form and in which words.
CONSENT = ("consent", "consent_at", "consent_by", "consent_form", "consent_words")

# Of whoever was looked for: since when they are known, how they stand to each list, and why they are kept out.
FOUND = ("known_since", "lists", "kept_out")
# Stands for every list there is or will be.
EVERY = "*"

# Where in a row of the query what stands in the file as it is begins and ends: behind the id.
_BEGIN, _END = 1, 1 + len(PERSON) + len(STANDING)

# People read at a time, so that a list of a million needs no more memory than a short one.
CHUNK = 500

Begin = Callable[[], AbstractContextManager[Transaction]]


def export_csv(read: Begin, list_id: int, *, is_raw: bool = False) -> Iterator[str]:
    """Give everybody who stands on a list as lines of CSV, the header first; those who left are marked so. *read* begins.

    Behind the person, the list and how they stand to it come the terms on which they take it, the evidence of their consent
    and, by its key, each attribute of this instance. What a spreadsheet would run as a formula has an apostrophe before it,
    which an import takes away again; not so when *is_raw*. `suppressed` gives the reasons why somebody must not be written
    to, whatever their state: the strongest of what others say of the address, and behind a comma what the person said.
    """
    with read() as tx:
        keys = tuple(one.key for one in attributebook.all_attributes(tx))
        slug = register.list_by_id(tx, list_id).slug
    yield write_row((*PERSON, *LIST, *STANDING, *TERMS, *CONSENT, *keys))
    behind, count = 0, CHUNK
    while count == CHUNK:
        with read() as tx:
            rows = tx.execute(_next(list_id, behind)).all()
            cells = _on_list(tx, rows, list_id, slug, keys)
        for one in cells:
            yield write_row(one, is_raw=is_raw)
        behind, count = rows[-1].id if rows else behind, len(rows)


def export_people(read: Begin, people: Ids, lists: frozenset[int] | None, *, is_raw: bool = False) -> Iterator[str]:
    """Give the people of these ids as lines of CSV, one for each person, the header first; *lists*: whose people may be seen.

    How they stand to each list and why they are kept out stand by the slugs of lists; `*` is every list. Who they are is asked
    once, because a rule that is asked again for each piece may cost more each time than all pieces together.
    """
    with read() as tx:
        keys = tuple(one.key for one in attributebook.all_attributes(tx))
        slugs = {one.id: one.slug for one in register.all_lists(tx)} | {EVERY_LIST: EVERY}
        # Eight bytes each.
        ids = array("q", directory.ids(tx, people))
    yield write_row((*PERSON, *FOUND, *keys))
    for begin in range(0, len(ids), CHUNK):
        some = ids[begin : begin + CHUNK]
        with read() as tx:
            lines = directory.lines(tx, some, lists)
            answers = _answers(tx, some, keys)
        for one, answered in zip(lines, _spelled(answers, [one.id for one in lines], keys), strict=True):
            yield write_row([*_found(one, slugs), *answered], is_raw=is_raw)


def _found(one: Line, slugs: Mapping[int, str]) -> tuple[str, ...]:
    stands = "; ".join(f"{slugs.get(stand.list_id, '')}: {stand.state.value}" for stand in one.standings)
    kept_out = "; ".join(f"{slugs.get(list_id, '')}: {reason.value}" for list_id, reason in one.kept_out)
    return one.email, one.name, one.language, _moment(one.created_at), stands, kept_out


def _next(list_id: int, behind: int) -> Select[Any]:
    """Give the query for the next piece of them, *behind* somebody.

    Each state has a branch: their index goes by list, state and person, and in one branch PostgreSQL and SQLite sorted
    everybody who is still to come for every piece.
    """
    branches = [
        select(subscription.c.id, subscription.c.subscriber_id)
        .where(subscription.c.list_id == list_id, subscription.c.state == state.value, subscription.c.subscriber_id > behind)
        .order_by(subscription.c.subscriber_id)
        .limit(CHUNK)
        .subquery()
        for state in SubscriptionState
    ]
    merged = union_all(*map(select, branches)).subquery("merged")
    piece = select(merged.c.id).order_by(merged.c.subscriber_id).limit(CHUNK).subquery("piece")
    standing = (subscription.c.state, subscription.c.requested_at, subscription.c.confirmed_at, subscription.c.withdrawn_at)
    taken = (subscription.c.id.label("subscription_id"), subscription.c.takes_all_topics)
    others = suppression.strongest(subscriber.c.email_hash, list_id, is_own=False)
    own = suppression.strongest(subscriber.c.email_hash, list_id, is_own=True)
    # NULL and anything is NULL: the comma is there only between two.
    reasons = func.coalesce(others + SEPARATOR + own, others, own).label("suppressed")
    return (
        select(subscriber.c.id, *(subscriber.c[name] for name in PERSON), *standing, reasons)
        .add_columns(*taken, subscription.c.cadence, subscription.c.paused_until)
        .join_from(piece, subscription, subscription.c.id == piece.c.id)
        .join(subscriber, subscription.c.subscriber_id == subscriber.c.id)
        .order_by(subscription.c.subscriber_id)
    )


def _on_list(tx: Transaction, rows: Sequence[Row[Any]], list_id: int, slug: str, keys: Sequence[str]) -> list[list[str]]:
    """Give the cells of a piece."""
    ids = [row.id for row in rows]
    choosing = [row.subscription_id for row in rows if not row.takes_all_topics]
    chosen = terms.offered_among(tx, choosing) if choosing else {}
    said = acts.last_about(tx, ids, list_id, but=ABOUT_CLICKS)
    answered = _spelled(_answers(tx, ids, keys), ids, keys)
    return [
        [*_cells(row, slug), *_terms(row, chosen), *_evidence(said.get(row.id)), *answers]
        for row, answers in zip(rows, answered, strict=True)
    ]


def _answers(tx: Transaction, ids: Sequence[int], keys: Sequence[str]) -> Mapping[int, Mapping[str, Answer]]:
    return attributebook.answers_among(tx, ids) if keys and ids else {}


def _spelled(answers: Mapping[int, Mapping[str, Answer]], ids: Sequence[int], keys: Sequence[str]) -> Iterator[list[str]]:
    """Give what each person answered to each attribute, in words."""
    for number in ids:
        given = answers.get(number, {})
        yield [attributes.spelled(given[key]) if key in given else "" for key in keys]


def _cells(row: Row[Any], slug: str) -> list[str]:
    cells: tuple[str | datetime | None, ...] = tuple(row)[_BEGIN:_END]
    spelled = [_moment(cell) if isinstance(cell, datetime) else cell or "" for cell in cells]
    return [*spelled[: len(PERSON)], slug, *spelled[len(PERSON) :]]


def _evidence(consent: Consent | None) -> tuple[str, ...]:
    if consent is None:
        return ("",) * len(CONSENT)
    said = consent.evidence
    return consent.act.value, _moment(consent.at), said.door.value, said.form, said.wording


def _terms(row: Row[Any], chosen: Mapping[int, Sequence[str]]) -> tuple[str, ...]:
    topics = "" if row.takes_all_topics else json.dumps(chosen.get(row.subscription_id, ()), ensure_ascii=False)
    return row.cadence, _moment(row.paused_until) if row.paused_until else "", topics


def _moment(at: datetime) -> str:
    return at.isoformat()
