"""One connection to a relay: opened by aiosmtplib, then our own transactions, so that the phase of a failure is known.

aiosmtplib cannot tell a connection lost before the body from one lost after it, and mispairs replies after a cancelled
wait. Both would make the ledger say something untrue, so it only connects, greets, encrypts and logs in.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiosmtplib

from newsletter import failpoints
from newsletter.mail.delivery import GOING_DOWN, NO_ANSWER, Phase, Reply, enhanced_status
from newsletter.mail.message import Envelope
from newsletter.mail.relays import Relay, Tls
from newsletter.mail.wire import Answer, Wire, WireLost, take_over

# Relays count what one connection brings, and a fresh one finds a fresh server behind a load balancer.
MOST_MESSAGES = 100

# Closing politely is not worth more than this, in seconds.
QUIT_PATIENCE = 5

GO_AHEAD = 354

_HOST_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_LEADING_DOT = re.compile(rb"(?m)^\.")


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


class RelayDown(Exception):  # noqa: N818 -- named for what happened
    """No connection could be made; *reply* says what the relay answered, if it did."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        super().__init__(reply.words)


# Asked when the relay has taken the recipient, before the body goes out: may it?
Gate = Callable[[], Awaitable[bool]]


class Session:
    """A connection that is greeted, encrypted and logged in; serves one transaction after the other."""

    def __init__(self, wire: Wire, extensions: dict[str, str], patience: Patience) -> None:
        self._wire = wire
        self._extensions = extensions
        self._patience = patience
        self._phase = Phase.CONNECT
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
        return self._began >= MOST_MESSAGES

    @property
    def has_delivered(self) -> bool:
        """Whether it has worked at all: what then breaks between two messages is no trouble of the relay."""
        return self._accepted > 0

    @property
    def takes_smtputf8(self) -> bool:
        """Whether addresses outside ASCII can be handed over (RFC 6531)."""
        return "smtputf8" in self._extensions

    async def deliver(self, envelope: Envelope, gate: Gate) -> Reply | None:
        """Hand over one message; None when the gate said no.

        Trouble with the connection comes back as a reply with code 0 and the phase in which it came; the session is then
        not open any more. Being cancelled cuts the connection: it is never used again half way through a transaction.
        """
        self._began += 1
        try:
            return await self._transact(envelope, gate)
        except WireLost as lost:
            return Reply(self._phase, NO_ANSWER, "", str(lost))
        except BaseException:
            self._wire.abort("given up")
            raise

    async def quit(self) -> None:
        """Take leave and close."""
        try:
            await self._ask(b"QUIT", QUIT_PATIENCE)
        except WireLost:
            return
        finally:
            self._wire.close()

    def abort(self) -> None:
        """Cut the connection."""
        self._wire.abort("given up")

    async def _transact(self, envelope: Envelope, gate: Gate) -> Reply | None:
        self._phase = Phase.MAIL
        refusal = self._too_large(envelope) or await self._say(_mail(envelope, self._extensions), self._patience.mail, 2)
        if refusal is not None:
            return await self._taken_back(refusal)
        failpoints.hit("smtp.mail")
        self._phase = Phase.RCPT
        refusal = await self._say(
            b"RCPT TO:" + _path(envelope.recipient, is_utf8=envelope.needs_smtputf8), self._patience.rcpt, 2
        )
        if refusal is not None:
            return await self._taken_back(refusal)
        failpoints.hit("smtp.rcpt")
        if not await gate():
            await self._reset()
            return None
        return await self._send_body(envelope)

    async def _send_body(self, envelope: Envelope) -> Reply:
        self._phase = Phase.DATA
        answer = await self._ask(b"DATA", self._patience.data)
        if answer.code != GO_AHEAD:
            return await self._taken_back(_reply(Phase.DATA, answer))
        failpoints.hit("smtp.data354")
        self._phase = Phase.BODY
        # The reply is awaited from the first byte on: a relay that shuts down in the middle says so by 421.
        [final] = self._wire.send(_LEADING_DOT.sub(b"..", envelope.data))
        failpoints.hit("smtp.body")
        self._wire.send(b".\r\n", replies=0)
        failpoints.hit("smtp.dot")
        await self._drained()
        answer = await self._answer(final, self._patience.dot)
        failpoints.hit("smtp.reply")
        return self._judged(answer)

    def _judged(self, answer: Answer) -> Reply:
        reply = _reply(Phase.BODY, answer)
        if self._wire.has_unsent and reply.code != GOING_DOWN:
            self._wire.abort("the relay answered a message it had not seen whole")
            return Reply(Phase.BODY, NO_ANSWER, "", f"answered before the end: {reply.words}")
        if reply.code == GOING_DOWN:
            self._wire.close()
        self._accepted += answer.code // 100 == 2  # noqa: PLR2004 -- 2yz
        return reply

    def _too_large(self, envelope: Envelope) -> Reply | None:
        limit = self._extensions.get("size", "").strip()
        if not limit.isdigit() or int(limit) == 0 or len(envelope.data) <= int(limit):
            return None
        text = f"5.3.4 the message has {len(envelope.data)} bytes and the relay takes {limit}"
        return Reply(Phase.MAIL, 552, "5.3.4", text)

    async def _say(self, command: bytes, seconds: float, wanted: int) -> Reply | None:
        """Give the reply to a command when it is not of the class wanted."""
        answer = await self._ask(command, seconds)
        return None if answer.code // 100 == wanted else _reply(self._phase, answer)

    async def _taken_back(self, refusal: Reply) -> Reply:
        """Make the session ready for the next transaction; a connection that does not survive it is not the refusal's fault."""
        if refusal.code == GOING_DOWN:
            self._wire.close()
        else:
            await self._reset()
        return refusal

    async def _reset(self) -> None:
        try:
            answer = await self._ask(b"RSET", self._patience.mail)
        except WireLost:
            return
        if answer.code // 100 != 2:  # noqa: PLR2004 -- 2yz
            self._wire.abort(f"the relay refused RSET: {answer.code}")

    async def _ask(self, command: bytes, seconds: float) -> Answer:
        [reply] = self._wire.send(command + b"\r\n")
        return await self._answer(reply, seconds)

    async def _answer(self, reply: Awaitable[Answer], seconds: float) -> Answer:
        try:
            async with asyncio.timeout(seconds):
                return await reply
        except TimeoutError:
            raise self._silent(seconds) from None

    async def _drained(self) -> None:
        try:
            async with asyncio.timeout(self._patience.block):
                await self._wire.drain()
        except TimeoutError:
            raise self._silent(self._patience.block) from None

    def _silent(self, seconds: float) -> WireLost:
        # The answer may still come; it must not be taken for that of the next message.
        reason = f"the relay said nothing for {seconds:g} s"
        self._wire.abort(reason)
        return WireLost(reason)


