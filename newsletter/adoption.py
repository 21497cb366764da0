"""Copies: a database that is not where it was left is disowned, and neither mails nor takes mail in until it is adopted."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from newsletter import home, instance
from newsletter.database import Database
from newsletter.errors import NotReplayed
from newsletter.home import Home
from newsletter.issues import agenda, alerts
from newsletter.mail import furtherbook, uncertain, workers
from newsletter.staff import audit
from newsletter.staff.permissions import Actor
from subscribers.transaction import Transaction

log = structlog.get_logger()

ALERT = "not-adopted"

# Who did it, in the audit, where nobody did.
START = Actor("the start", None)


def home_of(database: Database, data_dir: Path) -> Path:
    """Give where this host remembers what it knows of the database: beside a file, else in the data folder."""
    if database.path is not None:
        return database.path.with_name(database.path.name + home.SUFFIX)
    return data_dir / "database.home"


def look(database: Database, path: Path, now: datetime) -> None:
    """Disown the database when it is not the one this host left."""
    remembered = home.read(path)
    with database.read() as tx:
        why = _trouble(tx, path, remembered, database)
    if why:
        _disown(database, why, now)


def arrive(database: Database, path: Path, now: datetime) -> None:
    """Disown the database when this host, which begins to mail from it, never did and nobody does any more."""
    remembered = home.read(path)
    with database.read() as tx:
        why = home.silence(instance.standing(tx), remembered, workers.alive(tx, now), now)
    if why:
        _disown(database, why, now)


def _disown(database: Database, why: str, now: datetime) -> None:
    with database.write() as tx:
        if not instance.disown(tx):
            return
        instance.leap_numbers(tx)
        audit.record(tx, START, "instance.disown", "instance", {"reason": why}, now)
        alerts.raise_alert(tx, ALERT, _words(why), now)
    log.warning("this database mails nothing until it is adopted", reason=why)


def beat(database: Database, path: Path, now: datetime) -> None:
    """Look, count one tick, and remember it on this host."""
    look(database, path, now)
    with database.write() as tx:
        known = instance.standing(tx)
        if not known.is_adopted:
            # What this host remembers of the original must not be overwritten by the copy.
            return
        pulse = instance.beat(tx, instance.place(tx), now)
    remember(path, Home(known.id, pulse))


@dataclass(frozen=True, slots=True)
class Adopted:
    """What came of a copy that mails from now on."""

    # What `remember` is to write once this is committed.
    home: Home
    # Issues and dates whose time passed while it was a copy.
    missed: int = 0
    # Deliveries that the original may have mailed since.
    uncertain: int = 0


def hold(tx: Transaction, why: str, now: datetime) -> None:
    """Hold a database that was just filled from another one."""
    instance.hold(tx)
    instance.leap_numbers(tx)
    audit.record(tx, START, "instance.disown", "instance", {"reason": why}, now)
    alerts.raise_alert(tx, ALERT, _words(why), now)


def adopt(tx: Transaction, path: Path, now: datetime, *, without_journal: str = "", stopped: str = "") -> Adopted:
    """Let this database mail from now on.

    Whatever the one it is a copy of may have mailed since is not mailed from here by itself: what was due is missed, and what
    waited is uncertain. Where that one was *stopped* before the copy was made, everything goes on as it stood.

    Raises:
        NotReplayed: no journal was read into it, and nobody says why that is not needed.

    """
    known = instance.standing(tx)
    if known.replayed_at is None and not without_journal and not stopped:
        raise NotReplayed
    remembered = home.read(path)
    least = remembered.pulse if remembered is not None and remembered.instance == known.id else 0
    pulse = instance.adopt(tx, instance.place(tx), least)
    alerts.settle_alert(tx, ALERT, now)
    if stopped:
        return Adopted(Home(known.id, pulse))
    # The one it is a copy of may have carried them out since.
    furtherbook.drop_all(tx)
    return Adopted(Home(known.id, pulse), agenda.miss_in_copy(tx, now), uncertain.doubt_what_waits(tx, now))


def remember(path: Path, seen: Home) -> None:
    """Write on this host what it has seen of the database, behind the transaction that counted it."""
    try:
        home.write(path, home.here(seen, path))
    except OSError as error:
        # A read-only folder: a restored backup is then noticed by the database server's numbers alone.
        log.warning("this host cannot remember its database", path=str(path), reason=error.strerror)


def _trouble(tx: Transaction, path: Path, remembered: Home | None, database: Database) -> str:
    known = instance.standing(tx)
    now = home.here(Home(known.id, known.pulse), path) if database.is_on_this_machine else None
    return home.trouble(known, instance.place(tx), remembered, now, is_of_one_host=database.is_sqlite)


def _words(why: str) -> str:
    return (
        f"Nothing is mailed, and nothing that comes back is taken in: {why}. Stop the instance it comes from, read the "
        "journals of all hosts into this one (newsletter journal replay FILE…), and adopt it (newsletter adopt)."
    )
