"""Telling programs what happened: several at once, each message until it is taken or given up.

Each is told at least once. A worker that is killed between the answer and the commit tells it again, under the same id.
"""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from newsletter import failpoints, instance, outbound
from newsletter.clock import Clock, monotonic
from newsletter.database import Database
from newsletter.errors import NotAdopted, SealBroken
from newsletter.outbound import FetchFailed, FetchPolicy
from newsletter.strongbox import Strongbox
from newsletter.webhooks import body, hookbook, signing, tellingbook
from newsletter.webhooks.model import Attempt, Hook, Telling
from subscribers import register
from subscribers.errors import SubscriberNotFound
from subscribers.sentence import say
from subscribers.transaction import Transaction

log = structlog.get_logger()

# From the first look-up to the status line, in seconds.
LONGEST = 15.0

# So many messages of one program are under way at a time, and so many programs.
MESSAGES = 10
PROGRAMS = 10

# Of one program, before another round asks what else is due. In seconds.
LONGEST_ROUND = 60.0

# RFC 9110 15.3: it was taken.
_SUCCESS = range(200, 300)
_LONGEST_TROUBLE = 300


@dataclass(frozen=True, slots=True)
class Herald:
    """What telling needs."""

    database: Database
    strongbox: Strongbox
    policy: FetchPolicy
    clock: Clock
    seconds: Callable[[], float] = monotonic

    @property
    def patient(self) -> FetchPolicy:
        """How a program may be asked: no longer than this."""
        return replace(self.policy, seconds=min(self.policy.seconds, LONGEST))


@dataclass(frozen=True, slots=True)
class _Message:
    """Something to tell, as it is sent."""

    telling: Telling
    body: bytes


@dataclass(frozen=True, slots=True)
class _Batch:
    hook: Hook
    secrets: tuple[bytes, ...]
    messages: tuple[_Message, ...]
    lease: str


async def tell(herald: Herald) -> int:
    """Tell every program what is due; gives how many messages were tried. A copy tells nobody anything."""
    due = await asyncio.to_thread(_due, herald)
    if not due:
        return 0
    turns = asyncio.Semaphore(PROGRAMS)
    async with asyncio.TaskGroup() as group:
        rounds = [group.create_task(_in_turn(herald, hook_id, turns)) for hook_id in due]
    return sum(one.result() for one in rounds)


async def tell_one(herald: Herald, telling_id: int) -> Attempt:
    """Tell a program one thing now, also one that is left alone or switched off, and give how it went.

    Raises:
        NotAdopted: this database is a copy.

    """
    batch = await asyncio.to_thread(_claim_one, herald, telling_id)
    [attempt] = await _send(herald, batch)
    await asyncio.to_thread(_settle, herald, batch, [attempt])
    return attempt


async def _in_turn(herald: Herald, hook_id: int, turns: asyncio.Semaphore) -> int:
    async with turns:
        return await _tell_program(herald, hook_id)


async def _tell_program(herald: Herald, hook_id: int) -> int:
    """Tell one program what is due, until nothing is, it fails, or others have waited long enough."""
    tried, ends_at = 0, herald.seconds() + LONGEST_ROUND
    while herald.seconds() < ends_at:
        batch = await asyncio.to_thread(_claim, herald, hook_id)
        if batch is None:
            break
        attempts = await _send(herald, batch)
        failpoints.hit("hook.told")
        await asyncio.to_thread(_settle, herald, batch, attempts)
        tried += len(attempts)
        if not _verdict(attempts).is_taken:
            # It is left alone for a while.
            break
    return tried


def _due(herald: Herald) -> tuple[int, ...]:
    with herald.database.read() as tx:
        # The original tells it; a copy would tell it once more.
        return tellingbook.due_hooks(tx, herald.clock()) if instance.standing(tx).is_adopted else ()


