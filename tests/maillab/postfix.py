"""A real Postfix of one's own: its own settings, queue and log, beside or without one that is installed.

By hand: `python -m tests.maillab.postfix --listen 127.0.0.1:2525 --discard` prints `listening on 127.0.0.1:2525`, takes mail
with PIPELINING and CHUNKING and throws it away, until it is ended (Ctrl-C or SIGTERM). It needs root.
"""

import argparse
import grp
import os
import pwd
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self

from tests.maillab.packages import unpack
from tests.maillab.patience import wait_until

Settings = Mapping[str, str]

# Owned by Postfix's user and closed to all others, but for those that its setgid commands look into.
_PRIVATE = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace")
_SHARED = {"public": 0o710, "maildrop": 0o730}
# Where mails lie that are still to go out.
_WAITING = ("incoming", "active", "deferred", "maildrop", "hold")

# Every service a small Postfix has, as master(5) wants them: type, private, chroot, wakeup, most processes.
_SERVICES = """\
pickup     unix       n - n 60    1 pickup
cleanup    unix       n - n -     0 cleanup
qmgr       unix       n - n 300   1 qmgr
tlsmgr     unix       - - n 1000? 1 tlsmgr
rewrite    unix       - - n -     - trivial-rewrite
bounce     unix       - - n -     0 bounce
defer      unix       - - n -     0 bounce
trace      unix       - - n -     0 bounce
verify     unix       - - n -     1 verify
flush      unix       n - n 1000? 0 flush
proxymap   unix       - - n -     - proxymap
proxywrite unix       - - n -     1 proxymap
smtp       unix       - - n -     - smtp
relay      unix       - - n -     - smtp
showq      unix       n - n -     - showq
error      unix       - - n -     - error
retry      unix       - - n -     - error
discard    unix       - - n -     - discard
virtual    unix       - n n -     - virtual
lmtp       unix       - - n -     - lmtp
anvil      unix       - - n -     1 anvil
scache     unix       - - n -     1 scache
postlog    unix-dgram n - n -     1 postlogd
"""

# Whoever kills us ends it too. A shell stands between, because the master changes its user for moments, and forgets then.
_UNTIL_WE_END = ("setpriv", "--pdeathsig", "TERM", "sh", "-c", '"$@" & trap "kill $!" TERM; wait; wait', "sh")

DISCARDING: Settings = {
    "default_transport": "discard:",
    "smtpd_recipient_restrictions": "permit_mynetworks, reject",
    "smtpd_client_connection_count_limit": "0",
    # It would slow down who brings mail faster than it is carried on, and here nobody waits for that.
    "in_flow_delay": "0",
}
HOLDING: Settings = {**DISCARDING, "smtpd_client_restrictions": "check_client_access static:HOLD"}


@dataclass(frozen=True, slots=True)
class Installation:
    """Where Postfix's programs are: on this machine, or unpacked below a folder."""

    root: Path = Path("/")

    @property
    def is_there(self) -> bool:
        """Whether the programs are."""
        return (self.daemons / "master").exists()

    @property
    def daemons(self) -> Path:
        """The folder of the servers."""
        return self.libraries / "sbin"

    @property
    def libraries(self) -> Path:
        """The folder of what they are linked with."""
        return self.root / "usr/lib/postfix"

    @property
    def commands(self) -> Path:
        """The folder of `postfix`, `smtp-sink` and their like."""
        return self.root / "usr/sbin"

    @property
    def environment(self) -> dict[str, str]:
        """What the programs need to find their libraries where they are not installed."""
        if self.root == Path("/"):
            return {}
        folders = [self.libraries, *sorted({path.parent for path in (self.root / "usr/lib").rglob("*.so*")})]
        return {"LD_LIBRARY_PATH": ":".join(map(str, folders))}


@dataclass(frozen=True, slots=True)
class Door:
    """A place where Postfix takes mail, with what holds for it alone."""

    host: str
    port: int
    settings: Settings = field(default_factory=dict)


