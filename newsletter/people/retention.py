"""How long what is kept of people is kept, and forgetting it afterwards: in small batches, and begun again at will."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter import failpoints
from newsletter.database import Database
from newsletter.mail import clickbook, history, returned
from newsletter.people import departures, erase
from newsletter.review import guestbook
from subscribers import acts, retention
from subscribers.consent import Door, Evidence
from subscribers.exchange.turns import turn
from subscribers.sentence import say
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# Rows per transaction: how long a page that wants to write has to wait, and what a kill can undo.
BATCH = 200

# People found at a time, before they are erased in batches: everybody is walked for it, and nobody waits meanwhile.
FOUND = 50 * BATCH

# What stands in the evidence of whoever is erased because they left long ago.
KEPT_NO_LONGER = Evidence(Door.COMMAND, "Had left every list, and is kept no longer.")


@dataclass(frozen=True, slots=True)
class Keep:
    """How long each thing is kept; None: for ever."""

    # The names in deliveries, counted from the planning of the letter. Issue, state and times stay.
    deliveries: timedelta | None = timedelta(days=2 * 365)
    # Network addresses and browsers in the evidence of consent, and hashes of networks beside departures.
    networks: timedelta | None = timedelta(days=365)
    # People who left their last list, and the evidence of those who were erased.
    left: timedelta | None = timedelta(days=3 * 365)
    # Who was asked to write for an issue or to look it over, and what they typed, counted from the end of their link.
    guests: timedelta | None = timedelta(days=365)
    # Which links somebody followed who allowed it, counted from the first time. How often each was followed stays.
    clicks: timedelta | None = timedelta(days=365)
    # Messages that came back, as they came. What counted of them stays with the delivery.
    returns: timedelta | None = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of thing that is kept no longer than so long."""

    name: str
    # What is forgotten, as a sentence goes on behind a number.
    words: str
    keep: timedelta | None
    # How much is older than a moment.
    count: Callable[[Transaction, datetime], int]
    # Forget it, a transaction for each batch; gives how much went with each.
    forget: Callable[[Database, datetime], Iterator[int]]


def rules(keep: Keep, keyring: Keyring, now: datetime) -> tuple[Rule, ...]:
    """Give the rules in the order they are followed."""
    networks = _emptying(acts.forget_origins)
    of_departures = _emptying(departures.forget_networks)
    found = _emptying(retention.forget_erased)
    return (
        Rule(
            "deliveries",
            say("deliveries say to whom they went"),
            keep.deliveries,
            history.named,
            _emptying(history.forget_names),
        ),
        Rule("networks", say("acts tell a network address"), keep.networks, acts.origins_before, networks),
        Rule("departures", say("departures tell a network"), keep.networks, departures.networks_before, of_departures),
        Rule("left", say("people left their last list"), keep.left, retention.left, _erasing(keyring, now)),
        Rule("evidence", say("erased people are found by their hash"), keep.left, retention.erased, found),
        Rule(
            "clicks",
            say("links say who followed them"),
            keep.clicks,
            clickbook.named_before,
            _emptying(clickbook.forget_before),
        ),
        Rule(
            "returns",
            say("messages that came back are kept"),
            keep.returns,
            returned.kept_before,
            _emptying(returned.forget_before),
        ),
        Rule("guests", say("links say whose they were"), keep.guests, guestbook.ended, _emptying(_forget_guests)),
    )


def due(tx: Transaction, followed: Sequence[Rule], now: datetime) -> Mapping[str, int]:
    """Count what would be forgotten at a moment, by the names of the rules."""
    return {rule.name: rule.count(tx, now - rule.keep) if rule.keep is not None else 0 for rule in followed}


def forget(database: Database, followed: Sequence[Rule], now: datetime) -> Iterator[Mapping[str, int]]:
    """Forget what is due at a moment, a batch at a time; gives after each how much of what was forgotten so far.

    It may be left at any batch and begun again: what is done is done.
    """
    forgotten = dict.fromkeys((rule.name for rule in followed), 0)
    for rule in followed:
        if rule.keep is None:
            continue
        for taken in rule.forget(database, now - rule.keep):
            forgotten[rule.name] += taken
            yield dict(forgotten)


def _forget_guests(tx: Transaction, before: datetime, limit: int) -> int:
    links = guestbook.next_ended(tx, before, limit)
    erase.forget_links(tx, links, before)
    return len(links)


def _emptying(take: Callable[[Transaction, datetime, int], int]) -> Callable[[Database, datetime], Iterator[int]]:
    """Go on until *take*, which empties up to so many rows by an index, finds no more."""

    def batches(database: Database, before: datetime) -> Iterator[int]:
        while True:
            with turn(database.write) as tx:
                taken = take(tx, before, BATCH)
            failpoints.hit("batch.forgotten")
            if not taken:
                return
            yield taken

    return batches


def _erasing(keyring: Keyring, now: datetime) -> Callable[[Database, datetime], Iterator[int]]:
    """Erase whoever left, found while others may write."""

    def batches(database: Database, before: datetime) -> Iterator[int]:
        after = 0
        while True:
            with database.read() as tx:
                found = retention.next_left(tx, before, after, FOUND)
            if not found:
                return
            for first in range(0, len(found), BATCH):
                with turn(database.write) as tx:
                    people = retention.hold_left(tx, before, found[first : first + BATCH])
                    for subscriber_id in people:
                        erase.erase(tx, keyring, subscriber_id, now, KEPT_NO_LONGER)
                failpoints.hit("batch.forgotten")
                yield len(people)
            after = found[-1]

    return batches
