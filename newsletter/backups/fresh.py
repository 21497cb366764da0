"""New files that are there whole or not at all: written under another name beside, and never over what is there."""

import errno
import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from newsletter.errors import AlreadyThere

# What SQLite puts beside a file of its own.
_BESIDE = ("-wal", "-shm", "-journal", "")


@contextmanager
def fresh(path: Path, what: str) -> Iterator[Path]:
    """Give where to write what is to be *path*; it gets its name when the block ends well, else it is gone.

    What a killed process left behind of the same is cleared away.

    Raises:
        AlreadyThere: there is one of this name, also when it came while this one was written.
        OSError: there is no room, or no folder.

    """
    if path.exists():
        raise AlreadyThere(what, path)
    _sweep(path)
    handle, name = tempfile.mkstemp(prefix=_prefix(path), dir=path.parent)
    try:
        # Says that somebody is at it, for as long as this process lives.
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield Path(name)
        os.fsync(handle)
        try:
            os.link(name, path)
        except FileExistsError as error:
            raise AlreadyThere(what, path) from error
    finally:
        _remove(Path(name))
        os.close(handle)


def _sweep(path: Path) -> None:
    for left in path.parent.glob(f"{_prefix(path)}*"):
        if left.name.endswith(_BESIDE[:-1]):
            continue
        with suppress(OSError):
            handle = os.open(left, os.O_RDWR)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(left)
            finally:
                os.close(handle)


def _remove(path: Path) -> None:
    for suffix in _BESIDE:
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).unlink()


def _prefix(path: Path) -> str:
    if "*" in path.name or "[" in path.name or "?" in path.name:
        raise OSError(errno.EINVAL, "a name with * ? or [ is not taken")
    return f".{path.name}.unfinished-"
