"""A body of a provider, event by event: what cannot be read is kept as it came, and stops none of the others; pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from newsletter.returns.apply import Event
from newsletter.returns.hooks import brevo, documents, mailgun, mailjet, postmark, sendgrid, ses, verdicts
from newsletter.returns.hooks.documents import Misshapen, an_object, dumped
from newsletter.returns.hooks.told import Told
from newsletter.returns.model import CameBy

# A megabyte holds some three thousand of those that are sent.
MOST_EVENTS = 10_000

_READ: Mapping[CameBy, Callable[[Mapping[str, Any], datetime], Told | None]] = {
    CameBy.SES: ses.read,
    CameBy.POSTMARK: postmark.read,
    CameBy.MAILGUN: mailgun.read,
    CameBy.SENDGRID: sendgrid.read,
    CameBy.BREVO: brevo.read,
    CameBy.MAILJET: mailjet.read,
}


def events(provider: CameBy, document: object, now: datetime) -> tuple[Event, ...]:
    """Read all events of a body; those that are about nothing of ours are left out.

    Raises:
        Misshapen: it holds no events, or more than are taken at once.

    """
    many = document if isinstance(document, list) else [document]
    if len(many) > MOST_EVENTS:
        raise Misshapen(f"holds more than {MOST_EVENTS} events")
    found = (event(provider, one, now) for one in many)
    return tuple(one for one in found if one is not None)


def event(provider: CameBy, document: object, now: datetime, event_id: str = "") -> Event | None:
    """Read one event, known by *event_id* where its envelope has one; None: it is about nothing of ours."""
    try:
        told = _READ[provider](an_object(document), now)
    except Misshapen as error:
        return kept(provider, dumped(document), f"what {provider} sent {error}", now, event_id)
    if told is None:
        return None
    known_by = event_id or told.event_id
    return Event(provider, dumped(document), known_by, told.token, told.message_id, told.reading, told.at)


def again(provider: CameBy, raw: bytes, now: datetime) -> Event | None:
    """Read an event that is kept once more; None: it is about nothing of ours."""
    try:
        return event(provider, documents.read(raw), now)
    except Misshapen as error:
        return kept(provider, raw, f"what {provider} sent {error}", now)


def kept(provider: CameBy, raw: bytes, why: str, now: datetime, event_id: str = "") -> Event:
    """Give what cannot be read as an event that is kept and counts for nothing."""
    return Event(provider, raw, event_id, "", "", verdicts.unreadable(why), now)
