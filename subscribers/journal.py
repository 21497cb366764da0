"""The journal of the noes, which is kept outside the database: what a line says, and which lines a transaction owes it.

A backup that is restored knows nothing of those who left since; the journal does. A line is made of six words:

    2020-02-03T09:00:00.000000Z no unsubscribed readers 0f3a…(64 digits) 91c2…(16 digits)

the moment, what was said, the reason, the slug of the list (`*`: every list), the keyed hash of the address, which begins
with the id of its key, and a seal by which a damaged or made-up line is told from ours. No line holds an address.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from subscribers.model import Reason
from subscribers.tokens import KEY_ID_LENGTH, Keyring
from subscribers.transaction import Transaction

# The scope of a line that holds for every list there is or will be.
EVERY = "*"

# 64 bits: nobody makes up a line by chance, and whoever can write the file could as well empty it.
_SEAL_DIGITS = 16
_LABEL = "journal"

_MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"


class Said(StrEnum):
    """What a line tells."""

    NO = "no"
    # The staff took a no back that was not the person's own.
    LIFTED = "lifted"


_FORM = re.compile(
    r"(?P<told>(?P<at>\S{27}) "
    rf"(?P<said>{'|'.join(Said)}) (?P<reason>{'|'.join(Reason)}) (?P<scope>\S+) (?P<hash>[0-9a-f]{{64}})) "
    r"(?P<seal>[0-9a-f]+)"
)

# What a transaction owes is kept with its connection under this name.
_OWED = "newsletter.journal"


class Unread(StrEnum):
    """Why a line tells nothing."""

    DAMAGED = "damaged"
    # Nobody gave the key it was sealed with.
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: somebody said no, or a no was lifted."""

    at: datetime
    said: Said
    reason: Reason
    # The slug of a list, or EVERY.
    scope: str
    email_hash: str

    def to_text(self, keyring: Keyring) -> str:
        """Give the line as it stands in the file, without its end."""
        moment = self.at.astimezone(UTC).strftime(_MOMENT)
        told = f"{moment} {self.said} {self.reason} {self.scope} {self.email_hash}"
        return f"{told} {_seal(keyring, told)}"


def read(text: str, keyring: Keyring) -> Line | Unread:
    """Read a line; one sealed with a former key of *keyring* is as good."""
    found = _FORM.fullmatch(text)
    if found is None:
        return Unread.DAMAGED
    keyrings = (keyring, *keyring.former)
    if not any(hmac.compare_digest(found["seal"].encode(), _seal(one, found["told"]).encode()) for one in keyrings):
        is_ours = found["hash"][:KEY_ID_LENGTH] in {one.key_id for one in keyrings}
        return Unread.DAMAGED if is_ours else Unread.FOREIGN
    at = datetime.strptime(found["at"], _MOMENT).replace(tzinfo=UTC)
    return Line(at, Said(found["said"]), Reason(found["reason"]), found["scope"], found["hash"])


def note(tx: Transaction, line: Line) -> None:
    """Let this transaction owe a line: it is written to the journal before the transaction is committed, or neither is."""
    tx.info.setdefault(_OWED, []).append(line)


def settle(tx: Transaction) -> tuple[Line, ...]:
    """Give what the transaction owes, and call it paid."""
    return tuple(tx.info.pop(_OWED, ()))


def _seal(keyring: Keyring, told: str) -> str:
    return hmac.digest(keyring.derive(_LABEL), told.encode(), "sha256").hex()[:_SEAL_DIGITS]
