"""Leaving by mail: the address that stands in the mail carries the token, so neither the sender nor the text matters."""

from datetime import datetime

from newsletter.mail.returnpath import LEAVING, leaving_address
from newsletter.people import withdraw
from newsletter.people.withdraw import SILENT, Goodbyes
from subscribers.consent import Door, Evidence
from subscribers.errors import TokenInvalid
from subscribers.outcomes import WithdrawOutcome
from subscribers.tokens import Keyring, Purpose
from subscribers.transaction import Transaction


def address(keyring: Keyring, subscription_id: int, domain: str) -> str:
    """Give the address at *domain* by which one person leaves one list."""
    return leaving_address(keyring.seal(Purpose.UNSUBSCRIBE, subscription_id), domain)


def take(
    tx: Transaction, keyring: Keyring, recipient: str, said: str, now: datetime, goodbyes: Goodbyes = SILENT
) -> WithdrawOutcome:
    """Take the no that a mail to *recipient* is; *said* is its subject, kept as evidence.

    A mail program writes it when its reader presses "unsubscribe", and marks it as an automatic answer; it is none. Who it
    says it is from is not asked: anybody can write anything there, and only the mail itself carried the token.

    Raises:
        TokenInvalid: *recipient* is no address that `address` gave.

    """
    subscription_id = keyring.open(Purpose.UNSUBSCRIBE, token_of(recipient))
    return withdraw.withdraw(tx, keyring, subscription_id, now, Evidence(Door.MAIL, said), goodbyes)


def token_of(recipient: str) -> str:
    """Give the token in an address; servers on the way change the case of letters.

    Raises:
        TokenInvalid: there is none in it.

    """
    local = recipient.strip().strip("<>").rpartition("@")[0].lower()
    if not local.startswith(LEAVING):
        raise TokenInvalid
    return local.removeprefix(LEAVING)
