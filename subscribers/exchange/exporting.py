"""People out: everybody who stands on a list, as CSV that comes back as it went."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import or_, select

from subscribers.model import EVERY_LIST
from subscribers.spreadsheet import write_row
from subscribers.tables.evidence import suppression
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.transaction import Transaction

COLUMNS = ("email", "name", "language", "state", "requested_at", "confirmed_at", "withdrawn_at", "suppressed")

# Rows fetched at a time, so that a list of a million needs no more memory than a short one.
CHUNK = 1_000


def export_csv(tx: Transaction, list_id: int, *, is_raw: bool = False) -> Iterator[str]:
    """Give everybody who stands on a list as lines of CSV, the header first; those who left are marked so.

    What a spreadsheet would run as a formula has an apostrophe before it, which an import takes away again; not so when
    *is_raw*. `suppressed` says why somebody must not be written to, whatever their state.
    """
    yield write_row(COLUMNS)
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
    people = (
        select(subscriber.c.email, subscriber.c.name, subscriber.c.language, *standing, reason)
        .join_from(subscription, subscriber, subscription.c.subscriber_id == subscriber.c.id)
        .where(subscription.c.list_id == list_id)
        .order_by(subscriber.c.id)
        .execution_options(yield_per=CHUNK)
    )
    for row in tx.execute(people):
        cells = [cell.isoformat() if isinstance(cell, datetime) else cell or "" for cell in row]
        yield write_row(cells, is_raw=is_raw)
