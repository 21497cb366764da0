"""What a sink writes down: one line for each message and recipient, on the disk before the sink says yes."""

import asyncio
import hashlib
import json
import os
import re
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO


@dataclass(frozen=True, slots=True)
class Taken:
    """One message the sink said yes to, or was about to."""

    sender: str
    recipient: str
    message_id: str
    sha256: str
    # What the answer calls it, and when it was written down (seconds since 1970).
    queue_id: str = ""
    at: float = 0.0
    connection: int = 0
    # Who gave it: the address of a host.
    peer: str = ""


def taken(sender: str, recipient: str, message: bytes, queue_id: str, connection: int) -> Taken:
    """Give what is to be remembered of a message."""
    found = re.search(rb"(?mi)^Message-ID:\s*(<[^>]*>)", message)
    digest = hashlib.sha256(message).hexdigest()
    return Taken(sender, recipient, found[1].decode() if found else "", digest, queue_id, connection=connection)


async def read_body(reader: asyncio.StreamReader) -> bytes:
    """Read to the dot that stands alone, and take the dots away that were doubled for it."""
    body = bytearray(b"\r\n")
    while not body.endswith(b"\r\n.\r\n"):
        body += await reader.readuntil(b".\r\n")
    return re.sub(rb"(?m)^\.\.", b".", bytes(body[2:-3]))


class SinkLog:
    """An append-only file; lines are whole or not there."""

    def __init__(self, path: Path, *, fsync: bool = True) -> None:
        self._file: IO[str] = path.open("a", encoding="utf-8")
        self._fsync = fsync

    def write(self, taken: Taken) -> None:
        """Write a line; survives the death of this process when this returns, and with fsync that of the machine."""
        self._file.write(json.dumps(asdict(replace(taken, at=time.time()))) + "\n")
        self._file.flush()
        if self._fsync:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def read_log(path: Path) -> list[Taken]:
    """Give what a sink took, from its log."""
    if not path.exists():
        return []
    # Its last line may be half written when the sink is at work.
    whole = path.read_text(encoding="utf-8").rpartition("\n")[0]
    return [Taken(**json.loads(line)) for line in whole.splitlines()]


class LogTail:
    """Counts the lines of a log that grows, reading each of them once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._lines = 0

    def count(self) -> int:
        """Give how many lines there are by now."""
        if not self._path.exists():
            return 0
        with self._path.open("rb") as file:
            file.seek(self._offset)
            news = file.read()
        self._offset += len(news)
        self._lines += news.count(b"\n")
        return self._lines
