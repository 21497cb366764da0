"""Files on their way in: written to the disk piece by piece as they come, and gone again unless whoever answers keeps them."""

import shutil
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import anyio
import anyio.to_thread
import structlog
from starlette.types import Message, Receive

from newsletter.clock import monotonic
from newsletter.people import parcels
from newsletter.web.api.problems import BodyTooSlow, NoRoom, TooManyRequests
from newsletter.web.faults import HungUp

log = structlog.get_logger()

# Where the gate leaves a file that comes for whoever answers.
COMING = "newsletter_coming"

LARGEST_FILE = 128 * 1024 * 1024

# Seconds in which nothing of a body came, and in which it was not whole: a line of 100 kB/s brings the largest file.
SILENCE = 30.0
LONGEST = 1_500.0

# Files that come at once, in a process and by one key: each has up to the largest file of the disk.
MOST, MOST_OF_ONE = 8, 2
# Seconds after which whoever came as one too many may come again.
LATER = 10
# What is left on the disk for the database, which may lie there too.
SPARE = 256 * 1024 * 1024

# So much is in the memory of each before it is written.
PIECE = 1_000_000


class Digest(Protocol):
    """Takes in what comes, to know it again."""

    def update(self, data: bytes | bytearray, /) -> None:
        """Take in some more."""


@dataclass(frozen=True, slots=True)
class Landed:
    """A file that came whole. It has no name, and is gone when the request is answered."""

    file: BinaryIO
    size: int


class Landing:
    """Where files come in, one for each process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._coming: Counter[int] = Counter()

    @asynccontextmanager
    async def take(self, whose: int, receive: Receive, digest: Digest | None = None) -> AsyncIterator[Landed]:
        """Take a body in by the key *whose*, and have it at hand for as long as it is asked for.

        Raises:
            TooManyRequests: others are coming.
            NoRoom: the disk is full.
            HungUp: the connection was closed before its end.
            BodyTooLarge: so says *receive*.
            BodyTooSlow: so says *receive*.

        """
        if self._coming.total() >= MOST or self._coming[whose] >= MOST_OF_ONE:
            raise TooManyRequests(LATER)
        self._coming[whose] += 1
        try:
            with await anyio.to_thread.run_sync(self._open) as file:
                yield Landed(file, await _written(file, receive, digest))
        finally:
            self._coming -= Counter({whose: 1})

    def _open(self) -> BinaryIO:
        if shutil.disk_usage(self._folder).free < LARGEST_FILE + SPARE:
            log.error("a file was not taken, because the disk is nearly full", folder=str(self._folder))
            raise NoRoom
        return parcels.nameless(self._folder)


async def _written(file: BinaryIO, receive: Receive, digest: Digest | None) -> int:
    size, piece, is_more = 0, bytearray(), True

    def write() -> None:
        if digest is not None:
            digest.update(piece)
        try:
            file.write(piece)
            if not is_more:
                file.seek(0)
        except OSError as error:
            raise NoRoom from error

    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HungUp
        piece += message.get("body", b"")
        is_more = message.get("more_body", False)
        if len(piece) >= PIECE or not is_more:
            await anyio.to_thread.run_sync(write)
            size += len(piece)
            piece.clear()
    return size


class Coming:
    """A file that is on its way in; whoever is first to take it waits until it is whole."""

    def __init__(self, landing: Landing, whose: int, receive: Receive) -> None:
        self._landing = landing
        self._whose = whose
        self._receive = receive
        self._landed: Landed | None = None

    @asynccontextmanager
    async def take(self, digest: Digest | None = None) -> AsyncIterator[Landed]:
        """Have the file at hand; raises what `Landing.take` raises."""
        if self._landed is not None:
            yield self._landed
            return
        async with self._landing.take(self._whose, self._receive, digest) as landed:
            self._landed = landed
            yield landed


def patient(receive: Receive) -> Receive:
    """Give what does not wait forever for a body.

    Raises:
        BodyTooSlow: nothing more comes of it, or too little.

    """
    is_over, ends_at = False, monotonic() + LONGEST

    async def take() -> Message:
        nonlocal is_over
        # What comes behind the body is that whoever asked went away; that is waited for.
        patience = None if is_over else min(SILENCE, max(0.0, ends_at - monotonic()))
        try:
            with anyio.fail_after(patience):
                message = await receive()
        except TimeoutError as error:
            raise BodyTooSlow from error
        is_over = not message.get("more_body", False)
        return message

    return take
