"""The port where returned mail is taken by SMTP: for what comes back and nothing else, and only once it is written down."""

import asyncio
import re
import ssl
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from newsletter.errors import BadValue, NotAdopted
from newsletter.listening import listen
from newsletter.mail.returnpath import BOUNCES, LEAVING
from newsletter.returns.intakes import MOST_BYTES, Listen
from subscribers.tokens import TOKEN_LENGTH

log = structlog.get_logger()

# A mail whose address was made for one delivery comes to one address; more than some is an attack.
MOST_RECIPIENTS = 20
# One server hands over many mails on a connection, and many servers may have waited for us.
MOST_CONNECTIONS = 50
# One host alone leaves room for others; a mail server opens 20 to one destination.
MOST_OF_ONE_HOST = 30
# Bytes of mails that are coming in on all connections together; who comes with more is sent away, and comes again.
MOST_COMING_IN = 8 * MOST_BYTES
# Of one command of one connection; then it may come again.
MOST_COMMANDS = 1000
# Between two commands, and for a whole mail. In seconds.
PATIENCE = 120.0
# Longer than the standard allows (998): what was returned is not always cut to it, and a refusal loses it for good.
LONGEST_LINE = 64 * 1024
# A mail that goes on behind the size that was announced is read on until its end is found, but not for ever.
MOST_BEHIND = MOST_BYTES
# Mails written down at a time; the database has them one after the other.
WRITERS = 2

_OURS = re.compile(rf"(?:{BOUNCES}|{LEAVING})[a-z2-7]{{{TOKEN_LENGTH}}}|postmaster", re.IGNORECASE)
_POSTMASTER = "postmaster"
# Of a copy that nobody has adopted: whoever sends keeps the mail, for the original or for what is adopted.
_HELD = "451 4.3.2 Nothing is taken in here now; try again later"

# Taken: the mail with its envelope above it, and to which of our addresses it came. A copy raises NotAdopted.
Take = Callable[[bytes, str], None]
# In which domains mail comes back to us, at this moment. A copy raises NotAdopted.
Domains = Callable[[], Collection[str]]


