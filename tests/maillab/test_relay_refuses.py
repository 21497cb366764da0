"""S11 and S12 with the real thing: a relay that cannot be trusted, or that does not trust us, gets nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness.certificates import Authority
from tests.maillab import maillog
from tests.maillab.judge import Findings, judge
from tests.maillab.lab import PASSWORD, RELAY_HOST, USER, Lab
from tests.maillab.mailings import Mailing, Worker, readers
from tests.maillab.postfix import Postfix

READERS = 20

Plan = Callable[[list[str]], Mailing]


def assert_nothing_happened(relay: Postfix, mailing: Mailing) -> None:
    """Nobody was touched, and the relay has nothing."""
    entries = mailing.entries().values()

    assert {} == maillog.read(relay.log).taken
    assert {(0, 0)} == {(entry.attempts, entry.code) for entry in entries}
    assert {"pending", "leased"} >= {entry.state for entry in entries}


def assert_all_arrive(lab: Lab, relay: Postfix, mailing: Mailing, worker: Worker) -> None:
    """After the correction the same worker goes on by itself."""
    figures = worker.finish()
    lab.arrived(relay)
    entries = mailing.entries()

    assert READERS == figures["accepted"]
    assert Findings() == judge(entries, lab.dovecot.mails(entries), maillog.read(relay.log))


@pytest.mark.parametrize(
    ("name", "host", "signer"),
    [("stranger", RELAY_HOST, Authority()), ("otherhost", "mail.example.org", None)],
)
def test_wrong_certificate_gets_no_password(
    name: str, host: str, signer: Authority | None, lab: Lab, relay: Postfix, plan: Plan, tmp_path: Path
) -> None:
    """An authority nobody knows, or a name that is not the relay's: the worker says so and waits."""
    right = relay.setting("smtpd_tls_chain_files")
    wrong = lab.certificate(name, host, signer)
    relay.restart({"smtpd_tls_chain_files": str(wrong)})
    mailing = plan(readers(name, READERS))
    with mailing.worker(tmp_path) as worker:
        worker.wait_for_word("certificate verify failed")
        assert_nothing_happened(relay, mailing)
        assert "auth=" not in maillog.read(relay.log).text
        relay.restart({"smtpd_tls_chain_files": right})
        assert_all_arrive(lab, relay, mailing, worker)


def test_relay_without_starttls_gets_no_password(lab: Lab, relay: Postfix, plan: Plan, tmp_path: Path) -> None:
    """It offers the login in the clear, and is not taken up on it."""
    relay.restart({"smtpd_tls_security_level": "none", "smtpd_tls_auth_only": "no"})
    mailing = plan(readers("bare", READERS))
    with mailing.worker(tmp_path) as worker:
        worker.wait_for_word("STARTTLS")
        assert_nothing_happened(relay, mailing)
        assert "auth=" not in maillog.read(relay.log).text
        relay.restart({"smtpd_tls_security_level": "encrypt", "smtpd_tls_auth_only": "yes"})
        assert_all_arrive(lab, relay, mailing, worker)


def test_wrong_password_is_not_the_readers_fault(lab: Lab, relay: Postfix, plan: Plan, tmp_path: Path) -> None:
    """The provider changed it: the worker says what the relay said, and goes on when it is right again."""
    lab.dovecot.set_password(USER, "another one")
    mailing = plan(readers("password", READERS))
    with mailing.worker(tmp_path) as worker:
        worker.wait_for_word("535 5.7.8")
        assert_nothing_happened(relay, mailing)
        assert PASSWORD not in worker.said
        lab.dovecot.set_password(USER, PASSWORD)
        assert_all_arrive(lab, relay, mailing, worker)
