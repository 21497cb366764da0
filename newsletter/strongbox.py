"""Keeps secrets in the database so that only the instance's own key reads them: a copy of the database alone is no use."""

import base64
import binascii
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from newsletter.atneed import at_need
from newsletter.errors import SealBroken
from subscribers.tokens import Keyring

if TYPE_CHECKING:
    from cryptography import exceptions
    from cryptography.hazmat.primitives.ciphers import aead
else:
    exceptions, aead = at_need("cryptography.exceptions"), at_need("cryptography.hazmat.primitives.ciphers.aead")

LABEL = "strongbox"

# AES-256. One key seals a handful of secrets, so a random nonce of 96 bits never comes twice (NIST SP 800-38D 8.3: 2^32).
KEY_BYTES = 32
_NONCE_BYTES = 12

# Says how it was sealed, for the day that changes.
_FORM = "1."


class Strongbox:
    """Seals secrets with one key, and opens them with that or with one of those it had before.

    Each is sealed *about* something ("relay 3", "DKIM key nl202611 of example.org"), and opens only when the same is said:
    a sealed text that somebody moves to another row is not opened there.
    """

    def __init__(self, key: bytes, *former: bytes) -> None:
        for one in (key, *former):
            if len(one) != KEY_BYTES:
                raise ValueError(f"a strongbox needs a key of {KEY_BYTES} bytes, not {len(one)}")
        self._keys = (key, *former)

    @classmethod
    def of(cls, keyring: Keyring) -> Self:
        """Give the strongbox of an instance."""
        return cls(keyring.derive(LABEL), *(one.derive(LABEL) for one in keyring.former))

    def seal(self, secret: bytes | str, about: str) -> str:
        """Give *secret* as ASCII text that tells nothing of it but its length; another text each time."""
        # Any text of Python comes back as it was, lone surrogates of a foreign environment included.
        plain = secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else secret
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + aead.AESGCM(self._keys[0]).encrypt(nonce, plain, about.encode())
        return _FORM + base64.urlsafe_b64encode(sealed).decode("ascii")

    def open(self, sealed: str, about: str) -> bytes:
        """Give the secret back.

        Raises:
            SealBroken: sealed with another key or about something else, damaged, or not sealed at all.

        """
        form, raw = sealed[: len(_FORM)], sealed[len(_FORM) :]
        try:
            data = base64.b64decode(raw, b"-_", validate=True)
            # RFC 4648 3.5: the last sign has bits that mean nothing, so several texts would open as one secret.
            spelled_as_sealed = base64.urlsafe_b64encode(data) == raw.encode("ascii")
        # ValueError: signs outside ASCII.
        except (binascii.Error, ValueError) as error:
            raise SealBroken(about) from error
        if form != _FORM or not spelled_as_sealed or len(data) < _NONCE_BYTES:
            raise SealBroken(about)
        for key in self._keys:
            with suppress(exceptions.InvalidTag, ValueError):
                return aead.AESGCM(key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], about.encode())
        raise SealBroken(about)

    def open_text(self, sealed: str, about: str) -> str:
        """Give a secret that was sealed as text.

        Raises:
            SealBroken: as `open` does.

        """
        return self.open(sealed, about).decode("utf-8", "surrogatepass")