class Listener:
    """Takes mail in a thread of its own, between `start` and `stop`."""

    def __init__(self, place: Listen, take: Take, domains: Domains, host_name: str) -> None:
        self._place, self._host_name = place, host_name
        self._context = _context(place)
        self._taking = _Taking(take, domains)
        self._stopped = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="returns by SMTP", daemon=True)
        self._open: set[_Connection] = set()
        self.port = 0

    def start(self) -> None:
        """Listen.

        Raises:
            BadValue: nothing can listen there.

        """
        try:
            self._socket = listen(self._place.host, self._place.port)
        except OSError as error:
            raise BadValue("NEWSLETTER_RETURNS_LISTEN", str(self._place), f"cannot be listened on: {error.strerror}") from error
        self.port = self._socket.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread.start()

    def stop(self) -> None:
        """Take nothing more; what is being written down is written and answered. Stopping it again changes nothing."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopped.set)
            self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        with ThreadPoolExecutor(WRITERS, "returns by SMTP") as writers:
            self._loop.set_default_executor(writers)
            self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = await self._loop.create_server(self._connection, sock=self._socket)
        await self._stopped.wait()
        server.close()
        await self._taking.finish()
        for one in tuple(self._open):
            one.abort()
        await asyncio.sleep(0)

    def _connection(self) -> asyncio.Protocol:
        if len(self._open) >= MOST_CONNECTIONS:
            return _TooMany(self._host_name)
        return _Connection(self._taking, self._open, self._host_name, self._context, self._loop)


class _Taking:
    """What aiosmtpd asks at each step; the names of its methods are aiosmtpd's."""

    def __init__(self, take: Take, domains: Domains) -> None:
        self._take, self._domains = take, domains
        self._under_way: set[asyncio.Future[None]] = set()

    async def handle_RCPT(  # noqa: N802 -- as above
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take the address if it is one of ours."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        try:
            is_ours = await asyncio.get_running_loop().run_in_executor(None, self._is_ours, address)
        except NotAdopted:
            return _HELD
        except Exception:
            # A door: the database is away, and whoever sends comes again.
            log.exception("the domains of returned mail cannot be looked up now")
            return "451 4.3.0 Try again later"
        if not is_ours:
            return "550 5.1.1 No such address here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 -- as above
        """Write the mail down, then say so."""
        assert isinstance(envelope.content, bytes)
        for address in envelope.rcpt_tos:
            writing = asyncio.get_running_loop().run_in_executor(None, self._take, _raw(envelope, address), address)
            self._under_way.add(writing)
            try:
                # A connection that is lost meanwhile leaves the writing as it is.
                await asyncio.shield(writing)
            except NotAdopted:
                return _HELD
            except Exception:
                # A door: whoever sends keeps the mail, and comes again.
                log.exception("a returned mail cannot be written down now")
                return "451 4.3.0 It cannot be written down now; try again later"
            finally:
                self._under_way.discard(writing)
        return "250 2.0.0 Written down"

    async def handle_exception(self, error: Exception) -> str:
        """Tell whoever sends to come again."""
        log.error("a conversation about returned mail failed", exc_info=error)
        return "451 4.3.0 Try again later"

    async def finish(self) -> None:
        """Wait for what is being written down, and for its answer to go out."""
        if self._under_way:
            await asyncio.wait(self._under_way)
            await asyncio.sleep(0)

    def _is_ours(self, address: str) -> bool:
        local, at, domain = address.rpartition("@")
        if not at:
            # RFC 5321 4.5.1: the one address that needs no domain.
            return domain.lower() == _POSTMASTER
        return _OURS.fullmatch(local) is not None and domain.lower().rstrip(".") in self._domains()


class _Connection(SMTP):
    """One conversation."""

    command_size_limit = 2048
    line_length_limit = LONGEST_LINE

    def __init__(
        self,
        taking: _Taking,
        others: "set[_Connection]",
        host_name: str,
        context: ssl.SSLContext | None,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(
            taking,
            data_size_limit=MOST_BYTES,
            enable_SMTPUTF8=True,
            hostname=host_name,
            ident="ESMTP",
            tls_context=context,
            timeout=PATIENCE,
            # Nobody logs in here.
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            command_call_limit={"*": MOST_COMMANDS},
            loop=loop,
        )
        self._others = others
        self._host_name = host_name
        # From which it comes.
        self.host = ""
        # Of the mail that is coming in.
        self.received = 0

    def abort(self) -> None:
        """End it without a word more."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it, and end it where its host has too many."""
        self.host = str((transport.get_extra_info("peername") or ("",))[0])
        self._others.add(self)
        super().connection_made(transport)
        if sum(one.host == self.host for one in self._others) > MOST_OF_ONE_HOST:
            assert isinstance(transport, asyncio.Transport)
            transport.write(_too_many(self._host_name))
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Forget it."""
        self._others.discard(self)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Take bytes, up to a measure: the library keeps a line that never ends, however long it gets."""
        self.received += len(data)
        if self.received > MOST_BYTES + MOST_BEHIND:
            log.warning("a returned mail had no end, and its connection was closed")
            self.abort()
            return
        if sum(one.received for one in self._others) > MOST_COMING_IN:
            log.warning("returned mails come in all at once, and a connection was closed; whoever sends comes again")
            self.abort()
            return
        super().data_received(data)

    def _set_post_data_state(self) -> None:
        self.received = 0
        super()._set_post_data_state()  # type: ignore[no-untyped-call]


class _TooMany(asyncio.Protocol):
    """Tells one too many to come again."""

    def __init__(self, host_name: str) -> None:
        self._host_name = host_name

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say it and hang up."""
        assert isinstance(transport, asyncio.Transport)
        transport.write(_too_many(self._host_name))
        transport.close()


def _too_many(host_name: str) -> bytes:
    return f"421 4.3.2 {host_name} Too many connections; try again later\r\n".encode()


def _raw(envelope: Envelope, address: str) -> bytes:
    """Give a mail with what its envelope said above it, as mailboxes have it (RFC 5321 4.4)."""
    sender = (envelope.mail_from or "").strip("<>")
    above = f"Return-Path: <{sender}>\r\nDelivered-To: {address}\r\n"
    assert isinstance(envelope.content, bytes)
    return above.encode("utf-8", "surrogateescape") + envelope.content


def _context(place: Listen) -> Any:  # noqa: ANN401 -- of ssl, or none
    if not place.certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(place.certificate, place.key or None)
    except (OSError, ssl.SSLError) as error:
        reason = f"cannot be read: {error.strerror or error.reason}" if isinstance(error, ssl.SSLError) else str(error.strerror)
        raise BadValue("NEWSLETTER_RETURNS_LISTEN", place.certificate, reason) from error
    return context
