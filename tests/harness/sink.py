"""A mail server that takes everything and writes down what it took before it says so.

By hand: `python -m tests.harness.sink --log FILE [--port N]` prints `listening on PORT` and serves until it is ended.
"""

import argparse
import asyncio
import base64
import hashlib
import json
import re
import socket
import ssl
import struct
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Self

EXTENSIONS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 20000000")
LARGEST_MESSAGE = 64 * 1024 * 1024
END_OF_DATA = b"\r\n.\r\n"


@dataclass(frozen=True, slots=True)
class Taken:
    """One message the sink said yes to, or was about to."""

    sender: str
    recipient: str
    message_id: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Step:
    """Where a conversation stands when the server is about to answer."""

    # A command in lower case, or `connect`, `body` (before it is read), `dot` (read, not taken) and `answer` (taken).
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
    """A server on 127.0.0.1; use it as an async context manager."""

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
    ) -> None:
        self.script = script
        self.extensions = extensions
        self.login = login
        self.tls = tls
        self.port = port
        # What came in, in order: envelopes, and every command as it was said.
        self.taken: list[Taken] = []
        self.messages: list[bytes] = []
        self.commands: list[str] = []
        self.connections = 0
        self.keeps_messages = log is None
        self._implicit_tls = implicit_tls
        self._log: IO[str] | None = log.open("a") if log is not None else None
        self._talks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._serve,
            "127.0.0.1",
            self.port,
            limit=LARGEST_MESSAGE,
            ssl=self.tls if self._implicit_tls else None,
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await self._server.wait_closed()
        if self._log is not None:
            self._log.close()

    def take(self, taken: Taken, message: bytes) -> None:
        """Write down a message; on its way to the disk when this returns."""
        self.taken.append(taken)
        if self.keeps_messages:
            self.messages.append(message)
        if self._log is not None:
            self._log.write(json.dumps(asdict(taken)) + "\n")
            self._log.flush()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        talk = asyncio.current_task()
        assert talk is not None
        self._talks.add(talk)
        try:
            await Conversation(self, reader, writer, self.connections).hold()
        except (HangUp, OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the talk is over, by whomever
        finally:
            writer.transport.abort()
            self._talks.discard(talk)


class Conversation:
    """One connection, from the greeting to the end."""

    def __init__(self, sink: Sink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        self.sink = sink
        self.reader = reader
        self.writer = writer
        self._number = number
        self._transactions = 0
        self._sender: str | None = None
        self._recipients: list[str] = []

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
        reaction = self.sink.script(Step(step, self._number, self._transactions, argument))
        if reaction is None:
            await self.say(right)
            return True
        await reaction(self)
        return False

    async def _command(self, verb: str, argument: str) -> None:
        if verb == "MAIL":
            self._transactions += 1
            if await self._answer("mail", argument, "250 2.1.0 ok"):
                self._sender, self._recipients = _path(argument), []
        elif verb == "RCPT":
            if self._sender is None:
                await self.say("503 5.5.1 from whom?")
            elif await self._answer("rcpt", argument, "250 2.1.5 ok"):
                self._recipients.append(_path(argument))
        elif verb == "DATA":
            await self._data()
        elif verb == "STARTTLS":
            await self._start_tls()
        elif verb == "AUTH":
            await self._authenticate(argument)
        elif verb == "QUIT":
            await self._answer("quit", "", "221 2.0.0 bye")
            raise HangUp
        elif verb in {"EHLO", "HELO", "RSET"}:
            await self._simple(verb)
        else:
            await self.say("500 5.5.2 what?")

    async def _simple(self, verb: str) -> None:
        if verb == "RSET":
            self._sender, self._recipients = None, []
            await self._answer("rset", "", "250 2.0.0 ok")
            return
        offered = list(self.sink.extensions)
        if self.sink.login is not None:
            offered.append("AUTH PLAIN")
        if self.sink.tls is not None and self.writer.get_extra_info("ssl_object") is None:
            offered.append("STARTTLS")
        lines = ["sink.test", *offered]
        reply = [f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"]
        await self._answer("ehlo", "", "\r\n".join(reply))

    async def _data(self) -> None:
        if not self._recipients:
            await self.say("503 5.5.1 nobody to send it to")
            return
        if not await self._answer("data", "", "354 go ahead"):
            return
        if (reaction := self.sink.script(Step("body", self._number, self._transactions, ""))) is not None:
            await reaction(self)
            return
        raw = (await self.reader.readuntil(END_OF_DATA)).removesuffix(b".\r\n")
        message = re.sub(rb"(?m)^\.\.", b".", raw)
        if (reaction := self.sink.script(Step("dot", self._number, self._transactions, self._recipients[0]))) is not None:
            await reaction(self)
            return
        self._take(message)
        await self._answer("answer", self._recipients[0], f"250 2.0.0 queued as {len(self.sink.taken)}")

    def _take(self, message: bytes) -> None:
        found = re.search(rb"(?mi)^Message-ID:\s*(<[^>]*>)", message)
        message_id = found[1].decode() if found else ""
        digest = hashlib.sha256(message).hexdigest()
        for recipient in self._recipients:
            self.sink.take(Taken(self._sender or "", recipient, message_id, digest), message)

    async def _start_tls(self) -> None:
        assert self.sink.tls is not None
        if await self._answer("starttls", "", "220 2.0.0 ready"):
            await self.writer.start_tls(self.sink.tls)

    async def _authenticate(self, argument: str) -> None:
        _method, _, encoded = argument.partition(" ")
        _, user, password = base64.b64decode(encoded).decode().split("\0")
        is_right = (user, password) == self.sink.login
        await self._answer("auth", "", "235 2.7.0 welcome" if is_right else "535 5.7.8 no")


def read_log(path: Path) -> list[Taken]:
    """Give what a sink took, from its log."""
    return [Taken(**json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []


def _path(argument: str) -> str:
    found = re.search(r"<([^>]*)>", argument)
    return found[1] if found else ""


async def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    async with Sink(options.log, port=options.port) as sink:
        sys.stdout.write(f"listening on {sink.port}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
