"""The journal's files: one for each host, in a folder outside the database, on the disk before anybody is answered."""

import errno
import fcntl
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from newsletter.errors import JournalUnwritable
from subscribers import journal
from subscribers.journal import Line, Unread
from subscribers.tokens import Keyring

# Who left stands in it, if only by hash.
PRIVATE = 0o600
PRIVATE_FOLDER = 0o700

SUFFIX = ".journal"

# A file that grew so large is put aside, and a new one begun: 100,000 lines.
LARGEST = 16 * 2**20

# No line of ours is nearly so long; a file that is none is not read into memory.
LONGEST_LINE = 1_000

_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


class Journal:
    """The journal that this host writes; several processes may."""

    def __init__(self, folder: Path, keyring: Keyring, host: str, largest: int = LARGEST) -> None:
        self.folder = folder
        self.path = folder / f"{_UNSAFE.sub('-', host).strip('.-') or 'host'}{SUFFIX}"
        self._keyring = keyring
        self._largest = largest

    def keep(self, lines: Sequence[Line]) -> None:
        """Write lines, all or none; they are on the disk when this returns.

        Raises:
            JournalUnwritable: they are not.

        """
        text = "".join(f"{line.to_text(self._keyring)}\n" for line in lines)
        try:
            self.folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
            with self._locked() as handle:
                _append(handle, text.encode())
                size = os.fstat(handle).st_size
                if size == len(text):
                    # A new file is found after a power cut only when its name is on the disk as well.
                    _sync_folder(self.folder)
                if size > self._largest:
                    self._put_aside()
        except OSError as error:
            raise JournalUnwritable(self.path, error.strerror or str(error)) from error

    @contextmanager
    def _locked(self) -> Iterator[int]:
        while True:
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                if self._is_still_there(handle):
                    yield handle
                    return
            finally:
                os.close(handle)

    def _is_still_there(self, handle: int) -> bool:
        # Another process may have put the file aside while this one waited for it.
        try:
            return os.path.samestat(os.fstat(handle), self.path.stat())
        except FileNotFoundError:
            return False

    def _put_aside(self) -> None:
        number = 1
        while (aside := self.path.with_name(f"{self.path.stem}.{number}{SUFFIX}")).exists():
            number += 1
        self.path.rename(aside)
        _sync_folder(self.folder)


def files(folder: Path) -> tuple[Path, ...]:
    """Give the files of journals in a folder, in the order of their names."""
    return tuple(sorted(folder.glob(f"*{SUFFIX}")))


class Sheet:
    """A file of the journal as it was when it was opened, read any number of times.

    Whoever obeys a journal writes to one, which may be the very file: what is added meanwhile is not read, and what is put
    aside under another name is.
    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self._file = file
        self._size = os.fstat(file.fileno()).st_size
        self._has_lines = self._has_ours = False

    @property
    def is_senseless(self) -> bool:
        """Whether there were lines in it when it was read, and not one that any journal wrote."""
        return self._has_lines and not self._has_ours

    def lines(self, keyring: Keyring) -> Iterator[Line | Unread]:
        """Read it line by line; what a crash tore off is damaged, and no reason to stop.

        Raises:
            OSError: it cannot be read.

        """
        self._file.seek(0)
        left = self._size
        # A line that somebody was just writing is read to its end.
        while left > 0 and (raw := self._file.readline(LONGEST_LINE)):
            left -= len(raw)
            if not raw.strip():
                continue
            line = journal.read(raw.decode("ascii", "replace").rstrip("\r\n"), keyring)
            self._has_lines, self._has_ours = True, self._has_ours or line is not Unread.DAMAGED
            yield line


@contextmanager
def opened(path: Path) -> Iterator[Sheet]:
    """Open a file of the journal.

    Raises:
        OSError: it cannot be read, or is no file that can be read twice.

    """
    if not path.is_file():
        raise OSError(errno.ESPIPE, "it is no file on a disk")
    with path.open("rb") as file:
        yield Sheet(path, file)


def _append(handle: int, data: bytes) -> None:
    end = os.fstat(handle).st_size
    try:
        if end and os.pread(handle, 1, end - 1) != b"\n":
            # The line before was torn by a crash, and nobody was answered for it; the next one begins on its own.
            data = b"\n" + data
        while data:
            data = data[os.write(handle, data) :]
        os.fsync(handle)
    except OSError:
        # A full disk: nothing half stays, or the next reader would take it for damage.
        os.ftruncate(handle, end)
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
