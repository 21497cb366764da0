"""Amazon SES: notifications and published events, as SNS brings them; pure.

https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html and event-publishing-retrieving-sns-contents.html. SES
gives a message another Message-ID, and repeats the sender of the envelope, in which our token stands.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from newsletter.mail.returnpath import BOUNCES
from newsletter.returns.hooks import verdicts
from newsletter.returns.hooks.documents import Document, items, moment, part, text
from newsletter.returns.hooks.told import Told
from newsletter.returns.model import Cause, Kind, Reading

# By type and sub-type.
BOUNCES_OF = {
    ("undetermined", "undetermined"): Cause.UNKNOWN,
    ("permanent", "noemail"): Cause.ADDRESS_DEAD,
    # On the list of dead addresses that SES keeps, or that the account does.
    ("permanent", "suppressed"): Cause.ADDRESS_DEAD,
    ("permanent", "onaccountsuppressionlist"): Cause.ADDRESS_DEAD,
    ("transient", "general"): Cause.TEMPORARY,
    ("transient", "mailboxfull"): Cause.FULL,
    ("transient", "messagetoolarge"): Cause.CONTENT,
    ("transient", "contentrejected"): Cause.CONTENT,
    ("transient", "attachmentrejected"): Cause.CONTENT,
    ("transient", "customtimeoutexceeded"): Cause.TEMPORARY,
}
DELAYS_OF = {
    "mailboxfull": Cause.FULL,
    "spamdetected": Cause.POLICY,
    "ipfailure": Cause.POLICY,
}
# Whatever has a code of 5xx.
_FOR_GOOD = ("permanent", "general")
# They left a list that SES keeps.
_LEFT = "unsubscribedrecipient"
_NOT_OURS = frozenset({"open", "click", "send", "rendering failure"})


def read(document: Document, now: datetime) -> Told | None:
    """Read one message of SNS; None: nothing that is about a delivery's end.

    Raises:
        Misshapen: it is not what SES describes.

    """
    kind = text(document, "eventType") or text(document, "notificationType")
    reading = _reading(kind.lower(), document)
    if reading is None:
        return None
    mail = part(document, "mail")
    body = part(document, _BODY_OF.get(kind.lower(), kind.lower()))
    event_id = f"{kind}:{text(body, 'feedbackId') or text(mail, 'messageId') + text(body, 'timestamp')}"
    return Told(event_id, _token(text(mail, "source")), _message_id(mail), reading, moment(body, "timestamp", now))


_BODY_OF = {"deliverydelay": "deliveryDelay"}


def _reading(kind: str, document: Document) -> Reading | None:
    if kind in _NOT_OURS:
        return None
    if kind not in _READ:
        return verdicts.unreadable(f"SES tells of {kind or 'nothing'}, which is not known")
    return _READ[kind](part(document, _BODY_OF.get(kind, kind)))


def _bounce(document: Document) -> Reading:
    person = _first(items(document, "bouncedRecipients"))
    address = text(person, "emailAddress")
    name = (text(document, "bounceType").lower(), text(document, "bounceSubType").lower())
    if name[1] == _LEFT:
        return verdicts.told(Kind.OPT_OUT, "on the list of those who left that SES keeps", address)
    words, status = text(person, "diagnosticCode"), text(person, "status")
    if name == _FOR_GOOD:
        return verdicts.for_good(words, status, address)
    confidence = verdicts.BY_CLASS if name in BOUNCES_OF else verdicts.GUESSED
    return verdicts.bounce(BOUNCES_OF.get(name, Cause.UNKNOWN), words, status, address, confidence)


def _complaint(document: Document) -> Reading | None:
    address = text(_first(items(document, "complainedRecipients")), "emailAddress")
    match text(document, "complaintFeedbackType").lower():
        case "not-spam":
            return None
        case "auth-failure":
            return verdicts.told(Kind.AUTH_REPORT, "auth-failure", address)
        case said:
            return verdicts.told(Kind.COMPLAINT, said, address)


def _delivery(document: Document) -> Reading:
    return verdicts.told(Kind.DELIVERED, text(document, "smtpResponse"))


def _delay(document: Document) -> Reading:
    person = _first(items(document, "delayedRecipients"))
    usual = DELAYS_OF.get(text(document, "delayType").lower(), Cause.TEMPORARY)
    return verdicts.delay(usual, text(person, "diagnosticCode"), text(person, "status"), text(person, "emailAddress"))


def _reject(document: Document) -> Reading:
    # The one reason there is: a virus in it.
    return verdicts.bounce(Cause.CONTENT, text(document, "reason"))


def _subscription(document: Document) -> Reading:
    return verdicts.told(Kind.OPT_OUT, text(document, "source") or "left by the link of SES")


_READ: Mapping[str, Callable[[Document], Reading | None]] = {
    "bounce": _bounce,
    "complaint": _complaint,
    "delivery": _delivery,
    "deliverydelay": _delay,
    "reject": _reject,
    "subscription": _subscription,
}


def _first(people: list[Document]) -> Document:
    # One message of ours has one recipient.
    return people[0] if people else {}


def _token(sender: str) -> str:
    local = sender.strip().strip("<>").partition("@")[0].lower()
    return local.removeprefix(BOUNCES) if local.startswith(BOUNCES) else ""


def _message_id(mail: Document) -> str:
    for one in items(mail, "headers"):
        if text(one, "name").lower() == "message-id":
            return text(one, "value")
    return text(part(mail, "commonHeaders"), "messageId")
