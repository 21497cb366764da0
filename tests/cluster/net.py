"""Hosts of a cluster: each a network and a name of its own, joined to the database and to the relay by two cables.

Run inside a network namespace that reaches nothing else (scripts/cluster makes it). Addresses are of the range that is kept for
examples (RFC 5737), and lead nowhere else.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.harness.processes import ROOT, own_environment
from tests.harness.trial import wait_until

# Where the database and the relay listen, each on a network of its own.
DATA, MAIL = "db", "mx"
_PREFIX = {DATA: "198.51.100", MAIL: "192.0.2"}
DATABASE, RELAY = (f"{_PREFIX[network]}.1" for network in (DATA, MAIL))
# Nobody's: what is sent there is dropped.
_NOWHERE = "02:00:00:00:00:99"
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")


def why_none() -> str:
    """Say why no network can be made here; empty when it can."""
    if os.geteuid() != 0:
        return "networks of hosts need root"
    command = ("unshare", "--net", "--uts", "ip", "link", "add", "probe", "type", "bridge")
    tried = subprocess.run(command, check=False, capture_output=True)
    return "" if tried.returncode == 0 else f"this machine lets nobody make networks: {tried.stderr.decode().strip()}"


def run(*words: object) -> None:
    """Run a command that must succeed."""
    done = subprocess.run([str(word) for word in words], check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{words}: {done.stderr}"


@dataclass(slots=True)
class Host:
    """One host: a network and a name, kept by a process that does nothing."""

    name: str
    number: int
    holder: int
    folder: Path
    _stack: ExitStack = field(default_factory=ExitStack)

    def address(self, network: str) -> str:
        """Give its address in a network."""
        return f"{_PREFIX[network]}.{self.number + 10}"

    def cable(self, network: str) -> str:
        """Give the end of its cable that is at the switch."""
        return f"{network}{self.number}"

    @contextmanager
    def cut_off(self, network: str) -> Iterator[None]:
        """Pull its cable while the block lasts: nothing arrives, and nobody is told."""
        run("ip", "link", "set", self.cable(network), "down")
        try:
            yield
        finally:
            run("ip", "link", "set", self.cable(network), "up")

    @contextmanager
    def half_open(self, network: str) -> Iterator[None]:
        """Let what is said to it be lost while the block lasts; what it says arrives."""
        neighbour = (self.address(network), "dev", f"switch-{network}")
        run("ip", "neigh", "replace", *neighbour, "lladdr", _NOWHERE, "nud", "permanent")
        try:
            yield
        finally:
            run("ip", "neigh", "del", *neighbour)

    @contextmanager
    def running(
        self, module: str, words: Sequence[str], settings: Mapping[str, str], *, clock: str = ""
    ) -> Iterator["subprocess.Popen[str]"]:
        """Run a module there until it ends or the block does; its *clock* may be off, as `+3h`."""
        environment = {**own_environment(), **settings, "PYTHONDONTWRITEBYTECODE": "1"}
        if clock:
            # What never goes back is left alone, as on a real host whose clock was set wrong.
            environment |= {"LD_PRELOAD": str(FAKETIME), "FAKETIME": clock, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        inside = ("nsenter", f"--net=/proc/{self.holder}/ns/net", f"--uts=/proc/{self.holder}/ns/uts", "--")
        command = [*inside, sys.executable, "-W", "ignore", "-m", module, *words]
        with self.log() as log:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, text=True)
            try:
                yield process
            finally:
                process.kill()
                process.wait()

    def log(self) -> IO[str]:
        """Open what its programs write."""
        return (self.folder / "log").open("a", encoding="utf-8")

    @property
    def words(self) -> str:
        """What its programs have written."""
        log = self.folder / "log"
        return log.read_text() if log.exists() else ""


@contextmanager
def networks() -> Iterator[None]:
    """Make the two switches, with the addresses of database and relay."""
    run("ip", "link", "set", "lo", "up")
    for network, prefix in _PREFIX.items():
        run("ip", "link", "add", f"switch-{network}", "type", "bridge")
        run("ip", "address", "add", f"{prefix}.1/24", "dev", f"switch-{network}")
        run("ip", "link", "set", f"switch-{network}", "up")
    try:
        yield
    finally:
        for network in _PREFIX:
            run("ip", "link", "delete", f"switch-{network}")


@contextmanager
def host(name: str, number: int, folder: Path) -> Iterator[Host]:
    """Make a host; its cables go with it."""
    home = folder / f"host{number}"
    home.mkdir(parents=True, exist_ok=True)
    holding = subprocess.Popen(("unshare", "--net", "--uts", "sh", "-c", f"hostname {name}; exec sleep infinity"))  # noqa: S607
    try:
        made = Host(name, number, holding.pid, home)
        wait_until(lambda: _is_named(made), f"the network of {name}", 20)
        within = ("nsenter", f"--net=/proc/{holding.pid}/ns/net", "--")
        run(*within, "ip", "link", "set", "lo", "up")
        for network in _PREFIX:
            run("ip", "link", "add", made.cable(network), "type", "veth", "peer", "name", network, "netns", holding.pid)
            run("ip", "link", "set", made.cable(network), "master", f"switch-{network}", "up")
            run(*within, "ip", "address", "add", f"{made.address(network)}/24", "dev", network)
            run(*within, "ip", "link", "set", network, "up")
        yield made
    finally:
        holding.kill()
        holding.wait()


def _is_named(made: Host) -> bool:
    within = ("nsenter", f"--uts=/proc/{made.holder}/ns/uts", "--", "hostname")
    done = subprocess.run(within, check=False, capture_output=True, text=True)
    return done.stdout.strip() == made.name and _network(str(made.holder)) != _network("self")


def _network(process: str) -> Path:
    return Path(f"/proc/{process}/ns/net").readlink()
