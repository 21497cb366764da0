"""One connection to a relay: opened by aiosmtplib, then our own transactions, so that the phase of a failure is known.

aiosmtplib cannot tell a connection lost before the body from one lost after it, and mispairs replies after a cancelled
wait. Both would make the ledger say something untrue, so it only connects, greets, encrypts and logs in.
"""

import base64
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from newsletter import failpoints
from newsletter.atneed import at_need
from newsletter.mail.delivery import NO_ANSWER, Phase, Reply, enhanced_status
from newsletter.mail.relays import Relay, Tls
from newsletter.mail.transactions import Patience, Session
from newsletter.mail.wire import LONGEST_TEXT, legible, take_over

if TYPE_CHECKING:
    import aiosmtplib
else:
    aiosmtplib = at_need("aiosmtplib")

# Stands for a password that a relay repeated.
HIDDEN = "(hidden)"

_HOST_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class Step(StrEnum):
    """What a connection is at, on its way to the first message."""

    CONNECTION = "connection"
    ENCRYPTION = "encryption"
    LOGIN = "login"
    GREETING = "greeting"


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a relay said and showed of itself before the first message."""

    greeting: str
    extensions: Mapping[str, str]
    # Such as TLSv1.3; empty without encryption, as is the certificate.
    tls_version: str
    certificate: Mapping[str, Any]


@dataclass(slots=True)
class Witness:
    """Sees how a session is opened, for whoever wants to know."""

    step: Step = Step.CONNECTION
    handshake: Handshake | None = None


class RelayDown(Exception):  # noqa: N818 -- named for what happened
    """No connection could be made; *reply* says what the relay answered, if it did."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        super().__init__(reply.words)


async def connect(relay: Relay, patience: Patience, tls_context: ssl.SSLContext, witness: Witness | None = None) -> Session:
    """Open a session, before the eyes of *witness*.

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
        return await _opened(client, relay, patience, witness or Witness())
    except aiosmtplib.SMTPResponseException as error:
        text = _said(error.message, relay)
        raise RelayDown(Reply(Phase.CONNECT, max(error.code, NO_ANSWER), enhanced_status(error.code, text), text)) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise RelayDown(Reply(Phase.CONNECT, NO_ANSWER, "", _said(str(error), relay) or type(error).__name__)) from error


async def _opened(client: "aiosmtplib.SMTP", relay: Relay, patience: Patience, witness: Witness) -> Session:
    try:
        greeting = await client.connect()
        if relay.tls is Tls.STARTTLS:
            witness.step = Step.ENCRYPTION
            await client.starttls()
        if relay.username:
            witness.step = Step.LOGIN
            await client.login(relay.username, relay.password)
        if client.is_ehlo_or_helo_needed:
            witness.step = Step.GREETING
            await _greet(client)
    except BaseException:
        client.close()
        raise
    if client.transport is None:
        raise aiosmtplib.SMTPServerDisconnected("the relay closed the connection")
    encryption = client.transport.get_extra_info("ssl_object")
    witness.handshake = Handshake(
        greeting=legible(greeting.message),
        extensions={legible(name): legible(value) for name, value in client.esmtp_extensions.items()},
        tls_version=encryption.version() if encryption else "",
        certificate=encryption.getpeercert() if encryption else {},
    )
    switches = (("pipelining", relay.pipelining), ("chunking", relay.chunking), ("dsn", relay.dsn))
    unused = {name for name, is_used in switches if not is_used}
    used = {name: value for name, value in client.esmtp_extensions.items() if name not in unused}
    session = Session(take_over(client.transport), used, patience, relay.messages)
    failpoints.hit("smtp.connected")
    return session


async def _greet(client: "aiosmtplib.SMTP") -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        if not client.is_connected:
            raise
        await client.helo()


def _own_name() -> str:
    # Not getfqdn(): it asks the DNS and can hang. RFC 5321 4.1.4 takes an address where there is no name.
    name = socket.gethostname()
    return name if _HOST_NAME.fullmatch(name) else "[127.0.0.1]"


def _said(text: str, relay: Relay) -> str:
    """Give the words of a relay for logs and reports, without the login, which it may say after us."""
    words = legible(text)[:LONGEST_TEXT]
    plain = f"\0{relay.username}\0{relay.password}"
    for secret in (plain, relay.password) if relay.password else ():
        words = words.replace(base64.b64encode(secret.encode("utf-8", "replace")).decode(), HIDDEN)
    return words.replace(relay.password, HIDDEN) if relay.password else words
