"""Bytes to and from a relay: one reply for each command, counted, bounded, and nothing that was not asked for."""

import asyncio
import re
from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

# RFC 5321 4.5.3.1.5 allows 512; some relays put a web address or a name of somebody else's making behind it.
LONGEST_LINE = 4096
# Of the words of one reply this much is passed on: they end in alerts and logs, and a hostile one has half a megabyte.
LONGEST_TEXT = 2000
# An EHLO has some twenty lines. A server that never ends its reply must not fill our memory.
MOST_LINES = 128

# RFC 5321 4.2: a code, and text behind a blank; a hyphen in its place says that more lines follow. Some send the code alone.
_REPLY_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
# A relay says the same lines to every message, but for the one with its queue id: so many are remembered, read.
_LINES_KNOWN = 128


class WireLost(Exception):  # noqa: N818 -- named for what happened
    """The connection is of no use any more, with the reason in words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One complete reply: its code, and its lines without it."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines as one text, the first of them where there are too many."""
        return "\n".join(self.lines)[:LONGEST_TEXT]


class Wire(asyncio.Protocol):
    """Takes over a transport and pairs replies with commands by counting them, as RFC 2920 3.1 asks for.

    Whatever is malformed, too long or unasked ends the connection: a reply that belongs to something else would make the
    ledger say of one person what is true of another. One task at a time waits on a wire.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        # How many replies are still to come, and those that came and nobody has asked for yet.
        self._owed = 0
        self._answers: deque[Answer] = deque()
        self._buffer = b""
        self._lines: list[str] = []
        self._trouble = ""
        self._may_write = True
        self._waiter: asyncio.Future[None] | None = None
        self._patience = 0.0
        self._deadline = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        # Written means taken by the system: what a slow relay has not taken is at most one message.
        transport.set_write_buffer_limits(high=0)
        transport.set_protocol(self)

    @property
    def trouble(self) -> str:
        """Why the connection is of no use, empty while it is."""
        return self._trouble

    @property
    def unsent(self) -> int:
        """How many bytes that were written have not left this process yet."""
        return self._transport.get_write_buffer_size()

    def send(self, *data: bytes, replies: int = 1) -> None:
        """Write *data*, which will bring so many replies.

        Raises:
            WireLost: nothing was written.

        """
        if self._trouble:
            raise WireLost(self._trouble)
        self._owed += replies
        self._transport.writelines(data)

    async def answer(self, seconds: float) -> Answer:
        """Give the next reply; a relay that says nothing for so long is given up.

        Being cancelled cuts the connection: a reply that comes later must not be taken for that of the next command.

        Raises:
            WireLost: it was lost before the reply had come.

        """
        while not self._answers:
            await self._news(seconds)
        return self._answers.popleft()

    async def drained(self, seconds: float) -> None:
        """Wait until the relay has taken what was written, so that a slow one does not fill our memory.

        Returns early when a reply comes: a relay may answer before it has seen the whole message, to refuse it.

        Raises:
            WireLost: the connection was lost, or nothing was taken for so long.

        """
        while not self._may_write and not self._answers:
            await self._news(seconds)

    def abort(self, reason: str) -> None:
        """Cut the connection at once; nothing that was not yet written goes out."""
        self._fail(reason)
        self._transport.abort()

    def close(self) -> None:
        """Let the connection go after what is written is out."""
        self._fail("closed")
        self._transport.close()

    # What the transport calls.

    def data_received(self, data: bytes) -> None:
        """Cut replies out of the stream."""
        if self._trouble:
            return
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            self._take_line(line.removesuffix(b"\r"))
        if len(self._buffer) > LONGEST_LINE:
            self.abort("the relay sent a line without end")

    def eof_received(self) -> None:
        """Hear that the relay hung up."""
        self.abort("the relay closed the connection")

    def connection_lost(self, exc: Exception | None) -> None:
        """Hear that the connection is gone, by whomever."""
        self._fail(f"the connection was lost ({exc})" if exc else "the relay closed the connection")

    def pause_writing(self) -> None:
        """Hear that the relay takes no more for now."""
        self._may_write = False

    def resume_writing(self) -> None:
        """Hear that the relay has taken everything."""
        self._may_write = True
        self._wake()

    def _take_line(self, line: bytes) -> None:
        if self._trouble:
            return
        read = _read(line) if len(line) <= LONGEST_LINE else None
        if read is None:
            self.abort(f"the relay answered with something that is no SMTP: {_shown(line[:80])}")
            return
        self._lines.append(read.text)
        if len(self._lines) > MOST_LINES:
            self.abort("the relay sent a reply without end")
        elif read.is_last:
            self._give(Answer(read.code, tuple(self._lines)))
            self._lines = []

    def _give(self, answer: Answer) -> None:
        if not self._owed:
            self.abort(f"the relay spoke unasked: {answer.code} {answer.text[:200]}")
            return
        self._owed -= 1
        self._answers.append(answer)
        self._wake()

    async def _news(self, seconds: float) -> None:
        """Wait for a reply or for room to write."""
        if self._trouble:
            raise WireLost(self._trouble)
        self._waiter = self._loop.create_future()
        self._patience = seconds
        self._deadline = self._loop.time() + seconds
        # One alarm serves many waits: it looks for itself whether it rang too early. A timer for each wait would cost
        # more than the wait.
        if self._alarm is None or self._alarm.when() > self._deadline:
            self._set_alarm()
        try:
            await self._waiter
        except BaseException:
            self.abort("given up")
            raise
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._loop.call_at(self._deadline, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        if self._waiter is None or self._trouble:
            return
        if self._loop.time() < self._deadline:
            self._set_alarm()
            return
        # The answer may still come; it must not be taken for that of the next message.
        self.abort(f"the relay said nothing for {self._patience:g} s")

    def _fail(self, reason: str) -> None:
        if self._trouble:
            return
        self._trouble = reason
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._wake()


def take_over(transport: asyncio.BaseTransport) -> Wire:
    """Speak for a connection that somebody else opened; the former protocol hears nothing any more."""
    return Wire(cast("asyncio.Transport", transport))


@dataclass(frozen=True, slots=True)
class _ReplyLine:
    """One line of a reply."""

    code: int
    text: str
    is_last: bool


@lru_cache(maxsize=_LINES_KNOWN)
def _read(line: bytes) -> _ReplyLine | None:
    """Read a line of a reply; None when it is none."""
    found = _REPLY_LINE.fullmatch(line)
    if found is None:
        return None
    code, separator, text = found.groups()
    return _ReplyLine(int(code), _shown(text or b""), separator != b"-")


def legible(text: str) -> str:
    """Give what a relay said as one printable line: it ends in logs, in reports, on pages and on terminals."""
    if text.isprintable():
        return text.strip()
    return "".join(char if char.isprintable() else " " for char in text).strip()


def _shown(line: bytes) -> str:
    return legible(line.decode("utf-8", "replace"))
