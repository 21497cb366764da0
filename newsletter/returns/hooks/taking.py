"""One call of a provider: proved, read, and taken in; nothing is answered before it is committed.

A call that is made again changes nothing: each event counts once, so a batch may be taken in pieces.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import structlog

from newsletter.database import UNAVAILABLE, Database
from newsletter.errors import NotAdopted
from newsletter.mail import mailings
from newsletter.returns import apply
from newsletter.returns.apply import Event
from newsletter.returns.hooks import batches, documents, proofs, sns
from newsletter.returns.hooks.certificates import Unfetched
from newsletter.returns.hooks.documents import Misshapen
from newsletter.returns.hooks.providers import BY_SECRET, Hooks
from newsletter.returns.model import CameBy
from subscribers.tokens import Keyring

log = structlog.get_logger()

# A transaction keeps all others waiting on SQLite: some milliseconds each, and not for a whole batch.
AT_ONCE = 50


class Outcome(StrEnum):
    """What became of a call."""

    TAKEN = "taken"
    # Not from whom it says, of another topic, or too old: nothing of it is kept.
    FORGED = "forged"
    # From there, and not what they describe: kept as it came.
    MISSHAPEN = "misshapen"
    # What proves it cannot be had now, or this is a copy that nobody has adopted.
    NOT_NOW = "not-now"


@dataclass(frozen=True, slots=True)
class Call:
    """What a provider sent."""

    provider: CameBy
    # Where the address has one.
    secret: str
    # By name in lower case.
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a call, in words for whoever sent it."""

    outcome: Outcome
    words: str
    events: int = 0


class Fetcher(Protocol):
    """Fetches what Amazon signs by."""

    def get(self, url: str) -> bytes:
        """Give the certificate at an address."""

    def visit(self, url: str) -> None:
        """Ask for a page."""


def take(database: Database, keyring: Keyring, hooks: Hooks, fetcher: Fetcher, call: Call, now: datetime) -> Heard:
    """Take in a call of a provider that is switched on; to a copy that nobody has adopted it is to come again."""
    try:
        with database.read() as tx:
            # First of all: to confirm a subscription at Amazon is to take in, too.
            mailings.require_adopted(tx)
        return _heard(database, keyring, hooks, fetcher, call, now)
    except NotAdopted:
        log.warning("a call waits: this database is a copy that nobody has adopted", provider=call.provider.value)
        return Heard(Outcome.NOT_NOW, "try again")


def _heard(database: Database, keyring: Keyring, hooks: Hooks, fetcher: Fetcher, call: Call, now: datetime) -> Heard:
    try:
        events = _read(hooks.secret(call.provider), fetcher, call, now)
    except _Forged:
        log.warning("a call that proves nothing", provider=call.provider.value)
        return Heard(Outcome.FORGED, "not accepted")
    except Unfetched as trouble:
        log.warning("a call cannot be proved now", provider=call.provider.value, trouble=str(trouble))
        return Heard(Outcome.NOT_NOW, "try again")
    except _Unreadable as unreadable:
        _keep(database, keyring, [batches.kept(call.provider, call.body, unreadable.words, now)], now)
        return Heard(Outcome.MISSHAPEN, unreadable.words)
    _keep(database, keyring, events, now)
    return Heard(Outcome.TAKEN, "taken", len(events))


class _Forged(Exception):  # noqa: N818 -- named for the outcome
    """It proves nothing."""


class _Unreadable(Exception):  # noqa: N818 -- named for the outcome
    """It is proved, and cannot be read."""

    def __init__(self, error: Misshapen) -> None:
        self.words = f"the body {error}"
        super().__init__(self.words)


def _keep(database: Database, keyring: Keyring, events: Sequence[Event], now: datetime) -> None:
    for start in range(0, len(events), AT_ONCE):
        some = events[start : start + AT_ONCE]
        try:
            _write(database, keyring, some, now)
        except UNAVAILABLE:
            # Two calls with the same people in another order wait for each other, and PostgreSQL ends one of them. One at
            # a time they never do. Where the database is away, the first says so.
            for one in some:
                _write(database, keyring, (one,), now)


def _write(database: Database, keyring: Keyring, events: Sequence[Event], now: datetime) -> None:
    with database.write() as tx:
        for one in events:
            apply.take_event(tx, keyring, one, now)


def _read(secret: str, fetcher: Fetcher, call: Call, now: datetime) -> tuple[Event, ...]:
    if call.provider is CameBy.SES:
        return _of_amazon(secret, fetcher, call, now)
    if call.provider is CameBy.MAILGUN:
        return _of_mailgun(secret, call, now)
    if call.provider in BY_SECRET:
        is_proved = proofs.knows_secret(secret, call.secret, call.headers.get("authorization", ""))
    else:
        is_proved = proofs.is_signed_by_sendgrid(secret, call.headers, call.body, now)
    if not is_proved:
        raise _Forged
    try:
        return batches.events(call.provider, documents.read(call.body), now)
    except Misshapen as error:
        raise _Unreadable(error) from error


def _of_mailgun(key: str, call: Call, now: datetime) -> tuple[Event, ...]:
    try:
        document = documents.an_object(documents.read(call.body))
        signature = documents.part(document, "signature")
        names = ("timestamp", "token", "signature")
        timestamp, token, signed = (documents.mark(signature, name) for name in names)
    except Misshapen as error:
        # Its signature stands in what cannot be read.
        raise _Forged from error
    if not proofs.is_signed_by_mailgun(key, timestamp, token, signed, now):
        raise _Forged
    # Known by what is signed also where it cannot be read: one signature keeps one thing, and not one for each body.
    event = batches.event(call.provider, document, now, token)
    return () if event is None else (event,)


def _of_amazon(topic: str, fetcher: Fetcher, call: Call, now: datetime) -> tuple[Event, ...]:
    try:
        brought = sns.opened(documents.read(call.body), topic, now)
    except Misshapen as error:
        raise _Forged from error
    if brought is None or not sns.is_genuine(brought, fetcher.get(brought.certificate_at), now):
        raise _Forged
    if brought.kind == sns.CONFIRMATION:
        fetcher.visit(brought.confirm_at)
        log.info("a subscription of SNS is confirmed", topic=topic)
        return ()
    if brought.kind == sns.FAREWELL:
        log.warning("SNS brings no more notices: the subscription was ended", topic=topic)
        return ()
    event_id = f"sns:{brought.message_id}"
    try:
        document = documents.read(brought.message.encode("utf-8", "replace"))
    except Misshapen as error:
        # A text for people, as SES sends one when its notices are set up.
        return (batches.kept(call.provider, call.body, f"what SNS brought {error}", now, event_id),)
    event = batches.event(call.provider, document, now, event_id)
    return () if event is None else (event,)
