"""Tokens for links, and keyed hashes of addresses; all rest on one secret."""

import base64
import binascii
import hmac
from collections.abc import Sequence
from contextlib import suppress
from enum import StrEnum
from hashlib import sha256

from subscribers.errors import SecretTooShort, TokenInvalid

SHORTEST_SECRET = 32

# A keyed hash begins with eight digits that name its key, so that what a former key hashed is found among what the present
# one did. The other 56 digits are 224 bits of the hash: no two addresses share them.
KEY_ID_LENGTH = 8
HASH_LENGTH = 64

# 40 bits of number and 88 of authentication: 16 bytes, 26 characters of base32. Short enough for
# `List-Unsubscribe: <https://host/u/…>` to stay on one line of 76 columns; mail servers re-encode longer ones.
_NUMBER_BYTES = 5
_MAC_BYTES = 11
TOKEN_LENGTH = 26
_PADDING = "======"
# Base32 (RFC 4648 6), lower case, two characters at a time: three links a message are the larger part of writing it, and
# the library's function takes three times as long.
_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _DIGITS for second in _DIGITS]
_PAIR_BITS = 10
_PAIR_MASK = (1 << _PAIR_BITS) - 1
_SHIFTS = range((TOKEN_LENGTH // 2 - 1) * _PAIR_BITS, -1, -_PAIR_BITS)
# 26 characters hold two bits more than 16 bytes.
_SPARE_BITS = 2


class Purpose(StrEnum):
    """What a token is good for; one made for another purpose is invalid."""

    # Number: a subscription.
    UNSUBSCRIBE = "unsubscribe"
    # Number: a subscriber.
    PREFERENCES = "preferences"
    # Number: a confirmation.
    CONFIRM = "confirm"
    # Number: a link to everything that is kept of a person.
    DATA = "data"
    # Number: a change of address; to say yes at the new one, and to take it back at the old one.
    MOVE = "move"
    MOVE_BACK = "move-back"
    # Number: the second at which a form was shown, since 1970.
    FORM = "form"
    # Number: an issue. Its web copy, where the newsletter has no archive that everybody reads.
    READ = "read"
    # Number: a newsletter. Its dates, for its staff.
    CALENDAR = "calendar"
    # Number: a link for a guest, who looks one issue over, or writes for it.
    REVIEW = "review"
    CONTRIBUTE = "contribute"
    # Number: a subscription. Behind the address of a counted link, for whoever allowed it.
    CLICK = "click"
    # Number: a delivery. In Message-ID and the envelope sender.
    DELIVERY = "delivery"


class Keyring:
    """All keys of an instance, derived from its secret; each key serves one purpose.

    The keys of secrets the instance had before, the latest first, still open what they closed; they close nothing more.
    """

    def __init__(self, secret: str, former: Sequence[str] = ()) -> None:
        if len(secret) < SHORTEST_SECRET:
            raise SecretTooShort(SHORTEST_SECRET)
        # A variable of the environment may hold bytes that are no UTF-8; they arrive as surrogates and are as good a secret.
        self._secret = secret.encode("utf-8", "surrogateescape")
        self.former = tuple(Keyring(one) for one in former)
        self.key_id = self.key_check[:KEY_ID_LENGTH]
        # Asked for each row of an import and each link of a mailing.
        self._addresses = _Authenticator(self.derive("address"))
        self._tokens = {purpose: _Authenticator(self.derive(f"token:{purpose}")) for purpose in Purpose}

    @property
    def key_check(self) -> str:
        """A value by which another secret is noticed; it tells nothing about this one."""
        return self.derive("check").hex()

    def derive(self, label: str) -> bytes:
        """Give the 32-byte key for *label*."""
        return hmac.digest(self._secret, b"newsletter:" + label.encode(), "sha256")

    def hash_address(self, key: str) -> str:
        """Give the keyed hash by which an address is remembered where the address itself may not be kept.

        A plain SHA-256 could be reversed by hashing all plausible addresses. What of an address may stand under a former
        key is found by `records.hash_of`.
        """
        return self.key_id + self._addresses.code(key.encode()).hex()[: HASH_LENGTH - KEY_ID_LENGTH]

    def seal(self, purpose: Purpose, number: int) -> str:
        """Give the token that stands for *number* (0 to 2^40 - 1) in a link of *purpose*: 26 characters, lower case.

        The same each time, so that a message is the same bytes at every attempt. The number is masked with the
        authentication code, so neighbours look unrelated (the construction of SIV, RFC 5297, on HMAC).
        """
        key = self._tokens[purpose]
        plain = number.to_bytes(_NUMBER_BYTES, "big")
        mac = key.code(b"mac:" + plain)[:_MAC_BYTES]
        value = int.from_bytes(mac + _masked(key, mac, plain), "big") << _SPARE_BITS
        return "".join([_PAIRS[(value >> shift) & _PAIR_MASK] for shift in _SHIFTS])

    def open(self, purpose: Purpose, token: str) -> int:
        """Give the number a token stands for; letter case does not matter, because mail servers change it.

        Tokens of former keys open as well: they stand in mails that were sent before the key was changed.

        Raises:
            TokenInvalid: not made by us, made for another purpose, or damaged.

        """
        for one in (self, *self.former):
            with suppress(TokenInvalid):
                return one._opened(purpose, token)  # noqa: SLF001 -- a keyring among keyrings
        raise TokenInvalid

    def _opened(self, purpose: Purpose, token: str) -> int:
        if len(token) != TOKEN_LENGTH or not token.isascii():
            raise TokenInvalid
        try:
            raw = base64.b32decode(token.upper() + _PADDING)
        except binascii.Error as error:
            raise TokenInvalid from error
        plain = _masked(self._tokens[purpose], raw[:_MAC_BYTES], raw[_MAC_BYTES:])
        number = int.from_bytes(plain, "big")
        # Compared as text: 26 characters hold two bits more than 16 bytes, and a token has one spelling only.
        if not hmac.compare_digest(token.lower(), self.seal(purpose, number)):
            raise TokenInvalid
        return number


class _Authenticator:
    """HMAC-SHA-256 (RFC 2104) with one key, whose two hashes are begun once: a third of the time of `hmac.digest`."""

    def __init__(self, key: bytes) -> None:
        block = key.ljust(sha256().block_size, b"\0")
        self._inner = sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in block))

    def code(self, message: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()


def _masked(key: _Authenticator, mac: bytes, plain: bytes) -> bytes:
    mask = key.code(b"mask:" + mac)
    masked = int.from_bytes(plain, "big") ^ int.from_bytes(mask[:_NUMBER_BYTES], "big")
    return masked.to_bytes(_NUMBER_BYTES, "big")
