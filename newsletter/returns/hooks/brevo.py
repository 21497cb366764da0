"""Brevo: transactional events, alone or in batches; pure.

https://developers.brevo.com/docs/transactional-webhooks. Brevo repeats what stands in a field `X-Mailin-custom`; the number
`id` in an event is that of the webhook, and the same in all of them.
"""

from datetime import datetime

from newsletter.returns.hooks import verdicts
from newsletter.returns.hooks.documents import Document, mark, seconds, text
from newsletter.returns.hooks.told import Told
from newsletter.returns.model import Cause, Kind, Reading

BOUNCES_OF = {
    "soft_bounce": Cause.UNKNOWN,
    "invalid_email": Cause.ADDRESS_DEAD,
    "invalid": Cause.ADDRESS_DEAD,
    # On a list of the account: after a bounce, a complaint or a no, which is not told.
    "blocked": Cause.UNKNOWN,
    "error": Cause.TEMPORARY,
}
KINDS_OF = {
    "spam": Kind.COMPLAINT,
    "complaint": Kind.COMPLAINT,
    "unsubscribed": Kind.OPT_OUT,
    "unsubscribe": Kind.OPT_OUT,
    "delivered": Kind.DELIVERED,
}
# Those of campaigns are spelled otherwise.
_SPELLED = {"hardbounce": "hard_bounce", "softbounce": "soft_bounce"}
_NOT_OURS = frozenset(
    {
        *("request", "sent", "click", "opened", "open", "unique_opened", "uniqueopened", "proxy_open", "unique_proxy_open"),
        *("list_addition", "contact_updated", "contact_deleted"),
    }
)


def read(document: Document, now: datetime) -> Told | None:
    """Read one event; None: nothing that is about a delivery's end.

    Raises:
        Misshapen: it is not what Brevo describes.

    """
    name = text(document, "event").lower()
    name = _SPELLED.get(name, name)
    reading = _reading(name, document)
    if reading is None:
        return None
    message_id = text(document, "message-id")
    event_id = f"{name}:{message_id}:{mark(document, 'ts_event')}:{text(document, 'email')}"
    # Its name is written as whoever sends it likes.
    token = text(document, "X-Mailin-custom") or text(document, "x-mailin-custom")
    return Told(event_id, token, message_id, reading, seconds(document, "ts_event", now))


def _reading(name: str, document: Document) -> Reading | None:
    address, words = text(document, "email"), text(document, "reason")
    if name in _NOT_OURS:
        return None
    if name in KINDS_OF:
        return verdicts.told(KINDS_OF[name], words or name, address)
    if name == "hard_bounce":
        return verdicts.for_good(words, address=address)
    if name == "deferred":
        return verdicts.delay(Cause.TEMPORARY, words, address=address)
    if name in BOUNCES_OF:
        confidence = verdicts.GUESSED if BOUNCES_OF[name] is Cause.UNKNOWN else verdicts.BY_CLASS
        return verdicts.bounce(BOUNCES_OF[name], words, address=address, confidence=confidence)
    return verdicts.unreadable(f"Brevo tells of {name or 'nothing'}, which is not known")
