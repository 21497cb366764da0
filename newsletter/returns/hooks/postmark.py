"""Postmark: bounces, complaints, and changes of subscriptions; pure.

https://postmarkapp.com/developer/webhooks/bounce-webhook and its neighbours. Postmark gives a message another Message-ID, and
repeats what stands in a field `X-PM-Metadata-…`.
"""

from datetime import datetime

from newsletter.returns.hooks import verdicts
from newsletter.returns.hooks.documents import Document, flag, mark, moment, part, text
from newsletter.returns.hooks.told import Told
from newsletter.returns.model import Cause, Kind, Reading

# The name of our metadata.
NAME = "delivery"

# By the code of the type; what is no bounce stands in the next table.
BOUNCES_OF = {
    "256": Cause.TEMPORARY,
    "512": Cause.POLICY,
    "2048": Cause.UNKNOWN,
    "4096": Cause.UNKNOWN,
    "8192": Cause.CONTENT,
    "100000": Cause.ADDRESS_DEAD,
    "100002": Cause.UNKNOWN,
    "100006": Cause.POLICY,
    "100007": Cause.UNKNOWN,
    "100009": Cause.AUTHENTICATION,
    "100010": Cause.CONTENT,
}
KINDS_OF = {
    "16": Kind.OPT_OUT,
    "64": Kind.AUTO_REPLY,
    # They tell that they have a new address; nobody says that the old one is dead.
    "128": Kind.AUTO_REPLY,
    "16384": Kind.CHALLENGE,
    "100001": Kind.COMPLAINT,
}
_FOR_GOOD, _STILL_TRIED = "1", "2"
# Somebody subscribed, a test, an address not confirmed, mail that came in.
_NOT_OURS = frozenset({"32", "1024", "100003", "100008"})


def read(document: Document, now: datetime) -> Told | None:
    """Read one event; None: nothing that is about a delivery's end.

    Raises:
        Misshapen: it is not what Postmark describes.

    """
    record = text(document, "RecordType")
    reading, told_at = _reading(record, document), _MOMENTS.get(record, "")
    if reading is None:
        return None
    known_by = mark(document, "ID") or f"{text(document, 'MessageID')}:{text(document, told_at)}"
    token = text(part(document, "Metadata"), NAME)
    return Told(f"{record}:{known_by}", token, "", reading, moment(document, told_at, now))


_MOMENTS = {"Bounce": "BouncedAt", "SpamComplaint": "BouncedAt", "Delivery": "DeliveredAt", "SubscriptionChange": "ChangedAt"}


def _reading(record: str, document: Document) -> Reading | None:
    match record:
        case "Bounce":
            return _bounce(document)
        case "SpamComplaint":
            return verdicts.told(Kind.COMPLAINT, text(document, "Details"), text(document, "Email"))
        case "Delivery":
            return verdicts.told(Kind.DELIVERED, text(document, "Details"), text(document, "Recipient"))
        case "SubscriptionChange":
            return _change(document)
        case "Open" | "Click" | "Inbound" | "SMTPApiError":
            return None
        case _:
            return verdicts.unreadable(f"Postmark tells of {record or 'nothing'}, which is not known")


def _bounce(document: Document) -> Reading | None:
    code, address = mark(document, "TypeCode"), text(document, "Email")
    words = text(document, "Details") or text(document, "Description")
    if code in _NOT_OURS:
        return None
    if code in KINDS_OF:
        return verdicts.told(KINDS_OF[code], words, address)
    if code == _FOR_GOOD:
        return verdicts.for_good(text(document, "Details"), address=address)
    if code == _STILL_TRIED:
        return verdicts.delay(Cause.TEMPORARY, words, address=address)
    confidence = verdicts.BY_CLASS if code in BOUNCES_OF else verdicts.GUESSED
    return verdicts.bounce(BOUNCES_OF.get(code, Cause.UNKNOWN), words, address=address, confidence=confidence)


def _change(document: Document) -> Reading | None:
    address = text(document, "Recipient")
    if not flag(document, "SuppressSending"):
        return None
    match text(document, "SuppressionReason"), text(document, "Origin"):
        case "SpamComplaint", _:
            return verdicts.told(Kind.COMPLAINT, "put on Postmark's list after a complaint", address)
        case "ManualSuppression", "Recipient":
            return verdicts.told(Kind.OPT_OUT, "left by the link of Postmark", address)
        case _:
            # A hard bounce, of which its own event tells more; or somebody of the staff did it.
            return None
