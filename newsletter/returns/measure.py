"""How much a server of mailboxes may say, and how long it may take, in answer to one question: imaplib asks for neither."""

import imaplib
from collections.abc import Callable
from io import BufferedReader
from typing import cast

from newsletter.clock import monotonic
from newsletter.returns.intakes import MOST_BYTES

# The longest that is asked for is one mail; what stands around it is short.
MOST_SAID = 2 * MOST_BYTES
# A mail comes through a slow line in minutes; one byte a minute is none, and no time-out of a socket ends it. In seconds.
LONGEST_ANSWER = 900.0

_AT_ONCE = 64 * 1024


class Endless(Exception):  # noqa: N818 -- named for what it is
    """An answer that goes on for too long."""


class Measure:
    """Reads what a server says, and counts it."""

    def __init__(self, stream: BufferedReader, ticks: Callable[[], float] = monotonic) -> None:
        self._stream, self._ticks = stream, ticks
        self.begin()

    def begin(self) -> None:
        """Let the next answer be as long as any."""
        self._said, self._until = 0, self._ticks() + LONGEST_ANSWER

    def read(self, size: int) -> bytes:
        """Give so many bytes, fewer where the connection ends.

        Raises:
            Endless: they are too many, which is told before there is room made for them, or they took too long.

        """
        self._count(size)
        found = bytearray()
        while len(found) < size and (piece := self._read1(min(size - len(found), _AT_ONCE))):
            found += piece
            self._count(0)
        return bytes(found)

    def readline(self) -> bytes:
        """Give a line, or what there is of it where the connection ends.

        Raises:
            Endless: as above.

        """
        found = bytearray()
        while not found.endswith(b"\n") and (there := self._stream.peek(1)):
            piece = self._read1(there.find(b"\n") + 1 or len(there))
            found += piece
            self._count(len(piece))
        return bytes(found)

    def _read1(self, size: int) -> bytes:
        # What has come, however little it is: a whole block would be waited for without anybody looking at the clock.
        return self._stream.read1(size)

    def _count(self, size: int) -> None:
        self._said += size
        if self._said > MOST_SAID:
            raise Endless(f"the server's answer is longer than {MOST_SAID:,} bytes")
        if self._ticks() > self._until:
            raise Endless(f"the server's answer took longer than {LONGEST_ANSWER / 60:.0f} minutes")


class _Measured(imaplib.IMAP4):
    """What a client reads through."""

    _measure: Measure | None = None

    @property
    def measure(self) -> Measure:
        """The measure of this connection."""
        if self._measure is None:
            self._measure = Measure(cast("BufferedReader", self.file))
        return self._measure

    def read(self, size: int) -> bytes:
        """Give so many bytes."""
        return self.measure.read(size)

    def readline(self) -> bytes:
        """Give a line."""
        return self.measure.readline()


class Plain(_Measured):
    """A connection whose answers are measured."""


class Encrypted(_Measured, imaplib.IMAP4_SSL):
    """The same by TLS."""


Client = Plain | Encrypted
