"""Bytes to and from a relay: one reply for each command, counted, bounded, and nothing that was not asked for."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import cast

# RFC 5321 4.5.3.1.5 allows 512; some relays put a web address or a name of somebody else's making behind it.
LONGEST_LINE = 4096
# An EHLO has some twenty lines. A server that never ends its reply must not fill our memory.
MOST_LINES = 128

_CODE_LENGTH = 3


class WireLost(Exception):  # noqa: N818 -- named for what happened
    """The connection is of no use any more, with the reason in words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One complete reply: its code, and its lines without it."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)


class Wire(asyncio.Protocol):
    """Takes over a transport and pairs replies with commands by counting them, as RFC 2920 3.1 asks for.

    Whatever is malformed, too long or unasked ends the connection: a reply that belongs to something else would make the
    ledger say of one person what is true of another.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._awaited: deque[asyncio.Future[Answer]] = deque()
        self._buffer = b""
        self._lines: list[str] = []
        self._trouble = ""
        self._may_write = asyncio.Event()
        self._may_write.set()
        transport.set_protocol(self)

    @property
    def trouble(self) -> str:
        """Why the connection is of no use, empty while it is."""
        return self._trouble

    @property
    def has_unsent(self) -> bool:
        """Whether something written has not left this machine yet."""
        return self._transport.get_write_buffer_size() > 0

    def send(self, data: bytes, replies: int = 1) -> "list[asyncio.Future[Answer]]":
        """Write *data*; gives a future for each of the replies it will bring, in order.

        Raises:
            WireLost: nothing was written.

        """
        if self._trouble:
            raise WireLost(self._trouble)
        futures = [asyncio.get_running_loop().create_future() for _ in range(replies)]
        self._awaited.extend(futures)
        self._transport.write(data)
        return futures

    async def drain(self) -> None:
        """Wait until the relay has taken most of what was written, so that a slow one does not fill our memory."""
        await self._may_write.wait()
        if self._trouble:
            raise WireLost(self._trouble)

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
        self._may_write.clear()

    def resume_writing(self) -> None:
        """Hear that the relay takes bytes again."""
        self._may_write.set()

    def _take_line(self, line: bytes) -> None:
        if self._trouble:
            return
        if not _is_reply_line(line):
            self.abort(f"the relay answered with something that is no SMTP: {_shown(line[:80])}")
            return
        self._lines.append(_shown(line[_CODE_LENGTH + 1 :]))
        if len(self._lines) > MOST_LINES:
            self.abort("the relay sent a reply without end")
        elif line[_CODE_LENGTH : _CODE_LENGTH + 1] != b"-":
            self._give(Answer(int(line[:_CODE_LENGTH]), tuple(self._lines)))
            self._lines = []

    def _give(self, answer: Answer) -> None:
        if not self._awaited:
            self.abort(f"the relay spoke unasked: {answer.code} {answer.text[:200]}")
            return
        future = self._awaited.popleft()
        if not future.done():
            future.set_result(answer)

    def _fail(self, reason: str) -> None:
        if self._trouble:
            return
        self._trouble = reason
        self._may_write.set()
        while self._awaited:
            future = self._awaited.popleft()
            if not future.done():
                future.set_exception(WireLost(reason))
                # Whoever asked may have been cancelled; asyncio would complain that nobody looked.
                future.exception()


def take_over(transport: asyncio.BaseTransport) -> Wire:
    """Speak for a connection that somebody else opened; the former protocol hears nothing any more."""
    return Wire(cast("asyncio.Transport", transport))


def _is_reply_line(line: bytes) -> bool:
    code, separator = line[:_CODE_LENGTH], line[_CODE_LENGTH : _CODE_LENGTH + 1]
    return (
        len(line) <= LONGEST_LINE
        and len(code) == _CODE_LENGTH
        and code.isdigit()
        and code[:1] in (b"2", b"3", b"4", b"5")
        and separator in (b"", b" ", b"-")
    )


def _shown(line: bytes) -> str:
    # Whatever a relay says ends in reports and on pages: one line, printable.
    text = line.decode("utf-8", "replace")
    return "".join(char if char.isprintable() else " " for char in text).strip()
