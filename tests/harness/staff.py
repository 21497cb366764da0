"""Somebody who works at the desk, for tests."""

from datetime import datetime

from newsletter.staff import accounts, sessions
from newsletter.staff.accounts import Account
from newsletter.staff.permissions import Role
from subscribers.transaction import Transaction

ADMINISTRATOR = "Ada"


def an_administrator(tx: Transaction, now: datetime) -> Account:
    """Make the account that the link of `serve` lets in."""
    return accounts.add(tx, ADMINISTRATOR, Role.ADMIN, now, "ada@example.org")


def a_session(tx: Transaction, account: Account, now: datetime) -> str:
    """Begin a session of somebody; gives the secret of its cookie."""
    return sessions.begin(tx, account.id, now, agent="a test", network="192.0.2.1")
