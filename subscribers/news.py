"""What happened that other programs may want to be told: noted by whoever does it, kept by whoever commits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from subscribers.transaction import Transaction

# What a transaction has to tell is kept with its connection under this name.
_NOTED = "newsletter.news"


class Kind(StrEnum):
    """What happened to a person and a list, as other programs read it."""

    SUBSCRIBED = "subscriber.subscribed"
    CONFIRMED = "subscriber.confirmed"
    UNSUBSCRIBED = "subscriber.unsubscribed"
    BOUNCED = "subscriber.bounced"
    COMPLAINED = "subscriber.complained"
    ERASED = "subscriber.erased"


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened: by numbers alone, so that nothing is kept of a person who is erased."""

    kind: str
    at: datetime
    subscriber_id: int | None = None
    # None when it is about no list or about all of them.
    list_id: int | None = None
    newsletter_id: int | None = None
    # What else is worth knowing; nothing that names a person.
    facts: Mapping[str, object] = field(default_factory=dict)


def note(tx: Transaction, news: News) -> None:
    """Let this transaction tell something: it is kept when the transaction is committed, and with it, or not at all."""
    tx.info.setdefault(_NOTED, []).append(news)


def settle(tx: Transaction) -> tuple[News, ...]:
    """Give what the transaction has to tell, and call it kept."""
    return tuple(tx.info.pop(_NOTED, ()))
