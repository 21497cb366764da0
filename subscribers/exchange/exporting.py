"""People out: everybody who stands on a list, as CSV that comes back as it went."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, or_, select

from subscribers import acts, attributebook, attributes
from subscribers.model import EVERY_LIST
from subscribers.spreadsheet import write_row
from subscribers.tables.evidence import suppression
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.transaction import Transaction

PERSON = ("email", "name", "language")
STANDING = ("state", "requested_at", "confirmed_at", "withdrawn_at", "suppressed")
# The last act of the person about this list: what was said, when, by which door and in which words.
CONSENT = ("consent", "consent_at", "consent_by", "consent_words")

# Rows fetched at a time, so that a list of a million needs no more memory than a short one.
CHUNK = 500


def export_csv(tx: Transaction, list_id: int, *, is_raw: bool = False) -> Iterator[str]:
    """Give everybody who stands on a list as lines of CSV, the header first; those who left are marked so.

    Behind the person and how they stand come the evidence of their consent and, by its key, each attribute of this instance.
    What a spreadsheet would run as a formula has an apostrophe before it, which an import takes away again; not so when
    *is_raw*. `suppressed` says why somebody must not be written to, whatever their state.
    """
    keys = tuple(one.key for one in attributebook.all_attributes(tx))
    yield write_row((*PERSON, *STANDING, *CONSENT, *keys))
    for rows in tx.execute(_everybody(list_id)).partitions(CHUNK):
        ids = [row.id for row in rows]
        said = acts.last_about(tx, ids, list_id)
        answers = attributebook.answers_among(tx, ids) if keys else {}
        for row in rows:
            consent = said.get(row.id)
            evidence = (
                (consent.act.value, _moment(consent.at), consent.evidence.door.value, consent.evidence.wording)
                if consent is not None
                else ("",) * len(CONSENT)
            )
            answered = answers.get(row.id, {})
            spelled = [attributes.spelled(answered[key]) if key in answered else "" for key in keys]
            yield write_row([*_cells(row), *evidence, *spelled], is_raw=is_raw)


def _everybody(list_id: int) -> Select[Any]:
    """Give the query for all of them at once, read piece by piece: one for each piece sorted the whole list every time."""
    reason = (
        select(suppression.c.reason)
        .where(
            suppression.c.email_hash == subscriber.c.email_hash,
            or_(suppression.c.list_id == EVERY_LIST, suppression.c.list_id == list_id),
        )
        .order_by(suppression.c.list_id)
        .limit(1)
        .scalar_subquery()
    )
    standing = (subscription.c.state, subscription.c.requested_at, subscription.c.confirmed_at, subscription.c.withdrawn_at)
    return (
        select(subscriber.c.id, subscriber.c.email, subscriber.c.name, subscriber.c.language, *standing, reason)
        .join_from(subscription, subscriber, subscription.c.subscriber_id == subscriber.c.id)
        .where(subscription.c.list_id == list_id)
        .order_by(subscription.c.subscriber_id)
        .execution_options(yield_per=CHUNK)
    )


def _cells(row: Row[Any]) -> list[str]:
    cells: tuple[str | datetime | None, ...] = tuple(row)[1:]
    return [_moment(cell) if isinstance(cell, datetime) else cell or "" for cell in cells]


def _moment(at: datetime) -> str:
    return at.isoformat()
