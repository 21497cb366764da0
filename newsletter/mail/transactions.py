"""Transactions with a relay over a connection that is greeted, encrypted and logged in.

With PIPELINING (RFC 2920) the commands of the next message ride behind the body of this one, so that a message costs one
round trip. Whether the next one may go out is asked in between, when the relay waits for its body.
"""

import math
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from newsletter import failpoints
from newsletter.mail import statusrequest
from newsletter.mail.delivery import GOING_DOWN, NO_ANSWER, Phase, Reply, enhanced_status
from newsletter.mail.message import Envelope
from newsletter.mail.relays import DEFAULT_MESSAGES
from newsletter.mail.wire import Answer, Wire, WireLost

# Closing politely is not worth more than this, in seconds.
QUIT_PATIENCE = 5

# RFC 5321 4.2.3: start mail input; and the class of replies that say yes.
GO_AHEAD = 354
POSITIVE = 2

# What may still be on its way when a relay has read a whole message: the frame of an encryption, beside a rider. In bytes.
LITTLE = 1024

# The first code that refuses (RFC 5321 4.2.1).
LOWEST_NO = 400

# Syntax error, in parameters too; parameter not implemented; parameters not recognised (RFC 5321 4.2.3).
NO_SUCH_PARAMETER = frozenset({500, 501, 504, 555})

