"""From the bytes of a message to what follows for its person: the hard cases 45 to 57, and what must make no mail (U05)."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime

import pytest
from sqlalchemy import func, select

from newsletter.database import Database
from newsletter.issues import alerts
from newsletter.issues import store as issues
from newsletter.mail import dispatch, mailings
from newsletter.people import mailto
from newsletter.returns import apply, classify
from newsletter.returns.apply import Returned, Taken
from newsletter.returns.fate import Fate, Followed
from newsletter.returns.model import CameBy, Kind
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery
from newsletter.tables.returns import return_message
from subscribers import suppression
from subscribers.model import EVERY_LIST, Reason
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import mailroom, people, returned
from tests.harness.mailroom import Mailroom

EVERYBODY = ["ann@example.net", "bob@example.net", "cem@example.net"]
# As Mail on an iPhone writes it.
APPLE = "Auto-Submitted: auto-replied\r\nX-Apple-Unsubscribe: true\r\n"


class Desk:
    """Reads what comes as the product does, in one transaction."""

    def __init__(self, tx: Transaction, keyring: Keyring, now: datetime, room: Mailroom) -> None:
        self.tx, self.keyring, self.now, self.room = tx, keyring, now, room

    def come(self, raw: bytes, recipient: str = "") -> Taken:
        """Let a message come back."""
        returns = Returned(raw, CameBy.SMTP, recipient)
        return apply.take(self.tx, self.keyring, returns, classify.read(raw), self.now)

    def back(self, name: str, letter_id: int = 0) -> str:
        """Give the address to which what is about a delivery to somebody comes back."""
        return returned.address(self.keyring, returned.delivery_of(self.tx, name, letter_id or self.room.letter_id))

    def token(self, name: str) -> str:
        """Give the token of the delivery to somebody."""
        return self.back(name)[2:].partition("@")[0]

    def leaving(self, name: str) -> str:
        """Give the address by which somebody leaves."""
        return mailto.address(self.keyring, mailroom.subscription_of(self.tx, name).id, returned.DOMAIN)

    @property
    def audience(self) -> list[str]:
        """Give who gets the next issue."""
        return people.audience_of(self.tx, self.room.list_id)


def report(to: str, *, action: str = "failed", said: str = "550 5.1.1 user unknown", more: str = "") -> bytes:
    """Give a delivery report in the form of RFC 3464."""
    status = said.split()[1]
    return (
        f"Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.net>\r\nTo: <{to}>\r\n"
        "Subject: Mail delivery\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\n\r\nThis is the mail system.\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; ann@example.net\r\nAction: {action}\r\n"
        f"Status: {status}\r\nDiagnostic-Code: smtp; {said}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: January\r\n{more}\r\n--b--\r\n"
    ).encode()


def feedback(kind: str, returned_header: str) -> bytes:
    """Give a report of feedback (RFC 5965) that names nobody."""
    return (
        "From: fbl@mailbox.example\r\nTo: abuse@example.org\r\nSubject: Report\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\n\r\nA report.\r\n"
        f"--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: {kind}\r\nUser-Agent: Loop/1\r\nVersion: 1\r\n"
        "Original-Rcpt-To: [redacted]\r\nRemoval-Recipient: redacted@example.net\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: news@example.org\r\nTo: [redacted]\r\n"
        f"{returned_header}\r\n\r\nHello\r\n--b--\r\n"
    ).encode()


@pytest.fixture
def desk(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> Iterator[Desk]:
    """Give who reads what comes."""
    with database.write() as tx:
        yield Desk(tx, keyring, now, room)


def test_leaving_by_mail_works_whatever_else_stands_in_the_mail(desk: Desk) -> None:
    """Cases 45 and 46: Apple's, a quoted issue from another address, nothing at all; and 47: a file brings nobody back."""
    quoted = returned.mail(desk.leaving("bob"), subject="Re: January", text="> User unknown\r\n> Hello\r\n\r\nPlease stop.")
    came = [
        desk.come(returned.mail(desk.leaving("ann"), subject="Unsubscribe", text="", more=APPLE)),
        desk.come(quoted.replace(b"Ann Lee <ann@", b"Somebody <else@")),
        desk.come(f"To: {desk.leaving('cem').upper()}\r\n\r\n".encode()),
    ]
    lines = [b"email\r\n", *(f"{address}\r\n".encode() for address in EVERYBODY)]

    assert [Followed.LEFT] * 3 == [one.followed for one in came]
    assert [] == desk.audience
    people.take_in_file(lambda: nullcontext(desk.tx), desk.keyring, desk.room.list_id, lines, desk.now)
    assert [] == desk.audience


