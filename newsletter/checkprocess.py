"""What the doctor looks at of files, processes and whoever watches: who can read what, what can be written, who mails."""

import os
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from newsletter.database import Database
from newsletter.mail.senderproof import Point, Standing
from newsletter.settings import Settings
from newsletter.watching import stock
from newsletter.watching.stock import Stock
from subscribers.sentence import say
from subscribers.transaction import Transaction

# Beyond it somebody keeps the log from being emptied: a reader that is never done, or a replica that is away.
LARGE_LOG = 4_000_000_000
GIGABYTE = 1_000_000_000
# Mail that has been due for so long goes nowhere.
LONGEST_DUE_SECONDS = 900


def about_permissions(settings: Settings, database: Path | None) -> Iterator[Point]:
    """Look who can read the files with people's addresses, and whether this user can write where it must."""
    for folder in sorted({settings.data_dir, settings.journal_dir}):
        if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
            text = say("%(folder)s cannot be written by the user that asks now.", folder=folder)
            mend = say("Give it to the user that runs the service, and ask as that one.")
            yield Point(say("permissions"), Standing.WRONG, text, mend, command=f"chown -R newsletter {folder}")
    private = [path for path in (settings.data_dir, settings.journal_dir, database) if path is not None and path.exists()]
    open_ones = [path for path in private if _is_open(path)]
    for path in open_ones:
        text = say("Others on this machine can read %(path)s, where addresses of people are.", path=path)
        mend = say("Let its owner alone read it.")
        command = f"chmod {'700' if path.is_dir() else '600'} {path}"
        yield Point(say("permissions"), Standing.WRONG, text, mend, command=command)
    if private and not open_ones:
        yield Point(
            say("permissions"), Standing.RIGHT, say("Nobody else on this machine can read where addresses of people are.")
        )


def _is_open(path: Path) -> bool:
    """Whether others than the owner's group get at a file: by its own mode, and by that of the folder it lies in."""
    if not path.stat().st_mode & stat.S_IROTH:
        return False
    return path.is_dir() or bool(path.parent.stat().st_mode & stat.S_IXOTH)


def about_processes(tx: Transaction, database: Database, settings: Settings, now: datetime) -> Iterator[Point]:
    """Look who mails, what waits, and how large the log of the database has become."""
    found = stock.take(tx, database, settings.relay, now)
    yield _about_mailers(found)
    if found.queue["uncertain"]:
        text = say(
            "Of %(count)s mails nobody knows whether they went out; they are held.", count=f"{found.queue['uncertain']:,}"
        )
        mend = say("Ask the relay's log, and decide.")
        yield Point(say("mailing"), Standing.ADVICE, text, mend, command="newsletter uncertain list")
    waiting = sum(found.alerts.values())
    if waiting:
        text = say("%(count)s alerts wait for a person.", count=waiting)
        yield Point(say("alerts"), Standing.ADVICE, text, say("Read them."), command="newsletter alerts list")
    log = found.size.log
    if log is not None and log > LARGE_LOG:
        text = say("The write-ahead log of the database has %(size)s GB.", size=f"{log / GIGABYTE:.1f}")
        mend = say("End whoever reads for hours, or look which replica does not take it.")
        yield Point(say("database"), Standing.ADVICE, text, mend)


def _about_mailers(found: Stock) -> Point:
    alive, age = found.workers["alive"], found.queue_age.total_seconds()
    if not alive and found.queue["waiting"]:
        text = say("%(count)s mails wait, and no mailer runs.", count=f"{found.queue['waiting']:,}")
        return Point(say("mailing"), Standing.WRONG, text, say("Start one."), command="newsletter worker")
    if not alive:
        text = say("No mailer runs now; nothing waits for one.")
        return Point(say("mailing"), Standing.ADVICE, text, say("Start one."), command="newsletter worker")
    if age > LONGEST_DUE_SECONDS:
        text = say("Mail has been due for %(minutes)s minutes.", minutes=round(age / 60))
        mend = say("See whether its relays are in trouble, or at their limits.")
        return Point(say("mailing"), Standing.WRONG, text, mend, command="newsletter relays list")
    text = say("%(alive)s mailers run, and %(count)s mails wait.", alive=alive, count=f"{found.queue['waiting']:,}")
    return Point(say("mailing"), Standing.RIGHT, text)


def about_watching(settings: Settings) -> Point:
    """Look whether anybody is told how it goes."""
    access = settings.watching
    if access.listen is None and not access.token:
        text = say("Nothing tells a monitoring system how it goes.")
        mend = say("Set NEWSLETTER_METRICS_TOKEN or NEWSLETTER_METRICS_LISTEN; there are alert rules and a run-book for it.")
        return Point(say("watching"), Standing.ADVICE, text, mend)
    ways = [*(["/metrics"] if access.token else []), *([str(access.listen)] if access.listen is not None else [])]
    return Point(say("watching"), Standing.RIGHT, say("Metrics are told: %(ways)s.", ways=", ".join(ways)))
