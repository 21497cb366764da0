"""Calls as providers make them, signed by keys of our own; and a server that has Amazon's certificate."""

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from newsletter.outbound import FetchPolicy
from newsletter.returns.hooks.certificates import Certificates
from newsletter.returns.hooks.providers import Hooks
from newsletter.returns.hooks.taking import Call
from newsletter.returns.model import CameBy
from tests.harness.answering import Answering

TOPIC = "arn:aws:sns:eu-west-1:123456789012:newsletter-returns"
HOST = "https://sns.eu-west-1.amazonaws.com"
CERTIFICATE_AT = f"{HOST}/SimpleNotificationService-{'0a' * 16}.pem"
CONFIRM_AT = f"{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=abc"
SECRET = "5ecret-" + "x" * 20
MAILGUN_KEY = "key-of-mailgun-0123456789"


@cache
def amazons_key() -> rsa.RSAPrivateKey:
    """Give the key that stands for Amazon's."""
    return rsa.generate_private_key(65537, 2048)


@cache
def sendgrids_key() -> ec.EllipticCurvePrivateKey:
    """Give the key that stands for SendGrid's."""
    return ec.generate_private_key(ec.SECP256R1())


def sendgrids_public_key() -> str:
    """Give what SendGrid shows."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(sendgrids_key().public_key().public_bytes(serialization.Encoding.DER, form)).decode()


def all_hooks() -> Hooks:
    """Switch all providers on."""
    by_secret = dict.fromkeys((CameBy.POSTMARK, CameBy.BREVO, CameBy.MAILJET), SECRET)
    signing = {CameBy.SES: TOPIC, CameBy.MAILGUN: MAILGUN_KEY, CameBy.SENDGRID: sendgrids_public_key()}
    return Hooks({**by_secret, **signing})


def certificate(now: datetime, key: rsa.RSAPrivateKey | None = None) -> bytes:
    """Give a certificate that is good for some days around *now*."""
    key = key or amazons_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=2), now + timedelta(days=2)).sign(
        key, hashes.SHA256()
    )
    return made.public_bytes(serialization.Encoding.PEM)


def sns(message: object, now: datetime, after: Mapping[str, object] | None = None, **otherwise: object) -> dict[str, object]:
    """Give a message of SNS, signed; with *otherwise* put into it before, and *after* behind its signature."""
    document: dict[str, object] = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "SignatureVersion": "2",
        "SigningCertURL": CERTIFICATE_AT,
        "UnsubscribeURL": f"{HOST}/?Action=Unsubscribe",
        **otherwise,
    }
    names = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    text = "".join(f"{name}\n{document[name]}\n" for name in names if name in document)
    signature = amazons_key().sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return {**document, "Signature": base64.b64encode(signature).decode(), **(after or {})}


def confirmation(now: datetime, **otherwise: object) -> dict[str, object]:
    """Give what SNS asks before it brings anything."""
    asked = {"Type": "SubscriptionConfirmation", "Token": "abc", "SubscribeURL": CONFIRM_AT}
    return sns("You have chosen to subscribe", now, None, **{**asked, **otherwise})


def ses_bounce(token: str, **otherwise: object) -> dict[str, object]:
    """Give what SES tells of an address that is not there."""
    person = {
        "emailAddress": "ann@example.net",
        "status": "5.1.1",
        "action": "failed",
        "diagnosticCode": "smtp; 550 5.1.1 user unknown",
    }
    bounced = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [person], "feedbackId": "f-1"}
    mail = {"source": f"b-{token}@returns.example.org", "messageId": "ses-1"}
    return {"notificationType": "Bounce", "bounce": {**bounced, **otherwise}, "mail": mail}


def mailgun(event: Mapping[str, object], now: datetime, token: str = "t" * 50, key: str = MAILGUN_KEY) -> dict[str, object]:
    """Give an event of Mailgun's, signed."""
    timestamp = str(int(now.timestamp()))
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), sha256).hexdigest()
    return {"signature": {"timestamp": timestamp, "token": token, "signature": signature}, "event-data": event}


