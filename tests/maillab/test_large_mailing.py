"""S13: thousands of people through a real Postfix into Dovecot, and every mailbox is looked into."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from newsletter.issues.model import IssueState
from newsletter.mail.headers import LINE
from tests.harness import rawmail
from tests.harness.rawmail import Raw
from tests.maillab import maillog
from tests.maillab.lab import Lab
from tests.maillab.mailings import LIST_NAME, SENDER_ADDRESS, Entry, Mailing, readers
from tests.maillab.maillog import MailLog
from tests.maillab.postfix import Postfix


@dataclass(frozen=True, slots=True)
class Mailed:
    """The large mailing, when all is over."""

    mailing: Mailing
    figures: dict[str, object]
    entries: dict[str, Entry]
    mails: dict[str, list[bytes]]
    log: MailLog


def test_everybody_gets_the_issue_once_as_the_letter_says_it(
    lab: Lab,
    relay: Postfix,
    plan: Callable[[list[str]], Mailing],
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """One mail in each mailbox, right headers, bodies byte for byte, and queue ids that are those of Postfix's log."""
    addresses = readers("large", pytestconfig.getoption("--recipients"))
    mailing = plan(addresses)
    with mailing.worker(tmp_path_factory.mktemp("worker")) as worker:
        figures = worker.finish()
    lab.arrived(relay)
    mailed = Mailed(mailing, figures, mailing.entries(), lab.dovecot.mails(addresses), maillog.read(relay.log))
    lab.notes.append(speed(mailed))

    assert len(addresses) == figures["accepted"]
    assert IssueState.SENT is mailing.issue_state()
    assert [] == [address for address in addresses if len(mailed.mails[address]) != 1]
    assert [] == queue_ids_that_differ(mailed)
    for address in addresses:
        check_mail(mailing, mailed.entries[address], mailed.mails[address][0])


def queue_ids_that_differ(mailed: Mailed) -> list[tuple[str, str, list[str]]]:
    """Give whom Postfix queued under another id than the ledger's, or twice, or not."""
    found = ((entry, mailed.log.taken.get(entry.message_id, [])) for entry in mailed.entries.values())
    return [(entry.email, entry.queue_id, taken) for entry, taken in found if [entry.queue_id] != taken]


def check_mail(mailing: Mailing, entry: Entry, data: bytes) -> None:
    """Compare a mail as it lies in a mailbox with what the ledger says."""
    raw = rawmail.read(data)
    text, html = rawmail.parts(raw)

    assert (entry.name, entry.email) == rawmail.mailbox(raw.one("To").value)
    assert (mailing.draft.sender_name, SENDER_ADDRESS) == rawmail.mailbox(raw.one("From").value)
    assert mailing.draft.subject == rawmail.words(raw.one("Subject").value)
    assert entry.message_id == raw.one("Message-ID").value
    assert mailing.bodies(entry) == (text[1], html[1])
    check_list_headers(raw, mailing.unsubscribe_url(entry))


def check_list_headers(raw: Raw, unsubscribe_url: str) -> None:
    """Mail programs show the button for exactly this."""
    unsubscribe = raw.one("List-Unsubscribe")
    feedback = raw.one("Feedback-ID")

    assert f"<{unsubscribe_url}>" == unsubscribe.value
    assert max(map(len, unsubscribe.lines)) <= LINE
    assert "List-Unsubscribe=One-Click" == raw.one("List-Unsubscribe-Post").value
    assert f"<{LIST_NAME.lower()}.{SENDER_ADDRESS.partition('@')[2]}>" == raw.one("List-Id").value
    assert "NO" == raw.one("List-Post").value
    assert (1, 3) == (len(feedback.lines), feedback.value.count(":"))


def speed(mailed: Mailed) -> str:
    """Say how fast Postfix took it, by the ledger's own clock."""
    began = min(entry.sending_at for entry in mailed.entries.values() if entry.sending_at)
    ended = max(entry.settled_at for entry in mailed.entries.values() if entry.settled_at)
    seconds = (ended - began).total_seconds()
    count, size = len(mailed.entries), len(mailed.mails[next(iter(mailed.mails))][0])
    return f"{count:,} mails of {size:,} bytes: Postfix took {count / seconds:,.0f} a second over 5 connections, TLS and login"
