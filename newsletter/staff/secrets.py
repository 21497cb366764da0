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
