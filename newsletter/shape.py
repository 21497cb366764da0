"""Which shape the tables of a database have, which one this version expects, and the migrations from the one to the other."""

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from subscribers.tables.kinds import metadata

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic's own table; one row once there is a shape.
_TABLE = "alembic_version"
_ASK = text("SELECT version_num FROM alembic_version")

# The oldest shape whose programs can go on beside the newest, so that hosts are upgraded one after the other: what they read
# and write is all there still. A house test reads the migrations since; one that takes something away raises this to its own
# number.
SERVES = "0070"
_LEAST = text("SELECT least_shape FROM instance")
_DECLARE = text("UPDATE instance SET least_shape = :least WHERE least_shape <> :least")

# `0046_articles_by_nobody.py`; a house test holds that the names are the revisions, in one row.
_NAME = re.compile(r"(\d{4})_\w+\.py")


# Of what a copy is being brought into, until all of it is there: no version takes it for a shape.
_UNFINISHED = "unfinished"
_CALL = text("UPDATE alembic_version SET version_num = :name")


class UnknownShape(Exception):  # noqa: N818 -- named for the outcome
    """A newer version than this one made the tables."""


@cache
def known() -> tuple[str, ...]:
    """Give the shapes this version knows, the newest last."""
    names = (_NAME.fullmatch(file.name) for file in (files("newsletter") / "migrations" / "versions").iterdir())
    return tuple(sorted(name[1] for name in names if name))


def current(tx: Connection) -> str | None:
    """Give the shape of a database, None before it has one."""
    if not inspect(tx).has_table(_TABLE):
        return None
    return tx.execute(_ASK).scalar_one_or_none()


def misfit(tx: Connection) -> str:
    """Say why this version cannot work on a database; empty where it can.

    The tables of a newer version fit when that one says so: for a release, the former one goes on beside it.
    """
    found, newest = current(tx), known()[-1]
    if found == newest:
        return ""
    if found is None or found < newest:
        return f"does not have the shape this version expects ({newest}). Run `newsletter init`."
    if is_unfinished(found):
        return "holds only a part of what is copied into it. Give `newsletter database copy` again, where it was given before."
    least = tx.execute(_LEAST).scalar_one_or_none()
    if least and least <= newest:
        return ""
    return (
        f"was made by a newer version of newsletter: its tables have shape {found}, and {newest} is the newest this one knows. "
        "Run that version here, too; nothing was changed."
    )


def leaves_behind(tx: Connection) -> bool:
    """Whether programs that fit the tables as they are could not go on once these are upgraded."""
    found = current(tx)
    return found is not None and found < SERVES


def declare(tx: Connection) -> None:
    """Write down which programs can go on beside the newest shape."""
    tx.execute(_DECLARE, {"least": SERVES})


def unfinished(instance: str) -> str:
    """Give what the shape of a database is called while a copy of *instance* is brought into it by this version."""
    return f"{_UNFINISHED}-{known()[-1]}-{instance[:12]}"


def is_unfinished(name: str) -> bool:
    """Whether that is what a shape is called."""
    return name.startswith(_UNFINISHED)


def call(tx: Connection, name: str) -> None:
    """Call the shape that a database has by another name."""
    tx.execute(_CALL, {"name": name})


def upgrade(connection: Connection, wanted: str = "") -> None:
    """Bring the tables to the newest shape, or to the one that is *wanted*; creates them where there are none.

    Raises:
        UnknownShape: a newer version made the shape they have.

    """
    found = current(connection)
    if found is not None and found not in known():
        raise UnknownShape(f"its tables have shape {found}, and {known()[-1]} is the newest this one knows")
    if found == (wanted or known()[-1]):
        return
    # Loading Alembic takes as long as most commands; they find the newest shape.
    from alembic import command  # noqa: PLC0415

    command.upgrade(config(connection), wanted or "head")
    if current(connection) == known()[-1]:
        declare(connection)


def config(connection: Connection) -> "Config":
    """Tell Alembic where the migrations are and what they are run on."""
    from alembic.config import Config  # noqa: PLC0415 -- as above

    made = Config()
    made.set_main_option("script_location", str(files("newsletter") / "migrations"))
    made.attributes["connection"] = connection
    made.attributes["metadata"] = metadata
    return made
