"""The passkeys of the staff, in SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Row, delete, func, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.errors import AlreadyThere, BadValue
from newsletter.staff.ceremonies import Made
from newsletter.tables.staff import passkey
from subscribers.oneline import one_line
from subscribers.sentence import say
from subscribers.transaction import Transaction

LONGEST_NAME = 60
# Of one account: a phone, a laptop, two keys on a ring, and those of the years before.
MOST = 20


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey."""

    id: int
    account_id: int
    # As its owner knows it.
    name: str
    # Whose it is, as the device says it.
    handle: str
    credential: str
    public_key: str = field(repr=False)
    # As the device counts; always 0 where it counts nothing.
    uses: int
    made_at: datetime
    used_at: datetime | None
    # When it counted backwards: there are two of it, and it opens nothing since.
    barred_at: datetime | None

    def is_copied(self, uses: int) -> bool:
        """Whether somebody else used it meanwhile, by the count that it gives now (WebAuthn 6.1.1)."""
        return self.barred_at is not None or (max(uses, self.uses) > 0 and uses <= self.uses)


def add(tx: Transaction, account_id: int, name: str, handle: str, made: Made, now: datetime) -> str:
    """Keep a passkey of somebody; gives its name.

    Raises:
        BadValue: they have too many.
        AlreadyThere: it is kept already.

    """
    if len(of_account(tx, account_id)) >= MOST:
        raise BadValue(say("passkey"), "", say("you have %(most)s of them; remove one that you do not use", most=MOST))
    called = one_line(name, LONGEST_NAME) or say("A passkey")
    values = {
        "account_id": account_id,
        "name": called,
        "handle": handle,
        "credential": made.credential,
        "public_key": made.public_key,
        "uses": made.uses,
        "made_at": now,
    }
    kept = tx.execute(insert(passkey).values(values).on_conflict_do_nothing().returning(passkey.c.id)).first()
    if kept is None:
        raise AlreadyThere(say("passkey"), called)
    return called


def of_account(tx: Transaction, account_id: int) -> tuple[Passkey, ...]:
    """Give all passkeys of somebody in the order they were made."""
    rows = tx.execute(select(passkey).where(passkey.c.account_id == account_id).order_by(passkey.c.id))
    return tuple(_passkey(row) for row in rows)


def find(tx: Transaction, credential: str) -> Passkey | None:
    """Give the passkey of this credential, held while it is looked at; None: nobody's."""
    # Held, so that two answers that come at once are counted one after the other.
    row = tx.execute(select(passkey).where(passkey.c.credential == credential).with_for_update()).one_or_none()
    return _passkey(row) if row is not None else None


def use(tx: Transaction, known: Passkey, uses: int, now: datetime) -> None:
    """Write down that a passkey opened the door, and how often it says that it was used."""
    tx.execute(update(passkey).where(passkey.c.id == known.id).values(uses=uses, used_at=now))


def bar(tx: Transaction, known: Passkey, now: datetime) -> None:
    """Let a passkey open nothing any more; its owner sees why."""
    tx.execute(update(passkey).where(passkey.c.id == known.id).values(barred_at=now))


def remove(tx: Transaction, account_id: int, passkey_id: int) -> str | None:
    """Forget one passkey of somebody; gives its name, None where they have no such one."""
    owned = (passkey.c.account_id == account_id, passkey.c.id == passkey_id)
    return tx.execute(delete(passkey).where(*owned).returning(passkey.c.name)).scalar_one_or_none()


def remove_all(tx: Transaction, account_id: int) -> int:
    """Forget all passkeys of somebody; gives how many."""
    owned = passkey.c.account_id == account_id
    return len(tx.execute(delete(passkey).where(owned).returning(passkey.c.id)).all())


def counts(tx: Transaction) -> Mapping[int, int]:
    """Count the passkeys of everybody who has some, by the ids of their accounts."""
    rows = tx.execute(select(passkey.c.account_id, func.count()).group_by(passkey.c.account_id))
    return {row[0]: row[1] for row in rows}


def are_any(tx: Transaction) -> bool:
    """Whether anybody has one."""
    return tx.execute(select(passkey.c.id).limit(1)).first() is not None


def _passkey(row: Row[tuple[object, ...]]) -> Passkey:
    return Passkey(
        row.id,
        row.account_id,
        row.name,
        row.handle,
        row.credential,
        row.public_key,
        row.uses,
        row.made_at,
        row.used_at,
        row.barred_at,
    )
