"""What a PostgreSQL of this machine has used so far: CPU of all its processes, its log, its commits."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from newsletter.database import Database

PROC = Path("/proc")

_USED = """
SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint AS wal,
  (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()) AS commits
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What was used up to a moment, or between two."""

    cpu_seconds: float
    wal_bytes: int
    commits: int

    def __sub__(self, other: Self) -> "Load":
        """Give what was used since."""
        wal, commits = self.wal_bytes - other.wal_bytes, self.commits - other.commits
        return Load(self.cpu_seconds - other.cpu_seconds, wal, commits)


@dataclass(frozen=True, slots=True)
class Server:
    """A server whose processes can be seen here."""

    database: Database
    # The process that all others are children of.
    pid: int

    @classmethod
    def of(cls, database: Database) -> Self:
        """Find the server of a database."""
        with database.read() as tx:
            backend: int = tx.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        return cls(database, int(_fields(PROC / str(backend))[1]))

    def load(self) -> Load:
        """Give what it has used so far."""
        with self.database.read() as tx:
            row = tx.exec_driver_sql(_USED).one()
        return Load(self._cpu_seconds(), row.wal, row.commits)

    @contextmanager
    def asking(self) -> Iterator["Asking"]:
        """Give a way to ask the server, by a connection of its own: what that costs can be left out of the load."""
        database = Database(self.database.url.render_as_string(hide_password=False))
        try:
            with database.read() as tx:
                pid = int(tx.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
            yield Asking(database, pid)
        finally:
            database.close()

    def _cpu_seconds(self) -> float:
        # Its own and that of the children that have ended, then that of those who live.
        ticks = sum(int(field) for field in _fields(PROC / str(self.pid))[11:15])
        for folder in PROC.iterdir():
            if not folder.name.isdigit():
                continue
            with suppress(OSError):
                fields = _fields(folder)
                if int(fields[1]) == self.pid:
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody who looks at a server, and costs it something by that."""

    # With the one connection of this process.
    database: Database
    pid: int

    def cpu_seconds(self) -> float:
        """Give what the process of this connection has used so far."""
        return sum(int(field) for field in _fields(PROC / str(self.pid))[11:13]) / os.sysconf("SC_CLK_TCK")


def _fields(folder: Path) -> list[str]:
    """Give what stands in /proc/PID/stat behind the name, which may hold spaces and parentheses: the state first."""
    return (folder / "stat").read_text().rpartition(")")[2].split()
