"""Passwords: what is asked of one, and their hashes by Argon2id."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from newsletter.errors import BadValue
from subscribers.sentence import say

# NIST SP 800-63B 3.1.1.2: length is what counts, and no rules about kinds of characters. The upper bound is for the hash.
SHORTEST = 12
LONGEST = 1024

# Each hash takes 64 MiB for a moment; more at once would let strangers fill the memory by pressing a button.
MOST_AT_ONCE = 2

_HASHER = PasswordHasher()
_TURNS = threading.BoundedSemaphore(MOST_AT_ONCE)
# Of a password that nobody has: whoever guesses at accounts that do not exist waits as long as with those that do.
_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$2BOoTEKlLZy43wA9FiiF2g$FVGYnGeqbMVotlQh+r8gkZmt5AUACZb4A01/1ViaL9c"


def require_good(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Let a new password pass; *about* is what everybody knows of its owner.

    Raises:
        BadValue: it is too short, too long, or what somebody would guess first.

    """
    if len(password) < SHORTEST:
        raise BadValue(
            say("The password"), "", say("it needs %(shortest)s characters or more; a few words do well", shortest=SHORTEST)
        )
    if len(password) > LONGEST:
        raise BadValue(say("The password"), "", say("it may have %(longest)s characters at most", longest=LONGEST))
    folded = password.casefold()
    if len(set(folded)) < 5 or any(word and folded == word.casefold() for word in about):  # noqa: PLR2004 -- "aaaaaaaaaaaa"
        raise BadValue(say("The password"), "", say("it is among the first that somebody would guess"))


def hashed(password: str) -> str:
    """Give the hash of a password, with its parameters and its salt."""
    with _TURNS:
        return _HASHER.hash(password)


def fits(password: str, kept: str) -> bool:
    """Whether *password* is the one of which *kept* is the hash; takes as long for an empty *kept*, and is False then."""
    with _TURNS:
        try:
            _HASHER.verify(kept or _NOBODYS, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return bool(kept)


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with parameters that are not used any more."""
    return _HASHER.check_needs_rehash(kept)
