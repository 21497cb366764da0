"""The files of the journal: on the disk before anybody is answered, whole after any crash, and bounded in size."""

import multiprocessing
import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from newsletter.database import Database
from newsletter.errors import JournalUnwritable
from newsletter.journal import Journal, opened
from subscribers import suppression
from subscribers.journal import Line, Said, Unread
from subscribers.model import Reason
from subscribers.tokens import Keyring
from tests.conftest import SECRET


def a_line(keyring: Keyring, now: datetime, name: str = "ann") -> Line:
    """Give a line about somebody."""
    return Line(now, Said.NO, Reason.UNSUBSCRIBED, "friends", keyring.hash_address(f"{name}@x.test"))


def lines_of(path: Path, keyring: Keyring) -> list[Line | Unread]:
    """Read a file."""
    with opened(path) as sheet:
        return list(sheet.lines(keyring))


def told(folder: Path, keyring: Keyring) -> list[Line | Unread]:
    """Read everything in a folder, the files in the order of their names."""
    return [line for path in sorted(folder.glob("*.journal")) for line in lines_of(path, keyring)]


def test_lines_follow_each_other(tmp_path: Path, keyring: Keyring, now: datetime) -> None:
    """In a file that is named after the host, in a folder that is made when it is missing."""
    journal = Journal(tmp_path / "deep" / "journal", keyring, "news 1.example.org/")
    lines = [a_line(keyring, now + timedelta(seconds=second)) for second in range(3)]
    journal.keep(lines[:1])
    journal.keep(lines[1:])

    assert lines == lines_of(tmp_path / "deep" / "journal" / "news-1.example.org.journal", keyring)
    assert 0o600 == journal.path.stat().st_mode & 0o777


@pytest.mark.parametrize("kept", [1, 30, 80, 120, -1])
def test_line_torn_by_a_crash_stops_nobody(tmp_path: Path, keyring: Keyring, now: datetime, kept: int) -> None:
    """It is told; what stands before it and what comes after it is read."""
    journal = Journal(tmp_path, keyring, "host")
    first, torn, last = (a_line(keyring, now, name) for name in ("ann", "bob", "cem"))
    journal.keep([first])
    with journal.path.open("a") as file:
        file.write(torn.to_text(keyring)[:kept])
    journal.keep([last])

    assert [first, Unread.DAMAGED, last] == told(tmp_path, keyring)


def test_large_file_is_put_aside(tmp_path: Path, keyring: Keyring, now: datetime) -> None:
    """Under a number of its own; nothing is lost and nothing overwritten."""
    journal = Journal(tmp_path, keyring, "host", largest=300)
    lines = [a_line(keyring, now + timedelta(seconds=second)) for second in range(10)]
    for line in lines:
        journal.keep([line])

    found = told(tmp_path, keyring)

    assert {"host.1.journal", "host.2.journal", "host.3.journal"} <= {path.name for path in tmp_path.iterdir()}
    assert all(path.stat().st_size <= 600 for path in tmp_path.iterdir())
    assert sorted(line.at for line in found if isinstance(line, Line)) == [line.at for line in lines]


def _keep_many(folder: Path, name: str, moments: Iterable[datetime]) -> None:
    keyring = Keyring(SECRET)
    journal = Journal(folder, keyring, "host", largest=2_000)
    for at in moments:
        journal.keep([a_line(keyring, at, name)])


def test_processes_of_one_host_write_one_after_the_other(tmp_path: Path, keyring: Keyring, now: datetime) -> None:
    """Pages, worker and commands append to one file, and put it aside under each other's hands."""
    moments = [now + timedelta(seconds=second) for second in range(60)]
    names = ["ann", "bob", "cem", "dee"]
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_keep_many, args=(tmp_path, name, moments)) for name in names]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    expected = {(name, at) for name in names for at in moments}
    hashes = {keyring.hash_address(f"{name}@x.test"): name for name in names}
    assert expected == {(hashes[line.email_hash], line.at) for line in told(tmp_path, keyring) if isinstance(line, Line)}
    assert len(expected) == len(told(tmp_path, keyring))


def test_reading_ends_though_each_line_makes_another(tmp_path: Path, keyring: Keyring, now: datetime) -> None:
    """What stood in the file when it was opened is read, as often as it is asked for, and nothing that came since."""
    journal = Journal(tmp_path, keyring, "host")
    journal.keep([a_line(keyring, now)])
    with opened(journal.path) as sheet:
        for _ in range(2):
            read = 0
            for line in islice(sheet.lines(keyring), 10):
                assert isinstance(line, Line)
                journal.keep([line])
                read += 1
            assert 1 == read