class Postfix:
    """One Postfix with everything of its own below a folder; use it as a context manager, or start and stop it."""

    def __init__(
        self, folder: Path, doors: Sequence[Door], settings: Settings, installation: Installation | None = None
    ) -> None:
        self.folder = folder
        self.queue = folder / "queue"
        self.log = folder / "mail.log"
        self._doors = tuple(doors)
        self._settings = dict(settings)
        self._installation = installation or Installation()
        self._user = _own_user()
        self._master: subprocess.Popen[bytes] | None = None
        self._make_folders()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    @property
    def is_running(self) -> bool:
        """Whether it is up."""
        return self._master is not None and self._master.poll() is None

    @property
    def waiting(self) -> int:
        """How many mails lie in its queue."""
        folders = (walked for name in _WAITING for walked in os.walk(self.queue / name))
        return sum(_is_complete(Path(folder, file)) for folder, _, files in folders for file in files)

    @property
    def deferred(self) -> list[str]:
        """What its log says of mails that it could not carry on at once."""
        return [line for line in self._said().splitlines() if "status=deferred" in line]

    def setting(self, name: str) -> str:
        """Give what was set for it."""
        return self._settings[name]

    def restart(self, settings: Settings) -> None:
        """Set it differently and start it again."""
        self.stop()
        self._settings |= settings
        self.start()

    def start(self) -> None:
        """Start it, and wait until all doors are open."""
        self._write_settings()
        environment = {**os.environ, **self._installation.environment, "MAIL_CONFIG": str(self._config)}
        command = [*_UNTIL_WE_END, str(self._installation.daemons / "master"), "-c", str(self._config)]
        self._master = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)
        for door in self._doors:
            wait_until(partial(self._greets, door), f"Postfix opens {door.host}:{door.port}")

    def stop(self) -> None:
        """Stop it as `postfix stop` does: its master is told to, and tells all the others."""
        if self._master is None:
            return
        self._master.send_signal(signal.SIGTERM)
        self._master.wait()
        self._master = None

    @property
    def _config(self) -> Path:
        return self.folder / "etc"

    def _greets(self, door: Door) -> bool:
        assert self.is_running, f"Postfix ended: {self._said()}"
        try:
            with socket.create_connection((door.host, door.port), 5) as connection:
                # A door with TLS from the first byte waits for us to begin.
                return "smtpd_tls_wrappermode" in door.settings or connection.recv(3) == b"220"
        except OSError:
            return False

    def _said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def _make_folders(self) -> None:
        for folder in (self._config, self.queue, self.queue / "pid", self.folder / "data"):
            folder.mkdir(parents=True, exist_ok=True)
        self.make_queue()
        os.chown(self.folder / "data", self._user.uid, self._user.gid)

    def make_queue(self) -> None:
        """Make the folders of the queue, for instance on what was mounted there."""
        (self.queue / "pid").mkdir(exist_ok=True)
        for name in (*_PRIVATE, *_SHARED):
            path = self.queue / name
            path.mkdir(exist_ok=True)
            path.chmod(_SHARED.get(name, 0o700))
            os.chown(path, self._user.uid, self._user.drop_gid if name in _SHARED else self._user.gid)

    def _write_settings(self) -> None:
        installation, user = self._installation, self._user
        settings = {
            "compatibility_level": "3.6",
            "queue_directory": self.queue,
            "data_directory": self.folder / "data",
            "daemon_directory": installation.daemons,
            "command_directory": installation.commands,
            "shlib_directory": installation.libraries,
            # Holds no dynamicmaps.cf: what we need is built in.
            "meta_directory": self._config,
            "mail_owner": user.name,
            "setgid_group": user.drop_group,
            "import_environment": "MAIL_CONFIG TZ LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME LD_LIBRARY_PATH",
            "maillog_file": self.log,
            "maillog_file_prefixes": self.folder,
            # Without it an id comes back when its file is gone, and the log means two mails by it.
            "enable_long_queue_ids": "yes",
            "inet_protocols": "ipv4",
            "mynetworks": "127.0.0.0/8",
            "mydestination": "",
            "alias_maps": "",
            "local_recipient_maps": "",
            "biff": "no",
            **self._settings,
        }
        (self._config / "main.cf").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
        (self._config / "master.cf").write_text("".join(map(_door_line, self._doors)) + _SERVICES)


def _is_complete(file: Path) -> bool:
    """Whether a mail is whole; a stopped Postfix leaves halves behind, which it never said yes to and never delivers."""
    try:
        return bool(file.stat().st_mode & stat.S_IXUSR)
    except FileNotFoundError:
        return False


@dataclass(frozen=True, slots=True)
class _User:
    name: str
    uid: int
    gid: int
    drop_group: str
    drop_gid: int


def _own_user() -> _User:
    """Give Postfix's user and group; where it is not installed, others that own nothing it could harm."""
    name, drop_group = _first_known("postfix", "mail", "daemon"), _first_known_group("postdrop", "nogroup", "nobody")
    user = pwd.getpwnam(name)
    return _User(name, user.pw_uid, user.pw_gid, drop_group, grp.getgrnam(drop_group).gr_gid)


def _first_known(*names: str) -> str:
    known = {one.pw_name for one in pwd.getpwall()}
    return next(name for name in names if name in known)


def _first_known_group(*names: str) -> str:
    known = {one.gr_name for one in grp.getgrall()}
    return next(name for name in names if name in known)


def _door_line(door: Door) -> str:
    options = "".join(f"\n  -o {{ {name} = {value} }}" for name, value in door.settings.items())
    return f"{door.host}:{door.port} inet n - n - - smtpd{options}\n"


@contextmanager
def taking(host: str, port: int, *, discard: bool = True, prefix: Path | None = None) -> Iterator[Postfix]:
    """Run a Postfix that takes every mail on *host*:*port* and throws it away, or keeps it in its queue on hold.

    It is the installed one, one unpacked below *prefix*, or one that apt-get brings and that is unpacked for as long as it
    runs; nothing of it is left.

    Raises:
        PackagesMissing: there is none and none could be had.

    """
    with tempfile.TemporaryDirectory(prefix="newsletter-postfix-") as name:
        folder = Path(name)
        # Its servers do not run as root.
        folder.chmod(0o755)
        installation = Installation(prefix or Path("/"))
        if not installation.is_there:
            installation = Installation(unpack("postfix", folder / "root"))
        settings = {"myhostname": "taking.test", **(DISCARDING if discard else HOLDING)}
        with Postfix(folder / "postfix", [Door(host, port)], settings, installation) as postfix:
            yield postfix


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", required=True, metavar="HOST:PORT")
    parser.add_argument("--discard", action="store_true", help="Throw mails away; else they stay in the queue, on hold.")
    parser.add_argument("--prefix", type=Path, help="A folder that the package was unpacked into.")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("Postfix runs as root only.")
    host, _, port = options.listen.rpartition(":")
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: sys.exit(0))
    with taking(host, int(port), discard=options.discard, prefix=options.prefix):
        sys.stdout.write(f"listening on {options.listen}\n")
        sys.stdout.flush()
        signal.pause()


if __name__ == "__main__":
    _main()
