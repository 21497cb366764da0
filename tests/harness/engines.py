"""The engines by which a database is written to, for tests that watch its commits or let them fail."""

from collections.abc import Iterator

from sqlalchemy import Engine

from newsletter.database import Database


def writing(database: Database) -> Iterator[Engine]:
    """Give each of them."""
    ways = [database.write, *([database.write_at_once] if database.is_sqlite else [])]
    for way in ways:
        with way() as tx:
            engine = tx.engine
        yield engine
