"""Dovecot: the mailboxes of all readers, and the one that knows the password of the relay."""

import imaplib
import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from tests.maillab.patience import wait_until

LMTP_PORT = 24
IMAP_PORT = 143

# Whose mailbox takes nothing.
FULL = "full@mailbox.example"

# Of a user that no name is known of: the mailboxes are his.
MAIL_UID = 5000

_SETTINGS = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:~/mail
first_valid_uid = 1
# Nobody's mail: a crash of the machine may take it.
mail_fsync = never
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
# One has a mailbox that is full before anything is in it.
mail_plugins = quota
plugin {{
  quota = count:User quota
  quota_vsizes = yes
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/narrow
}}
# Whoever Postfix lets through has a mailbox.
userdb {{
  driver = static
  args = uid={uid} gid={uid} home={folder}/home/%u allow_all_users=yes
}}
service auth {{
  unix_listener {folder}/auth {{
    mode = 0666
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


class Dovecot:
    """Runs while the block lasts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._settings = folder / "dovecot.conf"
        for name in ("run", "state", "home"):
            (folder / name).mkdir(parents=True)
        os.chown(folder / "home", MAIL_UID, MAIL_UID)
        self._settings.write_text(_SETTINGS.format(folder=folder, uid=MAIL_UID, lmtp=LMTP_PORT, imap=IMAP_PORT))
        narrow = f"{FULL}::{MAIL_UID}:{MAIL_UID}::{folder}/home/{FULL}::userdb_quota_rule=*:bytes=10\n"
        (folder / "narrow").write_text(narrow)
        self._passwords: dict[str, str] = {}
        self.set_password("nobody", "nobody logs in by it")

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(["dovecot", "-F", "-c", self._settings], stdin=subprocess.DEVNULL)
        wait_until(lambda: (self.folder / "auth").exists() and self._greets(), "Dovecot takes logins")
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.wait()

    @property
    def auth_socket(self) -> Path:
        """Where Postfix asks whether a password is right."""
        return self.folder / "auth"

    def set_password(self, user: str, password: str) -> None:
        """Let *user* log in by *password* from now on."""
        self._passwords[user] = password
        lines = "".join(f"{name}:{word}::::::\n" for name, word in self._passwords.items())
        fresh = self.folder / "users.new"
        fresh.write_text(lines)
        fresh.chmod(0o644)
        fresh.rename(self.folder / "users")

    @property
    def mailboxes(self) -> set[str]:
        """Whoever ever got a mail."""
        return {path.name for path in (self.folder / "home").iterdir()}

    def mails(self, users: Iterable[str]) -> dict[str, list[bytes]]:
        """Give every mail of these users, as it would go to a mail program."""
        known = sorted(set(users) & self.mailboxes)
        listed = self.folder / "asked"
        listed.write_text("".join(f"{user}\n" for user in known))
        command = [
            "doveadm",
            "-c",
            str(self._settings),
            "-f",
            "json",
            "fetch",
            "-F",
            str(listed),
            "user text",
            "mailbox",
            "INBOX",
        ]
        found: dict[str, list[bytes]] = {user: [] for user in users}
        if known:
            done = subprocess.run(command, capture_output=True, check=True)
            for one in json.loads(done.stdout):
                found[one["user"]].append(_as_sent(one["text"]))
        return found

    def by_imap(self, user: str, password: str) -> list[bytes]:
        """Give the mails of one user as an IMAP client gets them."""
        with imaplib.IMAP4("127.0.0.1", IMAP_PORT) as client:
            client.login(user, password)
            client.select(readonly=True)
            _, [numbers] = client.search(None, "ALL")
            fetched = [client.fetch(number, "(BODY.PEEK[])")[1][0] for number in numbers.decode().split()]
        return [one[1] for one in fetched if isinstance(one, tuple)]

    def _greets(self) -> bool:
        try:
            imaplib.IMAP4("127.0.0.1", IMAP_PORT, 5).logout()
        except OSError:
            return False
        return True


def _as_sent(text: str) -> bytes:
    """Give a mail the line ends it came with; mailboxes are kept, and shown by doveadm, with those of Unix."""
    assert "\r" not in text
    return text.replace("\n", "\r\n").encode("utf-8", "surrogateescape")
