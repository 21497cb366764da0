"""Hosts of a cluster: each a network and a name of its own, joined to the database and to the relay by two cables.

Run inside a network namespace that reaches nothing else (scripts/cluster makes it). Addresses are of the range that is kept for
examples (RFC 5737), and lead nowhere else.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import IO

from tests.harness.processes import ROOT, own_environment
from tests.harness.trial import wait_until

# Where databases and relays listen, each kind on a network of its own.
DATA, MAIL = "db", "mx"
_PREFIX = {DATA: "198.51.100", MAIL: "192.0.2"}
RELAY = f"{_PREFIX[MAIL]}.1"
# Below it are addresses of databases.
_FIRST_HOST = 20
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

    def address(self, network: str) -> str:
        """Give its address in a network."""
        return f"{_PREFIX[network]}.{self.number + _FIRST_HOST}"

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

    def set_clock(self, off: str) -> None:
        """Set its clock wrong, as `+3h`; programs that run there step with it if it was wrong when they began."""
        assert FAKETIME.exists(), "wrong clocks need the package faketime: on Debian, scripts/hostpackages"
        new = self._clock.with_suffix(".new")
        new.write_text(off)
        new.replace(self._clock)

    @contextmanager
    def small_disk(self, megabytes: int) -> Iterator[Path]:
        """Let all that its programs write go to a disk of that size while the block lasts; gives where that is."""
        run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "small", self.folder)
        try:
            yield self.folder
        finally:
            run("umount", "--lazy", self.folder)

    @contextmanager
    def running(self, module: str, words: Sequence[str], settings: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
        """Run a module there until it ends or the block does."""
        environment = {**own_environment(), **settings}
        if self._clock.exists():
            # What never goes back is left alone, as on a real host whose clock was set wrong.
            environment |= {"LD_PRELOAD": str(FAKETIME), "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
            environment |= {"FAKETIME_TIMESTAMP_FILE": str(self._clock), "FAKETIME_CACHE_DURATION": "1"}
        inside = ("nsenter", f"--net=/proc/{self.holder}/ns/net", f"--uts=/proc/{self.holder}/ns/uts", "--")
        command = [*inside, sys.executable, "-W", "ignore", "-m", module, *words]
        with self.log() as log:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, text=True)
            try:
                yield process
            finally:
                process.kill()
                process.wait()

    @property
    def _clock(self) -> Path:
        return self.folder / "clock"

    def log(self) -> IO[str]:
        """Open what its programs write."""
        return (self.folder / "log").open("a", encoding="utf-8")

    @property
    def words(self) -> str:
        """What its programs have written."""
        log = self.folder / "log"
        return log.read_text() if log.exists() else ""


@dataclass(slots=True)
class Names:
    """The names that all hosts know, as a name server has them: what is said anew is found by whoever asks next."""

    book: Path
    _known: dict[str, str] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def say(self, name: str, address: str) -> None:
        """Let a name lead to an address from now on."""
        with self._lock:
            self._known[name] = address
            # Written in place: the file is mounted where programs look for it.
            self.book.write_text("".join(f"{at} {one}\n" for one, at in {"localhost": "127.0.0.1", **self._known}.items()))


def take_address(number: int) -> str:
    """Let an address of a database be here, where its server is to listen; gives it."""
    assert 0 < number < _FIRST_HOST
    address = f"{_PREFIX[DATA]}.{number}"
    run("ip", "address", "add", f"{address}/24", "dev", f"switch-{DATA}")
    return address


def drop_address(address: str) -> None:
    """Let it be nowhere: what is sent there gets no answer, and nobody is told."""
    run("ip", "address", "del", f"{address}/24", "dev", f"switch-{DATA}")


@contextmanager
def networks(folder: Path) -> Iterator[Names]:
    """Make the two switches, with the address of relays, and names that are for the hosts alone."""
    run("ip", "link", "set", "lo", "up")
    names = Names(folder / "names")
    names.say("switch", RELAY)
    run("mount", "--bind", names.book, "/etc/hosts")
    for number, network in enumerate(_PREFIX, start=1):
        # Said, because it would change with each cable that comes or goes, and hosts would go on asking for the former one.
        run("ip", "link", "add", f"switch-{network}", "address", f"02:00:00:00:00:{number:02}", "type", "bridge")
        run("ip", "link", "set", f"switch-{network}", "up")
    run("ip", "address", "add", f"{RELAY}/24", "dev", f"switch-{MAIL}")
    # One that is taken away must not take the others of its network along.
    Path(f"/proc/sys/net/ipv4/conf/switch-{DATA}/promote_secondaries").write_text("1")
    try:
        yield names
    finally:
        for network in _PREFIX:
            run("ip", "link", "delete", f"switch-{network}")
        run("umount", "/etc/hosts")


@contextmanager
def host(name: str, number: int, folder: Path) -> Iterator[Host]:
    """Make a host; its cables go with it."""
    home = folder / name
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
