"""What somebody on the staff lost, or has no more use for, opens nothing any more; codes on paper go with the last of it."""

from dataclasses import dataclass

from newsletter.staff import accounts, passkeys, secondfactor, sessions
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
        # Who finds the phone may find the paper beside it.
        secondfactor.drop_codes(tx, account_id)
    removed = passkeys.remove_all(tx, account_id) if all_passkeys else 0
    _drop_idle_codes(tx, account_id)
    return Ended(ended, removed)


def drop_app(tx: Transaction, account_id: int) -> None:
    """Ask somebody for no code of an app any more."""
    secondfactor.drop(tx, account_id)
    _drop_idle_codes(tx, account_id)


def remove_passkey(tx: Transaction, account_id: int, passkey_id: int) -> str | None:
    """Forget one passkey of somebody; gives its name, None where they have no such one."""
    name = passkeys.remove(tx, account_id, passkey_id)
    _drop_idle_codes(tx, account_id)
    return name


def _drop_idle_codes(tx: Transaction, account_id: int) -> None:
    # Nothing asks for them where the password alone lets in; the next factor has its own.
    if not accounts.by_id(tx, account_id).is_guarded:
        secondfactor.drop_codes(tx, account_id)
