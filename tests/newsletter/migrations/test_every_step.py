"""Every migration, on tables with rows, with the power gone right before its commit: nothing is half done, nothing is lost."""

import os
import re
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from alembic import command
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from newsletter import shape
from newsletter.database import Database
from newsletter.mail import dispatch
from newsletter.shape import SERVES, config, current, known
from subscribers.tokens import Keyring
from tests.harness import mailroom
from tests.harness.instance import environment
from tests.harness.processes import run_command

# From the very first shape it takes half a minute; scripts/soak asks for that.
FIRST = [SERVES, *(known()[:1] if "TESTS_LONG" in os.environ else ())]

VERSIONS = Path(shape.__file__).parent / "migrations" / "versions"
_MADE = re.compile(r"op\.create_table\(\s*\"(\w+)\"")


class Steps:
    """Goes from shape to shape; reads the migrations once, which takes longer than most of them."""

    def __init__(self, database: Database) -> None:
        with database.read() as tx:
            self._script = ScriptDirectory.from_config(config(tx))

    def go(self, tx: Connection, target: str) -> None:
        """Go to another shape, up or down, as Alembic's own commands do."""
        script = self._script
        move = script._downgrade_revs if target < (current(tx) or "") else script._upgrade_revs  # noqa: SLF001 -- their way
        with EnvironmentContext(config(tx), script, fn=lambda rev, _: move(target, rev), destination_rev=target):
            script.run_env()


def made_by(shape: str) -> Sequence[str]:
    """Give the tables that came with a shape."""
    (path,) = VERSIONS.glob(f"{shape}_*.py")
    return _MADE.findall(path.read_text().partition("def downgrade")[0])


def counts(tx: Connection) -> dict[str, int]:
    """Count the rows of every table, in one question; those of a partition count with their table."""
    names = [name for name in inspect(tx).get_table_names() if not name.startswith(("aside_", "alembic_", "delivery_from_"))]
    each = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in names)  # noqa: S608 -- names of tables
    return {row[0]: row[1] for row in tx.execute(text(each or "SELECT '', 0"))}


def put_aside(tx: Connection, tables: Sequence[str]) -> None:
    """Keep rows whose tables are about to go."""
    for name in tables:
        tx.execute(text(f"CREATE TABLE aside_{name} AS SELECT * FROM {name}"))  # noqa: S608


def bring_back(tx: Connection, tables: Sequence[str]) -> None:
    """Give tables that have just come the rows that they had."""
    for name in tables:
        if f"aside_{name}" in inspect(tx).get_table_names():
            columns = ", ".join(f'"{column["name"]}"' for column in inspect(tx).get_columns(f"aside_{name}"))
            tx.execute(text(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM aside_{name}"))  # noqa: S608


@contextmanager
def way_down(database: Database) -> Iterator[Connection]:
    """Give a connection for going back; SQLite copies a table to alter it, and what refers to it would go with the old one."""
    if not database.is_sqlite:
        with database.write() as tx:
            yield tx
        return
    engine = create_engine(database.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as tx:
        yield tx
    engine.dispose()


def lived_in(database: Database, keyring: Keyring, now: datetime) -> None:
    """Mail an issue to three people, one of whom is gone by now."""
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, ("ann", "bob", "cem"))
        issue_id = mailroom.approved_issue(tx, room.newsletter_id, now)
        dispatch.send_issue(tx, issue_id, now)


def after_a_power_cut(database: Database, folder: Path) -> tuple[str | None, dict[str, int]]:
    """Give shape and rows as whoever comes after a power cut at this moment finds them; SQLite."""
    assert database.path is not None
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for file in database.path.parent.glob(f"{database.path.name}*"):
        if not file.name.endswith("-shm"):
            shutil.copy(file, folder)
    engine = create_engine(f"sqlite:///{folder / database.path.name}")
    with engine.connect() as tx:
        found = current(tx), counts(tx)
    engine.dispose()
    return found


def cut(database: Database, steps: Steps, target: str, folder: Path) -> tuple[str | None, dict[str, int]]:
    """Take a step, and cut the power before its commit; gives shape and rows as they are then."""
    if database.is_sqlite:
        with suppress(InterruptedError), database.write() as tx:
            steps.go(tx, target)
            found = after_a_power_cut(database, folder)
            raise InterruptedError
        return found
    with suppress(DBAPIError), database.write() as tx:
        steps.go(tx, target)
        pid = tx.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with database.read() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    with database.read() as tx:
        return current(tx), counts(tx)


@pytest.mark.parametrize("first", FIRST)
def test_every_step_is_whole_or_not_taken_and_loses_nobody(
    database: Database, keyring: Keyring, now: datetime, tmp_path: Path, first: str
) -> None:
    """From a former shape to the newest, each time with the rows that there were; a power cut before the commit undoes it."""
    lived_in(database, keyring, now)
    steps, shapes = Steps(database), [one for one in known() if one >= first]
    with database.read() as tx:
        at_the_end = counts(tx)
    with way_down(database) as tx:
        for after, before in zip(shapes[:0:-1], shapes[-2::-1], strict=True):
            put_aside(tx, made_by(after))
            steps.go(tx, before)
    for before, after in pairwise(shapes):
        with database.read() as tx:
            had = counts(tx)
        assert (before, had) == cut(database, steps, after, tmp_path / "dead"), after
        with database.write() as tx:
            steps.go(tx, after)
            has = counts(tx)
            assert {} == {name: count for name, count in had.items() if has.get(name, 0) < count}, after
            bring_back(tx, [name for name in made_by(after) if not has[name]])

    with database.read() as tx:
        assert at_the_end == counts(tx)


def test_init_that_is_killed_is_run_again(database: Database, keyring: Keyring, now: datetime, tmp_path: Path) -> None:
    """Killed behind the last of two migrations, it leaves the tables as they were; the next one brings all of them."""
    settings = environment(str(database.url.render_as_string(hide_password=False)), tmp_path)
    lived_in(database, keyring, now)
    with database.write() as tx:
        had = counts(tx)
        command.downgrade(config(tx), known()[-3])
    killed = run_command(settings | {"NEWSLETTER_FAILPOINT": "migration.applied:kill:2"}, "init")
    with database.read() as tx:
        between = current(tx)
    again = run_command(settings, "init")

    assert (-signal.SIGKILL, known()[-3]) == (killed.returncode, between)
    assert 0 == again.returncode, again.stderr
    with database.read() as tx:
        assert (known()[-1], had) == (current(tx), counts(tx))
