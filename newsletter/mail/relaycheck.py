"""Tries a relay as a mailer would, step by step, and tells what it found and where it got stuck."""

import asyncio
import socket
import ssl
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime

from newsletter.errors import BadValue
from newsletter.mail import headers
from newsletter.mail.delivery import NO_ANSWER, Phase
from newsletter.mail.message import Envelope
from newsletter.mail.relays import Relay, Tls
from newsletter.mail.session import Handshake, RelayDown, Step, Witness, connect
from newsletter.mail.transactions import Patience, Session
from subscribers.sentence import say

# RFC 5321 4.5.3.2.6: what a relay may take to answer a whole message, in seconds.
SAFE_DOT = 600

# Somebody sits in front of it; what takes longer is as good as broken.
HASTE = Patience(greeting=30, mail=30, rcpt=30, data=30, block=60, dot=120)

_STEPS = {
    Step.CONNECTION: say("It did not greet us"),
    Step.ENCRYPTION: say("It did not encrypt the connection"),
    Step.LOGIN: say("It refused the login"),
    Step.GREETING: say("It refused our greeting (EHLO)"),
}
_PHASES = {
    Phase.CONNECT: say("The connection was lost"),
    Phase.MAIL: say("It refused the sender"),
    Phase.RCPT: say("It refused the recipient"),
    Phase.DATA: say("It refused to take the message"),
    Phase.BODY: say("It refused the message"),
}


@dataclass(frozen=True, slots=True)
class Probe:
    """A mail that is to show whether the relay takes any."""

    sender: str
    recipient: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """What came of trying a relay."""

    handshake: Handshake | None = None
    # What it answered to the probe.
    reply: str = ""
    # Where it got stuck, as a sentence; empty when nothing was wrong.
    trouble: str = ""

    @property
    def extensions(self) -> tuple[str, ...]:
        """What it says that it can do, by name."""
        if self.handshake is None:
            return ()
        return tuple(sorted(f"{name.upper()} {value}".strip() for name, value in self.handshake.extensions.items()))

    @property
    def certificate(self) -> Mapping[str, str]:
        """Whose its certificate is, who issued it and until when it is good; nothing without one."""
        if self.handshake is None or not self.handshake.certificate:
            return {}
        shown = self.handshake.certificate
        return {
            "subject": _names(shown.get("subject", ())),
            "issuer": _names(shown.get("issuer", ())),
            "expires": str(shown.get("notAfter", "")),
        }


def trust(relay: Relay) -> ssl.SSLContext:
    """Give what certificates of *relay* are checked against: its own file, or the system's. Reads files.

    Raises:
        BadValue: its file cannot be read.

    """
    try:
        return ssl.create_default_context(cafile=relay.ca_file or None)
    except ssl.SSLError as error:
        raise BadValue(say("CA file"), relay.ca_file, say("holds no certificates in PEM form")) from error
    except OSError as error:
        raise BadValue(say("CA file"), relay.ca_file, say("cannot be read: %(strerror)s", strerror=error.strerror)) from error


def patience_of(relay: Relay, usual: Patience) -> Patience:
    """Give how long to wait for this relay: its own seconds, where it has some."""
    return replace(usual, **relay.timeouts)


async def examine(relay: Relay, probe: Probe | None = None, usual: Patience = HASTE) -> Found:
    """Connect, log in, and hand over the probe if there is one.

    Raises:
        BadValue: the relay's CA file cannot be read.

    """
    context = await asyncio.to_thread(trust, relay)
    trouble = await _unreached(relay, usual.greeting)
    if trouble:
        return Found(trouble=trouble)
    witness = Witness()
    try:
        session = await connect(relay, patience_of(relay, usual), context, witness)
    except RelayDown as down:
        return Found(trouble=_sentence(relay, witness.step, down))
    found = Found(witness.handshake)
    try:
        return found if probe is None else await _probed(session, found, probe)
    finally:
        await session.quit()


