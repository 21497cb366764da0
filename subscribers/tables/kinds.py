"""The kinds of column both databases agree on, and the one MetaData that all tables register with."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

# Constraints need names before Alembic can change them on SQLite.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    },
)

# SQLite gives its rowid only to a column spelled INTEGER; PostgreSQL wants 64 bits said.
Number = BigInteger().with_variant(Integer(), "sqlite")
# Ordered by code points on both databases, so that what begins with the same letters stands together in the index.
Words = Text().with_variant(Text(collation="C"), "postgresql")

SQLITE: dict[str, Any] = {
    # STRICT refuses a text in a number column, as PostgreSQL does (SQLite 3.37).
    "sqlite_strict": True,
    # An id that stood in a link must never be given to somebody else after a deletion.
    "sqlite_autoincrement": True,
}
SQLITE_STRICT: dict[str, Any] = {"sqlite_strict": True}


class Instant(TypeDecorator[datetime]):
    """A moment in aware UTC: timestamptz on PostgreSQL, sortable ISO text with microseconds on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of *dialect*."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401 -- the driver's type
        """Make the value ready for the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"a moment without a zone: {value!r}"
            raise ValueError(msg)
        moment = value.astimezone(UTC)
        if dialect.name == "sqlite":
            return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002 -- the driver's type
        """Read the value as it comes from the database."""
        if value is None:
            return None
        if isinstance(value, str):
            # As written above, with its Z; `strptime` takes twenty times as long, for several values of each row.
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not UTC:
                msg = f"a moment that we did not write: {value!r}"
                raise ValueError(msg)
            return moment
        return value.astimezone(UTC)  # type: ignore[no-any-return]  # psycopg gives an aware datetime


# What a moment is read as in which somebody wrote, behind our back, what is none.
NO_MOMENT = datetime.min.replace(tzinfo=UTC)


class Attested(Instant):
    """A moment of the evidence: one that was made unreadable is to be seen as such, not to keep anybody from the rest."""

    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401 -- the driver's type
        """Read the value as it comes from the database."""
        try:
            return super().process_result_value(value, dialect)
        except ValueError:
            return NO_MOMENT


class Flag(TypeDecorator[bool]):
    """Yes or no: 1 or 0 in an integer column, because STRICT tables know no boolean."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:  # noqa: ARG002, FBT001 -- SQLAlchemy's signature
        """Make the value ready for the database."""
        return None if value is None else int(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:  # noqa: ANN401, ARG002 -- the driver's type
        """Read the value as it comes from the database."""
        return None if value is None else bool(value)


class Document(TypeDecorator[Any]):
    """A small JSON value kept as text; never asked about in SQL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ANN401, ARG002 -- any JSON value
        """Make the value ready for the database."""
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002 -- any JSON value
        """Read the value as it comes from the database."""
        return None if value is None else json.loads(value)
