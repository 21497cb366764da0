"""A file of parts is read whole or refused, whatever it is."""

import gzip
import io
import tarfile
from collections.abc import Callable

import pytest

from newsletter.backups.parts import LARGEST_PART, Part, PartWriter, read_parts
from newsletter.backups.refusal import BackupUnusable

PARTS = (Part("about.json", b"{}"), Part("tables/post/000001.jsonl", b"x" * 1_000), Part("empty", b""))


def written(*parts: Part) -> bytes:
    """Write parts into memory."""
    file = io.BytesIO()
    writer = PartWriter(file)
    for part in parts:
        writer.add(part)
    writer.close()
    return file.getvalue()


def strange(change: Callable[[tarfile.TarInfo], None], size: int = 0) -> bytes:
    """Write an archive as somebody else may."""
    info = tarfile.TarInfo("about.json")
    info.size = size
    change(info)
    return gzip.compress(info.tobuf(tarfile.USTAR_FORMAT) + bytes(1_024 + -(-size // 512) * 512))


def test_what_was_written_is_read_and_others_can_unpack_it() -> None:
    """It is a plain tar.gz, the same bytes each time."""
    data = written(*PARTS)

    assert list(PARTS) == list(read_parts(io.BytesIO(data)))
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert [one.name for one in PARTS] == archive.getnames()
    assert data == written(*PARTS)


def test_cut_file_is_refused_wherever_it_is_cut() -> None:
    """No end, no backup."""
    data = written(*PARTS)
    for size in range(0, len(data), 3):
        with pytest.raises(BackupUnusable):
            list(read_parts(io.BytesIO(data[:size])))


@pytest.mark.parametrize(
    "data",
    [b"SQLite format 3\0" * 99, gzip.compress(b"x" * 2_000), written(*PARTS) + b"more", written() + written(*PARTS)],
)
def test_other_files_are_refused(data: bytes) -> None:
    """And whatever has something behind its end."""
    with pytest.raises(BackupUnusable):
        list(read_parts(io.BytesIO(data)))


@pytest.mark.parametrize("name", ["../up", "/etc/passwd", "a/../b", ".hidden", "a//b", "a\nb", "", "a/b/c/d/e"])
def test_name_that_leads_elsewhere_is_refused(name: str) -> None:
    """Though nothing is unpacked by its name."""
    with pytest.raises(BackupUnusable):
        list(read_parts(io.BytesIO(strange(lambda info: setattr(info, "name", name)))))
    with pytest.raises(ValueError, match="no name"):
        written(Part(name, b""))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.XHDTYPE])
def test_what_is_no_plain_part_is_refused(kind: bytes) -> None:
    """Links, folders, devices, and heads that go on elsewhere."""
    with pytest.raises(BackupUnusable):
        list(read_parts(io.BytesIO(strange(lambda info: setattr(info, "type", kind)))))


def test_huge_part_is_refused_before_it_is_read() -> None:
    """A small file can say that it holds a terabyte."""
    with pytest.raises(BackupUnusable, match="larger"):
        list(read_parts(io.BytesIO(strange(lambda info: setattr(info, "size", LARGEST_PART + 1)))))
