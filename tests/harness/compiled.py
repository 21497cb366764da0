"""What is compiled once in a run of the tests, however many databases and applications they open: statements and pages.

Every test has an engine and an application of its own, and each of them would compile everything anew. In a process that
serves, it happens once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite


class Memory(BytecodeCache):
    """Compiled templates, by what their source is."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was compiled before, if anything was."""
        if (kept := self._kept.get((bucket.key, bucket.checksum))) is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


@contextmanager
def once() -> Iterator[None]:
    """Let all engines share their compiled statements, and all applications their compiled pages."""
    statements: dict[Any, Any] = {}

    def engine(*places: Any, **options: Any) -> Engine:  # noqa: ANN401 -- as SQLAlchemy has them
        return create_engine(*places, **options).execution_options(compiled_cache=statements)

    with pytest.MonkeyPatch.context() as patched:
        for dialect in (PGDialect_psycopg, SQLiteDialect_pysqlite):
            # A statement is kept by the dialect it was compiled for, and every engine has one: all are configured alike.
            patched.setattr(dialect, "__eq__", lambda one, other: type(one) is type(other), raising=False)
            patched.setattr(dialect, "__hash__", lambda one: hash(type(one)), raising=False)
        patched.setattr("newsletter.database.create_engine", engine)
        patched.setattr("newsletter.web.pages.Environment", partial(Environment, bytecode_cache=Memory()))
        yield