_BREAKS_PATH = re.compile(r"[<>\s]")
# RFC 1870 4: what a relay may name as its limit.
_SIZE = re.compile("[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for each answer, in seconds: RFC 5321 4.5.3.2."""

    # The connection, the greeting, EHLO, STARTTLS and the login, each.
    greeting: float = 300
    mail: float = 300
    rcpt: float = 300
    data: float = 120
    # Until the relay takes the next block of the body.
    block: float = 180
    # After the final dot. Shorter, and messages that were taken are believed lost (RFC 1047).
    dot: float = 600
    # After trouble nobody tries for this long, doubled at each failure in a row up to the longest.
    trouble: float = 1
    longest_trouble: float = 30


# Asked when the relay has taken the recipient, before the body goes out: may it?
Gate = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class _Step:
    """One command of an offer: its phase, and how long its reply may take."""

    phase: Phase
    seconds: float


class Session:
    """A connection that is greeted, encrypted and logged in; serves one transaction after the other.

    A transaction is `offer`, `offered`, then `hand_over` and `handed_over`, or `withdraw`. Trouble with the connection comes
    back as a reply with code 0 and the phase in which it came; the session is then not open any more. Being cancelled cuts
    the connection: it is never used again half way through a transaction.
    """

    def __init__(self, wire: Wire, extensions: Mapping[str, str], patience: Patience, messages: int = DEFAULT_MESSAGES) -> None:
        self._wire = wire
        self._messages = messages
        self._extensions = extensions
        self._largest = _largest(extensions)
        self._patience = patience
        self._is_pipelined = "pipelining" in extensions
        # RFC 3030: with no DATA to be answered, what the gate holds back costs a RSET and not the connection.
        self._is_chunked = self._is_pipelined and "chunking" in extensions
        # RFC 3461: whether reports are asked for.
        self._asks_reports = "dsn" in extensions
        self._steps = [_Step(Phase.MAIL, patience.mail), _Step(Phase.RCPT, patience.rcpt)]
        if self._is_pipelined and not self._is_chunked:
            self._steps.append(_Step(Phase.DATA, patience.data))
        self._phase = Phase.CONNECT
        self._envelope: Envelope | None = None
        self._rider = b""
        self._began = 0
        self._accepted = 0

    @property
    def phase(self) -> Phase:
        """How far the latest transaction has come."""
        return self._phase

    @property
    def is_open(self) -> bool:
        """Whether another transaction can be tried."""
        return not self._wire.trouble

    @property
    def is_spent(self) -> bool:
        """Whether it has brought as many messages as one connection should."""
        return self._began >= self._messages

    @property
    def has_delivered(self) -> bool:
        """Whether it has worked at all: what then breaks between two messages is no trouble of the relay."""
        return self._accepted > 0

    @property
    def takes_smtputf8(self) -> bool:
        """Whether addresses outside ASCII can be handed over (RFC 6531)."""
        return "smtputf8" in self._extensions

    @property
    def takes_riders(self) -> bool:
        """Whether the offer of the next message can ride behind the body of this one."""
        return self._is_pipelined

    def offer(self, envelope: Envelope) -> None:
        """Begin a transaction: say whom a message is from and for."""
        if commands := self._begin(envelope):
            self._write(commands, replies=len(self._steps))

    async def offered(self) -> Reply | None:
        """Hear what the relay says to the offer: None when it takes it, else its refusal."""
        assert self._envelope is not None
        self._phase = Phase.MAIL
        refusal = self._too_large(self._envelope)
        if refusal is not None:
            return refusal
        refusal = await self._answered(self._envelope)
        if refusal is not None and self._may_mean_reports(refusal):
            return await self._offered_plainly(self._envelope)
        return refusal

    def hand_over(self, rider: Envelope | None = None) -> None:
        """Write the body of what was offered, and behind it the offer of the next message, where riders are taken."""
        assert self._envelope is not None
        data = self._envelope.data
        self._rider = b"" if rider is None else self._begin(rider)
        if self._is_pipelined and not self._wire.trouble:
            self._write_body(data)

    async def handed_over(self) -> Reply:
        """Hear what the relay says to the whole message."""
        try:
            if not self._is_pipelined:
                refusal = await self._data_refused()
                if refusal is not None:
                    return refusal
            await self._wire.drained(self._patience.block)
            answer = await self._wire.answer(self._patience.dot)
        except WireLost as lost:
            return _no_answer(self._phase, lost)
        failpoints.hit("smtp.reply")
        return self._judged(answer)

    async def withdraw(self) -> None:
        """End what was offered, without a body and never by an empty message; behind a 354 that costs the connection."""
        if self._phase is Phase.DATA:
            self._wire.abort("withdrawn at the gate")
        else:
            await self._reset()

    async def deliver(self, envelope: Envelope, gate: Gate) -> Reply | None:
        """Hand over one message alone; None when the gate said no."""
        self.offer(envelope)
        refusal = await self.offered()
        if refusal is not None:
            return refusal
        if not await gate():
            await self.withdraw()
            return None
        self.hand_over()
        return await self.handed_over()

    async def quit(self) -> None:
        """Take leave and close."""
        try:
            await self._ask(b"QUIT\r\n", QUIT_PATIENCE)
        except WireLost:
            return
        finally:
            self._wire.close()

    def abort(self) -> None:
        """Cut the connection."""
        self._wire.abort("given up")

    def _begin(self, envelope: Envelope) -> bytes:
        """Take up a message; gives what can be written for it at once."""
        self._began += 1
        self._envelope = envelope
        if not self._is_pipelined or self._too_large(envelope) is not None:
            return b""
        return b"".join(self._commands(envelope))

    def _commands(self, envelope: Envelope) -> list[bytes]:
        asks_reports = self._asks_reports and bool(envelope.token)
        mail, rcpt = _mail(envelope, self._extensions, asks_reports), _rcpt(envelope, asks_reports)
        return [mail, rcpt, b"DATA\r\n"][: len(self._steps)]

    async def _answered(self, envelope: Envelope) -> Reply | None:
        """Hear the replies to an offer; after a refusal the session is ready for the next one, or lost."""
        try:
            refusal = await self._heard(envelope)
        except WireLost as lost:
            return _no_answer(self._phase, lost)
        return refusal if refusal is None else await self._taken_back(refusal)

    def _may_mean_reports(self, refusal: Reply) -> bool:
        """Whether *refusal* can be of what was asked about reports, and not of the message."""
        return self._asks_reports and refusal.code in NO_SUCH_PARAMETER and refusal.phase is not Phase.DATA and self.is_open

    async def _offered_plainly(self, envelope: Envelope) -> Reply | None:
        """Offer once more without asking for reports, as to a relay that names DSN and does not know its parameters."""
        self._asks_reports = False
        self._phase = Phase.MAIL
        if self._is_pipelined:
            self._write(b"".join(self._commands(envelope)), replies=len(self._steps))
        refusal = await self._answered(envelope)
        # Refused all the same: it was not about reports, and the next one asks for them again.
        self._asks_reports = refusal is not None
        return refusal

    async def _heard(self, envelope: Envelope) -> Reply | None:
        """Hear the replies to an offer, all of them whatever the first one says (RFC 2920 3.1)."""
        if not self._is_pipelined:
            return await self._asked_singly(envelope)
        refusal: Reply | None = None
        for step in self._steps:
            if refusal is None:
                self._phase = step.phase
            try:
                answer = await self._wire.answer(step.seconds)
                if refusal is not None:
                    await self._go_on_without(refusal, step, answer)
            except WireLost:
                if refusal is None:
                    raise
                return refusal
            refusal = refusal or self._refusal(answer)
            if refusal is not None and refusal.code == GOING_DOWN:
                return refusal
        return refusal

    async def _go_on_without(self, refusal: Reply, step: _Step, answer: Answer) -> None:
        """Hear what follows a *refusal*: a relay that asks for a body all the same has one to nobody ended by a dot alone."""
        if refusal.phase is Phase.MAIL and step.phase is Phase.RCPT and answer.code // 100 == POSITIVE:
            # It took somebody for a message it refused: by a dot they would get an empty one.
            self._wire.abort("the relay took a recipient for a message that it had refused")
        elif answer.code == GO_AHEAD:
            await self._ask(b".\r\n", self._patience.dot)

    async def _asked_singly(self, envelope: Envelope) -> Reply | None:
        for step, command in zip(self._steps, self._commands(envelope), strict=True):
            self._phase = step.phase
            refusal = self._refusal(await self._ask(command, step.seconds))
            if refusal is not None:
                return refusal
        return None

    def _refusal(self, answer: Answer) -> Reply | None:
        """Give the reply when it does not say yes to the command of this phase."""
        is_yes = answer.code == GO_AHEAD if self._phase is Phase.DATA else answer.code // 100 == POSITIVE
        if is_yes:
            _pass_point(self._phase)
            return None
        if answer.code < LOWEST_NO:
            # It answers something else than was asked: all replies behind it would belong to others.
            self._wire.abort(f"the relay answered {self._phase} by {answer.code}")
            raise WireLost(self._wire.trouble)
        return _reply(self._phase, answer)

    async def _data_refused(self) -> Reply | None:
        """Ask for the go-ahead of a relay that takes one command at a time, and write the body behind it."""
        envelope = self._envelope
        assert envelope is not None
        self._phase = Phase.DATA
        refusal = self._refusal(await self._ask(b"DATA\r\n", self._patience.data))
        if refusal is not None:
            return await self._taken_back(refusal)
        self._write_body(envelope.data)
        return None

    def _write_body(self, data: bytes) -> None:
        self._phase = Phase.BODY
        # RFC 5321 4.5.2 has dots at line heads doubled; whoever writes an envelope leaves none (looking costs 50 µs).
        head, end = (b"BDAT %d LAST\r\n" % len(data), b"") if self._is_chunked else (b"", b".\r\n")
        riding = len(self._steps) if self._rider else 0
        # The reply is owed from the first byte on: a relay that shuts down in the middle says so by 421.
        if failpoints.is_armed():
            self._write(head, data, replies=1)
            failpoints.hit("smtp.body")
            self._write(end + self._rider, replies=riding)
            failpoints.hit("smtp.dot")
            return
        # At once: a second call of the system would cost as much as all else that is done for a message.
        self._write(head, data, end + self._rider, replies=1 + riding)

    def _write(self, *data: bytes, replies: int) -> None:
        # Whoever waits for the replies hears of a lost connection.
        if not self._wire.trouble:
            self._wire.send(*data, replies=replies)

    def _judged(self, answer: Answer) -> Reply:
        reply = _reply(Phase.BODY, answer)
        if self._wire.unsent > len(self._rider) + LITTLE and reply.code != GOING_DOWN:
            self._wire.abort("the relay answered a message it had not seen whole")
            return Reply(Phase.BODY, NO_ANSWER, "", f"answered before the end: {reply.words}")
        if reply.code == GOING_DOWN:
            self._wire.close()
        self._accepted += answer.code // 100 == POSITIVE
        return reply

    def _too_large(self, envelope: Envelope) -> Reply | None:
        if len(envelope.data) <= self._largest:
            return None
        text = f"5.3.4 the message has {len(envelope.data)} bytes and the relay takes {self._largest}"
        return Reply(Phase.MAIL, 552, "5.3.4", text)

    async def _taken_back(self, refusal: Reply) -> Reply:
        """Make the session ready for the next transaction; a connection that does not survive it is not the refusal's fault."""
        if refusal.code == GOING_DOWN:
            self._wire.close()
        else:
            await self._reset()
        return refusal

    async def _reset(self) -> None:
        try:
            answer = await self._ask(b"RSET\r\n", self._patience.mail)
        except WireLost:
            return
        if answer.code // 100 != POSITIVE:
            self._wire.abort(f"the relay refused RSET: {answer.code}")

    async def _ask(self, command: bytes, seconds: float) -> Answer:
        self._wire.send(command)
        return await self._wire.answer(seconds)


def _pass_point(phase: Phase) -> None:
    if phase is Phase.MAIL:
        failpoints.hit("smtp.mail")
    elif phase is Phase.RCPT:
        failpoints.hit("smtp.rcpt")
    else:
        failpoints.hit("smtp.data354")


def _largest(extensions: Mapping[str, str]) -> float:
    """Give how many bytes a message may have (RFC 1870 4: 0, or nothing said, is no limit)."""
    named = _SIZE.fullmatch(extensions.get("size", "").strip())
    return math.inf if named is None else int(named[0]) or math.inf


def _mail(envelope: Envelope, extensions: Mapping[str, str], asks_reports: bool) -> bytes:  # noqa: FBT001 -- of the session
    command = b"MAIL FROM:" + _path(envelope.sender, is_utf8=envelope.needs_smtputf8)
    if "size" in extensions:
        command += b" SIZE=%d" % len(envelope.data)
    if asks_reports:
        command += statusrequest.of_message(envelope.token)
    return command + (b" SMTPUTF8\r\n" if envelope.needs_smtputf8 else b"\r\n")


def _rcpt(envelope: Envelope, asks_reports: bool) -> bytes:  # noqa: FBT001 -- of the session
    command = b"RCPT TO:" + _path(envelope.recipient, is_utf8=envelope.needs_smtputf8)
    return command + (statusrequest.of_recipient(envelope.recipient) if asks_reports else b"") + b"\r\n"


def _path(address: str, *, is_utf8: bool) -> bytes:
    # Addresses were checked where they came in and again before they were taken up; here it is the last time.
    if _BREAKS_PATH.search(address) or not address.isprintable():
        raise ValueError(f"{address!r} would be more than one address on the wire")
    return b"<" + address.encode("utf-8" if is_utf8 else "ascii") + b">"


def _reply(phase: Phase, answer: Answer) -> Reply:
    return Reply(phase, answer.code, enhanced_status(answer.code, answer.text), answer.text)


def _no_answer(phase: Phase, lost: WireLost) -> Reply:
    return Reply(phase, NO_ANSWER, "", str(lost))
