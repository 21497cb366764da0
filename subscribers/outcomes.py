"""What may become of joining, confirming, leaving and being added: values, so that every door must say something to each."""

from dataclasses import dataclass
from datetime import datetime

from subscribers.model import Reason, Subscriber, Subscription


@dataclass(frozen=True, slots=True)
class ConfirmationDue:
    """A request was taken; the person is to be asked by mail, with the link that carries the confirmation's id."""

    confirmation_id: int
    subscriber: Subscriber
    subscription_id: int


@dataclass(frozen=True, slots=True)
class AlreadyConfirmed:
    """Nothing to do: the person is on the list and may be written to."""

    subscription: Subscription
    subscriber: Subscriber


@dataclass(frozen=True, slots=True)
class TooSoon:
    """The address was asked often enough; nothing was done."""

    again_at: datetime


@dataclass(frozen=True, slots=True)
class Suppressed:
    """The address must not be written to, not even to ask; only the staff can lift that."""

    reason: Reason


RequestOutcome = ConfirmationDue | AlreadyConfirmed | TooSoon | Suppressed


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The person said yes by the link that only they got."""

    subscription: Subscription
    subscriber: Subscriber


@dataclass(frozen=True, slots=True)
class Expired:
    """The link is too old, was used before a withdrawal, or belongs to somebody who is gone."""


ConfirmOutcome = Confirmed | AlreadyConfirmed | Expired


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The person said no, and is obeyed from this transaction on."""

    subscription: Subscription
    subscriber: Subscriber


@dataclass(frozen=True, slots=True)
class AlreadyWithdrawn:
    """The person had said no before."""

    subscription: Subscription
    subscriber: Subscriber


@dataclass(frozen=True, slots=True)
class Unknown:
    """No such subscription; it may have been erased."""


WithdrawOutcome = Withdrawn | AlreadyWithdrawn | Unknown


@dataclass(frozen=True, slots=True)
class Added:
    """The staff put the person on the list."""

    subscription: Subscription
    subscriber: Subscriber


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """The person stands on the list, in the state that the subscription shows; nothing was changed."""

    subscription: Subscription
    subscriber: Subscriber


AddOutcome = Added | AlreadyThere | Suppressed
