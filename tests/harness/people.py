"""People for tests: on a list, confirmed, or gone again, by the product's own verbs."""

import io
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select

from subscribers import audience, confirmations, moves, register
from subscribers.address import parse
from subscribers.consent import Door, Evidence
from subscribers.exchange.importing import import_people
from subscribers.exchange.model import ImportOrder, ImportReport
from subscribers.exchange.turns import Begin
from subscribers.model import MailingList, Subscriber
from subscribers.moves import Moved
from subscribers.outcomes import ConfirmationDue, Confirmed
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

FORM = Evidence(Door.FORM, "Yes, write to me once a month.", "192.0.2.7", "Lynx/2.9")
LINK = Evidence(Door.LINK, "Confirm", "192.0.2.7", "Lynx/2.9")
ONE_CLICK = Evidence(Door.ONE_CLICK, "List-Unsubscribe=One-Click", "198.51.100.1", "Mail")
COMMAND = Evidence(Door.COMMAND, "Asked at the autumn meeting.")


def a_list(tx: Transaction, now: datetime, name: str = "Friends") -> MailingList:
    """Make a mailing list."""
    return register.create_list(tx, name, now)


def ask(tx: Transaction, keyring: Keyring, list_id: int, address: str, now: datetime, name: str = "Ann Lee") -> ConfirmationDue:
    """Fill in the form, and be asked by mail."""
    due = register.request(tx, keyring, list_id, parse(address), name, now, FORM)
    assert isinstance(due, ConfirmationDue)
    return due


def join(tx: Transaction, keyring: Keyring, list_id: int, address: str, now: datetime, name: str = "Ann Lee") -> Confirmed:
    """Fill in the form and press the button in the mail."""
    due = ask(tx, keyring, list_id, address, now, name)
    outcome = register.confirm(tx, keyring, due.confirmation_id, now, LINK)
    assert isinstance(outcome, Confirmed)
    return outcome


def move(tx: Transaction, keyring: Keyring, person: Subscriber, address: str, now: datetime) -> Subscriber:
    """Ask for another address, and press the button in the mail to it."""
    number = moves.ask(tx, person, parse(address), now)
    change = moves.load(tx, number)
    assert change is not None
    outcome = moves.carry_out(tx, keyring, change, now, LINK)
    assert isinstance(outcome, Moved)
    return outcome.subscriber


def audience_of(tx: Transaction, list_id: int) -> list[str]:
    """Give the addresses that may be written to, sorted."""
    people = audience.confirmed(list_id).subquery()
    return sorted(tx.execute(select(people.c.email)).scalars())


def later(now: datetime) -> datetime:
    """Give a moment at which an address may be asked again."""
    return now + confirmations.MOST_REQUESTS_WITHIN + timedelta(seconds=1)


def take_in_file(
    begin: Begin,
    keyring: Keyring,
    list_id: int,
    lines: Iterable[bytes],
    now: datetime,
    *,
    basis: str = "a trial",
    is_confirmed: bool = True,
) -> ImportReport:
    """Import a file of these lines, as the staff does."""
    order = ImportOrder(list_id, basis, is_confirmed)
    return import_people(begin, keyring, io.BytesIO(b"".join(lines)), order, now)