@pytest.mark.parametrize(
    ("said", "is_paused", "names"),
    [
        ("552 5.2.2 Mailbox full", False, ""),
        ("554 5.7.1 Message rejected as spam", False, "spam filter"),
        ("550-5.7.26 This mail has been blocked because the sender is unauthenticated: DMARC", True, "DMARC"),
        ("550 5.7.515 Access denied, sending domain does not meet the required authentication level", True, "SPF, DKIM, DMARC"),
    ],
)
def test_what_is_no_dead_address_suppresses_nobody(desk: Desk, said: str, is_paused: bool, names: str) -> None:  # noqa: FBT001 -- a case
    """Case 49: an issue that everybody would miss pauses itself, and what to mend is named."""
    issue_id = mailroom.approved_issue(desk.tx, desk.room.newsletter_id, desk.now)
    dispatch.send_issue(desk.tx, issue_id, desk.now)
    letter_id = mailings.letter_of_issue(desk.tx, issue_id)
    assert letter_id is not None
    desk.come(report(desk.back("ann", letter_id), said=said))
    told = [one.text for one in alerts.open_alerts(desk.tx)]

    assert EVERYBODY == desk.audience
    assert is_paused == issues.load(desk.tx, issue_id).is_paused
    assert bool(names) == bool(told)
    assert all(names in one for one in told)


@pytest.mark.parametrize("action", ["delayed", "relayed", "delivered", "expanded"])
def test_what_is_no_failure_has_no_effect(desk: Desk, action: str) -> None:
    """Case 50: whatever status stands beside it; and what arrives takes nothing back."""
    desk.come(report(desk.back("bob")))
    came = [desk.come(report(desk.back(name), action=action, said="250 2.0.0 ok")) for name in ("ann", "bob")]

    assert [(Fate.APPLIED, Followed.NOTED)] * 2 == [(one.fate, one.followed) for one in came]
    assert ["ann@example.net", "cem@example.net"] == desk.audience


def test_only_a_token_of_ours_counts_in_any_case_and_once(desk: Desk) -> None:
    """Cases 51 to 53: forged, none, of another purpose; capitals; the same twice."""
    ann, bob = desk.back("ann"), desk.back("bob")
    other = "b-" + desk.leaving("cem")[2:]
    forged = [
        desk.come(report(to, more="To: cem@example.net\r\n")) for to in (f"b-{'a' * 26}@x.example", "cem@example.net", other)
    ]
    counted = [desk.come(report(to)) for to in (ann.upper(), bob, bob)]

    assert [Fate.UNATTRIBUTED] * 3 == [one.fate for one in forged]
    assert [Fate.APPLIED, Fate.APPLIED, Fate.REPEATED] == [one.fate for one in counted]
    assert ["cem@example.net"] == desk.audience


def test_what_is_made_to_harm_is_read_or_put_aside(desk: Desk) -> None:
    """Case 54: no sender, ten thousand recipients, an unknown charset, two thousand levels, a header of 5 MB."""
    entry = b"\r\nFinal-Recipient: rfc822; x@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    plain = report(desk.back("ann")).replace(b"From: Mail Delivery System <MAILER-DAEMON@mx.example.net>\r\n", b"")
    many = report(desk.back("bob")).replace(b"\r\nFinal-Recipient", entry * 10_000 + b"\r\nFinal-Recipient")
    odd = returned.mail(desk.back("cem"), more="Content-Type: text/plain; charset=x-no-such\r\n", text="\x00\x1b Away.")
    levels = b"".join(b"Content-Type: multipart/mixed; boundary=n%d\n\n--n%d\n" % (one, one) for one in range(2_000))
    wall = f"To: {desk.back('cem')}\r\nX-Wall: ".encode() + b"x" * 5_000_000
    came = [desk.come(raw) for raw in (plain, many, odd, f"To: {desk.back('cem')}\n".encode() + levels, wall)]

    assert [Followed.SUPPRESSED] * 2 == [one.followed for one in came[:2]]
    assert came[2].fate in {Fate.FORWARDED, Fate.HELD}
    assert [Fate.UNREADABLE] * 2 == [one.fate for one in came[3:]]
    assert ["cem@example.net"] == desk.audience


