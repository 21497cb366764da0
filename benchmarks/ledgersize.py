"""How large the ledger of a PostgreSQL is, how much of it is dead, and in how many parts it lies."""

from dataclasses import dataclass

from newsletter.database import Database

# Of the table itself, or what it is divided into.
SIZE = r"""
SELECT count(*) AS parts, coalesce(sum(pg_table_size(oid)), 0) AS bytes, coalesce(sum(pg_indexes_size(oid)), 0) AS index_bytes,
  coalesce(sum(pg_stat_get_live_tuples(oid)), 0) AS live, coalesce(sum(pg_stat_get_dead_tuples(oid)), 0) AS dead
FROM pg_class WHERE relkind = 'r' AND (relname = 'delivery' OR relname LIKE 'delivery\_from\_%%')
"""

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Size:
    """The deliveries as they lie there."""

    partitions: int
    table_mb: float
    index_mb: float
    dead_share: float


def settle(database: Database) -> None:
    """Let PostgreSQL learn what lies there, as it would by itself within a minute."""
    with database.write() as tx:
        tx.exec_driver_sql("ANALYZE")


def of(database: Database) -> Size:
    """Measure it."""
    with database.read() as tx:
        row = tx.exec_driver_sql(SIZE).one()
    rows = row.live + row.dead
    return Size(
        partitions=row.parts,
        table_mb=round(float(row.bytes) / MEGABYTE, 1),
        index_mb=round(float(row.index_bytes) / MEGABYTE, 1),
        dead_share=round(float(row.dead) / float(rows), 3) if rows else 0.0,
    )
