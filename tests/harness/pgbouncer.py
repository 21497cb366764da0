"""A PgBouncer of our own in front of a PostgreSQL, in transaction mode: two clients share each connection of the server."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.harness.trial import wait_until

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
WHY_NONE = "" if PROGRAM else "PgBouncer is not installed: on Debian, scripts/hostpackages does it"
# Who it runs as where root starts it, because it refuses to: the one that the wheel's PostgreSQL runs as.
USER = "pgserver"
# Fewer than a worker and its pages have open: each statement may meet a connection that somebody else has used.
POOL = 3


@contextmanager
def pgbouncer(server: str, address: str = "127.0.0.1", port: int = 0, **settings: object) -> Iterator[int]:
    """Run one for the databases of a *server*, given as one of its addresses with a socket; gives the port it listens at."""
    assert PROGRAM is not None
    chosen = port or _free_port(address)
    with tempfile.TemporaryDirectory(prefix="newsletter-bouncer-") as name, Path(name, "log").open("wb") as log:
        book = Path(name, "pgbouncer.ini")
        book.write_text(_settings(server.rpartition("host=")[2], {"listen_addr": address, "listen_port": chosen, **settings}))
        command = [PROGRAM, *(("-u", USER) if os.geteuid() == 0 else ()), str(book)]
        with subprocess.Popen(command, stdout=log, stderr=log) as process:
            try:
                wait_until(lambda: process.poll() is not None or _listens(address, chosen), "PgBouncer to listen", 20)
                assert process.poll() is None, Path(log.name).read_text()
                yield chosen
            finally:
                process.kill()


def _settings(socket_folder: str, more: Mapping[str, object]) -> str:
    settings = {
        "auth_type": "any",
        "pool_mode": "transaction",
        "default_pool_size": POOL,
        "max_client_conn": 400,
        "unix_socket_dir": "",
        **more,
    }
    lines = [f"{name} = {value}" for name, value in settings.items()]
    return "\n".join(["[databases]", f"* = host={socket_folder} port=5432 user=postgres", "[pgbouncer]", *lines, ""])


def is_permitted() -> str:
    """Say why none can be run here; empty when it can."""
    if WHY_NONE or os.geteuid() != 0:
        return WHY_NONE
    return "" if any(one.pw_name == USER for one in pwd.getpwall()) else f"there is no user {USER}"


def _free_port(address: str) -> int:
    with socket.socket() as any_socket:
        any_socket.bind((address, 0))
        port: int = any_socket.getsockname()[1]
        return port


def _listens(address: str, port: int) -> bool:
    with socket.socket() as any_socket:
        return any_socket.connect_ex((address, port)) == 0
