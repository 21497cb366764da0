"""The second factor: codes of an app (RFC 6238), and codes on paper for when that or the passkeys are lost."""

import io
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pyotp
from sqlalchemy import delete, func, insert, select, update

from newsletter.atneed import at_need
from newsletter.staff.secrets import remembered
from newsletter.strongbox import Strongbox
from newsletter.tables.staff import account, recovery_code
from subscribers.transaction import Transaction

if TYPE_CHECKING:
    import segno
else:
    segno = at_need("segno")

# What stands above the codes in the app.
ISSUER = "Newsletter"
DIGITS = 6
PERIOD = 30
# RFC 6238 5.2: one step either way, for a clock that is a little off and a person who types.
STEPS_EITHER_WAY = 1

MOST_CODES = 10
# 80 bits each, without letters that look alike.
CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
CODE_LENGTH = 16
CODE_GROUP = 4


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret that somebody may take as their second factor."""

    secret: str
    # What the app reads from the picture.
    uri: str

    @property
    def spelled(self) -> str:
        """The secret in groups, for whoever types it."""
        return " ".join(self.secret[at : at + CODE_GROUP] for at in range(0, len(self.secret), CODE_GROUP))

    def picture(self) -> bytes:
        """Give the QR code as SVG."""
        out = io.BytesIO()
        segno.make_qr(self.uri, error="m").save(out, kind="svg", scale=6, border=4, dark="#000", light="#fff")
        return out.getvalue()


def new_secret() -> str:
    """Make a secret for a second factor: 160 bits in base32 (RFC 4226 4)."""
    return pyotp.random_base32()


def offer(secret: str, who: str) -> Offer:
    """Say *secret* as an app reads it, for an account called *who*."""
    return Offer(secret, pyotp.TOTP(secret, digits=DIGITS, interval=PERIOD).provisioning_uri(name=who, issuer_name=ISSUER))


def step_of(secret: str, code: str, now: datetime, after: int = 0) -> int | None:
    """Give the time step to which a code belongs, None when it is not right; steps up to *after* are not taken any more."""
    bare = "".join(code.split())
    if len(bare) != DIGITS or not (bare.isascii() and bare.isdigit()):
        return None
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=PERIOD)
    for step in range(-STEPS_EITHER_WAY, STEPS_EITHER_WAY + 1):
        moment = now + timedelta(seconds=step * PERIOD)
        number = int(moment.timestamp()) // PERIOD
        if number > after and totp.verify(bare, for_time=moment):
            return number
    return None


def is_set(tx: Transaction, account_id: int) -> bool:
    """Whether somebody has a second factor."""
    return bool(tx.execute(select(account.c.totp).where(account.c.id == account_id)).scalar_one())


def take(tx: Transaction, strongbox: Strongbox, account_id: int, secret: str, step: int) -> tuple[str, ...]:
    """Make *secret* somebody's second factor, proved by a code of *step*; gives new codes for when it is lost."""
    sealed = strongbox.seal(secret, _about(account_id))
    tx.execute(update(account).where(account.c.id == account_id).values(totp=sealed, totp_step=step))
    return new_codes(tx, account_id)


def drop(tx: Transaction, account_id: int) -> None:
    """Ask somebody for no code of an app any more."""
    tx.execute(update(account).where(account.c.id == account_id).values(totp="", totp_step=0))


def drop_codes(tx: Transaction, account_id: int) -> None:
    """Let no code on paper of somebody open anything any more."""
    tx.execute(delete(recovery_code).where(recovery_code.c.account_id == account_id))


def passes(tx: Transaction, strongbox: Strongbox, account_id: int, code: str, now: datetime) -> bool:
    """Whether a code is right; it is used up then, whichever kind it is of."""
    kept = tx.execute(select(account.c.totp, account.c.totp_step).where(account.c.id == account_id).with_for_update()).one()
    # Whoever has passkeys only has codes on paper and no app.
    secret = strongbox.open_text(kept.totp, _about(account_id)) if kept.totp else ""
    step = step_of(secret, code, now, kept.totp_step) if secret else None
    if step is not None:
        tx.execute(update(account).where(account.c.id == account_id).values(totp_step=step))
        return True
    bare = "".join(sign for sign in code.lower() if sign in CODE_LETTERS)
    used = (recovery_code.c.account_id == account_id, recovery_code.c.code_hash == remembered(bare))
    return tx.execute(delete(recovery_code).where(*used).returning(recovery_code.c.code_hash)).first() is not None


def new_codes(tx: Transaction, account_id: int) -> tuple[str, ...]:
    """Make codes for when the second factor is lost; those made before open nothing any more."""
    tx.execute(delete(recovery_code).where(recovery_code.c.account_id == account_id))
    codes = ["".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)) for _ in range(MOST_CODES)]
    tx.execute(insert(recovery_code), [{"account_id": account_id, "code_hash": remembered(one)} for one in codes])
    return tuple("-".join(one[at : at + CODE_GROUP] for at in range(0, CODE_LENGTH, CODE_GROUP)) for one in codes)


def codes_left(tx: Transaction, account_id: int) -> int:
    """Count the codes on paper that were not used."""
    owned = recovery_code.c.account_id == account_id
    return int(tx.execute(select(func.count()).select_from(recovery_code).where(owned)).scalar_one())


def reseal(tx: Transaction, strongbox: Strongbox) -> int:
    """Seal every secret with the present key of the instance; gives how many there are."""
    rows = tx.execute(select(account.c.id, account.c.totp).where(account.c.totp != "")).all()
    for row in rows:
        about = _about(row.id)
        sealed = strongbox.seal(strongbox.open(row.totp, about), about)
        tx.execute(update(account).where(account.c.id == row.id).values(totp=sealed))
    return len(rows)


def _about(account_id: int) -> str:
    return f"second factor of account {account_id}"
