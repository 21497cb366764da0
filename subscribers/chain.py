"""The chain of a person's acts: what of an act enters its digest, and how it holds on to the act before it; pure.

The digest of an act is the SHA-256 of fourteen lines (`Link.lines`), the second of which is the digest of the act before
it. So nothing can be changed, taken out, put in or moved without the digest of everything after it becoming another.

What names a person or tells where they were is not among the lines. In its place stands the SHA-256 of it and of a random
salt: with the salt one can see that it is the value that was recorded, without it nobody can find the value by trying.
An erasure removes the value and the salt, and the chain holds as before.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

# The first of the lines: how the others are to be read, for the day that changes.
FORM = "consent 1"

# What stands before the first act of a chain.
BEGINNING = ""

# Bytes. Nobody can try all salts of this length, so a digest without its salt tells nothing.
SALT_BYTES = 16


@dataclass(slots=True)
class Link:
    """What of an act enters its digest. No part may hold a line break, or two acts could have one digest.

    Not frozen, because one is made for each row of an import, and freezing it took as long as digesting it.
    """

    # Whose: a number of the person's own, never used for anybody else.
    chain: int
    # Which of their acts, from 1 on.
    seq: int
    act: str
    # As `moment` gives it.
    at: str
    door: str
    list_id: int | None
    form: str
    language: str
    # SHA-256 of the wording in hexadecimal digits; empty without one, as the following.
    wording: str
    message_id: str
    # Salted digests of what names the person, and of the network and the browser.
    person: str
    origin: str

    def lines(self, before: str) -> str:
        """Give what is digested, *before* being the digest of the act before this one."""
        return (
            f"{FORM}\n{before}\n{self.chain}\n{self.seq}\n{self.act}\n{self.at}\n{self.door}\n"
            f"{'' if self.list_id is None else self.list_id}\n{self.form}\n{self.language}\n{self.wording}\n"
            f"{self.message_id}\n{self.person}\n{self.origin}\n"
        )

    def digest(self, before: str) -> str:
        """Give the digest of this act behind the one of digest *before*, in hexadecimal digits."""
        return digest_of(self.lines(before))


def digest_of(text: str) -> str:
    """Give the SHA-256 of *text* in UTF-8, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def wording_digest(wording: str) -> str:
    """Give what stands for a wording in the chain, and tells one version from another; empty without one."""
    return digest_of(wording) if wording else ""


def person_digest(salt: str, name: str) -> str:
    """Give what stands for a person in the chain. *name* is the key of their address, or the keyed hash of an erased one."""
    return digest_of(f"{salt}\n{name}")


def origin_digest(salt: str, network: str, agent: str) -> str:
    """Give what stands for a network address and a browser in the chain."""
    return digest_of(f"{salt}\n{network}\n{agent}")


def moment(at: datetime) -> str:
    """Spell a moment as it enters the chain: UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
