"""Compares mailboxes, Postfix's log and the ledger; the first two are the judges."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.maillab.lab import RELAY_HOST
from tests.maillab.mailings import Entry
from tests.maillab.maillog import MailLog


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong, by address."""

    # Was handed over twice or more often.
    doubled: list[str] = field(default_factory=list)
    # Called accepted, and the mailbox is empty.
    missing: list[str] = field(default_factory=list)
    # Has a mail, and the ledger says that it was neither accepted nor perhaps so.
    unknown: list[str] = field(default_factory=list)
    # The log and the mailbox do not say the same.
    log_differs: list[str] = field(default_factory=list)
    # Was handed over once, and Postfix delivered it twice: who stops it before it has heard that a mail arrived, lets it
    # try again. Nothing that a sender could do, or be blamed for.
    repeated_by_postfix: list[str] = field(default_factory=list)


def judge(entries: Mapping[str, Entry], mails: Mapping[str, Sequence[bytes]], log: MailLog) -> Findings:
    """Look at everybody."""
    findings = Findings()
    for address, entry in entries.items():
        # Every copy names what it was on the relay.
        queue_ids = {_relay_queue_id(mail) for mail in mails[address]}
        got = len(queue_ids)
        if got > 1:
            findings.doubled.append(address)
        if len(mails[address]) > got:
            findings.repeated_by_postfix.append(address)
        if entry.state == "accepted" and not got:
            findings.missing.append(address)
        if entry.state not in {"accepted", "uncertain"} and got:
            findings.unknown.append(address)
        if set(log.taken.get(entry.message_id, [])) != queue_ids:
            findings.log_differs.append(address)
    return findings


def _relay_queue_id(mail: bytes) -> str:
    found = re.search(rb"\sby %s \(Postfix\) with \w+ id (\w+)" % re.escape(RELAY_HOST.encode()), mail)
    assert found is not None, mail[:2000]
    return found[1].decode()
