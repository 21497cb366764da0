"""One connection's work: takes deliveries from the queue, hands them to the relay, and tells the scribe what came of it."""

import asyncio
import random
import ssl
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from newsletter.clock import Clock
from newsletter.letters.letter import LetterKind
from newsletter.mail.delivery import (
    GOING_DOWN,
    NO_ANSWER,
    Delivery,
    DeliveryState,
    Outcome,
    Passage,
    Phase,
    Reply,
    Verdict,
    defer,
    judge,
    refusal_before_sending,
)
from newsletter.mail.message import Envelope, Facts, Stationery
from newsletter.mail.objections import Objections
from newsletter.mail.pace import Pace
from newsletter.mail.relays import Relay
from newsletter.mail.scribe import LedgerSilent, Scribe
from newsletter.mail.session import Patience, RelayDown, Session, connect
from newsletter.mail.tally import Tally

S = DeliveryState

# A connection nobody needs is given back; relays close it after some minutes anyway. In seconds.
LONGEST_IDLE = 10.0

# Transaction failed (RFC 5321 4.2.3), said by ourselves.
CANNOT_SEND = 554

Queue = asyncio.Queue[Delivery | None]


@dataclass(frozen=True, slots=True)
class Post:
    """The relay and how to speak to it."""

    relay: Relay
    patience: Patience
    tls_context: ssl.SSLContext


@dataclass(frozen=True, slots=True)
class Office:
    """What all carriers of a mailer share."""

    post: Post
    stationery: Stationery
    scribe: Scribe
    pace: Pace
    tally: Tally
    clock: Clock
    facts: Callable[[int], Awaitable[Facts]]
    queue: Queue
    # How often in a row the relay went away at a delivery.
    losses: Counter[int]
    # What the relay had against letters, by letter.
    objections: defaultdict[int, Objections]
    stopping: asyncio.Event


class Carrier:
    """Carries one delivery after the other over one connection at a time."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._session: Session | None = None

    async def work(self) -> None:
        """Carry until the queue hands out None."""
        try:
            while (delivery := await self._next()) is not None:
                await self._carry(delivery)
                self._office.queue.task_done()
            await self._hang_up()
        finally:
            if self._session is not None:
                self._session.abort()

    async def _next(self) -> Delivery | None:
        try:
            async with asyncio.timeout(LONGEST_IDLE):
                return await self._office.queue.get()
        except TimeoutError:
            await self._hang_up()
        return await self._office.queue.get()

    async def _carry(self, delivery: Delivery) -> None:
        """Try until there is an outcome; a mailer that stops leaves the delivery leased, and gives it back as a whole."""
        office = self._office
        facts = await office.facts(delivery.letter_id)
        while True:
            await office.scribe.answering()
            await office.pace.ready(office.stopping)
            if office.stopping.is_set():
                return
            session = await self._connected()
            if session is not None and await self._try(session, facts, delivery):
                return

    async def _connected(self) -> Session | None:
        if self._session is not None and self._session.is_spent:
            await self._hang_up()
        if self._session is None or not self._session.is_open:
            post = self._office.post
            try:
                self._session = await connect(post.relay, post.patience, post.tls_context)
            except RelayDown as down:
                self._session = None
                self._office.pace.slow(down.reply)
        return self._session

    async def _try(self, session: Session, facts: Facts, delivery: Delivery) -> bool:
        """Hand over one message; False when the same delivery is to be tried again at once."""
        refusal = refusal_before_sending(delivery, smtputf8=session.takes_smtputf8)
        if refusal:
            self._settle(Outcome(delivery, Verdict(S.SKIPPED, refusal, burns_attempt=False), _nothing_said(Phase.MAIL)))
            return True
        try:
            envelope = self._office.stationery.envelope(facts, delivery)
        except ValueError as error:
            # The same letter would fail for everybody; in the words of SMTP, so that it is judged as a relay's refusal is.
            self._judge(facts, delivery, Reply(Phase.MAIL, CANNOT_SEND, "", f"the message cannot be written: {error}"))
            return True
        return await self._hand_over(session, facts, delivery, envelope)

    async def _hand_over(self, session: Session, facts: Facts, delivery: Delivery, envelope: Envelope) -> bool:
        passage = Passage.GRANTED

        async def gate() -> bool:
            nonlocal passage
            passage = await self._office.scribe.mark(delivery.id)
            return passage is Passage.GRANTED

        try:
            reply = await session.deliver(envelope, gate)
        except LedgerSilent:
            # Whether it is marked or not: nothing was sent.
            self._settle(self._cut_off(delivery, Phase.DATA))
            return True
        except BaseException:
            self._settle(self._cut_off(delivery, session.phase))
            raise
        if reply is None:
            if passage is Passage.SKIPPED:
                self._office.tally.count(S.SKIPPED)
            return True
        if reply.phase is Phase.MAIL and reply.code == NO_ANSWER and session.has_delivered:
            # It closed the connection between two messages, as some do after every tenth: no trouble, and nobody's fault.
            return False
        self._judge(facts, delivery, reply)
        return True

    def _judge(self, facts: Facts, delivery: Delivery, reply: Reply) -> None:
        office = self._office
        is_lost = reply.code in {NO_ANSWER, GOING_DOWN}
        office.losses[delivery.id] = office.losses[delivery.id] + 1 if is_lost else 0
        jitter = random.random()  # noqa: S311 -- spreads tries over time, hides nothing
        verdict = judge(reply, delivery.attempts, office.clock(), jitter, office.losses[delivery.id])
        if verdict.slows_relay:
            office.pace.slow(reply)
        elif not is_lost:
            office.pace.works()
        if facts.kind is LetterKind.ISSUE:
            is_objected_to = office.objections[delivery.letter_id].grow(reply)
            verdict = replace(verdict, pauses_mailing=verdict.pauses_mailing or is_objected_to)
        elif verdict.pauses_mailing:
            # Nobody would resume the mailing of one person's notice: it is tried again by itself.
            verdict = replace(defer(delivery.attempts, office.clock(), jitter), pauses_mailing=True)
        self._settle(Outcome(delivery, verdict, reply))

    def _settle(self, outcome: Outcome) -> None:
        if outcome.verdict.state is not S.PENDING:
            self._office.losses.pop(outcome.delivery.id, None)
        self._office.scribe.settle(outcome)
        self._office.tally.count(outcome.verdict.state)

    def _cut_off(self, delivery: Delivery, phase: Phase) -> Outcome:
        if phase is Phase.BODY:
            verdict = Verdict(S.UNCERTAIN, "the mailer was stopped while this was on the wire")
        else:
            verdict = Verdict(S.PENDING, not_before=self._office.clock(), burns_attempt=False)
        return Outcome(delivery, verdict, _nothing_said(phase))

    async def _hang_up(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.quit()


def _nothing_said(phase: Phase) -> Reply:
    return Reply(phase, NO_ANSWER, "", "")
