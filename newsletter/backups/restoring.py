"""Reading a backup into a new database, which is held: it mails nothing until somebody adopts it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from newsletter import adoption, failpoints, instance, shape
from newsletter.backups import carried
from newsletter.backups.carried import Laid
from newsletter.backups.fresh import fresh
from newsletter.backups.manifest import About
from newsletter.backups.reading import Key, begun, load, rows_of
from newsletter.bootstrap import bare_database
from newsletter.database import Database
from newsletter.errors import AlreadyThere
from newsletter.journal import opened
from newsletter.people.replay import Fate, replay
from newsletter.settings import Settings
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

Tell = Callable[[int, int], None]

_HELD = "it was restored from the backup of %s"


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it."""

    about: About
    rows: Mapping[str, int]
    laid: Laid = field(default_factory=Laid)
    # What became of the lines of the journals; None where nothing was written.
    fates: Mapping[Fate, int] | None = None
    # Whether journals that may know more than the backup were among them.
    is_replayed: bool = False


def look_through(path: Path, key: Key, keyring: Keyring, tell: Tell) -> Restored:
    """Read a backup from its beginning to its end, and write nothing.

    Raises:
        BackupUnusable: it cannot be restored as it is.
        InstanceMismatch: it was made with another key.
        BadValue: it cannot be read.

    """
    with begun(path, key, keyring) as (reading, parts, file):
        for _ in rows_of(reading, parts, keyring):
            tell(file.tell(), sum(reading.tally.rows.values()))
    return Restored(reading.about, reading.tally.rows)


def restore(settings: Settings, path: Path, key: Key, now: datetime, tell: Tell) -> Restored:
    """Read a backup into the database of *settings*, where there is none yet, and let it obey the journals.

    It is there whole or not at all.

    Raises:
        AlreadyThere: there is a database already.
        BackupUnusable, InstanceMismatch, BadValue: as `look_through` does.
        DatabaseNotReady: the database cannot be reached.

    """
    assert settings.secret_key is not None
    failpoints.arm(settings.failpoint)
    keyring = Keyring(settings.secret_key, settings.former_secret_keys)
    with begun(path, key, keyring) as (reading, parts, file), _fresh(settings) as database:
        with database.write_alone() as tx:
            _require_empty(tx, database, reading.about)
            load(tx, reading, parts, keyring, lambda: tell(file.tell(), sum(reading.tally.rows.values())))
            adoption.hold(tx, _HELD % f"{reading.about.made_at:%Y-%m-%d %H:%M} UTC", now)
            # PostgreSQL has everything from the commit on, and is never to be without its journals. A file has no name yet.
            laid = carried.lay(settings, reading.carried) if database.path is None else Laid()
        failpoints.hit("database.restored")
        if database.path is not None:
            laid = carried.lay(settings, reading.carried)
        fates = _obey(database, keyring, (*laid.journals, *carried.own_journals(settings)))
        is_replayed = _knows_more(settings, fates)
        if is_replayed:
            with database.write() as tx:
                instance.mark_replayed(tx, now)
    return Restored(reading.about, reading.tally.rows, laid, fates, is_replayed)


@contextmanager
def _fresh(settings: Settings) -> Iterator[Database]:
    """Give a database that nobody else sees yet, or on PostgreSQL sees empty; it is put where it belongs when all went well."""
    database = bare_database(settings.database_url)
    if database.path is None:
        try:
            yield database
        finally:
            database.close()
        return
    path = database.path
    database.close()
    path.parent.mkdir(0o700, parents=True, exist_ok=True)
    with fresh(path, "database") as unfinished:
        database = bare_database(f"sqlite:///{unfinished}")
        try:
            yield database
            # What stands in its log goes into the file with this.
            database.scrub()
        finally:
            database.close()


def _require_empty(tx: Transaction, database: Database, about: About) -> None:
    """Ask that nobody ever used a database: it has no tables, or such as were just made."""
    found = shape.current(tx)
    if found is not None and (found != about.shape or instance.key_check(tx)):
        raise AlreadyThere("database", database.url.set(drivername="postgresql").render_as_string(hide_password=True))


def _obey(database: Database, keyring: Keyring, paths: tuple[Path, ...]) -> Mapping[Fate, int]:
    """Let everybody be obeyed again who said no in the journals of this host and in those that came with the backup."""
    with ExitStack() as stack:
        sheets = [stack.enter_context(opened(path)) for path in paths]
        return replay(
            database.write, keyring, lambda: (line for one in sheets for line in one.lines(keyring)), look=database.read
        )


def _knows_more(settings: Settings, fates: Mapping[Fate, int]) -> bool:
    """Whether a journal that this host kept itself was read, and all of it could be."""
    return bool(carried.own_journals(settings)) and not fates[Fate.FOREIGN] and any(fates.values())
