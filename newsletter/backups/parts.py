"""The file of a backup: parts one after the other, as `tar` and `gzip` read them; nothing is ever unpacked by its name."""

import io
import re
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from newsletter.backups.refusal import BackupUnusable

# A table is cut into parts of about this many bytes, so that neither writing nor reading holds more in memory.
PART = 4 * 2**20

# A single row is a part if need be: the largest upload in base64, and what an issue keeps of its pictures.
LARGEST_PART = 256 * 2**20

_BLOCK = 512
_READ = 64 * 2**10
# As our names are; no dot begins one, so that none leads up or hides.
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,3}")
_LONGEST_NAME = 100
_GZIP = 16 + zlib.MAX_WBITS
_NO_BACKUP = "it is no backup of a newsletter, or it is damaged"
_CUT = "it is cut off: the end is missing"


class Readable(Protocol):
    """Where bytes come from."""

    def read(self, size: int, /) -> bytes:
        """Give up to so many bytes, none at the end."""


class Writable(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> object:
        """Take all of them."""


@dataclass(frozen=True, slots=True)
class Part:
    """One named piece of a backup."""

    name: str
    data: bytes


class PartWriter:
    """Writes parts; the bytes depend on nothing but them."""

    def __init__(self, file: Writable) -> None:
        self._file = file
        self._packer = zlib.compressobj(6, zlib.DEFLATED, _GZIP)

    def add(self, part: Part) -> None:
        """Write one part."""
        if not is_name(part.name):
            raise ValueError(f"{part.name!r} is no name of a part")
        info = tarfile.TarInfo(part.name)
        info.size, info.mode = len(part.data), 0o600
        self._write(info.tobuf(tarfile.USTAR_FORMAT))
        self._write(part.data)
        self._write(bytes(-len(part.data) % _BLOCK))

    def close(self) -> None:
        """Write the end."""
        self._write(bytes(2 * _BLOCK))
        self._file.write(self._packer.flush())

    def _write(self, data: bytes) -> None:
        if packed := self._packer.compress(data):
            self._file.write(packed)


def is_name(text: str) -> bool:
    """Whether a part may be called so."""
    return len(text) <= _LONGEST_NAME and _NAME.fullmatch(text) is not None


def read_parts(file: Readable) -> Iterator[Part]:
    """Read parts to the end.

    Raises:
        BackupUnusable: it is no file of parts, damaged, cut off, or holds what is no plain part.

    """
    unpacked = io.BufferedReader(_Unpacked(file), _READ)
    while True:
        header = _exactly(unpacked, _BLOCK)
        if not any(header):
            break
        name, size = _header(header)
        data = _exactly(unpacked, size)
        _exactly(unpacked, -size % _BLOCK)
        yield Part(name, data)
    if any(_exactly(unpacked, _BLOCK)) or unpacked.read(1):
        raise BackupUnusable("something stands behind its end")


def _header(block: bytes) -> tuple[str, int]:
    try:
        info = tarfile.TarInfo.frombuf(block, "ascii", "strict")
    except (tarfile.TarError, UnicodeDecodeError, ValueError) as error:
        raise BackupUnusable(_NO_BACKUP) from error
    # No links, no folders, no names that go on elsewhere: nothing but what we write.
    if info.type != tarfile.REGTYPE or not is_name(info.name):
        raise BackupUnusable(f"it holds {info.name[:_LONGEST_NAME]!r}, which no backup of a newsletter holds")
    if not 0 <= info.size <= LARGEST_PART:
        raise BackupUnusable(f"its part {info.name} is larger than {LARGEST_PART // 2**20} MB")
    return info.name, info.size


def _exactly(file: BinaryIO | io.BufferedReader, size: int) -> bytes:
    data = file.read(size) if size else b""
    if len(data) != size:
        raise BackupUnusable(_CUT)
    return data


class _Unpacked(io.RawIOBase):
    """What gzip packed, read as a file: never more of it in memory than was asked for."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._unpacker = zlib.decompressobj(_GZIP)
        self._left = b""
        self._has_begun = False

    def readable(self) -> bool:
        """Say that it is read."""
        return True

    def readinto(self, buffer: "bytearray | memoryview[int]", /) -> int:  # type: ignore[override]  # any buffer will do
        """Fill *buffer*; nothing at the end."""
        view = memoryview(buffer).cast("B")
        while not self._unpacker.eof:
            fresh = self._left or self._file.read(_READ)
            if not fresh:
                raise BackupUnusable(_CUT if self._has_begun else "it is empty")
            self._has_begun = True
            try:
                data = self._unpacker.decompress(fresh, len(view))
            except zlib.error as error:
                raise BackupUnusable(_NO_BACKUP) from error
            self._left = self._unpacker.unconsumed_tail
            if data:
                view[: len(data)] = data
                return len(data)
        if self._unpacker.unused_data or self._file.read(1):
            raise BackupUnusable("something stands behind its end")
        return 0
