"""What a returned message is: its kind, why mail came back, and how sure we are of both."""

from dataclasses import dataclass
from enum import StrEnum

from newsletter.mail.causes import Cause

__all__ = ["LONGEST_REASON", "CameBy", "Cause", "Kind", "Reading", "Recipient"]

# Of what a server said; whoever wants more reads the message itself.
LONGEST_REASON = 500


class Kind(StrEnum):
    """What a returned message is about."""

    # It did not arrive, and nobody tries any more.
    BOUNCE = "bounce"
    # It did not arrive yet; somebody still tries (RFC 3464 2.3.3, "delayed").
    DELAY = "delay"
    # It arrived, or went on to where nobody tells any more (RFC 3464 2.3.3, "delivered", "relayed", "expanded").
    DELIVERED = "delivered"
    # Somebody pressed "this is spam" (RFC 5965 "abuse" and "fraud"; JMRP).
    COMPLAINT = "complaint"
    # Somebody asked their provider to be taken off the list (RFC 5965 7.3, "opt-out").
    OPT_OUT = "opt-out"
    # About our authentication and nobody's wishes (RFC 6591, RFC 9990).
    AUTH_REPORT = "auth-report"
    # A mail to the address of the List-Unsubscribe field (RFC 2369 3.2).
    UNSUBSCRIBE = "unsubscribe"
    # A vacation notice or another answer of a machine (RFC 3834).
    AUTO_REPLY = "auto-reply"
    # A machine asks the sender to prove that a person wrote.
    CHALLENGE = "challenge"
    # A person wrote it.
    REPLY = "reply"
    # Nothing can be told of it.
    UNREADABLE = "unreadable"


class CameBy(StrEnum):
    """By which way a message or an event reached us."""

    IMAP = "imap"
    SMTP = "smtp"
    # A pipe, a file, an mbox.
    FILE = "file"
    SES = "ses"
    POSTMARK = "postmark"
    MAILGUN = "mailgun"
    SENDGRID = "sendgrid"
    BREVO = "brevo"
    MAILJET = "mailjet"


@dataclass(frozen=True, slots=True)
class Recipient:
    """What a report says of one address; the address proves nothing (anybody can write it)."""

    address: str
    # As the report has it (RFC 3464 2.3.3), lower case; empty when it has none.
    action: str
    # Enhanced status (RFC 3463); empty when there is none.
    status: str
    # What the server said, on one line.
    diagnostic: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class Reading:
    """What a returned message says."""

    kind: Kind
    # Of bounces and delays only.
    cause: Cause | None = None
    # Enhanced status (RFC 3463); empty when there is none.
    status: str = ""
    # In the server's words, on one line.
    reason: str = ""
    # From 0.0 (a guess) to 1.0 (it says so in the form a standard gives it).
    confidence: float = 0.0
    recipients: tuple[Recipient, ...] = ()
