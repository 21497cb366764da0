"""Mailjet: events, alone or in batches; pure.

https://dev.mailjet.com/email/guides/webhooks/. Mailjet repeats what stands in a field `X-MJ-CustomID`.
"""

from datetime import datetime

from newsletter.returns.hooks import verdicts
from newsletter.returns.hooks.documents import Document, flag, mark, seconds, text
from newsletter.returns.hooks.told import Told
from newsletter.returns.model import Cause, Kind, Reading

# By what an error is related to and what it is called.
BOUNCES_OF = {
    ("recipient", "user unknown"): Cause.ADDRESS_DEAD,
    ("recipient", "mailbox inactive"): Cause.ADDRESS_DEAD,
    ("recipient", "quota exceeded"): Cause.FULL,
    # On a list of the account, for a reason that is not told.
    ("recipient", "blacklisted"): Cause.UNKNOWN,
    ("domain", "invalid domain"): Cause.ADDRESS_DEAD,
    ("domain", "no mail host"): Cause.ADDRESS_DEAD,
    ("domain", "typofix"): Cause.ADDRESS_DEAD,
    ("domain", "relay/access denied"): Cause.POLICY,
    ("domain", "greylisted"): Cause.TEMPORARY,
    ("mailjet", "preblocked"): Cause.UNKNOWN,
}
# Where only what it is related to is known.
RELATED = {
    "spam": Cause.POLICY,
    "content": Cause.CONTENT,
    "system": Cause.TEMPORARY,
}
_COMPLAINED = ("recipient", "spam reporter")
# The same person, twice in one campaign: the first one went out.
_NOTHING = ("mailjet", "duplicate in campaign")


def read(document: Document, now: datetime) -> Told | None:
    """Read one event; None: nothing that is about a delivery's end.

    Raises:
        Misshapen: it is not what Mailjet describes.

    """
    name = text(document, "event")
    reading = _reading(name, document)
    if reading is None:
        return None
    event_id = f"{name}:{mark(document, 'MessageID')}:{mark(document, 'time')}"
    return Told(event_id, text(document, "CustomID"), "", reading, seconds(document, "time", now))


def _reading(name: str, document: Document) -> Reading | None:
    address = text(document, "email")
    match name:
        case "bounce" | "blocked":
            return _failure(document, address, is_tried=name == "bounce")
        case "spam":
            return verdicts.told(Kind.COMPLAINT, text(document, "source"), address)
        case "unsub":
            return verdicts.told(Kind.OPT_OUT, "left by the link of Mailjet", address)
        case "sent":
            return verdicts.told(Kind.DELIVERED, text(document, "smtp_reply"), address)
        case "open" | "click":
            return None
        case _:
            return verdicts.unreadable(f"Mailjet tells of {name or 'nothing'}, which is not known")


def _failure(document: Document, address: str, *, is_tried: bool) -> Reading | None:
    error = (text(document, "error_related_to").lower(), text(document, "error").lower())
    if error == _NOTHING:
        return None
    if error == _COMPLAINED:
        return verdicts.told(Kind.COMPLAINT, error[1], address)
    cause = BOUNCES_OF.get(error) or RELATED.get(error[0], Cause.UNKNOWN)
    confidence = verdicts.GUESSED if cause is Cause.UNKNOWN else verdicts.BY_CLASS
    if is_tried and cause is Cause.ADDRESS_DEAD and not flag(document, "hard_bounce"):
        # For now only, as it says itself.
        cause, confidence = Cause.TEMPORARY, verdicts.GUESSED
    if words := text(document, "comment"):
        return verdicts.bounce(cause, words, address=address, confidence=confidence)
    # Its own name of the error, and no server's words.
    return verdicts.by_class(cause, error[1], address, confidence)
