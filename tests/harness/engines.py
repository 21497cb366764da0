"""The engines by which a database is written to, for tests that watch its commits or let them fail."""

from collections.abc import Iterator

from sqlalchemy import Engine

from newsletter.database import Database


def writing(database: Database) -> Iterator[Engine]:
    """Give each of them."""
    writers = [database.writer(), *([database.hasty_writer()] if database.is_sqlite else [])]
    for writer in writers:
        with writer.write() as tx:
            engine = tx.engine
        writer.close()
        yield engine
