"""Twilio SendGrid: events in batches; pure.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event. `smtp-id` is our Message-ID; what stands among the
"unique arguments" of a field `X-SMTPAPI` is repeated in every event, beside its own fields.
"""

from datetime import datetime

from newsletter.returns.hooks import verdicts
from newsletter.returns.hooks.documents import Document, seconds, text
from newsletter.returns.hooks.told import Told
from newsletter.returns.model import Cause, Kind, Reading

# The name of our argument.
NAME = "delivery"

# Of bounces and blocks, by their classification.
BOUNCES_OF = {
    "invalid address": Cause.ADDRESS_DEAD,
    "technical": Cause.TEMPORARY,
    "content": Cause.CONTENT,
    "reputation": Cause.POLICY,
    "frequency or volume too high": Cause.POLICY,
    # Full, asleep or gone: the words tell which.
    "mailbox unavailable": Cause.UNKNOWN,
    "unclassified": Cause.UNKNOWN,
}
# What was not tried at all, by why.
DROPPED = {
    "bounced address": Cause.ADDRESS_DEAD,
    "invalid": Cause.ADDRESS_DEAD,
    "spam content (if spam checker app enabled)": Cause.POLICY,
    "spam content": Cause.POLICY,
    "recipient list over package quota": Cause.POLICY,
    "invalid smtpapi header": Cause.CONTENT,
}
DROPPED_KINDS = {"unsubscribed address": Kind.OPT_OUT, "spam reporting address": Kind.COMPLAINT}
# Events that have no cause.
TOLD = {
    "spamreport": Kind.COMPLAINT,
    "unsubscribe": Kind.OPT_OUT,
    "group_unsubscribe": Kind.OPT_OUT,
    "delivered": Kind.DELIVERED,
}
_NOT_OURS = frozenset({"processed", "open", "click", "group_resubscribe", "account_status_change"})


def read(document: Document, now: datetime) -> Told | None:
    """Read one event; None: nothing that is about a delivery's end.

    Raises:
        Misshapen: it is not what SendGrid describes.

    """
    reading = _reading(document)
    if reading is None:
        return None
    token, message_id = text(document, NAME), text(document, "smtp-id")
    return Told(text(document, "sg_event_id"), token, message_id, reading, seconds(document, "timestamp", now))


def _reading(document: Document) -> Reading | None:
    name, address, words = text(document, "event"), text(document, "email"), text(document, "reason")
    if name in _NOT_OURS:
        return None
    if name == "bounce":
        return _bounce(document, words, address)
    if name == "deferred":
        return verdicts.delay(Cause.TEMPORARY, text(document, "response") or words, text(document, "status"), address)
    if name == "dropped":
        return _dropped(words, address)
    if name in TOLD:
        return verdicts.told(TOLD[name], text(document, "response") or f"{name} at SendGrid", address)
    return verdicts.unreadable(f"SendGrid tells of {name or 'nothing'}, which is not known")


def _bounce(document: Document, words: str, address: str) -> Reading:
    named = text(document, "bounce_classification").lower()
    if named in BOUNCES_OF:
        usual, confidence = BOUNCES_OF[named], verdicts.BY_CLASS
    elif text(document, "type") == "blocked":
        usual, confidence = Cause.POLICY, verdicts.BESIDE_WORDS
    else:
        usual, confidence = Cause.UNKNOWN, verdicts.GUESSED
    return verdicts.bounce(usual, words, text(document, "status"), address, confidence)


def _dropped(words: str, address: str) -> Reading:
    why = words.strip().lower()
    if why in DROPPED_KINDS:
        return verdicts.told(DROPPED_KINDS[why], words, address)
    if why in DROPPED:
        # The provider's own words, and no server's.
        return verdicts.by_class(DROPPED[why], words, address)
    return verdicts.bounce(Cause.UNKNOWN, words, address=address, confidence=verdicts.GUESSED)
