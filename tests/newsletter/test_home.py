"""What a host remembers of its database, and by what it tells a copy."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter import home
from newsletter.home import Home
from newsletter.hostmarks import Marks
from newsletter.instance import Standing

HERE = "7000000000/5/16384"


def known(pulse: int = 5, place: str = HERE) -> Standing:
    """Give what a database says of itself."""
    return Standing("one", is_adopted=True, place=place, pulse=pulse, replayed_at=None)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """In a folder that is made when it is missing; the second overwrites the first."""
    path = tmp_path / "data" / "newsletter.db.home"
    home.write(path, Home("one", 1))
    home.write(path, Home("one", 2))

    assert Home("one", 2) == home.read(path)
    assert ["newsletter.db.home"] == [one.name for one in path.parent.iterdir()]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"instance": "one"}', '{"instance": "one", "pulse": "many"}'])
def test_what_cannot_be_read_is_not_remembered(tmp_path: Path, text: str) -> None:
    """A damaged file is no reason not to start."""
    (tmp_path / "home").write_text(text)

    assert home.read(tmp_path / "home") is None
    assert home.read(tmp_path / "missing") is None


@pytest.mark.parametrize("remembered", [Home("one", 5), Home("one", 3)])
def test_where_it_was_left_there_is_no_trouble(remembered: Home) -> None:
    """Another process of this host, or another host, has counted on meanwhile."""
    assert not home.trouble(known(), HERE, remembered, is_of_one_host=True)


def test_new_host_is_no_trouble_where_there_may_be_many() -> None:
    """On PostgreSQL; a file belongs to one host, and one that comes from elsewhere is a copy."""
    assert not home.trouble(known(), HERE, None, is_of_one_host=False)
    assert "run somewhere else" in home.trouble(known(), HERE, None, is_of_one_host=True)
    assert "run somewhere else" in home.trouble(known(), HERE, Home("another", 9), is_of_one_host=True)


def test_database_that_was_never_run_is_no_copy() -> None:
    """It may be moved before its first day."""
    assert not home.trouble(known(0, ""), HERE, None, is_of_one_host=True)


def test_older_than_remembered_is_a_backup() -> None:
    """Whatever way it was restored."""
    assert "restored from a backup" in home.trouble(known(4), HERE, Home("one", 5), is_of_one_host=True)
    assert "restored from a backup" in home.trouble(known(4), HERE, Home("one", 5), is_of_one_host=False)


def test_elsewhere_on_the_server_is_a_copy() -> None:
    """Another server, another database, or tables made anew by a dump."""
    assert "copied" in home.trouble(known(), "7000000001/5/16384", Home("one", 5), is_of_one_host=False)


def test_clone_of_a_machine_is_another_place() -> None:
    """Only where the database is cloned with it; a machine that was started anew is none."""
    before = Home("one", 5, Marks("boot1", "a", "p", ("card1", "card2")))
    rebooted = Home("one", 5, Marks("boot2", "a", "p", ("card2",)))
    cloned = Home("one", 5, Marks("boot2", "a", "q", ("card1",)))
    elsewhere = Home("one", 5, Marks("boot2", "a", "", ("card9",)))

    assert not home.trouble(known(), HERE, before, rebooted, is_of_one_host=True)
    assert "another machine" in home.trouble(known(), HERE, before, cloned, is_of_one_host=True)
    assert "another machine" in home.trouble(known(), HERE, before, elsewhere, is_of_one_host=False)
    assert not home.trouble(known(), HERE, before, None, is_of_one_host=False)


def test_copied_folder_is_told_from_one_that_was_moved() -> None:
    """Though the note was copied with it."""
    before = Home("one", 5, path="/srv/newsletter.db", inode=7)

    assert "folder was copied" in before.is_elsewhere(Home("one", 5, path="/mnt/newsletter.db", inode=8))
    assert not before.is_elsewhere(Home("one", 5, path="/mnt/newsletter.db", inode=7))
    assert not before.is_elsewhere(Home("one", 5, path="/srv/newsletter.db", inode=8))
    assert not Home("one", 5).is_elsewhere(before)


NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def run_until(beat_at: datetime | None) -> Standing:
    """Give what a database says of itself that was run until then."""
    return replace(known(), beat_at=beat_at)


def test_new_host_beside_others_is_no_trouble() -> None:
    """Nor one that follows the last one soon, nor the first one after an adoption."""
    assert not home.silence(run_until(NOON - timedelta(days=1)), None, ["mail-1, process 7"], NOON)
    assert not home.silence(run_until(NOON - timedelta(minutes=9)), None, [], NOON)
    assert not home.silence(run_until(None), None, [], NOON)


def test_host_that_ran_it_comes_back_whenever_it_likes() -> None:
    """However long everything stood still."""
    assert not home.silence(run_until(NOON - timedelta(days=9)), Home("one", 5), [], NOON)


@pytest.mark.parametrize("remembered", [None, Home("another", 9)])
def test_new_host_of_what_nobody_runs_any_more_may_have_a_snapshot(remembered: Home | None) -> None:
    """Of the whole server, whose numbers are all the same."""
    assert "a snapshot of its server" in home.silence(run_until(NOON - timedelta(minutes=11)), remembered, [], NOON)
