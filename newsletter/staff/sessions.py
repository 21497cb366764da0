"""Sessions at the desk and the browsers they were begun in, in SQL; of their secrets only hashes are kept."""

import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, select, update

from newsletter.staff import accounts
from newsletter.staff.permissions import Actor
from newsletter.staff.secrets import masked, new_secret, remembered, unmasked
from newsletter.tables.staff import account_device, account_session
from subscribers.transaction import Transaction

# Of doing nothing: a working day with a lunch.
IDLE = timedelta(hours=12)
# Whoever works on without a pause signs in once a week.
LONGEST = timedelta(days=7)
# How exactly it is known when somebody was last seen; each look would write otherwise.
BETWEEN_LOOKS = timedelta(minutes=5)
# A browser that was not used so long is a stranger again.
DEVICE_KEPT = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody at the desk."""

    id: int
    actor: Actor
    # Stands in every form of this session, and in no other page.
    csrf: str = field(repr=False)
    seen_at: datetime

    def owns(self, csrf: str) -> bool:
        """Whether a form with this token, masked or not, came from a page of this session."""
        return hmac.compare_digest(self.csrf.encode(), unmasked(csrf).encode())

    def masked(self) -> "Session":
        """Give it with its token behind a mask, another one each time: an answer that is packed tells nothing by its length."""
        return replace(self, csrf=masked(self.csrf))

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be written down that somebody was here."""
        return now - self.seen_at >= BETWEEN_LOOKS


@dataclass(frozen=True, slots=True)
class Shown:
    """A session as its owner sees it among the others."""

    id: int
    agent: str
    network: str
    begun_at: datetime
    seen_at: datetime


def begin(tx: Transaction, account_id: int, now: datetime, *, agent: str, network: str) -> str:
    """Begin a session under a secret of its own, and give that; sessions that are over are cleared away."""
    tx.execute(delete(account_session).where(~_is_open(now)))
    secret = new_secret()
    tx.execute(
        insert(account_session).values(
            account_id=account_id,
            secret_hash=remembered(secret),
            csrf=new_secret(),
            agent=agent,
            network=network,
            begun_at=now,
            seen_at=now,
        )
    )
    return secret


def find(tx: Transaction, secret: str, now: datetime) -> Session | None:
    """Give the session of a cookie with what its owner may do now; None when there is none, or it is over."""
    row = tx.execute(
        select(account_session).where(account_session.c.secret_hash == remembered(secret), _is_open(now))
    ).one_or_none()
    if row is None:
        return None
    return Session(row.id, accounts.by_id(tx, row.account_id).actor, row.csrf, row.seen_at)


def look(tx: Transaction, session_id: int, now: datetime) -> None:
    """Write down that somebody was here."""
    tx.execute(update(account_session).where(account_session.c.id == session_id).values(seen_at=now))


def of_account(tx: Transaction, account_id: int, now: datetime) -> tuple[Shown, ...]:
    """Give all open sessions of somebody, the one seen last first."""
    rows = tx.execute(
        select(account_session)
        .where(account_session.c.account_id == account_id, _is_open(now))
        .order_by(account_session.c.seen_at.desc(), account_session.c.id.desc())
    )
    return tuple(Shown(row.id, row.agent, row.network, row.begun_at, row.seen_at) for row in rows)


def end(tx: Transaction, secret: str) -> None:
    """End the session of a cookie."""
    tx.execute(delete(account_session).where(account_session.c.secret_hash == remembered(secret)))


def end_one(tx: Transaction, account_id: int, session_id: int) -> bool:
    """End one session of somebody; gives whether they had it."""
    owned = (account_session.c.account_id == account_id, account_session.c.id == session_id)
    return tx.execute(delete(account_session).where(*owned).returning(account_session.c.id)).first() is not None


def end_all(tx: Transaction, account_id: int, *, but: int = 0) -> int:
    """End all sessions of somebody, *but* one perhaps; gives how many."""
    owned = (account_session.c.account_id == account_id, account_session.c.id != but)
    return len(tx.execute(delete(account_session).where(*owned).returning(account_session.c.id)).all())


def knows_device(tx: Transaction, account_id: int, device: str, now: datetime) -> bool:
    """Whether somebody signed in with this browser before."""
    row = (
        account_device.c.secret_hash == remembered(device),
        account_device.c.account_id == account_id,
        account_device.c.seen_at > now - DEVICE_KEPT,
    )
    return bool(device) and tx.execute(select(account_device.c.account_id).where(*row)).first() is not None


def renew_device(tx: Transaction, account_id: int, former: str, now: datetime) -> str:
    """Remember the browser that somebody signs in with under a new secret, and give it: a planted one opens nothing."""
    tx.execute(delete(account_device).where(account_device.c.seen_at <= now - DEVICE_KEPT))
    owned = (account_device.c.secret_hash == remembered(former), account_device.c.account_id == account_id)
    tx.execute(delete(account_device).where(*owned))
    secret = new_secret()
    tx.execute(insert(account_device).values(secret_hash=remembered(secret), account_id=account_id, seen_at=now))
    return secret


def forget_devices(tx: Transaction, account_id: int, *, but: str = "") -> None:
    """Take every browser for a stranger's again, *but* one perhaps."""
    owned = (account_device.c.account_id == account_id, account_device.c.secret_hash != remembered(but))
    tx.execute(delete(account_device).where(*owned))


def _is_open(now: datetime) -> ColumnElement[bool]:
    return (account_session.c.seen_at > now - IDLE) & (account_session.c.begun_at > now - LONGEST)
