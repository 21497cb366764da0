"""A storm of bounces through a real mailbox, a tenth malformed, a tenth forged: none lost, none forged counts, memory flat.

    python -m benchmarks.storm --messages 10000 --json

Everybody on a list got a letter, and the mail to most of them comes back at once. A Dovecot of our own holds the mailbox, and
what the worker does is done here: copied by IMAP, read in a child, written down, acted on, moved.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from newsletter.confined import Child
from newsletter.database import Database
from newsletter.returns import mailbox as wire
from newsletter.returns.collecting import Collected, collect
from newsletter.returns.intakes import parse_mailbox
from newsletter.returns.receiving import Reception
from newsletter.tables.mail import delivery
from newsletter.tables.returns import return_fact, return_message
from subscribers.tables.evidence import suppression
from subscribers.tokens import Keyring, Purpose
from tests.harness import mailroom, people
from tests.harness.dovecot import Dovecot, dovecot

NOW = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)
SEED = 45
USER = "storm"
SECRET = "a secret of the storm, long enough to be one"  # noqa: S105 -- of nobody

# One of so many is malformed, and one is forged.
SHARE = 10

# Of the malformed, one of so many cannot be read at all.
UNREADABLE = 4
# More levels than anybody looks at.
LEVELS = 60

# How servers say it: the status, their words, and whether the address is dead.
WORDS = (
    ("5.1.1", "550 5.1.1 user unknown", True),
    ("5.1.1", "550 No such user here", True),
    ("5.2.2", "552 5.2.2 mailbox full", False),
    ("4.4.7", "delivery time expired", False),
    ("5.7.1", "554 5.7.1 rejected as spam", False),
)


@dataclass(frozen=True, slots=True)
class Sent:
    """What the storm is made of."""

    real: int
    dead: int
    malformed: int
    # Of those, what nobody can read at all: it is put aside.
    unreadable: int
    forged: int


@dataclass(slots=True)
class Result:
    """What came out."""

    messages: int
    seconds: float = 0.0
    a_second: float = 0.0
    processed: int = 0
    unparsed: int = 0
    # Of this process and the child that reads, when a fifth was done and at the end.
    early_mb: float = 0.0
    late_mb: float = 0.0
    lost: int = 0
    forged_that_counted: int = 0
    facts: int = 0
    suppressed: int = 0
    sent: Sent = field(default_factory=lambda: Sent(0, 0, 0, 0, 0))

    @property
    def is_good(self) -> bool:
        """Whether nothing is lost, everything real and nothing else counts, and memory is flat."""
        counts = (self.lost, self.forged_that_counted, self.facts, self.suppressed, self.unparsed)
        return (
            counts == (0, 0, self.sent.real, self.sent.dead, self.sent.unreadable)
            and self.late_mb - self.early_mb < MOST_GROWTH_MB
        )


# Of the allocator and SQLite's pages; a message has a kilobyte, and ten thousand of them kept would be a multiple.
MOST_GROWTH_MB = 16.0


def run(messages: int, server: Dovecot, database: Database) -> Result:
    """Let it storm, and tell what came out."""
    keyring = Keyring(SECRET)
    ids = _readers(database, keyring, messages)
    sent, mails = _storm(keyring, ids)
    server.put(USER, mails)
    result = Result(messages, sent=sent)
    with Child() as child, wire.opened(parse_mailbox(server.url(USER))) as session:
        reception = Reception(database, keyring, lambda: NOW, child)
        session.make_folders()

        def tell(done: Collected) -> None:
            result.late_mb = _megabytes(child)
            if done.processed + done.unparsed <= max(messages // 5, 50):
                result.early_mb = result.late_mb

        begun = time.perf_counter()
        done = collect(session, reception.from_mailbox, tell=tell)
        result.seconds = round(time.perf_counter() - begun, 2)
    result.a_second = round(messages / result.seconds, 1)
    result.processed, result.unparsed = done.processed, done.unparsed
    _judge(result, database, ids)
    return result


def _readers(database: Database, keyring: Keyring, count: int) -> list[int]:
    """Let so many people read, and mail all of them; gives the numbers of their deliveries."""
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, NOW, ("nobody",))
    lines = [b"email\n", *(f"reader{number}@d{number % 50}.example.net\n".encode() for number in range(count))]
    people.take_in_file(database.write, keyring, room.list_id, lines, NOW)
    with database.write() as tx:
        letter_id = mailroom.plan(tx, room.newsletter_id, room.list_id, NOW, mailroom.a_draft(subject="February"))
        tx.execute(delivery.update().where(delivery.c.letter_id == letter_id).values(state="accepted"))
        ids = list(tx.execute(select(delivery.c.id).where(delivery.c.letter_id == letter_id)).scalars())
    return ids[:count]


def _storm(keyring: Keyring, ids: list[int]) -> tuple[Sent, list[bytes]]:
    dice = random.Random(SEED)
    mails, real, dead, malformed, unreadable, forged = [], 0, 0, 0, 0, 0
    stranger = Keyring("a secret of somebody else, long enough to be one")
    for number, delivery_id in enumerate(ids):
        token = keyring.seal(Purpose.DELIVERY, delivery_id)
        if number % SHARE == 0:
            malformed += 1
            is_unreadable = number // SHARE % UNREADABLE == 0
            unreadable += is_unreadable
            mails.append(_unreadable(dice, number) if is_unreadable else _malformed(dice, number))
        elif number % SHARE == 1:
            forged += 1
            mails.append(_bounce(stranger.seal(Purpose.DELIVERY, delivery_id), WORDS[0][0], WORDS[0][1], number))
        else:
            status, words, is_dead = WORDS[number % len(WORDS)]
            real, dead = real + 1, dead + is_dead
            mails.append(_bounce(token.upper() if number % 3 else token, status, words, number))
    order = list(range(len(mails)))
    dice.shuffle(order)
    return Sent(real, dead, malformed, unreadable, forged), [mails[place] for place in order]


def _bounce(token: str, status: str, words: str, number: int) -> bytes:
    address = f"reader{number}@d{number % 50}.example.net"
    return (
        f"Return-Path: <>\r\nDelivered-To: b-{token}@returns.example.org\r\nFrom: MAILER-DAEMON@mx.example.net\r\n"
        f"To: b-{token}@returns.example.org\r\nSubject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        f"--b\r\n\r\n<{address}>: host mx.example.net said: {words}\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {words}\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: <{token}@news.example.org>\r\nSubject: February\r\n\r\n--b--\r\n"
    ).encode()


def _malformed(dice: random.Random, number: int) -> bytes:
    """Give one of what arrives at every open address: noise, halves, nests, walls."""
    noise = dice.randbytes(600).replace(b"\r", b"").replace(b"\n", b"").replace(b"\0", b"")
    shapes = (
        noise,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 300,
        b"Subject: =?utf-8?b?" + noise.hex().encode() + b"?=\r\nContent-Type: text/plain; charset=no-such\r\n\r\n" + noise,
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        + b"Final-Recipient: rfc822; a@example.net\r\nStatus: 9.9.9\r\n\r\n" * 400,
        b"X-Wall: " + b"x" * 50_000 + b"\r\n\r\n",
        b"",
    )
    return f"X-Number: {number}\r\n".encode() + shapes[number // SHARE % len(shapes)]


def _unreadable(dice: random.Random, number: int) -> bytes:
    """Give noise without a header, or more levels than anybody looks at."""
    if number // SHARE // UNREADABLE % 2:
        return f"{number} ".encode() + dice.randbytes(600).translate(None, b"\r\n\0:")
    levels = (f"Content-Type: multipart/mixed; boundary=n{one}\r\n\r\n--n{one}\r\n".encode() for one in range(LEVELS))
    return f"X-Number: {number}\r\n".encode() + b"".join(levels)


def _judge(result: Result, database: Database, ids: list[int]) -> None:
    """Compare what is written down with what was sent."""
    forged = [one for number, one in enumerate(ids) if number % SHARE in {0, 1}]
    with database.read() as tx:
        written = tx.execute(select(func.count()).select_from(return_message)).scalar_one()
        counted = list(tx.execute(select(return_fact.c.delivery_id)).scalars())
        result.suppressed = tx.execute(select(func.count()).select_from(suppression)).scalar_one()
    result.lost = result.messages - written
    result.facts = len(counted)
    result.forged_that_counted = len(set(counted) & set(forged))


def _megabytes(child: Child) -> float:
    """Give what this process and its child hold of the machine's memory."""
    running = child._running  # noqa: SLF001 -- nobody else asks
    pids = ["self", *([str(running.process.pid)] if running is not None else [])]
    return round(sum(map(_resident, pids)), 1)


def _resident(pid: str) -> float:
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024


def _lines(result: Result) -> Iterator[str]:
    yield f"{result.messages} messages in {result.seconds} s, {result.a_second} a second"
    yield f"memory: {result.early_mb} MB when a fifth was done, {result.late_mb} MB at the end"
    yield f"lost: {result.lost}; forged that counted: {result.forged_that_counted}; facts: {result.facts} of {result.sent.real}"


def main() -> int:
    """Run it once, on SQLite or on a PostgreSQL that may be written to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--postgresql", metavar="ADDRESS", help="An empty database; else SQLite in a folder that is deleted.")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newsletter-storm-") as name, dovecot() as server:
        database = Database(options.postgresql or f"sqlite:///{name}/newsletter.db")
        database.upgrade()
        result = run(options.messages, server, database)
        database.close()
    for line in _lines(result):
        print(line, file=sys.stderr if options.json else sys.stdout)
    if options.json:
        print(json.dumps({**asdict(result), "is_good": result.is_good}))
    return 0 if result.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
