"""A small SMTP server that delivers nothing (RFC 5321); for looking at mail, not for the world.

It accepts everything, but for what it was told to answer otherwise.
"""

import asyncio
import re
import socket
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from newsletter.demo.envelopes import Envelopes

# Ten times the largest issue that was ever tried; an endless DATA must not fill the memory.
LARGEST_MESSAGE = 10_000_000

# RFC 5321 4.5.3.1.4 asks for 512, RFC 6531 for more; longer ones are no commands.
LONGEST_LINE = 4_096

# RFC 5321 4.5.3.1.8 asks for 100 at least.
MOST_RECIPIENTS = 100

# Everybody gets an answer, even "later"; a leak of connections must not exhaust the files of the machine.
MOST_SESSIONS = 200

# RFC 5321 4.5.3.2.7: five minutes for the next command.
PATIENCE_SECONDS = 300.0

# After so many mistakes it is no mail client.
MOST_MISTAKES = 20

_PATH = re.compile(r"(?:FROM|TO):\s*<(?P<address>[^<>\s]*)>(?P<parameters>(?: \S+)*)\s*", re.IGNORECASE)
_SIZE = re.compile(r"\bSIZE=(\d+)", re.IGNORECASE)


# Read at a time, in bytes.
CHUNK = 65_536

_END = b"\r\n.\r\n"


class _Hangup(Exception):  # noqa: N818 -- the client left, or is asked to
    """The conversation is over."""


class Catcher:
    """Listens, and keeps what it hears in *envelopes*."""

    def __init__(self, envelopes: Envelopes, *, largest: int = LARGEST_MESSAGE) -> None:
        self._envelopes = envelopes
        self._largest = largest
        self._sessions = 0
        # What somebody is told instead of a welcome, by address in lower case; others may change it at any time.
        self.answers: Mapping[str, str] = {}

    async def listen(self, on: socket.socket) -> asyncio.Server:
        """Begin to answer on a socket that listens already. Close what is returned to stop."""
        return await asyncio.start_server(self._converse, sock=on)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._sessions += 1
        session = _Session(Ear(reader), writer, self, self._envelopes, self._largest)
        try:
            await session.run(is_crowded=self._sessions > MOST_SESSIONS)
        except (_Hangup, ConnectionError, TimeoutError):
            pass  # the client is gone, or was told to go
        finally:
            self._sessions -= 1
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


