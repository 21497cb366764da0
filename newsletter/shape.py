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

# `0046_articles_by_nobody.py`; a house test holds that the names are the revisions, in one row.
_NAME = re.compile(r"(\d{4})_\w+\.py")


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


def upgrade(connection: Connection) -> None:
    """Bring the tables to the newest shape; creates them where there are none.

    Raises:
        UnknownShape: a newer version made the shape they have.

    """
    found = current(connection)
    if found is not None and found not in known():
        raise UnknownShape(f"its tables have shape {found}, and {known()[-1]} is the newest this one knows")
    if found == known()[-1]:
        return
    # Loading Alembic takes as long as most commands; they find the newest shape.
    from alembic import command  # noqa: PLC0415

    command.upgrade(config(connection), "head")


def config(connection: Connection) -> "Config":
    """Tell Alembic where the migrations are and what they are run on."""
    from alembic.config import Config  # noqa: PLC0415 -- as above

    made = Config()
    made.set_main_option("script_location", str(files("newsletter") / "migrations"))
    made.attributes["connection"] = connection
    made.attributes["metadata"] = metadata
    return made
