"""Single mails with something special: an address outside ASCII, one that nobody has, TLS from the first byte, IMAP."""

from collections.abc import Callable
from pathlib import Path

from tests.harness import rawmail
from tests.maillab import maillog
from tests.maillab.lab import ABROAD, READERS, UNKNOWN, Lab
from tests.maillab.mailings import Mailing, relay_url
from tests.maillab.postfix import Postfix

Plan = Callable[[list[str]], Mailing]


def run(mailing: Mailing, folder: Path) -> dict[str, object]:
    """Mail everything."""
    with mailing.worker(folder) as worker:
        return worker.finish()


def test_address_outside_ascii_arrives(lab: Lab, relay: Postfix, plan: Plan, tmp_path: Path) -> None:
    """SMTPUTF8 through two servers; the address in To is the one the person has."""
    address = f"jörg.é@{ABROAD}"
    mailing = plan([address])
    figures = run(mailing, tmp_path)
    lab.arrived(relay)
    [mail] = lab.abroad()
    raw = rawmail.read(mail.replace(b"\n", b"\r\n"))

    assert 1 == figures["accepted"]
    assert address == rawmail.mailbox(raw.one("To").value)[1]
    assert mailing.bodies(mailing.entries()[address])[0] == rawmail.parts(raw)[0][1]


def test_unknown_user_is_refused_and_never_written_to_again(lab: Lab, relay: Postfix, plan: Plan, tmp_path: Path) -> None:
    """550 5.1.1 of one person: the others get theirs, the address is suppressed, the reply is kept."""
    gone, there = f"{UNKNOWN}@{READERS}", f"neighbour@{READERS}"
    mailing = plan([gone, there])
    figures = run(mailing, tmp_path)
    lab.arrived(relay)
    entry = mailing.entries()[gone]

    assert (1, 1) == (figures["accepted"], figures["refused"])
    assert ("refused", 550) == (entry.state, entry.code)
    assert f"5.1.1 <{gone}>: Recipient address rejected" in entry.reply
    assert [gone] == mailing.suppressed()
    assert 1 == len(lab.dovecot.mails([there])[there])
    assert entry.message_id not in maillog.read(relay.log).taken


def test_tls_from_the_first_byte_and_a_mailbox_by_imap(lab: Lab, relay: Postfix, plan: Plan, tmp_path: Path) -> None:
    """Port 465, and what doveadm shows is what an IMAP client gets."""
    address = f"implicit@{READERS}"
    lab.dovecot.set_password(address, "a reader's password")
    mailing = plan([address])
    mailing.settings["NEWSLETTER_RELAY_URL"] = relay_url(port=465, tls="implicit")
    figures = run(mailing, tmp_path)
    lab.arrived(relay)

    assert 1 == figures["accepted"]
    assert 1 == len(lab.dovecot.mails([address])[address])
    assert lab.dovecot.mails([address])[address] == lab.dovecot.by_imap(address, "a reader's password")
