"""Links for guests in SQL: each for one issue and one purpose, for a time, and revocable."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, insert, select, update

from newsletter.errors import BadValue, GuestLinkNotFound
from newsletter.tables.guests import guest_link
from subscribers.address import parse
from subscribers.oneline import one_line
from subscribers.sentence import say
from subscribers.transaction import Transaction

LONGEST_NAME = 100

# Nobody reviews an issue for longer; a link that was forgotten opens nothing for ever.
LONGEST_LIFE = timedelta(days=90)


class GuestPurpose(StrEnum):
    """What a guest's link is good for."""

    REVIEW = "review"
    CONTRIBUTION = "contribution"


@dataclass(frozen=True, slots=True)
class GuestLink:
    """One link for one guest."""

    id: int
    issue_id: int
    purpose: GuestPurpose
    address: str
    # May be empty.
    name: str
    invited_by: str
    made_at: datetime
    ends_at: datetime
    revoked_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Whether it opens anything."""
        return self.revoked_at is None and now < self.ends_at


def make(
    tx: Transaction,
    issue_id: int,
    purpose: GuestPurpose,
    *,
    address: str,
    name: str,
    by: str,
    now: datetime,
    ends_at: datetime,
) -> GuestLink:
    """Make a link for a guest.

    Raises:
        AddressRefused: nobody can be written to there.
        BadValue: it would end before it begins, or in more than LONGEST_LIFE.

    """
    if not now < ends_at <= now + LONGEST_LIFE:
        raise BadValue(
            say("time"), ends_at.date(), say("a link works from now on, for %(days)s days at most", days=LONGEST_LIFE.days)
        )
    facts: dict[str, Any] = {
        "issue_id": issue_id,
        "purpose": purpose,
        "address": parse(address).text,
        "name": one_line(name, LONGEST_NAME),
        "invited_by": by,
        "made_at": now,
        "ends_at": ends_at,
        "revoked_at": None,
    }
    made: int = tx.execute(insert(guest_link).values(facts).returning(guest_link.c.id)).scalar_one()
    return GuestLink(id=made, **facts)


def find(tx: Transaction, link_id: int, purpose: GuestPurpose) -> GuestLink:
    """Give a link, also one that opens nothing any more.

    Raises:
        GuestLinkNotFound: there is none of this id and purpose.

    """
    wanted = (guest_link.c.id == link_id, guest_link.c.purpose == purpose)
    row = tx.execute(select(guest_link).where(*wanted)).one_or_none()
    if row is None:
        raise GuestLinkNotFound(link_id)
    return _link(row)


def links_of(tx: Transaction, issue_id: int, purpose: GuestPurpose) -> tuple[GuestLink, ...]:
    """Give the links of an issue in the order they were made, also those that open nothing any more."""
    wanted = (guest_link.c.issue_id == issue_id, guest_link.c.purpose == purpose)
    return tuple(map(_link, tx.execute(select(guest_link).where(*wanted).order_by(guest_link.c.id))))


def revoke(tx: Transaction, issue_id: int, link_id: int, purpose: GuestPurpose, now: datetime) -> GuestLink:
    """Let a link open nothing from now on; saying it twice is not an error.

    Raises:
        GuestLinkNotFound: the issue has none of this id and purpose.

    """
    known = find(tx, link_id, purpose)
    if known.issue_id != issue_id:
        raise GuestLinkNotFound(link_id)
    still = (guest_link.c.id == link_id, guest_link.c.revoked_at.is_(None))
    tx.execute(update(guest_link).where(*still).values(revoked_at=now))
    return find(tx, link_id, purpose)


def _link(row: Row[Any]) -> GuestLink:
    return GuestLink(
        id=row.id,
        issue_id=row.issue_id,
        purpose=GuestPurpose(row.purpose),
        address=row.address,
        name=row.name,
        invited_by=row.invited_by,
        made_at=row.made_at,
        ends_at=row.ends_at,
        revoked_at=row.revoked_at,
    )
