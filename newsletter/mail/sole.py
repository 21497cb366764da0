"""Keeps a second mailer off an SQLite database: its commits would wait seconds for the first one's."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newsletter.errors import WorkerRunning

SUFFIX = ".mailer.lock"


def require_no_mailer(database: Path) -> None:
    """Look whether somebody mails from *database* now.

    Raises:
        WorkerRunning: there is one, and where.

    """
    with _locked(database):
        pass


@contextmanager
def only_mailer(database: Path, place: str) -> Iterator[None]:
    """Be the only mailer of *database* for the length of the block; the system lets go when the process dies.

    Raises:
        WorkerRunning: there is one, and where.

    """
    with _locked(database) as handle:
        os.ftruncate(handle, 0)
        os.pwrite(handle, place.encode(), 0)
        yield


@contextmanager
def _locked(database: Path) -> Iterator[int]:
    path = database.with_name(database.name + SUFFIX)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(handle)
        yield handle
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        # The file is never removed: whoever held it a moment ago wrote its place into it.
        raise WorkerRunning(os.pread(handle, 200, 0).decode("utf-8", "replace") or "its place is not known") from None
