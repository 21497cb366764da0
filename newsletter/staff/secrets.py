"""Secrets that open something: made with 256 bits, and kept as a hash only."""

import hashlib
import secrets

# 256 bits: nobody guesses one, however long they try.
SECRET_BYTES = 32


def new_secret() -> str:
    """Make a secret for a link or a cookie."""
    return secrets.token_urlsafe(SECRET_BYTES)


def remembered(secret: str) -> str:
    """Give what is kept of a secret: a dump of the database opens nothing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def masked(secret: str) -> str:
    """Write a secret in another way each time, for a page whose length somebody may see."""
    plain = secret.encode()
    mask = secrets.token_bytes(len(plain))
    return f"{mask.hex()}.{_laid_over(plain, mask).hex()}"


def unmasked(text: str) -> str:
    """Give the secret that `masked` wrote so; what it did not write as it is, or as nothing."""
    mask, dot, rest = text.partition(".")
    if not dot:
        return text
    try:
        return _laid_over(bytes.fromhex(rest), bytes.fromhex(mask)).decode()
    except ValueError:
        # Written by somebody else: no hex, of two lengths, or no text.
        return ""


def _laid_over(text: bytes, mask: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(text, mask, strict=True))
