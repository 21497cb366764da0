"""What a host remembers of the database it ran on, beside the database, so that a copy or a restored backup is noticed."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from newsletter.instance import Standing

SUFFIX = ".home"


@dataclass(frozen=True, slots=True)
class Home:
    """The database as this host last saw it."""

    # Which instance it was.
    instance: str
    # How far it had counted.
    pulse: int


def read(path: Path) -> Home | None:
    """Read what this host remembers; None when it remembers nothing that can be read."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Home(str(kept["instance"]), int(kept["pulse"]))
    except (OSError, ValueError, KeyError, TypeError):
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


def trouble(known: Standing, place: str, home: Home | None, *, is_of_one_host: bool) -> str:
    """Say in what the database that calls itself *known* is not the one this host left; empty when it is.

    *home* is to be read before the database is asked: what this host saw then cannot be ahead of it.
    """
    if known.place not in {"", place}:
        return "the database server keeps it elsewhere than when it was last run: it was copied, or restored from a dump"
    if home is not None and home.instance == known.id:
        return "it is older than when this host last ran it: it was restored from a backup" if home.pulse > known.pulse else ""
    if is_of_one_host and known.pulse:
        return "it was run somewhere else before: it is a copy, or was restored from a backup"
    return ""