def test_a_complaint_is_known_by_our_message_id_alone(desk: Desk) -> None:
    """Case 55: redacted everywhere else; "not spam" and reports about authentication say nothing; Microsoft's own form."""
    ids = {name: f"Message-ID: <{desk.token(name)}@example.org>" for name in ("ann", "bob", "cem")}
    of_microsoft = (
        "From: staff@hotmail.example\r\nSubject: complaint about message from 192.0.2.1\r\n"
        "X-HmXmrOriginalRecipient: <redacted>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\nX-HmXmrOriginalRecipient: <redacted>\r\n"
        f"{ids['cem'].upper()}\r\n\r\n--b--\r\n"
    ).encode()
    nothing = [desk.come(feedback(kind, ids["bob"])) for kind in ("not-spam", "auth-failure")]
    complaints = [desk.come(feedback("abuse", ids["ann"])), desk.come(of_microsoft)]

    assert [Followed.NOTED] == [one.followed for one in nothing if one.followed is not None]
    assert [Followed.SUPPRESSED] * 2 == [one.followed for one in complaints]
    assert ["bob@example.net"] == desk.audience
    assert Reason.COMPLAINED is suppression.reason_of(desk.tx, desk.keyring.hash_address("ann@example.net"), EVERY_LIST)


def test_a_bounce_finds_its_person_at_the_wrong_address_too(desk: Desk) -> None:
    """Case 57: a server that answers to From or Reply-To gives back what was mailed, or the token that it was told (ENVID)."""
    by_message_id = report("news@example.org", more=f"Message-ID: <{desk.token('ann')}@example.org>\r\n")
    by_envelope_id = report("editor@example.org").replace(
        b"Reporting-MTA", f"Original-Envelope-Id: {desk.token('bob').upper()}\r\nReporting-MTA".encode()
    )

    assert [Followed.SUPPRESSED] * 2 == [desk.come(raw).followed for raw in (by_message_id, by_envelope_id)]
    assert ["cem@example.net"] == desk.audience


def test_what_machines_write_makes_no_mail(desk: Desk) -> None:
    """Case 56 and U05: vacation notices, loops, forged answers, and a letter of 50 MB; nobody is touched, nothing is mailed."""
    to = desk.back("ann")

    def count() -> int:
        return sum(desk.tx.execute(select(func.count()).select_from(table)).scalar_one() for table in (letter, delivery))

    before = count()
    ours = f"List-Id: <n.example.org>\r\nPrecedence: bulk\r\nMessage-ID: <{desk.token('ann')}@example.org>\r\n"
    came = [
        desk.come(
            returned.mail(to, subject="Away", text="My mailbox is full.", more="Auto-Submitted: auto-replied (vacation)\r\n")
        ),
        # Our own letter, sent back to where it came from.
        desk.come(returned.mail(to, subject="January", more=ours)),
        desk.come(returned.mail(f"b-{'a' * 26}@returns.example.org", subject="Re: January")),
        desk.come(b"Auto-Submitted: auto-replied\r\nTo: " + to.encode() + b"\r\n\r\n" + b"x" * 50_000_000),
    ]
    kinds = [Kind(one) for one in desk.tx.execute(select(return_message.c.kind).order_by(return_message.c.id)).scalars()]

    assert [Kind.AUTO_REPLY, Kind.AUTO_REPLY, Kind.REPLY, Kind.AUTO_REPLY] == kinds
    assert [Fate.APPLIED, Fate.AGAIN, Fate.UNATTRIBUTED, Fate.AGAIN] == [one.fate for one in came]
    assert (before, EVERYBODY) == (count(), desk.audience)
