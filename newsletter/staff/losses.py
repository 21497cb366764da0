"""Somebody on the staff is signed out everywhere, and what they lost opens nothing any more."""

from dataclasses import dataclass

from newsletter.staff import passkeys, secondfactor, sessions
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Ended:
    """What there was of somebody's that opens nothing any more."""

    sessions: int
    passkeys: int


def sign_out(tx: Transaction, account_id: int, *, second_factor: bool = False, all_passkeys: bool = False) -> Ended:
    """End every session of somebody; take away their second factor with its codes, and their passkeys, where asked to."""
    ended = sessions.end_all(tx, account_id)
    sessions.forget_devices(tx, account_id)
    if second_factor:
        secondfactor.drop(tx, account_id)
    return Ended(ended, passkeys.remove_all(tx, account_id) if all_passkeys else 0)
