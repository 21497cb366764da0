"""One mailer on an SQLite database."""

from pathlib import Path

import pytest

from newsletter.errors import WorkerRunning
from newsletter.mail.sole import only_mailer, require_no_mailer


def test_second_one_is_told_where_the_first_is(tmp_path: Path) -> None:
    """By host and process, as it said itself."""
    database = tmp_path / "newsletter.db"
    with (
        only_mailer(database, "host, process 7"),
        pytest.raises(WorkerRunning, match="host, process 7"),
        only_mailer(database, "x"),
    ):
        pass


def test_next_one_may_begin_when_the_first_has_ended(tmp_path: Path) -> None:
    """Also when it ended by an error."""
    database = tmp_path / "newsletter.db"
    with pytest.raises(RuntimeError), only_mailer(database, "a longer name than the next"):
        raise RuntimeError
    with only_mailer(database, "second"):
        assert "second" == (tmp_path / "newsletter.db.mailer.lock").read_text()


def test_whoever_only_looks_is_told_of_a_mailer_and_keeps_none_off(tmp_path: Path) -> None:
    """Before a mailer is loaded at all."""
    database = tmp_path / "newsletter.db"
    require_no_mailer(database)
    with only_mailer(database, "host, process 7"), pytest.raises(WorkerRunning, match="host, process 7"):
        require_no_mailer(database)
