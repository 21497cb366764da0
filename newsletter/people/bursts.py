"""Bursts of departures: found in the minutes after an issue, told to a person, and undone as one."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.errors import WrongBurst
from newsletter.issues import alerts
from newsletter.people import departures
from newsletter.people.departures import Burst, Crowd
from subscribers import staying
from subscribers.consent import Door, Evidence
from subscribers.sentence import say
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of the people of a burst."""

    # On their list again, as they were.
    restored: int
    # Said something since, were erased, or must not be written to for another reason.
    left_alone: int


def is_burst(tx: Transaction, crowd: Crowd) -> bool:
    """Whether a crowd looks like the work of a mail scanner, or belongs to one that did."""
    return departures.is_flagged(tx, crowd) or departures.is_of_a_machine(tx, crowd)


def flag(tx: Transaction, crowd: Crowd, now: datetime) -> Burst:
    """Call a crowd a burst, and raise an alert; gives the burst as it is then.

    Nothing is undone by itself: a no is obeyed until a person has looked.
    """
    burst = departures.burst(tx, departures.flag(tx, crowd, now))
    alerts.raise_alert(tx, key(burst.id), _told(burst), now, newsletter_id=burst.newsletter_id)
    return burst


def undo(tx: Transaction, keyring: Keyring, burst_id: int, by: str, now: datetime) -> Undone:
    """Put everybody of a burst back where they were, unless they said something themselves since.

    What they had said is not deleted: the evidence shows the departure and that it was undone, by whom and why.

    Raises:
        BurstNotFound: there is none of this id.
        WrongBurst: it was undone already.

    """
    burst = departures.burst(tx, burst_id)
    if burst.undone_at is not None:
        raise WrongBurst(burst_id)
    members = departures.members(tx, burst_id)
    evidence = Evidence(Door.COMMAND, _basis(burst, len(members), by))
    restored = sum(
        staying.take_back_departure(tx, keyring, member.subscription_id, member.left_at, now, evidence) for member in members
    )
    departures.close(tx, burst_id, now)
    alerts.settle_alert(tx, key(burst_id), now)
    return Undone(restored, len(members) - restored)


def key(burst_id: int) -> str:
    """Give the key of the alert about a burst."""
    return f"departures:{burst_id}"


def _told(burst: Burst) -> str:
    return say(
        "%(people)s people left from one network within minutes of “%(subject)s”, at least half of all who had got it at "
        "their domains. That is what a mail scanner does that presses every button. If they meant it, settle this alert; "
        "if it was a scanner, one command puts them back: newsletter departures undo %(id)s",
        people=burst.people,
        subject=burst.subject,
        id=burst.id,
    )


def _basis(burst: Burst, people: int, by: str) -> str:
    return (
        f"Departure undone by {by} as the work of a mail scanner: burst {burst.id}, {people} people from one network within "
        f"minutes of “{burst.subject}”."
    )
