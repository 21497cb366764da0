"""A newsletter moves to another time zone: every moment that was agreed on stays what it was.

Issues go out at moments, and a calendar counts by a zone of its own, so neither follows. Events that name no zone are meant in
the newsletter's; the zone it leaves is written beside them, or nine o'clock in Amsterdam would become nine o'clock in New York.
"""

from dataclasses import dataclass

from sqlalchemy import select, update

from newsletter.issues import newsletters, schedulebook, store
from newsletter.issues.model import Newsletter
from newsletter.issues.recurrence import parse_zone
from newsletter.issues.schedule import Schedule
from newsletter.issues.store import IssueLine
from newsletter.tables.issues import article, issue, newsletter
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Kept:
    """What another time zone of a newsletter leaves as it is."""

    # Those with a time; they keep their moment. The next one first.
    issues: tuple[IssueLine, ...]
    # It counts by a zone of its own; None: there is none.
    calendar: Schedule | None
    # Events that name no zone.
    events: int


def kept(tx: Transaction, known: Newsletter) -> Kept:
    """Say what another time zone would leave as it is; changes nothing."""
    with_time = (line for line in store.waiting(tx, known.id) if line.send_at is not None)
    return Kept(
        issues=tuple(sorted(with_time, key=lambda line: (line.send_at, line.id))),
        calendar=schedulebook.schedule_of(tx, known.id),
        events=len(_events_without_zone(tx, known.id)),
    )


def change(tx: Transaction, newsletter_id: int, zone: str) -> Newsletter:
    """Let months and times of a newsletter be cut in another zone from now on. Its own zone again changes nothing.

    Raises:
        NewsletterNotFound: there is none of this id.
        BadValue: nothing is known of the zone.

    """
    # Nothing is drafted in between, by one zone and kept by the other.
    newsletters.take_turn(tx, newsletter_id)
    known, wanted = newsletters.by_id(tx, newsletter_id), parse_zone(zone.strip())
    if wanted == known.zone:
        return known
    for article_id, event in _events_without_zone(tx, newsletter_id).items():
        tx.execute(update(article).where(article.c.id == article_id).values(event={**event, "zone": known.zone}))
    tx.execute(update(newsletter).where(newsletter.c.id == newsletter_id).values(zone=wanted))
    return newsletters.by_id(tx, newsletter_id)


def _events_without_zone(tx: Transaction, newsletter_id: int) -> dict[int, dict[str, str]]:
    """Give the events at an hour that name no zone, by the ids of their articles; a whole day is the same day everywhere."""
    rows = tx.execute(
        select(article.c.id, article.c.event)
        .join(issue, issue.c.id == article.c.issue_id)
        .where(issue.c.newsletter_id == newsletter_id, article.c.event.is_not(None))
        .order_by(article.c.id)
    )
    return {row.id: row.event for row in rows if row.event and not row.event["zone"] and "T" in row.event["begins"]}
