"""Postfix's own test programs, the yardstick: `smtp-sink` takes mail and forgets it, `smtp-source` makes it, in C.

Those installed are used; else Debian's `postfix` package is fetched and unpacked under build/, nothing is installed.
"""

import contextlib
import os
import re
import resource
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
UNPACKED = ROOT / "build" / "postfix"

SENDER = "news@example.org"
RECIPIENT = "reader@example.net"

# What smtp-source puts above the payload it is asked for: From, To, Date, Message-Id and the empty line.
SOURCE_HEADERS = 129

# Connections that may wait to be taken; the manual's own example.
BACKLOG = 1000

# In seconds.
LONGEST_START = 10


class NotToBeHad(Exception):  # noqa: N818 -- named for what happens
    """Neither installed nor fetchable; the reason in words."""


@dataclass(frozen=True, slots=True)
class Tools:
    """Where the programs are, and what they need to find their libraries."""

    sink: str
    source: str
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pace:
    """What a sender that remembers nothing manages."""

    per_second: float
    cpu_us_per_message: float


def faster(*paces: Pace) -> Pace:
    """Give the better of several runs: the yardstick gets the benefit of the doubt."""
    return max(paces, key=lambda pace: pace.per_second)


def find() -> Tools:
    """Find the programs, fetched when they are not installed.

    Raises:
        NotToBeHad: no Debian package manager, no network, or the programs do not start.

    """
    installed = _installed()
    if installed is not None:
        return installed
    if not (UNPACKED / "usr" / "sbin" / "smtp-sink").exists():
        _fetch()
    return _unpacked()


@dataclass(frozen=True, slots=True)
class Listening:
    """A server that was started."""

    port: int
    pid: int


@contextlib.contextmanager
def sink(tools: Tools) -> Iterator[Listening]:
    """Run smtp-sink on a free port of this machine."""
    port = free_port()
    # It refuses to stay root without being told so.
    as_root = ["-u", "root"] if os.geteuid() == 0 else []
    command = [tools.sink, *as_root, f"127.0.0.1:{port}", str(BACKLOG)]
    with subprocess.Popen(command, env=tools.environment) as process:
        try:
            wait_for_port(port)
            yield Listening(port, process.pid)
        finally:
            process.kill()


def source(tools: Tools, port: int, messages: int, connections: int, size: int) -> Pace:
    """Send so many messages of *size* bytes with smtp-source, each connection kept (-d)."""
    payload = max(1, size - SOURCE_HEADERS)
    options = ("-d", "-s", connections, "-m", messages, "-l", payload, "-f", SENDER, "-t", RECIPIENT)
    begun, used = time.perf_counter(), _cpu_of_children()
    subprocess.run([tools.source, *map(str, options), f"127.0.0.1:{port}"], env=tools.environment, check=True)
    seconds = time.perf_counter() - begun
    cpu = _cpu_of_children() - used
    return Pace(round(messages / seconds, 1), round(cpu / messages * 1e6, 1))


def cpu_seconds(stat: str) -> float:
    """Read user and system time out of /proc/PID/stat, where a program's name may hold spaces and parentheses."""
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Give a port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_for_port(port: int) -> None:
    """Return when somebody listens.

    Raises:
        TimeoutError: nobody does.

    """
    until = time.monotonic() + LONGEST_START
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on port {port}")


def packages_in(simulation: str) -> list[str]:
    """Give the packages that a simulated `apt-get install` would unpack."""
    return re.findall(r"(?m)^Inst (\S+)", simulation)


def _cpu_of_children() -> float:
    use = resource.getrusage(resource.RUSAGE_CHILDREN)
    return use.ru_utime + use.ru_stime


def _installed() -> Tools | None:
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    programs = [shutil.which(name, path=path) for name in ("smtp-sink", "smtp-source")]
    if programs[0] is None or programs[1] is None:
        return None
    return Tools(programs[0], programs[1], dict(os.environ))


def _unpacked() -> Tools:
    folders = [UNPACKED / "usr" / "lib" / "postfix", *UNPACKED.glob("usr/lib/*-linux-gnu*"), *UNPACKED.glob("lib/*-linux-gnu*")]
    environment = {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(map(str, folders))}
    programs = UNPACKED / "usr" / "sbin"
    tools = Tools(str(programs / "smtp-sink"), str(programs / "smtp-source"), environment)
    if "not found" in _output(["ldd", tools.sink], environment):
        raise NotToBeHad("smtp-sink lacks libraries on this machine")
    return tools


def _fetch() -> None:
    UNPACKED.mkdir(parents=True, exist_ok=True)
    wanted = packages_in(_output(["apt-get", "--simulate", "--no-install-recommends", "install", "postfix"]))
    if "postfix" not in wanted:
        # A machine whose lists of packages were never read, as containers are.
        _output(["apt-get", "update", "--quiet"])
        wanted = packages_in(_output(["apt-get", "--simulate", "--no-install-recommends", "install", "postfix"]))
    needed = [name for name in wanted if name == "postfix" or name.startswith("lib")]
    _output(["apt-get", "download", "--quiet", *needed], folder=UNPACKED)
    for package in UNPACKED.glob("*.deb"):
        _output(["dpkg-deb", "--extract", str(package), str(UNPACKED)])
    if not (UNPACKED / "usr" / "sbin" / "smtp-sink").exists():
        raise NotToBeHad("Debian's package `postfix` could not be fetched")


def _output(command: list[str], environment: Mapping[str, str] | None = None, folder: Path = ROOT) -> str:
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise NotToBeHad(f"there is no {command[0]} here") from error
    return done.stdout
