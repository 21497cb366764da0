"""One letter to one person: its states, and what a relay's answer means for it."""

from dataclasses import dataclass
from enum import StrEnum


class DeliveryState(StrEnum):
    """What is known of one letter to one person."""

    PENDING = "pending"
    LEASED = "leased"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


# States that nothing leaves by itself; an issue is sent when its people are all in these.
SETTLED = frozenset(
    {
        DeliveryState.ACCEPTED,
        DeliveryState.REFUSED,
        DeliveryState.UNCERTAIN,
        DeliveryState.SKIPPED,
        DeliveryState.CANCELLED,
    },
)


class Phase(StrEnum):
    """How far a transaction had come when it ended."""

    CONNECT = "connect"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    # From the first byte of the body on, silence means that nobody knows.
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the relay answered, or that it did not (code 0)."""

    phase: Phase
    code: int
    enhanced: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one letter; they add up: everybody is in exactly one of the seven."""

    audience: int
    accepted: int
    refused: int
    deferred: int
    uncertain: int
    skipped: int
    cancelled: int
    # Pending, leased and sending.
    pending: int