def test_file_that_is_put_aside_while_it_is_read_is_read_to_its_end(tmp_path: Path, keyring: Keyring, now: datetime) -> None:
    """Whatever name it has by then, and whatever file has its name."""
    journal = Journal(tmp_path, keyring, "host", largest=400)
    lines = [a_line(keyring, now, name) for name in ("ann", "bob")]
    journal.keep(lines)
    with opened(journal.path) as sheet:
        first = list(sheet.lines(keyring))
        for _ in range(3):
            journal.keep([a_line(keyring, now, "cem")])
        again = list(sheet.lines(keyring))

    assert {"host.journal", "host.1.journal"} <= {path.name for path in tmp_path.iterdir()}
    assert lines == first == again


@pytest.mark.parametrize(
    ("content", "is_senseless"),
    [(b"", False), (b"\n\n", False), (b"root:x:0:0\nbin:x:1:1\n", True), (b"\0" * 5_000, True), (b"2020-02-03T0", True)],
)
def test_what_no_journal_wrote_makes_no_sense(tmp_path: Path, keyring: Keyring, content: bytes, is_senseless: object) -> None:
    """Where there is anything in it."""
    path = tmp_path / "host.journal"
    path.write_bytes(content)
    with opened(path) as sheet:
        lines = list(sheet.lines(keyring))

        assert is_senseless == sheet.is_senseless
        assert set(lines) <= {Unread.DAMAGED}


@pytest.mark.parametrize("secret", [SECRET, SECRET[::-1]])
def test_one_line_of_a_journal_makes_sense_of_it(tmp_path: Path, now: datetime, secret: str) -> None:
    """With whichever key it was sealed: that is told apart."""
    journal = Journal(tmp_path, Keyring(secret), "host")
    journal.keep([a_line(Keyring(secret), now)])
    with journal.path.open("ab") as file:
        file.write(b"torn\n" * 3)
    with opened(journal.path) as sheet:
        assert 4 == len(list(sheet.lines(Keyring(SECRET))))
        assert not sheet.is_senseless


def test_pipe_cannot_be_read_twice(tmp_path: Path) -> None:
    """So it is refused, and neither waited for nor taken for an empty file the second time."""
    path = tmp_path / "host.journal"
    os.mkfifo(path)
    with pytest.raises(OSError, match="no file on a disk"), opened(path):
        pass


def break_off(database: Database, email_hash: str, now: datetime) -> None:
    """Suppress an address and let the transaction fail."""
    with suppress(ZeroDivisionError), database.write() as tx:
        suppression.suppress(tx, email_hash, Reason.ERASED, now)
        raise ZeroDivisionError


def test_no_counts_when_the_journal_has_it(database_url: str, tmp_path: Path, keyring: Keyring, now: datetime) -> None:
    """Whatever opened the transaction; what is rolled back is in neither."""
    ann, bob = keyring.hash_address("ann@x.test"), keyring.hash_address("bob@x.test")
    database = Database(database_url, Journal(tmp_path, keyring, "host"))
    with database.write() as tx:
        suppression.suppress(tx, ann, Reason.ERASED, now)
        assert [] == told(tmp_path, keyring)
    break_off(database, bob, now)
    writer = database.writer()
    with writer.write() as tx:
        suppression.suppress(tx, bob, Reason.COMPLAINED, now)
    writer.close()
    database.close()

    assert [Line(now, Said.NO, Reason.ERASED, "*", ann), Line(now, Said.NO, Reason.COMPLAINED, "*", bob)] == told(
        tmp_path, keyring
    )


def test_no_that_cannot_be_journalled_is_not_taken(database_url: str, tmp_path: Path, keyring: Keyring, now: datetime) -> None:
    """The person is told so, and not that they have left; the database is as before and goes on working."""
    (tmp_path / "journal").write_text("a file where the folder should be")
    ann = keyring.hash_address("ann@x.test")
    database = Database(database_url, Journal(tmp_path / "journal", keyring, "host"))
    with pytest.raises(JournalUnwritable, match="Nothing was changed"), database.write() as tx:
        suppression.suppress(tx, ann, Reason.UNSUBSCRIBED, now)
    with database.write() as tx:
        suppression.suppress(tx, ann, Reason.BOUNCED, now)
    with database.read() as tx:
        reason = suppression.reason_of(tx, ann, 1)
    database.close()

    assert Reason.BOUNCED == reason
