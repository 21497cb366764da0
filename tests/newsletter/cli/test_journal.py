"""The way back from a backup, as somebody types it."""

import shutil
from pathlib import Path

import pytest

from newsletter.database import Database
from newsletter.mail import mailings
from newsletter.people.replay import BATCH
from tests.harness.terminal import Terminal

ADD = ("--confirmed", "--basis", "Asked at the autumn meeting.")


def restored(terminal: Terminal, settings: dict[str, str], tmp_path: Path) -> None:
    """Let three people leave after a backup was made, and put the backup back, with its note of three ticks ago."""
    database = Path(settings["NEWSLETTER_DATABASE_URL"].removeprefix("sqlite:///"))
    for name in ("ann", "bob", "cem", "dee"):
        terminal.ok("subscribers", "add", f"{name}@example.org", "--list", "readers", *ADD)
    terminal.ok("worker", "--until-idle")
    shutil.copy(database, tmp_path / "backup.db")
    terminal.ok("worker", "--until-idle")
    terminal.ok("subscribers", "unsubscribe", "ann@example.org", "--list", "readers")
    terminal.ok("subscribers", "unsubscribe", "bob@example.org")
    terminal.ok("subscribers", "erase", "cem@example.org", "--yes")
    shutil.copy(tmp_path / "backup.db", database)
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def people(terminal: Terminal) -> int:
    """Count who may be written to."""
    (readers,) = terminal.ok("lists", "list")["lists"]
    count: int = readers["people"]
    return count


def test_restored_backup_mails_behind_its_journal_only(
    terminal: Terminal, settings: dict[str, str], paper: str, tmp_path: Path
) -> None:
    """It is noticed, told, refused, and adopted when the journal was read: the three stay away and Dee stays."""
    restored(terminal, settings, tmp_path)
    assert 4 == people(terminal)
    assert "restored from a backup" in terminal("alerts", "list").out
    refused = terminal("adopt", "--yes")
    assert 5 == refused.code
    assert "newsletter journal replay" in refused.err

    folder = terminal.ok("journal", "list")["folder"]
    read = terminal.ok("journal", "replay", folder)
    again = terminal.ok("journal", "replay", folder)

    assert 1 == people(terminal)
    assert (4, 0) == (read["applied"], read["damaged"] + read["foreign"] + read["no_list"])
    assert 0 == again["applied"]
    assert {"adopted": True, "changed": True, "missed": 0, "uncertain": 0} == terminal.ok("adopt", "--yes")
    assert {"adopted": True, "changed": False} == terminal.ok("adopt", "--yes")
    database = Database(settings["NEWSLETTER_DATABASE_URL"])
    with database.read() as tx:
        assert not mailings.is_copy(tx)
    database.close()


def test_adopting_without_a_journal_wants_a_reason(
    terminal: Terminal, settings: dict[str, str], paper: str, tmp_path: Path
) -> None:
    """An empty one is none."""
    restored(terminal, settings, tmp_path)

    assert 5 == terminal("adopt", "--yes", "--without-journal", " ").code
    terminal.ok("adopt", "--yes", "--without-journal", "The copy was made with everything stopped.")


def test_journal_of_another_key_is_told_and_does_not_count(
    terminal: Terminal, settings: dict[str, str], paper: str, tmp_path: Path
) -> None:
    """Whom its lines are about is not known, so nothing may be mailed by them."""
    restored(terminal, settings, tmp_path)
    other = {"NEWSLETTER_DATABASE_URL": f"sqlite:///{tmp_path}/other.db", "NEWSLETTER_DATA_DIR": str(tmp_path / "other")}
    stranger = Terminal(other)
    stranger.ok("init")
    stranger.ok("lists", "create", "readers")
    stranger.ok("subscribers", "add", "ann@example.org", *ADD)
    stranger.ok("subscribers", "unsubscribe", "ann@example.org")
    told = terminal("journal", "replay", str(tmp_path / "other" / "journal"), "--json")

    assert 6 == told.code
    assert 2 == told.answer["foreign"]
    assert "another key" in told.err or "a key that is not given" in told.err
    assert 5 == terminal("adopt", "--yes").code


@pytest.mark.parametrize(
    ("content", "words"),
    [("", "nothing stands in"), ("2020-02-03T09:00 no uns\n", "a journal wrote"), ("\0" * 999, "a journal wrote")],
)
def test_file_in_which_nothing_can_be_read_does_not_count(
    terminal: Terminal, settings: dict[str, str], paper: str, tmp_path: Path, content: str, words: str
) -> None:
    """A bad copy tells of nobody who left; with the whole file beside it, it is still one that is missing."""
    restored(terminal, settings, tmp_path)
    bad = tmp_path / "bad.journal"
    bad.write_text(content)
    alone = terminal("journal", "replay", str(bad))
    assert (6, True) == (alone.code, words in alone.err)
    assert 5 == terminal("adopt", "--yes").code

    folder = terminal.ok("journal", "list")["folder"]
    beside = terminal("journal", "replay", folder, str(bad))

    assert 1 == people(terminal)
    assert (0 if content == "" else 6) == beside.code
    assert (0 if content == "" else 5) == terminal("adopt", "--yes").code


def test_replay_reads_nothing_that_it_wrote_itself(
    terminal: Terminal, settings: dict[str, str], paper: str, tmp_path: Path
) -> None:
    """A no behind a stronger one is written down each time it is read, in the middle of the file that is being read."""
    restored(terminal, settings, tmp_path)
    terminal.ok("suppressions", "add", "bob@example.org", "--reason", "manual")
    (file,) = terminal.ok("journal", "list")["files"]
    with Path(file["file"]).open("a") as writing:
        writing.write("torn\n" * BATCH)
    before = Path(file["file"]).stat().st_size
    read = terminal.ok("journal", "replay", file["file"])

    assert 1 == people(terminal)
    assert (BATCH + 5, BATCH) == (read["lines"], read["damaged"])
    assert before < Path(file["file"]).stat().st_size


def test_what_is_no_journal_is_told(terminal: Terminal, paper: str, tmp_path: Path) -> None:
    """A file that is not there, and an empty folder."""
    assert "is not there" in terminal("journal", "replay", str(tmp_path / "nothing")).err
    (tmp_path / "empty").mkdir()
    assert "holds no journal" in terminal("journal", "replay", str(tmp_path / "empty")).err
    assert "Nobody has said no" in terminal("journal", "list").out