async def connect(relay: Relay, patience: Patience, tls_context: ssl.SSLContext) -> Session:
    """Open a session.

    Raises:
        RelayDown: no server, no encryption where it is asked for, a certificate that does not fit, or a login refused.

    """
    client = aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        timeout=patience.greeting,
        local_hostname=_own_name(),
        use_tls=relay.tls is Tls.IMPLICIT,
        # Never opportunistic: who sits between could take the offer away and read the password.
        start_tls=False,
        tls_context=tls_context,
    )
    try:
        return await _opened(client, relay, patience)
    except aiosmtplib.SMTPResponseException as error:
        text = _one_line(error.message)
        raise RelayDown(Reply(Phase.CONNECT, max(error.code, NO_ANSWER), enhanced_status(error.code, text), text)) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise RelayDown(Reply(Phase.CONNECT, NO_ANSWER, "", _one_line(str(error)) or type(error).__name__)) from error


async def _opened(client: aiosmtplib.SMTP, relay: Relay, patience: Patience) -> Session:
    try:
        await client.connect()
        if relay.tls is Tls.STARTTLS:
            await client.starttls()
        if relay.username:
            await client.login(relay.username, relay.password)
        if client.is_ehlo_or_helo_needed:
            await _greet(client)
    except BaseException:
        client.close()
        raise
    if client.transport is None:
        raise aiosmtplib.SMTPServerDisconnected("the relay closed the connection")
    session = Session(take_over(client.transport), dict(client.esmtp_extensions), patience)
    failpoints.hit("smtp.connected")
    return session


async def _greet(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        if not client.is_connected:
            raise
        await client.helo()


def _mail(envelope: Envelope, extensions: dict[str, str]) -> bytes:
    command = b"MAIL FROM:" + _path(envelope.sender, is_utf8=envelope.needs_smtputf8)
    if "size" in extensions:
        command += b" SIZE=%d" % len(envelope.data)
    return command + b" SMTPUTF8" if envelope.needs_smtputf8 else command


def _path(address: str, *, is_utf8: bool) -> bytes:
    # Addresses were checked where they came in and again before they were taken up; here it is the last time.
    if any(char in "<>" or char.isspace() or not char.isprintable() for char in address):
        raise ValueError(f"{address!r} would be more than one address on the wire")
    return b"<" + address.encode("utf-8" if is_utf8 else "ascii") + b">"


def _reply(phase: Phase, answer: Answer) -> Reply:
    return Reply(phase, answer.code, enhanced_status(answer.code, answer.text), answer.text)


def _own_name() -> str:
    # Not getfqdn(): it asks the DNS and can hang. RFC 5321 4.1.4 takes an address where there is no name.
    name = socket.gethostname()
    return name if _HOST_NAME.fullmatch(name) else "[127.0.0.1]"


def _one_line(text: str) -> str:
    return " ".join(text.split())
