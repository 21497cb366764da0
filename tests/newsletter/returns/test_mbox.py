import io
import tracemalloc
from pathlib import Path

from newsletter.returns import mbox


def split(raw: bytes, most: int = 1000) -> list[bytes]:
    """Split it."""
    return list(mbox.split(io.BytesIO(raw), most))


def test_one_mail_from_a_pipe_is_one_mail() -> None:
    """Byte for byte, also with a sentence that begins with From."""
    mail = b"Subject: a\r\n\r\n\r\nFrom here to 1999\r\n"

    assert [mail] == split(mail)


def test_mailbox_file_is_split_and_its_quoting_undone() -> None:
    """One sign less before From, as mboxrd has it; the line between mails belongs to none."""
    raw = (
        b"From MAILER-DAEMON Fri Jul  8 12:08:34 2011\nSubject: a\n\n>From x\n>>From y\n\n"
        b"From ann@example.org Sat Jan 03 01:05:34 1996\nSubject: b\n\nFrom my point of view\n\nFrom there on\n"
    )

    assert [
        b"Subject: a\n\nFrom x\n>From y\n",
        b"Subject: b\n\nFrom my point of view\n\nFrom there on\n",
    ] == split(raw)


def test_nothing_is_no_mail() -> None:
    """Nor are blank lines."""
    assert [] == split(b"")
    assert [] == split(b"\r\n\n")


def test_mail_is_cut_and_the_next_is_whole() -> None:
    """What is too long in one takes nothing from another."""
    head = b"From a Fri Jul  8 12:08:34 2011\n"

    assert [b"x" * 1000, b"y\n"] == split(head + b"x" * 5000 + b"\n\n" + head + b"y\n")


def test_line_without_end_fills_no_memory() -> None:
    """A file of 30 MB without a line is read in pieces."""
    stream = io.BytesIO(b"From a 12:00\n" + b"x" * 30_000_000)
    tracemalloc.start()
    try:
        [mail] = mbox.split(stream, 1000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert 1000 == len(mail)
    assert peak < 1_000_000


def test_file_of_one_mail_by_its_name_is_one(tmp_path: Path) -> None:
    """Old servers give back the line before a mail, too; the same in a mailbox file is two."""
    raw = b"From MAILER-DAEMON Fri Jul  8 12:08:34 2011\nSubject: a\n\n\nFrom a Sat Jan 03 01:05:34 1996\nSubject: b\n\nHello\n"
    files = [tmp_path / name for name in ("one.EML", "some.mbox", "nothing.eml")]
    for file, content in zip(files, (raw, raw, b"\r\n"), strict=True):
        file.write_bytes(content)

    assert [[raw], 2, []] == [list(mbox.of_file(files[0])), len(list(mbox.of_file(files[1]))), list(mbox.of_file(files[2]))]
