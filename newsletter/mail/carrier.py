"""One connection's work: takes deliveries from the queue, hands them to the relay, and tells the scribe what came of it."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from newsletter import tracing
from newsletter.clock import Clock, monotonic
from newsletter.letters.letter import FOR_MANY
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
from newsletter.meters import PHASES, VERDICTS

S = DeliveryState

# Transaction failed (RFC 5321 4.2.3), said by ourselves.
CANNOT_SEND = 554

# A delivery does not wait longer than this for a connection that is being made: another relay may have it. In seconds.
SLOW_TO_CONNECT = 1.0


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
        # As the relay was when the connection was made.
        self._post = office.routes.posts[relay]
        self._session: Session | None = None
        # What is offered behind the body that goes out.
        self._riding: _Job | None = None
        # On its way; the delivery it was begun for may be with somebody else by now.
        self._connecting: asyncio.Task[None] | None = None
        self._is_carrying = False

    @property
    def is_free(self) -> bool:
        """Whether it would take the next delivery as soon as the limits of its relay let it."""
        is_busy = self._is_carrying or self._connecting is not None or self._is_one_too_many
        return not is_busy and self._pace.may_be_tried

    async def work(self) -> None:
        """Carry until the tray has ended."""
        try:
            while (delivery := await self._next()) is not None:
                self._is_carrying = True
                await self._carry(delivery)
                self._is_carrying = False
            await self._hang_up()
        finally:
            if self._connecting is not None:
                self._connecting.cancel()
                await asyncio.gather(self._connecting, return_exceptions=True)
            if self._session is not None:
                self._session.abort()

    async def _next(self) -> Delivery | None:
        """Take the next delivery as soon as there is one and the relay may be given one."""
        tray = self._office.tray
        while not tray.has_ended:
            if self._connecting is not None:
                await self._reach(None)
            elif not tray.has_some:
                await self._wait_for_some()
            elif wait := self._grant():
                if wait > self._idle or self._is_one_too_many:
                    await self._hang_up()
                # No longer than a look takes: what is waited for may be changed meanwhile.
                await wait_for(self._office.stopping, min(wait, LOOK_EVERY))
                await asyncio.sleep(0)
            else:
                return tray.take_now()
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
            self._pace.return_one()
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
            said = Reply(Phase.MAIL, CANNOT_SEND, "", letter.reason)
            self._settle(Outcome(delivery, self._verdict(delivery, letter.facts, said), said))
            return None
        if self._is_halted(delivery):
            self._settle(self._cut_off(delivery, Phase.MAIL))
            return None
        return _Job(delivery, letter.facts, self._office.stationery.envelope(letter, delivery))

    def _is_halted(self, delivery: Delivery) -> bool:
        """Whether the gate sent somebody else of the same claim back: without asking it for each, at a connection each."""
        return delivery.claim <= self._office.halted.get(delivery.letter_id, -1)

    async def _connected(self) -> Session | None:
        """Give a session that can be used; None: the relay is down or slow to answer, or the mailer ends."""
        if self._session is not None and (self._session.is_spent or self._has_moved()):
            await self._hang_up()
        if self._session is None or not self._session.is_open:
            self._session = None
            self._connecting = asyncio.create_task(self._connect())
            await self._reach(SLOW_TO_CONNECT)
        return self._session

    async def _connect(self) -> None:
        post = self._post = self._office.routes.posts[self._relay]
        began = monotonic()
        try:
            with tracing.span("connect to a relay", relay=self._relay):
                self._session = await connect(post.relay, post.patience, post.tls_context)
            PHASES.see(monotonic() - began, self._relay, "connect")
        except RelayDown as down:
            self._pace.slow(down.reply)

    async def _reach(self, seconds: float | None) -> None:
        """Wait for the connection that is being made, at most so long, and not when the mailer ends."""
        connecting = self._connecting
        assert connecting is not None
        stopping = asyncio.ensure_future(self._office.stopping.wait())
        try:
            await asyncio.wait([connecting, stopping], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
        if connecting.done():
            self._connecting = None
            connecting.result()

    def _has_moved(self) -> bool:
        """Whether the relay is reached in another way since the connection was made."""
        post = self._office.routes.posts[self._relay]
        if post is self._post:
            return False
        if post.relay.door != self._post.relay.door:
            return True
        self._post = post
        return False

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
        try:
            while True:
                reply = await self._offered(session)
                if reply is None:
                    reply = await self._hand_over(session, job)
                elif _is_between_two(session, reply):
                    return job
                if reply is not None:
                    self._judge(job.delivery, job.facts, reply)
                self._office.tray.done()
                if self._riding is None or not session.is_open:
                    return self._riding
                job = self._riding
        except BaseException:
            self._settle(self._cut_off(job.delivery, session.phase))
            if self._riding is not None and self._riding is not job:
                self._settle(self._cut_off(self._riding.delivery, Phase.MAIL))
            raise

    async def _offered(self, session: Session) -> Reply | None:
        self._riding = None
        began = monotonic()
        refusal = await session.offered()
        PHASES.see(monotonic() - began, self._relay, "offer")
        return refusal

    async def _hand_over(self, session: Session, job: _Job) -> Reply | None:
        """Hand over what the gate lets out, with the offer of the next message behind it; None when it lets nothing out."""
        asked = None if self._office.stopping.is_set() else self._office.scribe.ask(job.delivery)
        # Written while the mark is on its way to the disk.
        self._riding = self._rider(session)
        if asked is None or not await self._passes(job, asked):
            self._pace.return_one()
            self._let_off_rider()
            await session.withdraw()
            return None
        session.hand_over(None if self._riding is None else self._riding.envelope)
        began = monotonic()
        reply = await session.handed_over()
        PHASES.see(monotonic() - began, self._relay, "body")
        return reply

    async def _passes(self, job: _Job, asked: Awaitable[Passage]) -> bool:
        """Hear what the gate says to a message whose body the relay waits for."""
        office, began = self._office, monotonic()
        try:
            passage = await asked
        except LedgerSilent:
            # Whether it is marked or not: nothing was sent.
            self._settle(self._cut_off(job.delivery, Phase.DATA))
            return False
        PHASES.see(monotonic() - began, self._relay, "gate")
        if passage is Passage.SKIPPED:
            office.tally.count(S.SKIPPED)
            VERDICTS.add(self._relay, S.SKIPPED)
        if passage is Passage.RETURNED:
            office.halted[job.delivery.letter_id] = job.delivery.claim
        return passage is Passage.GRANTED

    def _let_off_rider(self) -> None:
        rider, self._riding = self._riding, None
        if rider is not None:
            self._pace.return_one()
            self._office.tray.put_back(rider.delivery)

    def _rider(self, session: Session) -> _Job | None:
        """Take the next delivery if it can be offered behind the body that goes out now, without any wait."""
        office = self._office
        if not session.takes_riders or session.is_spent or office.stopping.is_set() or self._has_moved():
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
            # It needs more than a ride, and does not wait for the answer to this message: whoever is free carries it.
            office.tray.put_back(delivery)
            self._pace.return_one()
            return None
        return _Job(delivery, letter.facts, office.stationery.envelope(letter, delivery))

    def _judge(self, delivery: Delivery, facts: Facts, reply: Reply) -> None:
        office = self._office
        is_lost = reply.code in {NO_ANSWER, GOING_DOWN}
        if is_lost:
            office.losses[delivery.id] += 1
        verdict = self._verdict(delivery, facts, reply, office.losses[delivery.id] if is_lost else 0)
        if verdict.slows_relay or verdict.state is S.UNCERTAIN:
            # A relay that loses every answer must not make everybody uncertain in a minute.
            self._pace.slow(reply)
        elif is_throttling(reply):
            self._pace.throttled(reply)
        elif not is_lost:
            self._pace.works()
        self._settle(Outcome(delivery, verdict, reply))

    def _verdict(self, delivery: Delivery, facts: Facts, reply: Reply, losses: int = 0) -> Verdict:
        office = self._office
        jitter = random.random()  # noqa: S311 -- spreads tries over time, hides nothing
        verdict = judge(reply, delivery.attempts, office.clock(), jitter, losses)
        if facts.kind in FOR_MANY:
            is_objected_to = office.objections[delivery.letter_id].grow(reply)
            if is_objected_to:
                verdict = replace(verdict, pauses_mailing=True)
        elif verdict.pauses_mailing:
            # Nobody would resume the mailing of one person's notice: it is tried again by itself.
            verdict = replace(defer(delivery.attempts, office.clock(), jitter), pauses_mailing=True)
        return verdict

    def _settle(self, outcome: Outcome) -> None:
        if outcome.verdict.state is not S.PENDING:
            self._office.losses.pop(outcome.delivery.id, None)
        self._office.scribe.settle(outcome)
        self._office.tally.count(outcome.verdict.state)
        VERDICTS.add(self._relay, outcome.verdict.state)

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
