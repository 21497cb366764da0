"""People out as CSV: everybody who stands on a list, as it comes back by an import; and whoever was looked for."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from subscribers import acts, attributebook, attributes, directory, register, suppression, terms
from subscribers.consent import ABOUT_CLICKS, Consent
from subscribers.directory import Ids, Line
from subscribers.exchange.dialects import SEPARATOR
from subscribers.model import EVERY_LIST
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

# Rows fetched at a time, so that a list of a million needs no more memory than a short one.
CHUNK = 500


def export_csv(tx: Transaction, list_id: int, *, is_raw: bool = False) -> Iterator[str]:
    """Give everybody who stands on a list as lines of CSV, the header first; those who left are marked so.

    Behind the person, the list and how they stand to it come the terms on which they take it, the evidence of their consent
    and, by its key, each attribute of this instance. What a spreadsheet would run as a formula has an apostrophe before it,
    which an import takes away again; not so when *is_raw*. `suppressed` gives the reasons why somebody must not be written
    to, whatever their state: the strongest of what others say of the address, and behind a comma what the person said.
    """
    keys = tuple(one.key for one in attributebook.all_attributes(tx))
    slug = register.list_by_id(tx, list_id).slug
    yield write_row((*PERSON, *LIST, *STANDING, *TERMS, *CONSENT, *keys))
    for rows in tx.execute(_everybody(list_id)).partitions(CHUNK):
        ids = [row.id for row in rows]
        choosing = [row.subscription_id for row in rows if not row.takes_all_topics]
        chosen = terms.offered_among(tx, choosing) if choosing else {}
        said = acts.last_about(tx, ids, list_id, but=ABOUT_CLICKS)
        answers = attributebook.answers_among(tx, ids) if keys else {}
        for row in rows:
            consent = said.get(row.id)
            evidence = _evidence(consent) if consent is not None else ("",) * len(CONSENT)
            answered = answers.get(row.id, {})
            spelled = [attributes.spelled(answered[key]) if key in answered else "" for key in keys]
            yield write_row([*_cells(row, slug), *_terms(row, chosen), *evidence, *spelled], is_raw=is_raw)


def export_people(tx: Transaction, people: Ids, lists: frozenset[int] | None, *, is_raw: bool = False) -> Iterator[str]:
    """Give the people of these ids as lines of CSV, one for each person, the header first; *lists*: whose people may be seen.

    How they stand to each list and why they are kept out stand by the slugs of lists; `*` is every list.
    """
    keys = tuple(one.key for one in attributebook.all_attributes(tx))
    slugs = {one.id: one.slug for one in register.all_lists(tx)} | {EVERY_LIST: EVERY}
    yield write_row((*PERSON, *FOUND, *keys))
    for lines in directory.lines(tx, people, lists):
        answers = attributebook.answers_among(tx, [one.id for one in lines]) if keys else {}
        for one in lines:
            answered = answers.get(one.id, {})
            spelled = [attributes.spelled(answered[key]) if key in answered else "" for key in keys]
            yield write_row([*_found(one, slugs), *spelled], is_raw=is_raw)


def _found(one: Line, slugs: Mapping[int, str]) -> tuple[str, ...]:
    stands = "; ".join(f"{slugs.get(stand.list_id, '')}: {stand.state.value}" for stand in one.standings)
    kept_out = "; ".join(f"{slugs.get(list_id, '')}: {reason.value}" for list_id, reason in one.kept_out)
    return one.email, one.name, one.language, _moment(one.created_at), stands, kept_out


def _everybody(list_id: int) -> Select[Any]:
    """Give the query for all of them at once, read piece by piece: one for each piece sorted the whole list every time."""
    standing = (subscription.c.state, subscription.c.requested_at, subscription.c.confirmed_at, subscription.c.withdrawn_at)
    taken = (subscription.c.id.label("subscription_id"), subscription.c.takes_all_topics)
    others = suppression.strongest(subscriber.c.email_hash, list_id, is_own=False)
    own = suppression.strongest(subscriber.c.email_hash, list_id, is_own=True)
    # NULL and anything is NULL: the comma is there only between two.
    reasons = func.coalesce(others + SEPARATOR + own, others, own).label("suppressed")
    return (
        select(subscriber.c.id, *(subscriber.c[name] for name in PERSON), *standing, reasons)
        .add_columns(*taken, subscription.c.cadence, subscription.c.paused_until)
        .join_from(subscription, subscriber, subscription.c.subscriber_id == subscriber.c.id)
        .where(subscription.c.list_id == list_id)
        .order_by(subscription.c.subscriber_id)
        .execution_options(yield_per=CHUNK)
    )


def _cells(row: Row[Any], slug: str) -> list[str]:
    cells: tuple[str | datetime | None, ...] = tuple(row)[_BEGIN:_END]
    spelled = [_moment(cell) if isinstance(cell, datetime) else cell or "" for cell in cells]
    return [*spelled[: len(PERSON)], slug, *spelled[len(PERSON) :]]


def _evidence(consent: Consent) -> tuple[str, ...]:
    said = consent.evidence
    return consent.act.value, _moment(consent.at), said.door.value, said.form, said.wording


def _terms(row: Row[Any], chosen: Mapping[int, Sequence[str]]) -> tuple[str, ...]:
    topics = "" if row.takes_all_topics else json.dumps(chosen.get(row.subscription_id, ()), ensure_ascii=False)
    return row.cadence, _moment(row.paused_until) if row.paused_until else "", topics


def _moment(at: datetime) -> str:
    return at.isoformat()
