"""The lab as a whole: a relay that takes our mail, the server of all readers, their mailboxes, a verifier and a name server.

    the product → relay.example :587, :465 → by MX → mx.mailbox.example :25, OpenDKIM → Dovecot by LMTP

Everything is on loopback addresses of a network namespace of its own (scripts/maillab).
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.harness.certificates import Authority
from tests.maillab.dovecot import LMTP_PORT, MAIL_UID, Dovecot
from tests.maillab.names import Names
from tests.maillab.opendkim import PORT as VERIFIER_PORT
from tests.maillab.opendkim import OpenDkim
from tests.maillab.patience import wait_until
from tests.maillab.postfix import Door, Postfix

# Set inside the lab, to its scratch folder.
SCRATCH = "NEWSLETTER_MAILLAB"

RELAY_HOST, RELAY_ADDRESS = "relay.example", "127.0.0.2"
MX_HOST, MX_ADDRESS = "mx.mailbox.example", "127.0.0.3"

# Where readers are, where one is whose name is not ASCII (Dovecot 2.3 takes no SMTPUTF8), and who writes.
READERS = "mailbox.example"
ABROAD = "abroad.example"
SENDER = "news.example"
# Another domain of readers, of a server that is away for a while.
LATER = "later.example"
# What comes back is for one mailbox; and somebody there has their mail sent on, to where none is taken.
RETURNED = f"returned@{READERS}"
FORWARDING, FORWARDED = f"forwarding@{READERS}", "friend@null.example"

USER = "newsletter"
# With what must be written differently in an address.
PASSWORD = "relay p%40ss/word@"

# Thousands of mails through two Postfixes on a busy machine. In seconds.
LONGEST_JOURNEY = 600.0

# Everybody is known but those who begin like this.
UNKNOWN = "gone"
_KNOWN = f"""\
if !/^{UNKNOWN}/
/@{ABROAD}$/ all/
/@({READERS}|{SENDER}|{LATER})$/ yes
endif
"""


@dataclass(slots=True)
class Lab:
    """What runs for all tests, and what a test makes a relay of its own with."""

    folder: Path
    names: Names
    dovecot: Dovecot
    mx: Postfix
    authority: Authority
    # Told when all is over: what was measured.
    notes: list[str] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    @property
    def trust(self) -> Path:
        """The file that names the authority of the lab's certificates."""
        return self.folder / "authority.pem"

    def certificate(self, name: str, host: str, authority: Authority | None = None) -> Path:
        """Make a certificate for *host*; gives its file."""
        path = self.folder / f"{name}.pem"
        path.write_bytes((authority or self.authority).issue(host))
        return path

    def relay(self, settings: Mapping[str, object] | None = None) -> Postfix:
        """Make a relay as a provider runs it: TLS and login, and mail goes on by MX."""
        # Short: the name of a socket may have 107 bytes.
        name = f"relay{next(self._numbers)}"
        chosen = {
            "myhostname": RELAY_HOST,
            "inet_interfaces": RELAY_ADDRESS,
            "relay_domains": f"{READERS}, {ABROAD}, {SENDER}",
            "relay_recipient_maps": f"regexp:{self.folder}/known",
            "smtpd_tls_chain_files": self.certificate(name, RELAY_HOST),
            "smtpd_tls_security_level": "encrypt",
            "smtpd_tls_auth_only": "yes",
            "smtpd_tls_loglevel": "1",
            "smtpd_sasl_auth_enable": "yes",
            "smtpd_sasl_type": "dovecot",
            "smtpd_sasl_path": self.dovecot.auth_socket,
            "smtpd_recipient_restrictions": "permit_sasl_authenticated, reject",
            **(settings or {}),
        }
        doors = [Door(RELAY_ADDRESS, 587), Door(RELAY_ADDRESS, 465, {"smtpd_tls_wrappermode": "yes"})]
        return Postfix(self.folder / name, doors, {key: str(value) for key, value in chosen.items()})

    def abroad(self) -> list[bytes]:
        """Give all mails to readers whom Dovecot cannot serve, as they lie on the disk."""
        return [path.read_bytes() for path in sorted((self.folder / "abroad/all/new").glob("*"))]

    def arrived(self, relay: Postfix) -> None:
        """Wait until everything that *relay* took has found its mailbox."""
        wait_until(
            lambda: self._is_empty(relay) and self._is_empty(self.mx), "all mails reach their mailboxes", LONGEST_JOURNEY
        )

    def settled(self, postfix: Postfix) -> None:
        """Wait until nothing lies in its queue."""
        wait_until(lambda: self._is_empty(postfix), "the queue is empty", LONGEST_JOURNEY)

    @staticmethod
    def _is_empty(postfix: Postfix) -> bool:
        assert [] == postfix.deferred
        return not postfix.waiting


@contextmanager
def opened(folder: Path) -> Iterator[Lab]:
    """Start everything but a relay; stop it at the end."""
    folder.mkdir()
    (folder / "known").write_text(_KNOWN)
    (folder / "abroad").mkdir()
    os.chown(folder / "abroad", MAIL_UID, MAIL_UID)
    with Names() as names, Dovecot(folder / "dovecot") as dovecot, OpenDkim(folder / "opendkim"), _mx(folder) as mx:
        for host, address in ((RELAY_HOST, RELAY_ADDRESS), (MX_HOST, MX_ADDRESS)):
            names.publish(host, "A", address)
        for domain in (READERS, ABROAD, SENDER):
            names.publish(domain, "MX", f"10 {MX_HOST}.")
        lab = Lab(folder, names, dovecot, mx, Authority())
        lab.trust.write_bytes(lab.authority.pem)
        yield lab


def _mx(folder: Path) -> Postfix:
    settings = {
        "myhostname": MX_HOST,
        "inet_interfaces": MX_ADDRESS,
        "virtual_mailbox_domains": f"{READERS}, {ABROAD}, {SENDER}, {LATER}",
        "virtual_mailbox_maps": f"regexp:{folder}/known",
        "virtual_alias_maps": f"inline:{{ @{SENDER}={RETURNED}, {FORWARDING}={FORWARDED} }}",
        "virtual_transport": f"lmtp:inet:127.0.0.1:{LMTP_PORT}",
        "transport_maps": f"inline:{{ {ABROAD}=virtual: }}",
        "virtual_mailbox_base": f"{folder}/abroad",
        "virtual_uid_maps": f"static:{MAIL_UID}",
        "virtual_gid_maps": f"static:{MAIL_UID}",
        "smtpd_milters": f"inet:127.0.0.1:{VERIFIER_PORT}",
        "milter_default_action": "tempfail",
        "smtpd_recipient_restrictions": "permit_mynetworks, reject",
    }
    return Postfix(folder / "mx", [Door(MX_ADDRESS, 25)], settings)