def _claim(herald: Herald, hook_id: int) -> _Batch | None:
    now, lease = herald.clock(), uuid.uuid4().hex
    with herald.database.write() as tx:
        if hook_id not in tellingbook.due_hooks(tx, now):
            return None
        known = hookbook.by_id(tx, hook_id)
        # One that failed last is asked by one message before it is given ten.
        claimed = tellingbook.claim(tx, hook_id, lease, now, 1 if known.failures else MESSAGES)
        return _batch(tx, herald, known, claimed, lease, now) if claimed else None


def _claim_one(herald: Herald, telling_id: int) -> _Batch:
    now, lease = herald.clock(), uuid.uuid4().hex
    with herald.database.write() as tx:
        if not instance.standing(tx).is_adopted:
            raise NotAdopted
        claimed = tellingbook.claim_one(tx, telling_id, lease, now)
        return _batch(tx, herald, hookbook.by_id(tx, claimed.hook_id), (claimed,), lease, now)


def _batch(tx: Transaction, herald: Herald, known: Hook, claimed: tuple[Telling, ...], lease: str, now: datetime) -> _Batch:
    messages = tuple(_Message(one, body.compose(one.tiding, _address(tx, known, one))) for one in claimed)
    try:
        secrets = hookbook.secrets_of(tx, known.id, herald.strongbox, now)
    except SealBroken:
        # Nothing goes out that a receiver could not believe.
        secrets = ()
    return _Batch(known, secrets, messages, lease)


def _address(tx: Transaction, known: Hook, one: Telling) -> str | None:
    if not known.shows_addresses or one.tiding.subscriber_id is None:
        return None
    try:
        return register.subscriber_by_id(tx, one.tiding.subscriber_id).address.text
    except SubscriberNotFound:
        # Erased since: nobody is told who it was.
        return None


async def _send(herald: Herald, batch: _Batch) -> list[Attempt]:
    return list(await asyncio.gather(*(_try(herald, batch, message) for message in batch.messages)))


async def _try(herald: Herald, batch: _Batch, message: _Message) -> Attempt:
    begun, at = herald.seconds(), herald.clock()

    def ended(status: int | None, trouble: str, retry_after: float = 0.0) -> Attempt:
        took = round((herald.seconds() - begun) * 1000)
        return Attempt(at, status, trouble[:_LONGEST_TROUBLE], took, retry_after)

    if not batch.secrets:
        return ended(None, say("its secret cannot be opened with the key of this instance; give it another one"))
    headers = signing.headers(batch.secrets, message.telling.tiding.uid, int(at.timestamp()), message.body)
    try:
        answer = await outbound.tell(batch.hook.url, herald.patient, message.body, headers)
    except FetchFailed as failed:
        return ended(None, say("the address %(reason)s", reason=failed.reason))
    if answer.status in _SUCCESS:
        return ended(answer.status, "")
    trouble = say("it answered with the status %(status)s", status=answer.status)
    return ended(answer.status, trouble, _seconds(answer.headers.get("retry-after", "")))


def _settle(herald: Herald, batch: _Batch, attempts: list[Attempt]) -> None:
    with herald.database.write() as tx:
        written = [
            attempt
            for message, attempt in zip(batch.messages, attempts, strict=True)
            if tellingbook.settle(tx, message.telling, batch.lease, attempt)
        ]
        if written:
            hookbook.note(tx, batch.hook.id, _verdict(written))
    failed = [attempt for attempt in attempts if not attempt.is_taken]
    if failed:
        log.warning(
            "a webhook did not take all it was told", webhook=batch.hook.name, left=len(failed), reason=failed[0].trouble
        )


def _verdict(attempts: Sequence[Attempt]) -> Attempt:
    """Give by which of several tries a program is judged: it is well if it took any, unless it asks to be left alone."""
    pleas = [attempt for attempt in attempts if not attempt.is_taken and attempt.retry_after]
    taken = [attempt for attempt in attempts if attempt.is_taken]
    return (pleas or taken or list(attempts))[0]


def _seconds(text: str) -> float:
    """Read a Retry-After in seconds; one that names a day is not waited for (RFC 9110 10.2.3 has both)."""
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0.0  # noqa: PLR2004 -- thirty years
