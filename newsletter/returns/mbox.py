"""Splits a file of mails, or takes one mail from a pipe; holds one mail at a time, and of that no more than is read."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from newsletter.returns.intakes import MOST_BYTES

# A line is read in pieces, so that one without an end fills no memory.
_PIECE = 64 * 1024
# What a mailbox file has before each mail (RFC 4155): who sent it, and when. A sentence of a mail may begin with "From", too.
_FIRST = b"From "
_SEPARATOR = re.compile(rb"From (?:\S+|\"[^\"]*\"\S*) .*(?:\d\d:\d\d|[12]\d{3}\s*$)")
# The kind of mailbox file that can be undone: each time somebody wrote it down, one more sign was put before "From".
_QUOTED = re.compile(rb">+From ")


# By its name a file of one mail, whatever line a server put before it and whatever mail it gives back.
_OF_ONE = ".eml"


def of_file(path: Path, most: int = MOST_BYTES) -> Iterator[bytes]:
    """Give each mail of a file; one whose name ends in `.eml` is one.

    Raises:
        OSError: it cannot be read.

    """
    with path.open("rb") as stream:
        if path.suffix.lower() == _OF_ONE:
            yield from (raw for raw in (stream.read(most),) if raw.strip())
            return
        yield from split(stream, most)


def split(stream: BinaryIO, most: int = MOST_BYTES) -> Iterator[bytes]:
    """Give each mail of *stream*, up to its *most* first bytes; what does not begin as a mailbox file is one mail.

    Nothing is given of nothing.
    """
    lines = _lines(stream)
    first = next(lines, b"")
    if first.startswith(_FIRST):
        yield from _each(lines, most)
        return
    held = _Held(most)
    held.add(first)
    for line in lines:
        held.add(line)
    if held.bytes.strip():
        yield bytes(held.bytes)


class _Held:
    """The beginning of one mail."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.bytes = bytearray()

    def add(self, line: bytes) -> None:
        room = self._most - len(self.bytes)
        if room > 0:
            self.bytes += line[:room]


def _each(lines: Iterator[bytes], most: int) -> Iterator[bytes]:
    held = _Held(most)
    # The line before, as far as it matters: a separator stands behind an empty one.
    is_behind_blank, is_at_start = False, True
    for line in lines:
        if is_at_start and is_behind_blank and _SEPARATOR.match(line):
            yield _whole(held)
            held = _Held(most)
        else:
            held.add(line[1:] if is_at_start and _QUOTED.match(line) else line)
        is_behind_blank = is_at_start and line in {b"\n", b"\r\n"}
        is_at_start = line.endswith(b"\n")
    yield _whole(held)


def _whole(held: _Held) -> bytes:
    """Give the mail without the empty line that a mailbox file puts behind each."""
    for end in (b"\r\n\r\n", b"\n\n"):
        if held.bytes.endswith(end):
            return bytes(held.bytes[: -len(end) // 2])
    return bytes(held.bytes)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    while line := stream.readline(_PIECE):
        yield line
