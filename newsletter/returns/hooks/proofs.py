"""Whether a request comes from whom it says; each check takes as long for a near miss as for nonsense."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from newsletter.atneed import at_need

if TYPE_CHECKING:
    from cryptography import exceptions, x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
else:
    exceptions, x509 = at_need("cryptography.exceptions"), at_need("cryptography.x509")
    hashes, serialization = (at_need(f"cryptography.hazmat.primitives.{name}") for name in ("hashes", "serialization"))
    ec, padding, rsa = (at_need(f"cryptography.hazmat.primitives.asymmetric.{name}") for name in ("ec", "padding", "rsa"))

# What is older was caught by somebody on the way and sent again; what is younger was signed by a clock that is wrong.
WINDOW = timedelta(hours=1)

_SIGNATURE = "x-twilio-email-event-webhook-signature"
_TIMESTAMP = "x-twilio-email-event-webhook-timestamp"


def knows_secret(secret: str, in_address: str, authorization: str) -> bool:
    """Whether our secret stands in the address, or as a password or token in the Authorization header (RFC 7617, 6750)."""
    return any(_is_same(one, secret) for one in (in_address, *_in_header(authorization)))


def is_signed_by_mailgun(key: str, timestamp: str, token: str, signature: str, now: datetime) -> bool:
    """Whether Mailgun signed this timestamp and token, within the window."""
    wanted = hmac.new(key.encode(), f"{timestamp}{token}".encode(errors="replace"), sha256).hexdigest()
    return _is_same(signature, wanted) and bool(token) and is_of_now(_unix(timestamp), now)


def is_signed_by_sendgrid(public_key: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether SendGrid signed this body and its timestamp, within the window."""
    timestamp = headers.get(_TIMESTAMP, "")
    try:
        key = serialization.load_der_public_key(base64.b64decode(public_key))
        signature = base64.b64decode(headers.get(_SIGNATURE, ""), validate=True)
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        key.verify(signature, timestamp.encode(errors="replace") + body, ec.ECDSA(hashes.SHA256()))
    except (exceptions.InvalidSignature, exceptions.UnsupportedAlgorithm, ValueError, binascii.Error):
        return False
    return is_of_now(_unix(timestamp), now)


def is_signed_by_certificate(pem: bytes, text: bytes, signature: str, now: datetime) -> bool:
    """Whether the key of a certificate that is good now signed this text, by SHA-256 (SNS's signature version 2)."""
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        key = certificate.public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        key.verify(base64.b64decode(signature, validate=True), text, padding.PKCS1v15(), hashes.SHA256())
    except (exceptions.InvalidSignature, exceptions.UnsupportedAlgorithm, ValueError, binascii.Error):
        return False
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def is_of_now(at: datetime | None, now: datetime) -> bool:
    """Whether something was signed within the window."""
    return at is not None and abs(now - at) <= WINDOW


def _unix(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(text), UTC) if text.isascii() and text.isdigit() and len(text) < 15 else None  # noqa: PLR2004 -- more digits than any date
    except (ValueError, OverflowError, OSError):
        return None


def _in_header(authorization: str) -> list[str]:
    scheme, _, rest = authorization.strip().partition(" ")
    if scheme.lower() == "bearer":
        return [rest.strip()]
    if scheme.lower() != "basic":
        return []
    try:
        # Whoever the user is: providers want one, and it says nothing.
        return [base64.b64decode(rest.strip(), validate=True).decode().partition(":")[2]]
    except (binascii.Error, ValueError):
        return []


def _is_same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), wanted.encode(errors="replace"))
