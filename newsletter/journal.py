"""The journal's files: one for each host, in a folder outside the database, on the disk before anybody is answered."""

import fcntl
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

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


def lines_of(path: Path, keyring: Keyring) -> Iterator[Line | Unread]:
    """Read a file of the journal, line by line; what a crash tore off at its end is damaged, and no reason to stop.

    Raises:
        OSError: it cannot be read.

    """
    with path.open("rb") as file:
        while raw := file.readline(LONGEST_LINE):
            if raw.strip():
                yield journal.read(raw.decode("ascii", "replace").rstrip("\r\n"), keyring)


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
