"""The envelope in which Amazon SNS brings what SES tells; pure, given the certificate.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html. A good signature proves Amazon, and anybody
can have a topic there: only ours counts.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from newsletter.returns.hooks.documents import Document, Misshapen, an_object
from newsletter.returns.hooks.proofs import is_of_now, is_signed_by_certificate
from newsletter.returns.hooks.providers import host_of

NOTIFICATION = "Notification"
CONFIRMATION = "SubscriptionConfirmation"
FAREWELL = "UnsubscribeConfirmation"

# Version 1 is SHA-1.
_VERSION = "2"

_SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    CONFIRMATION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    FAREWELL: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_CERTIFICATE_PATH = re.compile(r"/SimpleNotificationService-[0-9a-f]{32}\.pem")


@dataclass(frozen=True, slots=True)
class Brought:
    """One message of SNS, as far as it can be believed without its signature."""

    kind: str
    message_id: str
    # What SES says, as JSON.
    message: str
    # Where a subscription is confirmed; empty for a notification.
    confirm_at: str
    # Where the certificate of its signature stands.
    certificate_at: str
    signed: bytes
    signature: str


def opened(document: object, topic: str, now: datetime) -> Brought | None:
    """Take a message out of its envelope; None: it is not of our topic and of now, or its certificate is not Amazon's.

    Raises:
        Misshapen: it is no message of SNS.

    """
    given = an_object(document)
    kind = _text(given, "Type")
    if kind not in _SIGNED:
        raise Misshapen("is no message of SNS")
    # Whole, and not as what is shown of texts: what is signed is every character.
    lines = [
        f"{name}\n{_text(given, name)}\n" for name in _SIGNED[kind] if name != "Subject" or given.get("Subject") is not None
    ]
    certificate_at = _text(given, "SigningCertURL")
    confirm_at = _text(given, "SubscribeURL") if kind != NOTIFICATION else ""
    is_ours = _text(given, "TopicArn") == topic and _text(given, "SignatureVersion") == _VERSION
    is_from_there = _is_at(certificate_at, topic) and _CERTIFICATE_PATH.fullmatch(urlsplit(certificate_at).path) is not None
    is_confirmed_there = not confirm_at or _is_at(confirm_at, topic)
    if not is_ours or not is_from_there or not is_confirmed_there or not is_of_now(_moment(_text(given, "Timestamp")), now):
        return None
    return Brought(
        kind,
        _text(given, "MessageId"),
        _text(given, "Message"),
        confirm_at,
        certificate_at,
        "".join(lines).encode("utf-8", "replace"),
        _text(given, "Signature"),
    )


def is_genuine(brought: Brought, certificate: bytes, now: datetime) -> bool:
    """Whether it is signed by the certificate it names."""
    return bool(brought.message_id) and is_signed_by_certificate(certificate, brought.signed, brought.signature, now)


def _is_at(url: str, topic: str) -> bool:
    """Whether an address is at the host of the topic's region: nothing before it, behind it, or beside its port."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return (
        url.isascii() and url.isprintable() and (parts.scheme, parts.netloc) == ("https", host_of(topic)) and not parts.fragment
    )


def _text(given: Document, name: str) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Misshapen(f"{name} is no text")
    return value


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text[:40])
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
