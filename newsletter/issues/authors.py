"""Whose hand a transaction writes with: said once at the door, so that no edit behind it can forget its author."""

from subscribers.transaction import Transaction

# What stands for an author whom no door named.
NOBODY = ""

# Kept with this use of a connection, and gone with it.
_SIGNED = "newsletter_author"


def sign(tx: Transaction, name: str) -> None:
    """Say who writes: every version of an issue that begins in this transaction is theirs."""
    tx.execution_options(**{_SIGNED: name})


def author(tx: Transaction) -> str:
    """Give who writes; NOBODY where no door said so."""
    return str(tx.get_execution_options().get(_SIGNED, NOBODY))
