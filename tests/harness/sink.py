"""A mail server that takes everything and writes down what it took before it says so.

By hand: `python -m tests.harness.sink --log FILE [--port N]` prints `listening on PORT` and serves until it is ended.
"""

import argparse
import asyncio
import base64
import re
import socket
import ssl
import struct
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from tests.harness.sinklog import SinkLog, Taken, read_body, taken

EXTENSIONS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 20000000")
LARGEST_MESSAGE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Step:
    """Where a conversation stands when the server is about to answer."""

    # A command in lower case, or `connect`, `body` (before it is read), `dot` (read, not taken), `answer` (taken),
    # `chunk` (one that is not the last is read) and `nobody` (DATA, and no recipient was accepted).
    name: str
    # Both count from 1, over the life of the server and of the connection.
    connection: int
    transaction: int
    argument: str


class HangUp(Exception):  # noqa: N818 -- named for what happens
    """The conversation is over."""


Reaction = Callable[["Conversation"], Awaitable[None]]
# What to do instead of the right thing at a step; None: the right thing.
Script = Callable[[Step], Reaction | None]


def behave(_step: Step) -> None:
    """Do the right thing, always."""


class Sink:
    """A server on 127.0.0.1, or at another address of this machine; use it as an async context manager."""

    def __init__(
        self,
        log: Path | None = None,
        *,
        script: Script = behave,
        extensions: tuple[str, ...] = EXTENSIONS,
        login: tuple[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        port: int = 0,
        address: str = "127.0.0.1",
        fsync: bool = False,
    ) -> None:
        self.script = script
        self.extensions = extensions
        self.login = login
        self.tls = tls
        self.port = port
        self._address = address
        # What came in, in order: envelopes, and every command as it was said.
        self.taken: list[Taken] = []
        self.messages: list[bytes] = []
        self.commands: list[str] = []
        self.connections = 0
        # Bodies for nobody: a single dot is the way out of a 354 after refusals (RFC 2920 3.1), anything else is a fault.
        self.single_dots = 0
        self.orphans = 0
        self.keeps_messages = log is None
        self._implicit_tls = implicit_tls
        self._log = SinkLog(log, fsync=fsync) if log is not None else None
        # The conversations going on.
        self.talks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        context = self.tls if self._implicit_tls else None
        self._server = await asyncio.start_server(self._serve, self._address, self.port, limit=LARGEST_MESSAGE, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._server.close()
        for talk in self.talks:
            talk.cancel()
        await asyncio.gather(*self.talks, return_exceptions=True)
        await self._server.wait_closed()
        if self._log is not None:
            self._log.close()

    def take(self, taken: Taken, message: bytes) -> None:
        """Write down a message; on its way to the disk when this returns."""
        self.taken.append(taken)
        if self.keeps_messages:
            self.messages.append(message)
        if self._log is not None:
            self._log.write(taken)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        talk = asyncio.current_task()
        assert talk is not None
        self.talks.add(talk)
        try:
            await Conversation(self, reader, writer, self.connections).hold()
        except (HangUp, OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the talk is over, by whomever
        finally:
            writer.transport.abort()
            self.talks.discard(talk)


class Conversation:
    """One connection, from the greeting to the end."""

    def __init__(self, sink: Sink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        self.sink = sink
        self.reader = reader
        self.writer = writer
        # The answer that would be right at this step, for reactions that say it, but not as one should.
        self.right = ""
        self._has_said_right = False
        self._number = number
        self._peer: str = (writer.get_extra_info("peername") or ("",))[0]
        self._transactions = 0
        # None until a MAIL was taken: whom it refused must not be named.
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._chunks: list[bytes] = []

    async def hold(self) -> None:
        """Answer command after command."""
        await self._answer("connect", "", "220 sink.test ESMTP")
        while line := await self.reader.readline():
            command = line.decode("utf-8", "replace").strip()
            self.sink.commands.append(command)
            verb, _, argument = command.partition(" ")
            await self._command(verb.upper(), argument)

    async def say(self, text: str) -> None:
        """Say a reply, or anything else."""
        self.writer.write(text.encode() + b"\r\n")
        await self.writer.drain()

    async def say_right(self) -> None:
        """Say what a good server says here, and go on as it does."""
        if self.right:
            await self.say(self.right)
        self._has_said_right = True

    async def hang_up(self) -> None:
        """Close as a server does that has had enough."""
        self.writer.close()
        await asyncio.sleep(0)
        raise HangUp

    async def reset(self) -> None:
        """Cut the connection so that the other side is told at once (RST), and loses what it has not read."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
        raise HangUp

    async def _answer(self, step: str, argument: str, right: str) -> bool:
        """Say *right*, or do what the script has for this step; gives whether it was right."""
        reaction = self._reaction(step, argument)
        if reaction is None:
            await self.say(right)
            return True
        self.right, self._has_said_right = right, False
        await reaction(self)
        return self._has_said_right

    def _reaction(self, step: str, argument: str = "") -> Reaction | None:
        return self.sink.script(Step(step, self._number, self._transactions, argument))

    async def _command(self, verb: str, argument: str) -> None:
        if verb == "MAIL":
            self._transactions += 1
            self._forget()
            if await self._answer("mail", argument, "250 2.1.0 ok"):
                self._sender = _path(argument)
        elif verb == "RCPT":
            if self._sender is None:
                await self.say("503 5.5.1 from whom?")
            elif await self._answer("rcpt", argument, "250 2.1.5 ok"):
                self._recipients.append(_path(argument))
        elif verb == "DATA":
            await self._data()
        elif verb == "BDAT" and "CHUNKING" in self.sink.extensions:
            await self._chunk(argument)
        elif verb == "RSET":
            self._forget()
            await self._answer("rset", "", "250 2.0.0 ok")
        else:
            await self._other(verb, argument)

    async def _other(self, verb: str, argument: str) -> None:
        if verb in {"EHLO", "HELO"}:
            await self._answer("ehlo", "", self._offer())
        elif verb == "STARTTLS" and self.sink.tls is not None:
            if await self._answer("starttls", "", "220 2.0.0 ready"):
                await self.writer.start_tls(self.sink.tls)
        elif verb == "AUTH":
            _, user, password = base64.b64decode(argument.partition(" ")[2]).decode().split("\0")
            is_right = (user, password) == self.sink.login
            await self._answer("auth", "", "235 2.7.0 welcome" if is_right else "535 5.7.8 no")
        elif verb == "QUIT":
            await self._answer("quit", "", "221 2.0.0 bye")
            raise HangUp
        else:
            await self.say("500 5.5.2 what?")

    def _forget(self) -> None:
        self._sender, self._recipients, self._chunks = None, [], []

    def _offer(self) -> str:
        offered = ["sink.test", *self.sink.extensions]
        if self.sink.login is not None:
            offered.append("AUTH PLAIN")
        if self.sink.tls is not None and self.writer.get_extra_info("ssl_object") is None:
            offered.append("STARTTLS")
        return "\r\n".join([*(f"250-{line}" for line in offered[:-1]), f"250 {offered[-1]}"])

    async def _data(self) -> None:
        if not self._recipients:
            await self._data_for_nobody()
            return
        if not await self._answer("data", "", "354 go ahead"):
            return
        if (reaction := self._reaction("body")) is not None:
            await reaction(self)
            return
        await self._close_message(await read_body(self.reader))

    async def _data_for_nobody(self) -> None:
        if (reaction := self._reaction("nobody")) is None:
            await self.say("503 5.5.1 nobody to send it to")
            return
        await reaction(self)
        if await read_body(self.reader):
            self.sink.orphans += 1
        else:
            self.sink.single_dots += 1
        await self.say("554 5.5.1 no valid recipients")

    async def _chunk(self, argument: str) -> None:
        size, _, last = argument.partition(" ")
        chunk = await self.reader.readexactly(int(size))
        if not self._recipients:
            self.sink.orphans += bool(last)
            await self.say("503 5.5.1 nobody to send it to")
            return
        self._chunks.append(chunk)
        if last.upper() != "LAST":
            await self._answer("chunk", argument, f"250 2.0.0 {size} octets")
            return
        await self._close_message(b"".join(self._chunks))

    async def _close_message(self, message: bytes) -> None:
        if (reaction := self._reaction("dot", self._recipients[0])) is not None:
            self.right, self._has_said_right = "", False
            await reaction(self)
            if not self._has_said_right:
                self._forget()
                return
        queue_id = str(len(self.sink.taken) + 1)
        recipients = self._recipients
        for recipient in recipients:
            entry = taken(self._sender or "", recipient, message, queue_id, self._number)
            self.sink.take(replace(entry, peer=self._peer), message)
        self._forget()
        await self._answer("answer", recipients[0], f"250 2.0.0 queued as {queue_id}")


def _path(argument: str) -> str:
    found = re.search(r"<([^>]*)>", argument)
    return found[1] if found else ""


def _slowly(pace: Path) -> Script:
    async def ponder(talk: Conversation) -> None:
        await asyncio.sleep(float(pace.read_text(encoding="utf-8")))  # noqa: ASYNC240 -- a few bytes, and nobody else waits
        await talk.say_right()

    return lambda step: ponder if step.name == "dot" else None


async def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.harness.sink", description=__doc__)
    parser.add_argument("--log", type=Path, required=True, help="file that gets one JSON line for each message taken")
    parser.add_argument("--port", type=int, default=0, help="0 for any")
    parser.add_argument("--address", default="127.0.0.1", help="where to listen")
    parser.add_argument("--chunking", action="store_true", help="offer CHUNKING (BDAT) too")
    parser.add_argument("--pace", type=Path, help="file that says how many seconds each message takes; may be written anew")
    parser.add_argument("--no-fsync", action="store_true", help="let the lines survive this process only, not the machine")
    options = parser.parse_args()
    extensions = (*EXTENSIONS, "CHUNKING") if options.chunking else EXTENSIONS
    async with Sink(
        options.log,
        script=_slowly(options.pace) if options.pace else behave,
        port=options.port,
        address=options.address,
        extensions=extensions,
        fsync=not options.no_fsync,
    ) as sink:
        sys.stdout.write(f"listening on {sink.port}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
