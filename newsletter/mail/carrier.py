"""One connection's work: takes deliveries from the queue, hands them to the relay, and tells the scribe what came of it."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from newsletter.clock import Clock
from newsletter.letters.letter import LetterKind
from newsletter.mail.compiled import CompiledLetter, Unwritable
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
from newsletter.mail.message import Envelope, Facts
from newsletter.mail.objections import Objections
from newsletter.mail.pace import is_throttling, wait_for
from newsletter.mail.routes import LOOK_EVERY, Routes
from newsletter.mail.scribe import LedgerSilent, Scribe
from newsletter.mail.session import RelayDown, connect
from newsletter.mail.stationery import Stationery
from newsletter.mail.tally import Tally
from newsletter.mail.transactions import Session
from newsletter.mail.tray import Tray

S = DeliveryState

# Transaction failed (RFC 5321 4.2.3), said by ourselves.
CANNOT_SEND = 554


@dataclass(frozen=True, slots=True)
class Office:
    """What all carriers of a mailer share."""

    routes: Routes
    stationery: Stationery
    scribe: Scribe
    tally: Tally
    clock: Clock
    # The compiled letters at hand, by id, and how to get another one.
    letters: dict[int, CompiledLetter | Unwritable]
    fetch: Callable[[int], Awaitable[CompiledLetter | Unwritable]]
    tray: Tray
    # Letters that the gate let nobody out with, and the latest claim of theirs that this holds for.
    halted: dict[int, int]
    # How often in a row a relay went away at a delivery.
    losses: Counter[int]
    # What relays had against letters, by letter.
    objections: defaultdict[int, Objections]
    stopping: asyncio.Event


@dataclass(frozen=True, slots=True)
class _Job:
    """A delivery and its message, ready to be offered."""

    delivery: Delivery
    facts: Facts
    envelope: Envelope


class Carrier:
    """Carries one delivery after the other to one relay, over one connection at a time.

    Whatever does not get there goes back on the tray, where the carriers of another relay may take it.
    """

    def __init__(self, office: Office, relay: str, number: int) -> None:
        self._office = office
        self._relay = relay
        # Of this relay's carriers, the first being 0.
        self._number = number
        self._pace = office.routes.pool.pace(relay)
        self._session: Session | None = None
        # Taken from the tray to ride behind another message, and not fit for that.
        self._held: Delivery | None = None

    async def work(self) -> None:
        """Carry until the tray has ended."""
        try:
            while (delivery := await self._next()) is not None:
                await self._carry(delivery)
            await self._hang_up()
        finally:
            if self._session is not None:
                self._session.abort()

    async def _next(self) -> Delivery | None:
        """Take the next delivery as soon as there is one and the relay may be given one."""
        tray = self._office.tray
        while not tray.has_ended:
            held, self._held = self._held, None
            if held is None and not tray.has_some:
                await self._wait_for_some()
                continue
            wait = self._grant()
            if wait == 0:
                delivery = held or tray.take_now()
                if delivery is not None:
                    return delivery
                self._pace.return_one()
                continue
            if held is not None:
                tray.put_back(held)
            if wait > self._idle or self._is_one_too_many:
                await self._hang_up()
            await wait_for(self._office.stopping, wait)
            await asyncio.sleep(0)
        return None

    @property
    def _idle(self) -> float:
        """After how long a connection that nobody needs is given back."""
        return self._office.routes.posts[self._relay].relay.idle

    @property
    def _is_one_too_many(self) -> bool:
        """Whether the relay bears fewer connections than would be needed for this one, or takes no mail any more."""
        return not self._pace.allows_connection(self._number)

    def _grant(self) -> float:
        return LOOK_EVERY if self._is_one_too_many else self._pace.grant()

    async def _wait_for_some(self) -> None:
        try:
            async with asyncio.timeout(self._idle):
                await self._office.tray.filled()
        except TimeoutError:
            await self._hang_up()
            await self._office.tray.filled()

    async def _carry(self, delivery: Delivery) -> None:
        """Try once; a mailer that stops leaves the delivery leased, and gives it back as a whole."""
        office = self._office
        await office.scribe.answering()
        letter = office.letters.get(delivery.letter_id) or await office.fetch(delivery.letter_id)
        job = self._prepared(letter, delivery)
        if job is None or office.stopping.is_set():
            self._pace.return_one()
            office.tray.done()
            return
        session = await self._connected()
        if session is None:
            office.tray.put_back(delivery)
        elif self._is_skipped(session, delivery):
            self._pace.return_one()
            office.tray.done()
        else:
            again = await self._converse(session, job)
            if again is not None:
                self._pace.return_one()
                office.tray.put_back(again.delivery)

    def _prepared(self, letter: CompiledLetter | Unwritable, delivery: Delivery) -> _Job | None:
        """Write the message; None when it comes to an end without the relay."""
        if isinstance(letter, Unwritable):
            # The same letter would fail for everybody; in the words of SMTP, so that it is judged as a relay's refusal is.
            self._judge(delivery, letter.facts, Reply(Phase.MAIL, CANNOT_SEND, "", letter.reason))
            return None
        if self._is_halted(delivery):
            self._settle(self._cut_off(delivery, Phase.MAIL))
            return None
        return _Job(delivery, letter.facts, self._office.stationery.envelope(letter, delivery))

    def _is_halted(self, delivery: Delivery) -> bool:
        """Whether the gate sent somebody else of the same claim back: without asking it for each, at a connection each."""
        return delivery.claim <= self._office.halted.get(delivery.letter_id, -1)

    async def _connected(self) -> Session | None:
        if self._session is not None and self._session.is_spent:
            await self._hang_up()
        if self._session is None or not self._session.is_open:
            post = self._office.routes.posts[self._relay]
            try:
                self._session = await connect(post.relay, post.patience, post.tls_context)
            except RelayDown as down:
                self._session = None
                self._pace.slow(down.reply)
        return self._session

    def _is_skipped(self, session: Session, delivery: Delivery) -> bool:
        refusal = refusal_before_sending(delivery, smtputf8=session.takes_smtputf8)
        if refusal:
            self._settle(Outcome(delivery, Verdict(S.SKIPPED, refusal, burns_attempt=False), _nothing_said(Phase.MAIL)))
        return bool(refusal)

    async def _converse(self, session: Session, job: _Job) -> _Job | None:
        """Hand over one message after the other, each offered behind the one before; gives one to be tried again at once.

        The next one is marked only when the relay waits for its body and the outcome of the one before is with the scribe:
        a kill leaves one open row for each connection.
        """
        session.offer(job.envelope)
        rider: _Job | None = None
        try:
            while True:
                rider = None
                reply = await session.offered()
                if reply is None and await self._passes(session, job):
                    rider = self._rider(session)
                    session.hand_over(None if rider is None else rider.envelope)
                    reply = await session.handed_over()
                elif reply is not None and _is_between_two(session, reply):
                    return job
                if reply is not None:
                    self._judge(job.delivery, job.facts, reply)
                self._office.tray.done()
                if rider is None or not session.is_open:
                    return rider
                job = rider
        except BaseException:
            self._settle(self._cut_off(job.delivery, session.phase))
            if rider is not None and rider is not job:
                self._settle(self._cut_off(rider.delivery, Phase.MAIL))
            raise

    async def _passes(self, session: Session, job: _Job) -> bool:
        """Ask the gate for a message whose body the relay waits for; what may not go out is withdrawn."""
        office = self._office
        if not office.stopping.is_set():
            try:
                passage = await office.scribe.mark(job.delivery.id)
            except LedgerSilent:
                # Whether it is marked or not: nothing was sent.
                self._settle(self._cut_off(job.delivery, Phase.DATA))
            else:
                if passage is Passage.GRANTED:
                    return True
                if passage is Passage.SKIPPED:
                    office.tally.count(S.SKIPPED)
                if passage is Passage.RETURNED:
                    office.halted[job.delivery.letter_id] = job.delivery.claim
        self._pace.return_one()
        await session.withdraw()
        return False

    def _rider(self, session: Session) -> _Job | None:
        """Take the next delivery if it can be offered behind the body that goes out now, without any wait."""
        office = self._office
        if not session.takes_riders or session.is_spent or office.stopping.is_set() or self._held is not None:
            return None
        if office.scribe.is_silent or not office.tray.has_some or self._grant() > 0:
            return None
        delivery = office.tray.take_now()
        if delivery is None:
            return None
        letter = office.letters.get(delivery.letter_id)
        if (
            not isinstance(letter, CompiledLetter)
            or self._is_halted(delivery)
            or refusal_before_sending(delivery, smtputf8=session.takes_smtputf8)
        ):
            # It needs more than a ride; it is the next to be carried.
            self._held = delivery
            self._pace.return_one()
            return None
        return _Job(delivery, letter.facts, office.stationery.envelope(letter, delivery))

    def _judge(self, delivery: Delivery, facts: Facts, reply: Reply) -> None:
        office = self._office
        is_lost = reply.code in {NO_ANSWER, GOING_DOWN}
        if is_lost:
            office.losses[delivery.id] += 1
        jitter = random.random()  # noqa: S311 -- spreads tries over time, hides nothing
        verdict = judge(reply, delivery.attempts, office.clock(), jitter, office.losses[delivery.id] if is_lost else 0)
        if verdict.slows_relay:
            self._pace.slow(reply)
        elif is_throttling(reply):
            self._pace.throttled(reply)
        elif not is_lost:
            self._pace.works()
        if facts.kind is LetterKind.ISSUE:
            is_objected_to = office.objections[delivery.letter_id].grow(reply)
            if is_objected_to:
                verdict = replace(verdict, pauses_mailing=True)
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


def _is_between_two(session: Session, reply: Reply) -> bool:
    """Whether a relay closed the connection between two messages, as some do after every tenth: no trouble, nobody's fault."""
    return reply.phase is Phase.MAIL and reply.code == NO_ANSWER and session.has_delivered


def _nothing_said(phase: Phase) -> Reply:
    return Reply(phase, NO_ANSWER, "", "")
