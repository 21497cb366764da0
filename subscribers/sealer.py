"""A seal: what was said until a day, authenticated with a key of the instance, behind the seal of the day before; pure.

The chains alone show that nobody changed an act and forgot the rest. Whoever can write to the database can also compute a
whole chain anew, or cut off its end. They cannot do so under a seal, because its digest and its code need the key.
"""

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from subscribers.chain import moment
from subscribers.tokens import Keyring

LABEL = "consent seal"

# The first of the lines of a seal: how the others are to be read, for the day that changes.
FORM = "seal 1"

# What stands before the first seal.
BEGINNING = ""

_SIZE = 2**256
_DIGITS = 64


@dataclass(frozen=True, slots=True)
class Seal:
    """One seal as recorded; there are only ever more of them."""

    # From 1 on, without gaps.
    number: int
    # In UTC; there is one for each day at most.
    day: date
    at: datetime
    key_id: str
    # Covers the acts of ids above the one and up to the other.
    after_id: int
    last_id: int
    # How many acts it covers, and how many chains begin among them.
    acts: int
    chains: int
    # Of all acts it covers, each with the digest that holds it in its chain.
    digest: str
    code: str

    def lines(self, before: str) -> str:
        """Give what the code authenticates, *before* being the code of the seal before this one."""
        return (
            f"{FORM}\n{before}\n{self.number}\n{self.day.isoformat()}\n{moment(self.at)}\n{self.key_id}\n"
            f"{self.after_id}\n{self.last_id}\n{self.acts}\n{self.chains}\n{self.digest}\n"
        )


class Sealer:
    """Makes and checks seals with one key."""

    def __init__(self, keyring: Keyring) -> None:
        self._key = keyring.derive(LABEL)
        self.key_id = keyring.key_id

    def mark(self, act_id: int, chain: int, seq: int, digest: str) -> int:
        """Give what an act adds to the digest of its seal.

        Marks are added up, so acts can be walked in any order. Who does not know the key knows no mark, and so finds no other
        acts with the same sum.
        """
        return int.from_bytes(hmac.digest(self._key, f"{act_id}\n{chain}\n{seq}\n{digest}".encode(), "sha256"), "big")

    def code(self, seal: Seal, before: str) -> str:
        """Give the code of a seal behind the one of code *before*."""
        return hmac.digest(self._key, seal.lines(before).encode(), "sha256").hex()


@dataclass(slots=True)
class Tally:
    """What the acts under one seal amount to."""

    acts: int = 0
    chains: int = 0
    _sum: int = 0

    @classmethod
    def so_far(cls, acts: int, chains: int, digest: str) -> Self:
        """Give one that goes on behind what was added; *digest* is the one it had."""
        return cls(acts, chains, int(digest or "0", 16))

    def add(self, seq: int, mark: int) -> None:
        """Count an act."""
        self.acts += 1
        self.chains += seq == 1
        self._sum = (self._sum + mark) % _SIZE

    @property
    def digest(self) -> str:
        """The digest of all that was added, in hexadecimal digits."""
        return f"{self._sum:0{_DIGITS}x}"
