"""What a host remembers of the database it ran on, beside the database, so that a copy or a restored backup is noticed."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from newsletter import hostmarks
from newsletter.hostmarks import Marks
from newsletter.instance import Standing

SUFFIX = ".home"

# So long nobody has run a database that a host never ran itself: a new host comes to others that run, or follows them soon.
SILENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Home:
    """The database as this host last saw it."""

    # Which instance it was.
    instance: str
    # How far it had counted.
    pulse: int
    # On which machine, and of a file on this machine where it was and which one.
    marks: Marks = field(default_factory=Marks)
    path: str = ""
    inode: int = 0

    def is_elsewhere(self, now: "Home") -> str:
        """Say in what *now*, which is the same database by its count, is not where it was; empty where it is."""
        if self.marks.is_another_machine(now.marks):
            return "this is another machine than when it was last run: the machine was cloned, or its disk put into another"
        # Whoever moves a file takes it along; whoever copies a folder makes another one.
        if self.path and now.path and self.path != now.path and self.inode != now.inode:
            return "its file is another one than when it was last run: its folder was copied"
        return ""


def read(path: Path) -> Home | None:
    """Read what this host remembers; None when it remembers nothing that can be read."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        marks = hostmarks.read(kept.get("marks") or {})
        place = str(kept.get("path") or ""), int(kept.get("inode") or 0)
        return Home(str(kept["instance"]), int(kept["pulse"]), marks, *place)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write(path: Path, home: Home) -> None:
    """Remember; whoever reads meanwhile reads the old or the new.

    Raises:
        OSError: it cannot be written.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(json.dumps(asdict(home)), encoding="utf-8")
    fresh.replace(path)


def here(known: Home, path: Path) -> Home:
    """Give how a database stands on this machine whose note is to lie at *path*: beside its file, where it is one."""
    file = path.with_name(path.name.removesuffix(SUFFIX))
    try:
        return replace(known, marks=hostmarks.seen(), path=str(file.resolve()), inode=file.stat().st_ino)
    except OSError:
        return replace(known, marks=hostmarks.seen())


def trouble(known: Standing, place: str, home: Home | None, now: Home | None = None, *, is_of_one_host: bool) -> str:
    """Say in what the database that calls itself *known* is not the one this host left; empty when it is.

    *home* is to be read before the database is asked: what this host saw then cannot be ahead of it. *now* is how it stands
    here, None where the database is on another machine, which one of ours may be a clone of without any harm.
    """
    if known.place not in {"", place}:
        return "the database server keeps it elsewhere than when it was last run: it was copied, or restored from a dump"
    if home is not None and home.instance == known.id:
        if home.pulse > known.pulse:
            return "it is older than when this host last ran it: it was restored from a backup"
        return home.is_elsewhere(now) if now is not None else ""
    if is_of_one_host and known.pulse:
        return "it was run somewhere else before: it is a copy, or was restored from a backup"
    return ""


def silence(known: Standing, home: Home | None, others: Sequence[str], at: datetime) -> str:
    """Say in what a database server looks as if it had been put back as a whole, to a host that begins to run it; else empty.

    A snapshot of its disk, a recovery to a point in time and a promoted replica have all the numbers of the original. A
    host that ran the original remembers how far it had counted; one that did not sees that nobody runs what was run before.
    *others* are the workers that are alive.
    """
    if known.beat_at is None or others or at - known.beat_at < SILENCE:
        return ""
    if home is not None and home.instance == known.id:
        return ""
    return (
        "this host never ran it, and no other has for a while: it may be a snapshot of its server, or have been recovered to a "
        "moment that is past"
    )