def sendgrid_headers(body: bytes, now: datetime) -> dict[str, str]:
    """Give the headers of a body of SendGrid's."""
    timestamp = str(int(now.timestamp()))
    signature = sendgrids_key().sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        "x-twilio-email-event-webhook-signature": base64.b64encode(signature).decode(),
        "x-twilio-email-event-webhook-timestamp": timestamp,
    }


def call(
    provider: CameBy, document: object, now: datetime, secret: str = SECRET, headers: Mapping[str, str] | None = None
) -> Call:
    """Give a call as its provider makes it; a body that is no document as it is."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    signed = sendgrid_headers(body, now) if provider is CameBy.SENDGRID and headers is None else dict(headers or {})
    return Call(provider, secret, signed, body)


# An event of each, about an address that is not there, by the token of the delivery.
def deaths(token: str, now: datetime, number: int = 1) -> dict[CameBy, object]:
    """Give what each provider tells of an address that is not there."""
    unknown = "550 5.1.1 user unknown"
    mailgun_event = {
        "event": "failed",
        "severity": "permanent",
        "reason": "bounce",
        "recipient": "ann@example.net",
        "timestamp": now.timestamp(),
        "delivery-status": {"code": 550, "message": "5.1.1 user unknown"},
        "message": {"headers": {"message-id": f"{token}@example.org"}},
    }
    return {
        CameBy.SES: sns(ses_bounce(token), now, MessageId=f"m-{number}"),
        CameBy.POSTMARK: {
            "RecordType": "Bounce",
            "ID": 692560170 + number,
            "Type": "HardBounce",
            "TypeCode": 1,
            "Details": unknown,
            "Email": "ann@example.net",
            "BouncedAt": now.isoformat(),
            "Metadata": {"delivery": token},
        },
        CameBy.MAILGUN: mailgun(mailgun_event, now, f"{number:050}"),
        CameBy.SENDGRID: [
            {
                "event": "bounce",
                "type": "bounce",
                "email": "ann@example.net",
                "status": "5.1.1",
                "reason": unknown,
                "bounce_classification": "Invalid Address",
                "timestamp": int(now.timestamp()),
                "sg_event_id": f"e-{number}",
                "smtp-id": f"<{token}@example.org>",
                "delivery": token,
            }
        ],
        CameBy.BREVO: {
            "event": "hard_bounce",
            "email": "ann@example.net",
            "id": 26224,
            "message-id": f"<20200203.{number}@smtp-relay.mailin.fr>",
            "ts_event": int(now.timestamp()),
            "reason": unknown,
            "X-Mailin-custom": token,
        },
        CameBy.MAILJET: [
            {
                "event": "bounce",
                "time": int(now.timestamp()),
                "MessageID": 19421777835146490 + number,
                "email": "ann@example.net",
                "CustomID": token,
                "blocked": False,
                "hard_bounce": True,
                "error_related_to": "recipient",
                "error": "user unknown",
            }
        ],
    }


@dataclass
class Amazon(Answering):
    """Has the certificate, and confirms subscriptions, while the block lasts; Amazon's own addresses lead to it."""

    pem: bytes
    asked: list[str] = field(default_factory=list)
    # Answers this instead.
    status: int = 200

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Give what each request is answered by."""
        return _handler(self)

    def __post_init__(self) -> None:
        self._certificates = Certificates(FetchPolicy(allow_loopback=True, seconds=5))

    def get(self, url: str) -> bytes:
        """Fetch a certificate as the product does, from here."""
        return self._certificates.get(self._here(url))

    def visit(self, url: str) -> None:
        """Ask for a page, here."""
        self._certificates.visit(self._here(url))

    def _here(self, url: str) -> str:
        parts = urlsplit(url)
        assert (parts.scheme, parts.netloc) == tuple(HOST.split("://"))
        return f"{self.origin}{parts.path}?{parts.query}"


def _handler(amazon: Amazon) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            amazon.asked.append(self.path)
            body = amazon.pem if self.path.startswith("/SimpleNotificationService-") else b"<ConfirmSubscriptionResponse/>"
            self.send_response(amazon.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Stay silent."""

    return Handler
