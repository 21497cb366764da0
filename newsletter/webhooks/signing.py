"""How a receiver knows that a message is ours and whole: the signatures of Standard Webhooks 1.0; pure.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hmac
from collections.abc import Sequence

from newsletter.errors import BadValue
from subscribers.sentence import say

PREFIX = "whsec_"
# Of the secret, in bytes: between these by the specification.
SHORTEST, LONGEST = 24, 64
MADE = 32

VERSION = "v1"


def spelled(secret: bytes) -> str:
    """Give a secret as it is handed to a receiver."""
    return PREFIX + base64.b64encode(secret).decode("ascii")


def read_secret(text: str) -> bytes:
    """Read a secret as it is spelled.

    Raises:
        BadValue: it is spelled otherwise, too short or too long; the value is not repeated.

    """
    try:
        secret = base64.b64decode(text.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadValue(say("secret"), "", say("is whsec_ and base64, as other systems give it")) from error
    if not SHORTEST <= len(secret) <= LONGEST:
        reason = say("has %(shortest)s to %(longest)s bytes", shortest=SHORTEST, longest=LONGEST)
        raise BadValue(say("secret"), "", reason)
    return secret


def headers(secrets: Sequence[bytes], uid: str, moment: int, body: bytes) -> tuple[tuple[str, str], ...]:
    """Give what stands above a message; it is signed with each of *secrets*, so that a receiver may know any of them."""
    signatures = " ".join(f"{VERSION},{signature(secret, uid, moment, body)}" for secret in secrets)
    return (
        ("Content-Type", "application/json"),
        ("webhook-id", uid),
        ("webhook-timestamp", str(moment)),
        ("webhook-signature", signatures),
    )


def signature(secret: bytes, uid: str, moment: int, body: bytes) -> str:
    """Give one signature, in base64."""
    signed = f"{uid}.{moment}.".encode() + body
    return base64.b64encode(hmac.digest(secret, signed, "sha256")).decode("ascii")
