"""What is encrypted opens for whoever may, and for nobody else; also for other programs that know the format."""

import io

import pyrage
import pytest

from newsletter.backups import age
from newsletter.backups.age import Locked, Opened, Passphrase
from newsletter.backups.refusal import BackupUnusable
from newsletter.errors import BadValue

# Two pairs that `age-keygen` made.
RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
IDENTITY = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
WORDS = Passphrase("correct horse battery", work=4)


def locked(data: bytes, lock: object) -> bytes:
    """Encrypt some bytes."""
    file = io.BytesIO()
    writer = Locked(file, lock)  # type: ignore[arg-type]  # either kind
    for begin in range(0, len(data), 50_000):
        writer.write(data[begin : begin + 50_000])
    writer.close()
    return file.getvalue()


def read(data: bytes, key: object) -> bytes:
    """Decrypt all of it."""
    opened = Opened(io.BytesIO(data), key)  # type: ignore[arg-type]  # either kind
    return b"".join(iter(lambda: opened.read(10_000), b""))


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 200_000])
def test_what_is_locked_by_words_opens_by_them(size: int) -> None:
    """Of any size, whole pieces included."""
    assert bytes(size) == read(locked(bytes(size), WORDS), Passphrase("correct horse battery"))


def test_what_is_locked_for_somebody_opens_by_their_key_alone() -> None:
    """By one of several, in a file as `age-keygen` writes it."""
    data = locked(b"people", [age.read_recipient(RECIPIENT), age.read_recipient(RECIPIENT)])

    assert b"people" == read(data, age.read_identities(f"# created: 2020\n{IDENTITY}\n"))
    with pytest.raises(BackupUnusable, match="this key"):
        read(data, [age.Identity(bytes(range(32)))])
    with pytest.raises(BackupUnusable, match="this passphrase"):
        read(data, WORDS)


def test_wrong_words_open_nothing() -> None:
    """And say so."""
    with pytest.raises(BackupUnusable, match="does not open with this passphrase"):
        read(locked(b"people", WORDS), Passphrase("correct horse batter"))


@pytest.mark.parametrize("at", [30, 60, 100, 150, 190, 250, 65_700, 70_000, -1])
def test_changed_byte_is_noticed(at: int) -> None:
    """Wherever it is."""
    data = bytearray(locked(bytes(70_000), WORDS))
    data[at] ^= 1
    with pytest.raises(BackupUnusable):
        read(bytes(data), WORDS)


@pytest.mark.parametrize("left", [0, 10, 100, 180, 195, 65_000, 65_757, 66_000, -1])
def test_cut_file_is_noticed(left: int) -> None:
    """Between two pieces, too."""
    with pytest.raises(BackupUnusable):
        read(locked(bytes(70_000), WORDS)[:left], WORDS)


def test_file_that_asks_for_much_work_is_refused() -> None:
    """Else a file of a hundred bytes would take all memory."""
    with pytest.raises(BackupUnusable, match="more work"):
        read(locked(b"", WORDS).replace(b" 4\n", b" 40\n", 1), WORDS)


@pytest.mark.parametrize("text", ["", "age1", RECIPIENT[:-1], RECIPIENT.replace("z", "q", 1), IDENTITY, "age1" + "q" * 9_999])
def test_misspelled_recipient_is_refused(text: str) -> None:
    """Before anything is encrypted for nobody."""
    with pytest.raises(BadValue):
        age.read_recipient(text)


@pytest.mark.parametrize("size", [0, 65_536, 150_000])
def test_others_who_know_the_format_open_it(size: int) -> None:
    """And what they encrypt is opened here."""
    data, recipient = bytes(size), pyrage.x25519.Recipient.from_str(RECIPIENT)

    assert data == pyrage.decrypt(locked(data, [age.read_recipient(RECIPIENT)]), [pyrage.x25519.Identity.from_str(IDENTITY)])
    assert data == read(pyrage.encrypt(data, [recipient]), age.read_identities(IDENTITY))


def test_others_who_know_the_words_open_it() -> None:
    """The other way round takes seconds: they choose how much work it is."""
    assert pyrage.passphrase.decrypt(locked(b"a backup", WORDS), WORDS.words) == b"a backup"
