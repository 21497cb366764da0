"""Log files as they lie on a mail server: several, rotated, gzipped, or on stdin; read line by line, whatever is in them."""

import gzip
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BufferedIOBase, BufferedReader, RawIOBase
from pathlib import Path
from typing import cast

from newsletter.errors import BadValue
from newsletter.mail import postfixlog
from newsletter.mail.postfixlog import Calendar

_GZIP = b"\x1f\x8b"

# Postfix cuts its lines long before. Of what is longer the beginning is read: the rest would be a line of its own, as
# whoever wrote it likes.
LONGEST_LINE = 20_000
# So many lines at the beginning of a file may say no time before it is taken for the newest.
LINES_BEFORE_A_TIME = 100


@dataclass(frozen=True, slots=True)
class LogFile:
    """One file, open at its beginning."""

    path: str
    stream: BufferedIOBase

    def __iter__(self) -> Iterator[str]:
        """Give its lines.

        Raises:
            BadValue: it breaks off, or is no gzip file after all.

        """
        try:
            is_new = True
            while raw := self.stream.readline(LONGEST_LINE):
                if is_new:
                    yield raw.decode("utf-8", "replace").rstrip("\r\n")
                is_new = raw.endswith(b"\n")
        except (OSError, EOFError, zlib.error) as error:
            raise BadValue("log", self.path, f"cannot be read to its end: {error}") from error


@contextmanager
def in_order(paths: Sequence[str], calendar: Calendar) -> Iterator[list[LogFile]]:
    """Open log files, `-` for stdin, and give them with the oldest first; stdin and pipes are read as the newest.

    Raises:
        BadValue: one cannot be read.

    """
    with ExitStack() as stack:
        given = [(_beginning(path, calendar), place, path) for place, path in enumerate(paths)]
        yield [LogFile(path, stack.enter_context(_opened(path))) for _, _, path in sorted(given)]


def _beginning(path: str, calendar: Calendar) -> float:
    """Give the first moment a file tells of, as seconds; files without one come last."""
    if not Path(path).is_file():
        # A pipe can be read once only.
        return float("inf")
    with _opened(path) as stream:
        for _, line in zip(range(LINES_BEFORE_A_TIME), LogFile(path, stream), strict=False):
            moment = postfixlog.moment_of(line, calendar)
            if moment is not None:
                return moment.timestamp()
    return float("inf")


@contextmanager
def _opened(path: str) -> Iterator[BufferedIOBase]:
    try:
        file = sys.stdin.buffer if path == "-" else Path(path).open("rb")  # noqa: SIM115 -- closed below, but for stdin
    except OSError as error:
        raise BadValue("log", path, f"cannot be read: {error.strerror}") from error
    try:
        raw = file if isinstance(file, BufferedReader) else BufferedReader(cast("RawIOBase", file))
        yield gzip.GzipFile(fileobj=raw) if raw.peek(2)[:2] == _GZIP else raw
    # A folder opens and does not read.
    except OSError as error:
        raise BadValue("log", path, f"cannot be read: {error.strerror or error}") from error
    finally:
        if path != "-":
            file.close()
