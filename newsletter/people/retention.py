"""How long what is kept of people is kept, and forgetting it afterwards: in small batches, and begun again at will."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter import failpoints
from newsletter.mail import history
from newsletter.people import departures, erase
from subscribers import acts, retention
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# Rows per transaction: how long a page that wants to write has to wait, and what a kill can undo.
BATCH = 200

Begin = Callable[[], AbstractContextManager[Transaction]]


@dataclass(frozen=True, slots=True)
class Keep:
    """How long each thing is kept; None: for ever."""

    # The names in deliveries, counted from the planning of the letter. Issue, state and times stay.
    deliveries: timedelta | None = timedelta(days=2 * 365)
    # Network addresses and browsers in the evidence of consent, and hashes of networks beside departures.
    networks: timedelta | None = timedelta(days=365)
    # People who left their last list, and the evidence of those who were erased.
    left: timedelta | None = timedelta(days=3 * 365)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of thing that is kept no longer than so long."""

    name: str
    # What is forgotten, as a sentence goes on behind a number.
    words: str
    keep: timedelta | None
    # How much is older than a moment.
    count: Callable[[Transaction, datetime], int]
    # Forget up to so much of it; 0: there is no more.
    take: Callable[[Transaction, datetime, int], int]


def rules(keep: Keep, keyring: Keyring, now: datetime) -> tuple[Rule, ...]:
    """Give the rules in the order they are followed."""

    def erase_left(tx: Transaction, before: datetime, limit: int) -> int:
        people = retention.next_left(tx, before, limit)
        for subscriber_id in people:
            erase.erase(tx, keyring, subscriber_id, now)
        return len(people)

    return (
        Rule("deliveries", "deliveries say to whom they went", keep.deliveries, history.named, history.forget_names),
        Rule("networks", "acts tell a network address", keep.networks, acts.origins_before, acts.forget_origins),
        Rule(
            "departures",
            "departures tell a network",
            keep.networks,
            departures.networks_before,
            departures.forget_networks,
        ),
        Rule("left", "people left their last list", keep.left, retention.left, erase_left),
        Rule("evidence", "erased people are found by their hash", keep.left, retention.erased, retention.forget_erased),
    )


def due(tx: Transaction, followed: Sequence[Rule], now: datetime) -> Mapping[str, int]:
    """Count what would be forgotten at a moment, by the names of the rules."""
    return {rule.name: rule.count(tx, now - rule.keep) if rule.keep is not None else 0 for rule in followed}


def forget(begin: Begin, followed: Sequence[Rule], now: datetime) -> Iterator[Mapping[str, int]]:
    """Forget what is due at a moment, a batch at a time; gives after each how much of what was forgotten so far.

    It may be left at any batch and begun again: what is done is done.
    """
    forgotten = dict.fromkeys((rule.name for rule in followed), 0)
    for rule in followed:
        while rule.keep is not None:
            with begin() as tx:
                taken = rule.take(tx, now - rule.keep, BATCH)
            failpoints.hit("batch.forgotten")
            if not taken:
                break
            forgotten[rule.name] += taken
            yield dict(forgotten)
