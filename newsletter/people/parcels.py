"""Files that lie on the disk without a name, so that nothing stays of them when whoever writes or reads them is gone."""

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

PRIVATE_FOLDER = 0o700
PRIVATE = 0o600

# Of what is copied at a time.
PIECE = 1_000_000


def nameless(folder: Path) -> BinaryIO:
    """Give a new file in *folder* that has no name: closed, or left by a process that was killed, it is gone."""
    folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
    try:
        return os.fdopen(os.open(folder, os.O_RDWR | os.O_TMPFILE, PRIVATE), "w+b")
    except (OSError, AttributeError):
        # Not every disk and system knows files that never had one; there it has one for a moment.
        return tempfile.TemporaryFile(dir=folder)


def filled(folder: Path, pieces: Iterable[bytes]) -> BinaryIO:
    """Give a file without a name that holds *pieces*, to be read from its beginning."""
    file = nameless(folder)
    try:
        file.writelines(pieces)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def name(file: BinaryIO, path: Path) -> None:
    """Let what is in *file* be found at *path*, where there is nothing yet; it is on the disk by then."""
    path.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
    file.flush()
    try:
        # Another name for the same bytes, however many they are.
        os.fsync(file.fileno())
        os.link(f"/proc/self/fd/{file.fileno()}", path)
    except OSError:
        # It lies in the memory, or this disk cannot name it afterwards.
        _copy(file, path)


def _copy(file: BinaryIO, path: Path) -> None:
    file.seek(0)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as copy:
        shutil.copyfileobj(file, copy, PIECE)
        copy.flush()
        os.fsync(copy.fileno())
