"""What is kept of guests, in SQL: handed out to them, and forgotten."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, false, func, or_, select, update

from newsletter.review.contribution import Typed
from newsletter.tables.guests import contribution, guest_link, review_comment
from newsletter.tables.issues import alert, issue
from subscribers.address import EmailAddress, parse
from subscribers.transaction import Transaction

# Stands where a guest was named.
NOBODY = "a guest"

_EMPTY = asdict(Typed())


@dataclass(frozen=True, slots=True)
class Remark:
    """What a guest said of an issue, and what was answered."""

    text: str
    said_at: datetime
    answer: str


@dataclass(frozen=True, slots=True)
class GuestFile:
    """What is kept of a guest for the sake of one link."""

    id: int
    issue_id: int
    issue: str
    # To look the issue over, or to write for it.
    purpose: str
    address: str
    name: str
    invited_by: str
    made_at: datetime
    ends_at: datetime
    revoked_at: datetime | None
    comments: tuple[Remark, ...]
    # Of a text that they were asked for: for which section, how far it is, and what they keep of it.
    section: str = ""
    state: str = ""
    typed: Mapping[str, str] | None = None
    handed_in: str = ""
    agreed_to: str = ""


def files_of(tx: Transaction, addresses: Collection[EmailAddress]) -> tuple[GuestFile, ...]:
    """Give what is kept of whoever has one of some addresses, link by link."""
    return tuple(_file(tx, row) for row in _of_keys(tx, {address.key for address in addresses}))


def links_of(tx: Transaction, keys: Collection[str]) -> tuple[int, ...]:
    """Give the numbers of the links of whoever has an address of some keys."""
    return tuple(row.id for row in _of_keys(tx, keys))


def keys(tx: Transaction, made_until: datetime) -> frozenset[str]:
    """Give the keys of the addresses of all guests who were asked until a moment."""
    return frozenset(parse(row.address).key for row in _named(tx, guest_link.c.made_at <= made_until))


def forget(tx: Transaction, link_ids: Collection[int], now: datetime) -> None:
    """Forget whose links these are and what they keep; the links open nothing. What they handed in stays with the issue."""
    _forget_alerts(tx, link_ids)
    of_link = guest_link.c.id.in_(sorted(link_ids))
    tx.execute(update(guest_link).where(of_link, guest_link.c.revoked_at.is_(None)).values(revoked_at=now))
    tx.execute(update(guest_link).where(of_link).values(address="", name=""))
    tx.execute(update(contribution).where(contribution.c.link_id.in_(sorted(link_ids))).values(**_EMPTY))
    tx.execute(update(review_comment).where(review_comment.c.link_id.in_(sorted(link_ids))).values(author=NOBODY))


def ended(tx: Transaction, before: datetime) -> int:
    """Count the links that ended before a moment and still say whose they were."""
    return tx.execute(select(func.count()).select_from(guest_link).where(*_old(before))).scalar_one()


def next_ended(tx: Transaction, before: datetime, limit: int) -> tuple[int, ...]:
    """Give the numbers of up to *limit* of them."""
    rows = select(guest_link.c.id).where(*_old(before)).order_by(guest_link.c.id).limit(limit)
    return tuple(tx.execute(rows).scalars())


def _forget_alerts(tx: Transaction, link_ids: Collection[int]) -> None:
    """Take the names of guests out of what told the editors of them."""
    ids = sorted(link_ids)
    written = select(contribution.c.issue_id, contribution.c.byline).where(contribution.c.link_id.in_(ids))
    said = select(review_comment.c.issue_id, review_comment.c.author).where(review_comment.c.link_id.in_(ids))
    for issue_id, name in {tuple(row) for row in (*tx.execute(written), *tx.execute(said)) if row[1]}:
        of_guest = (alert.c.issue_id == issue_id, alert.c.text.startswith(f"{name} ", autoescape=True))
        tx.execute(update(alert).where(*of_guest).values(text=func.replace(alert.c.text, name, NOBODY.capitalize())))


def _old(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return (guest_link.c.ends_at < before, guest_link.c.address != "")


def _of_keys(tx: Transaction, keys: Collection[str]) -> list[Row[Any]]:
    # The domain is kept as its key has it; what the local part shares with its key, only `parse` knows.
    domains = {key.rpartition("@")[2] for key in keys}
    of_domain = [guest_link.c.address.endswith(f"@{domain}", autoescape=True) for domain in sorted(domains)]
    return [row for row in _named(tx, or_(false(), *of_domain)) if parse(row.address).key in keys]


def _named(tx: Transaction, *which: ColumnElement[bool]) -> list[Row[Any]]:
    rows = select(guest_link, issue.c.title).join(issue, issue.c.id == guest_link.c.issue_id)
    return list(tx.execute(rows.where(guest_link.c.address != "", *which).order_by(guest_link.c.id)))


def _file(tx: Transaction, row: Row[Any]) -> GuestFile:
    said = select(review_comment).where(review_comment.c.link_id == row.id).order_by(review_comment.c.id)
    asked = tx.execute(select(contribution).where(contribution.c.link_id == row.id)).one_or_none()
    more: dict[str, Any] = {}
    if asked is not None:
        more = {name: getattr(asked, name) for name in ("section", "state", "handed_in", "agreed_to")}
        more["typed"] = {field.name: getattr(asked, field.name) for field in fields(Typed)}
    return GuestFile(
        id=row.id,
        issue_id=row.issue_id,
        issue=row.title,
        purpose=row.purpose,
        address=row.address,
        name=row.name,
        invited_by=row.invited_by,
        made_at=row.made_at,
        ends_at=row.ends_at,
        revoked_at=row.revoked_at,
        comments=tuple(Remark(one.text, one.said_at, one.answer) for one in tx.execute(said)),
        **more,
    )