@dataclass(slots=True)
class Ear:
    """What was heard and not yet understood; clients may send many commands in one go."""

    reader: asyncio.StreamReader
    heard: bytearray = field(default_factory=bytearray)

    async def line(self) -> str | None:
        """Give the next line without its end; None when it is too long to be a command."""
        while (end := self.heard.find(b"\r\n")) < 0:
            if len(self.heard) > LONGEST_LINE:
                return None
            await self._listen()
        line = bytes(self.heard[:end])
        del self.heard[: end + 2]
        return line.decode("utf-8", "replace")

    async def content(self, largest: int) -> bytes | None:
        """Give everything up to the final dot; None when it was more than *largest* bytes, which are not held in memory."""
        # The dot may be the first thing that comes; with this line end before it, it looks like any other.
        self.heard[:0] = b"\r\n"
        is_too_large, seen = False, 0
        while (end := self.heard.find(_END, max(seen - len(_END), 0))) < 0:
            if len(self.heard) > largest + len(_END) + 2:
                is_too_large = True
                del self.heard[: -len(_END)]
            seen = len(self.heard)
            await self._listen()
        # RFC 5321 4.5.2: a dot that begins a line was doubled by the client.
        content = bytes(self.heard[: end + 2]).replace(b"\r\n.", b"\r\n")[2:]
        del self.heard[: end + len(_END)]
        return None if is_too_large or len(content) > largest else content

    async def _listen(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            chunk = await self.reader.read(CHUNK)
        if not chunk:
            raise _Hangup
        self.heard += chunk


@dataclass(slots=True)
class _Session:
    ear: Ear
    writer: asyncio.StreamWriter
    catcher: Catcher
    envelopes: Envelopes
    largest: int
    sender: str | None = None
    recipients: list[str] = field(default_factory=list)
    mistakes: int = 0

    async def run(self, *, is_crowded: bool) -> None:
        """Hold the conversation until either side ends it."""
        if is_crowded:
            await self._say("421 4.3.2 Too many sessions")
            return
        await self._say("220 catcher.localhost ESMTP; mail is kept here, not delivered")
        while True:
            verb, _, rest = (await self._line()).partition(" ")
            await self._command(verb.upper())(rest)

    def _command(self, verb: str) -> Callable[[str], Coroutine[None, None, None]]:
        commands = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": self._noop,
            "VRFY": self._vrfy,
            "QUIT": self._quit,
        }
        return commands.get(verb, self._unknown)

    async def _ehlo(self, _rest: str) -> None:
        self._forget()
        extensions = (f"SIZE {self.largest}", "PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
        await self._say("250-catcher.localhost", *(f"250-{line}" for line in extensions[:-1]), f"250 {extensions[-1]}")

    async def _helo(self, _rest: str) -> None:
        self._forget()
        await self._say("250 catcher.localhost")

    async def _mail(self, rest: str) -> None:
        match = _PATH.fullmatch(rest)
        if match is None:
            await self._complain("501 5.5.4 Say MAIL FROM:<address>")
        elif self.sender is not None:
            await self._complain("503 5.5.1 One sender at a time")
        elif self._announced(match["parameters"]) > self.largest:
            await self._say("552 5.3.4 Too large")
        else:
            self.sender = match["address"]
            await self._say("250 2.1.0 Ok")

    async def _rcpt(self, rest: str) -> None:
        match = _PATH.fullmatch(rest)
        if self.sender is None:
            await self._complain("503 5.5.1 Say MAIL first")
        elif match is None or not match["address"]:
            await self._complain("501 5.5.4 Say RCPT TO:<address>")
        elif len(self.recipients) >= MOST_RECIPIENTS:
            await self._say("452 4.5.3 Too many recipients")
        elif (answer := self.catcher.answers.get(match["address"].lower())) is not None:
            await self._say(answer)
        else:
            self.recipients.append(match["address"])
            await self._say("250 2.1.5 Ok")

    async def _data(self, _rest: str) -> None:
        if not self.recipients:
            await self._complain("503 5.5.1 Say MAIL and RCPT first")
            return
        await self._say("354 End with a dot on a line of its own")
        content = await self.ear.content(self.largest)
        if content is None:
            await self._say("552 5.3.4 Too large")
        elif self.envelopes.is_full:
            await self._say("452 4.3.1 The catcher is full")
        else:
            envelope = self.envelopes.keep(self.sender or "", tuple(self.recipients), content)
            await self._say(f"250 2.0.0 Kept as {envelope.number}")
        self._forget()

    async def _rset(self, _rest: str) -> None:
        self._forget()
        await self._say("250 2.0.0 Ok")

    async def _noop(self, _rest: str) -> None:
        await self._say("250 2.0.0 Ok")

    async def _vrfy(self, _rest: str) -> None:
        await self._say("252 2.5.0 Send some mail, it will be kept")

    async def _quit(self, _rest: str) -> None:
        await self._say("221 2.0.0 Bye")
        raise _Hangup

    async def _unknown(self, _rest: str) -> None:
        await self._complain("500 5.5.2 Not understood")

    async def _complain(self, line: str) -> None:
        self.mistakes += 1
        if self.mistakes >= MOST_MISTAKES:
            await self._say("421 4.7.0 Too many mistakes")
            raise _Hangup
        await self._say(line)

    async def _line(self) -> str:
        line = await self.ear.line()
        if line is None:
            await self._say("500 5.5.2 Line too long")
            raise _Hangup
        return line

    async def _say(self, *lines: str) -> None:
        self.writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await self.writer.drain()

    def _announced(self, parameters: str) -> int:
        match = _SIZE.search(parameters)
        return int(match[1]) if match else 0

    def _forget(self) -> None:
        self.sender = None
        self.recipients = []
