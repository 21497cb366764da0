"""Mailgun: failures, complaints and departures; pure.

https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads. Our Message-ID stays as it is.
"""

from datetime import datetime

from newsletter.returns.hooks import verdicts
from newsletter.returns.hooks.documents import Document, mark, part, seconds, text
from newsletter.returns.hooks.told import Told
from newsletter.returns.model import Cause, Kind, Reading

# Of failures for good, by their reason. "bounce" and "generic" stand before the words of the server.
BOUNCES_OF = {
    "bounce": Cause.UNKNOWN,
    "generic": Cause.UNKNOWN,
    "hardfail": Cause.UNKNOWN,
    # It puts everybody on that list whose server said 5xx, be it for our sake.
    "suppress-bounce": Cause.UNKNOWN,
    "old": Cause.TEMPORARY,
    "greylisted": Cause.TEMPORARY,
    "espblock": Cause.POLICY,
}
KINDS_OF = {"suppress-complaint": Kind.COMPLAINT, "suppress-unsubscribe": Kind.OPT_OUT}
# Events that have no cause.
TOLD = {"complained": Kind.COMPLAINT, "unsubscribed": Kind.OPT_OUT, "delivered": Kind.DELIVERED}
_NOT_OURS = frozenset({"accepted", "opened", "clicked", "stored", "list_member_uploaded", "email_validation"})


def read(document: Document, now: datetime) -> Told | None:
    """Read one event; None: nothing that is about a delivery's end.

    Raises:
        Misshapen: it is not what Mailgun describes.

    """
    event = part(document, "event-data")
    reading = _reading(event)
    if reading is None:
        return None
    headers = part(part(event, "message"), "headers")
    # What is signed is this token and nothing of the event: it counts once, whatever is put beside it.
    event_id = text(part(document, "signature"), "token")
    return Told(event_id, "", text(headers, "message-id"), reading, seconds(event, "timestamp", now))


def _reading(event: Document) -> Reading | None:
    name, address = text(event, "event"), text(event, "recipient")
    if name in _NOT_OURS:
        return None
    if name == "failed":
        return _failure(event, address)
    if name == "rejected":
        return verdicts.bounce(Cause.POLICY, text(part(event, "reject"), "reason"), address=address)
    if name in TOLD:
        return verdicts.told(TOLD[name], text(part(event, "delivery-status"), "message") or f"{name} at Mailgun", address)
    return verdicts.unreadable(f"Mailgun tells of {name or 'nothing'}, which is not known")


def _failure(event: Document, address: str) -> Reading:
    status, reason = part(event, "delivery-status"), text(event, "reason")
    told = text(status, "message") or text(status, "description")
    code = mark(status, "code")
    # Its own codes are 605 and the like.
    words = f"{code} {told}" if code[:1] in {"4", "5"} and not told.startswith(code) else told
    if reason in KINDS_OF:
        return verdicts.told(KINDS_OF[reason], words, address)
    if text(event, "severity") == "temporary":
        return verdicts.delay(Cause.TEMPORARY, words, text(status, "enhanced-code"), address)
    usual = BOUNCES_OF.get(reason, Cause.UNKNOWN)
    confidence = verdicts.GUESSED if usual is Cause.UNKNOWN else verdicts.BY_CLASS
    return verdicts.bounce(usual, words, text(status, "enhanced-code"), address, confidence)
