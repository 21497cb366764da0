"""A Dovecot of our own on this machine: a mailbox for whoever logs in, by TLS from the first byte and, on loopback, without.

It needs no namespaces and no root, and works on Debian 12, or where Dovecot 2.3 is installed. Where it is not installed,
apt-get brings its package, which is unpacked and not installed.
"""

import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.harness.certificates import Authority
from tests.harness.trial import wait_until
from tests.maillab.packages import PackagesMissing, unpack

PASSWORD = "p/w?@ä:&+"
# Where IMAP has neither IDLE nor MOVE nor UIDPLUS: a server of the last century.
OLD = "127.0.0.2"
_OLD_CAPABILITIES = "IMAP4rev1 LITERAL+"

# Others are set differently.
_VERSION = "2.3."
# Where Debian's programs look for their parts.
_MODULES = b"/usr/lib/dovecot/modules"

_SETTINGS = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
libexec_dir = {prefix}/usr/lib/dovecot
mail_plugin_dir = {prefix}/usr/lib/dovecot/modules
login_plugin_dir = {prefix}/usr/lib/dovecot/modules/login
import_environment = LD_LIBRARY_PATH
protocols = imap
listen = 127.0.0.1, {old}
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
ssl_dh =
disable_plaintext_auth = no
auth_failure_delay = 0
auth_username_chars =
mail_location = maildir:~/mail
mailbox_list_index = no
first_valid_uid = 1
mail_fsync = never
mail_max_userip_connections = 100
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
default_vsz_limit = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%u allow_all_users=yes
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
local {old} {{
  protocol imap {{
    imap_capability = {old_capabilities}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A server that runs."""

    folder: Path
    tls_port: int
    plain_port: int
    authority: Authority
    _uid: int

    @property
    def trust(self) -> Path:
        """The file that names the authority of its certificate."""
        return self.folder / "authority.pem"

    def url(self, user: str, *, is_old: bool = False, folder: str = "INBOX", password: str = PASSWORD) -> str:
        """Give the setting of *user*'s mailbox: by TLS, or on the server of the last century."""
        login = f"{user}:{quote(password, safe='')}"
        if is_old:
            return f"imap://{login}@{OLD}:{self.plain_port}/{quote(folder)}"
        return f"imaps://{login}@localhost:{self.tls_port}/{quote(folder)}?ca={self.trust}"

    def put(self, user: str, mails: Iterable[bytes], folder: str = "INBOX") -> None:
        """Let *user* have these mails more."""
        with self.client(user) as client:
            for mail in mails:
                typed, told = client.append(folder, "", "", mail)
                assert typed == "OK", told

    def lying(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Give the mails of a folder; none of one that is not there."""
        with self.client(user) as client:
            typed, [count] = client.select(f'"{folder}"', readonly=True)
            if typed != "OK" or count == b"0":
                return []
            answered = client.fetch("1:*", "(BODY.PEEK[])")[1]
        return [item[1] for item in answered if isinstance(item, tuple)]

    @contextmanager
    def client(self, user: str) -> Iterator[imaplib.IMAP4]:
        """Give a connection of *user*."""
        client = imaplib.IMAP4("127.0.0.1", self.plain_port, 10)
        try:
            client.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORD}".encode())
            yield client
        finally:
            client.logout()

    def forget(self, user: str) -> None:
        """Delete all that *user* has, as an administrator does on the disk."""
        shutil.rmtree(self.folder / "home" / user)


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """Run a server while the block lasts; nothing of it is left.

    Raises:
        PackagesMissing: there is none and none could be had.

    """
    with tempfile.TemporaryDirectory(prefix="newsletter-dovecot-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        # Its servers do not run as root.
        folder.chmod(0o755)
        # Not by the PATH: whoever is not root seldom has /usr/sbin on it.
        prefix = Path("/") if Path("/usr/sbin/dovecot").exists() else _unpacked(folder)
        _require_known(prefix)
        owner = pwd.getpwnam("mail") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        authority = Authority()
        (folder / "server.pem").write_bytes(authority.issue("localhost"))
        (folder / "authority.pem").write_bytes(authority.pem)
        for part in ("run", "state", "home"):
            (folder / part).mkdir()
            os.chown(folder / part, owner.pw_uid, owner.pw_gid)
        server = Dovecot(folder, _free_port(), _free_port(), authority, owner.pw_uid)
        group = grp.getgrgid(owner.pw_gid).gr_name
        settings = _SETTINGS.format(
            folder=folder,
            prefix="" if prefix == Path("/") else prefix,
            old=OLD,
            old_capabilities=_OLD_CAPABILITIES,
            user=owner.pw_name,
            group=group,
            uid=owner.pw_uid,
            gid=owner.pw_gid,
            password=PASSWORD,
            plain=server.plain_port,
            tls=server.tls_port,
        )
        (folder / "dovecot.conf").write_text(settings)
        try:
            yield from _run(server, prefix)
        finally:
            for link in Path("/tmp").glob(f"*{folder.name[-8:]}"):  # noqa: S108 -- ours, see `_unpacked`
                if link.is_symlink():
                    link.unlink()


def _unpacked(folder: Path) -> Path:
    """Unpack it, and let it find its modules there: their place is written into its programs, so long and no longer."""
    root = unpack("dovecot-imapd", folder / "root")
    # Beside our folder, whose name nobody else has, and with its end in its own.
    short = Path("/tmp", f"{folder.name[-8:]:_>{len(_MODULES) - len('/tmp/')}}")  # noqa: S108 -- as above
    short.symlink_to(root / "usr/lib/dovecot/modules")
    for path in (root / "usr/lib/dovecot").rglob("*"):
        if path.is_file() and not path.is_symlink() and _MODULES in (program := path.read_bytes()):
            path.write_bytes(program.replace(_MODULES, str(short).encode()))
    return root


def _require_known(prefix: Path) -> None:
    told = subprocess.run(
        [prefix / "usr/sbin/dovecot", "--version"], env=_environment(prefix), capture_output=True, text=True, check=False
    )
    if not told.stdout.startswith(_VERSION):
        raise PackagesMissing(
            f"these settings are for Dovecot {_VERSION}x (Debian 12), this is {told.stdout.strip() or 'none'}"
        )


def _environment(prefix: Path) -> dict[str, str]:
    libraries = prefix / "usr/lib/dovecot"
    return {**os.environ, "LD_LIBRARY_PATH": f"{libraries}:{libraries}/modules/old-stats"}


def _run(server: Dovecot, prefix: Path) -> Iterator[Dovecot]:
    settings = str(server.folder / "dovecot.conf")
    # As the program does it itself, which looks for doveconf where it would be installed.
    reader = [str(prefix / "usr/bin/doveconf"), "-c", settings, "-f", "service=master", "-m", "master"]
    command = [*reader, "-e", str(prefix / "usr/sbin/dovecot"), "-F", "-c", settings]
    with subprocess.Popen(command, env=_environment(prefix), stdin=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: process.poll() is not None or _greets(server), "Dovecot to take logins")
            assert process.poll() is None, (server.folder / "dovecot.log").read_text()
            yield server
        finally:
            process.terminate()


def _greets(server: Dovecot) -> bool:
    with suppress(OSError, imaplib.IMAP4.error), server.client("nobody"):
        return True
    return False


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
