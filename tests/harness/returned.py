"""Returned messages for tests, in the plainest form of each kind, around a token or without one."""

import zlib
from datetime import datetime

from sqlalchemy import select, update

from newsletter.returns import apply, returnbook
from newsletter.returns.apply import Returned, Taken
from newsletter.returns.fate import Fate
from newsletter.returns.model import CameBy, Cause, Kind, Reading
from newsletter.returns.returnbook import Came
from newsletter.tables.mail import delivery
from newsletter.tables.returns import return_fact
from subscribers.tokens import Keyring, Purpose
from subscribers.transaction import Transaction

DOMAIN = "returns.example.org"

DEAD = Reading(Kind.BOUNCE, Cause.ADDRESS_DEAD, "5.1.1", "550 5.1.1 <ann@example.net>: user unknown", 1.0)
FULL = Reading(Kind.BOUNCE, Cause.FULL, "5.2.2", "552 5.2.2 mailbox full", 1.0)
TEMPORARY = Reading(Kind.BOUNCE, Cause.TEMPORARY, "4.4.7", "delivery time expired", 1.0)
COMPLAINT = Reading(Kind.COMPLAINT, None, "", "abuse", 1.0)
REPLY = Reading(Kind.REPLY, None, "", "", 0.8)


def bounce(to: str, *, message_id: str = "<x@example.org>", subject: str = "Undelivered Mail Returned to Sender") -> bytes:
    """Give a bounce to an address, of a mail with this Message-ID."""
    return (
        f"From: MAILER-DAEMON@mx.example.net\r\nTo: <{to}>\r\nSubject: {subject}\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
        "Final-Recipient: rfc822; ann@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {message_id}\r\nSubject: January\r\n\r\nHello\r\n--b--\r\n"
    ).encode()


def mail(to: str, *, subject: str = "Hello", text: str = "Thank you.", more: str = "") -> bytes:
    """Give a mail that somebody wrote to an address; *more* are further lines of its header."""
    head = f"From: Ann Lee <ann@example.net>\r\nTo: <{to}>\r\nSubject: {subject}\r\n{more}"
    return f"{head}\r\n{text}\r\n".encode()


def token(keyring: Keyring, delivery_id: int) -> str:
    """Give the token of a delivery."""
    return keyring.seal(Purpose.DELIVERY, delivery_id)


def address(keyring: Keyring, delivery_id: int) -> str:
    """Give the sender of the envelope of a delivery."""
    return f"b-{token(keyring, delivery_id)}@{DOMAIN}"


def delivery_of(tx: Transaction, name: str, letter_id: int, domain: str = "example.net") -> int:
    """Give the delivery of a letter to `name@example.net`, which a relay took."""
    which = (delivery.c.email == f"{name}@{domain}", delivery.c.letter_id == letter_id)
    tx.execute(update(delivery).where(*which, delivery.c.state == "pending").values(state="accepted"))
    return int(tx.execute(select(delivery.c.id).where(*which)).scalar_one())


def take(tx: Transaction, keyring: Keyring, raw: bytes, reading: Reading, now: datetime) -> Taken:
    """Take a message in as from a file."""
    return apply.take(tx, keyring, Returned(raw, CameBy.FILE), reading, now)


def facts(tx: Transaction) -> list[tuple[str, str]]:
    """Give kind and consequence of all facts, in order."""
    rows = tx.execute(select(return_fact.c.kind, return_fact.c.followed).order_by(return_fact.c.id))
    return [(row.kind, row.followed) for row in rows]


def nothing() -> bytes:
    """Give what is kept of a message that is not kept."""
    return zlib.compress(b"")


def a_return(tx: Transaction, delivery_id: int, now: datetime) -> int:
    """Let mail to a full mailbox have come back from a delivery; gives the number of the message."""
    target = returnbook.target_of(tx, delivery_id)
    assert target is not None
    came = Came(f"of {delivery_id}", CameBy.FILE, now, now, "", "", "", bounce("ann@example.net"))
    number = returnbook.record(tx, came, FULL, Fate.APPLIED)
    assert number is not None
    returnbook.settle(tx, number, Fate.APPLIED, target=target)
    returnbook.add_fact(tx, number, target, FULL, now)
    return number
