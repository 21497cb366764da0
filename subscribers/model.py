"""The nouns of people and consent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from subscribers.address import EmailAddress

# The scope of a suppression that holds for every list.
EVERY_LIST = 0


class SubscriptionState(StrEnum):
    """How a person stands to a list."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class Reason(StrEnum):
    """Why an address is never to be written to."""

    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    ERASED = "erased"
    MANUAL = "manual"


class Cadence(StrEnum):
    """How often a person wants to hear of a list."""

    EVERY_ISSUE = "every-issue"
    # One mail a quarter that lists the issues.
    QUARTERLY = "quarterly"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person, by address."""

    id: int
    address: EmailAddress
    name: str
    language: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MailingList:
    """What people consent to."""

    id: int
    name: str
    slug: str
    description: str
    is_public: bool
    created_at: datetime
    # Of its pages and notices; empty: the newsletter's.
    language: str = ""
    # Who its letters are from; empty: the newsletter's.
    sender_name: str = ""
    sender_address: str = ""
    # Since when nobody joins it and nothing is sent to it.
    archived_at: datetime | None = None

    @property
    def is_archived(self) -> bool:
        """Whether it is over: nobody joins by any door, and nothing is sent to it."""
        return self.archived_at is not None

    @property
    def has_form(self) -> bool:
        """Whether anybody may ask to join by themselves."""
        return self.is_public and not self.is_archived


@dataclass(frozen=True, slots=True)
class Subscription:
    """A person and a list."""

    id: int
    subscriber_id: int
    list_id: int
    state: SubscriptionState
    requested_at: datetime | None
    confirmed_at: datetime | None
    withdrawn_at: datetime | None
    cadence: Cadence = Cadence.EVERY_ISSUE
    # Until then nothing of the list comes to the person.
    paused_until: datetime | None = None
    # Also those to come; else only what they chose.
    takes_all_topics: bool = True
    # Since when it may be kept which links of its letters they follow; None: it may not.
    clicks_allowed_at: datetime | None = None

    @property
    def is_confirmed(self) -> bool:
        """Whether this person may be written to on this list, suppressions aside."""
        return self.state is SubscriptionState.CONFIRMED

    def is_paused(self, now: datetime) -> bool:
        """Whether nothing of the list comes to the person for a while."""
        return self.paused_until is not None and self.paused_until > now


@dataclass(frozen=True, slots=True)
class Topic:
    """One of the subjects of a list; people may take only some, and an issue may be for some only."""

    id: int
    list_id: int
    name: str
    description: str
    # Counts from 1.
    position: int
    # Since when it is offered to nobody.
    removed_at: datetime | None