def examined(relay: Relay, probe: Probe | None, within: float) -> Found | None:
    """Do the same, from a thread, and give nothing when it takes longer than *within* so many seconds.

    Raises:
        BadValue: the relay's CA file cannot be read.

    """

    async def in_time() -> Found:
        async with asyncio.timeout(within):
            return await examine(relay, probe)

    try:
        return asyncio.run(in_time())
    except TimeoutError:
        return None


async def _unreached(relay: Relay, seconds: float) -> str:
    """Why no connection can be made; asked apart, because afterwards nobody can tell a name from a wall."""
    loop = asyncio.get_running_loop()
    try:
        await loop.getaddrinfo(relay.host, relay.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return say("Its name was not found: %(host)s (%(words)s).", host=relay.host, words=_words(error))
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(relay.host, relay.port)
    except TimeoutError:
        return say(
            "No connection: %(relay)s does not answer within %(seconds)s s; a firewall may be between.",
            relay=relay,
            seconds=f"{seconds:g}",
        )
    except OSError as error:
        return say("No connection to %(relay)s: %(words)s.", relay=relay, words=_words(error))
    writer.transport.abort()
    return ""


def _sentence(relay: Relay, step: Step, down: RelayDown) -> str:
    causes = list(_causes(down))
    bad = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if bad is not None:
        return say("Its certificate is not to be trusted: %(rstrip)s.", rstrip=bad.verify_message.rstrip("."))
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        hint = say("; perhaps its port expects tls=starttls") if relay.tls is Tls.IMPLICIT else ""
        step = Step.ENCRYPTION
        return say("%(what)s: %(words)s%(hint)s.", what=_STEPS[step], words=down.reply.words.rstrip("."), hint=hint)
    return say("%(what)s: %(words)s%(hint)s.", what=_STEPS[step], words=down.reply.words.rstrip("."), hint="")


async def _probed(session: Session, found: Found, probe: Probe) -> Found:
    session.offer(_envelope(probe))
    reply = await session.offered()
    if reply is None:
        session.hand_over()
        reply = await session.handed_over()
    if reply.phase is Phase.BODY and reply.code // 100 == 2:  # noqa: PLR2004 -- 2yz
        return replace(found, reply=reply.words)
    if reply.code == NO_ANSWER and reply.phase is Phase.BODY:
        return replace(
            found, trouble=say("It did not answer to the message, which may arrive or not: %(words)s.", words=reply.words)
        )
    if reply.code == NO_ANSWER:
        return replace(
            found,
            trouble=say(
                "%(phases)s at %(value)s: %(words)s.", phases=_PHASES[Phase.CONNECT], value=reply.phase.value, words=reply.words
            ),
        )
    return replace(found, reply=reply.words, trouble=f"{_PHASES[reply.phase]}: {reply.words.rstrip('.')}.")


def _envelope(probe: Probe) -> Envelope:
    domain = probe.sender.rpartition("@")[2]
    head = [
        headers.token("Date", format_datetime(probe.at)),
        headers.mailbox("From", "", probe.sender),
        headers.mailbox("To", "", probe.recipient),
        headers.text("Subject", "Probe of a relay"),
        headers.token("Message-ID", f"<probe-{uuid.uuid4().hex}@{domain}>"),
        headers.token("Auto-Submitted", "auto-generated"),
        headers.token("MIME-Version", "1.0"),
        headers.token("Content-Type", "text/plain; charset=us-ascii"),
    ]
    text = "This mail was sent by `newsletter relays test`.\r\nWhoever reads it knows that the relay takes mail.\r\n"
    raw = "".join([*head, "\r\n", text])
    return Envelope(probe.sender, probe.recipient, raw.encode("ascii" if probe.recipient.isascii() else "utf-8"))


def _names(parts: Sequence[Sequence[Sequence[str]]]) -> str:
    """Give a name of X.509, which comes as pairs in groups, on one line."""
    return ", ".join(f"{pair[0]}={pair[1]}" for group in parts for pair in group)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _words(error: Exception) -> str:
    told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return told.rstrip(".")
