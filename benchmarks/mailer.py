"""Mailing with a durable ledger, against `aiosmtplib.sendmail` with as many connections into the same sink.

    python -m benchmarks.mailer --messages 5000 --size 20000 --connections 10 --json

The ledger's rows are SQLite in WAL with synchronous=FULL unless --database names another. The yardstick sends one
finished message again and again and remembers nothing, before and after the mailing; its figure is the better of the two.
"""

import argparse
import asyncio
import contextlib
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import aiosmtplib

from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.letters.links import Links
from newsletter.mail import mailings
from newsletter.mail.mailer import Mailer
from newsletter.mail.relays import parse_relay
from subscribers import exchange, register
from subscribers.tokens import Keyring
from tests.harness import mailroom

SENDER = "news@example.org"


@dataclass(frozen=True, slots=True)
class Result:
    """The figures, per second and per message."""

    messages: int
    size: int
    connections: int
    accepted: int
    uncertain: int
    per_second: float
    cpu_us_per_message: float
    sendmail_per_second: float
    # Above 1: faster than the yardstick.
    ratio: float
    rss_mb: float


@contextlib.contextmanager
def sink(log: Path) -> Iterator[int]:
    """Run the counting mail server in a process of its own; gives its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.harness.sink", "--log", log],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        listening = re.search(r"(\d+)\s*$", process.stdout.readline())
        assert listening is not None
        yield int(listening.group(1))
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


async def sendmail(port: int, messages: int, connections: int, body: bytes) -> float:
    """Send *body* so many times with the library alone; gives messages a second."""
    left = iter(range(messages))

    async def drain() -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
            for number in left:
                await client.sendmail(SENDER, [f"reader{number}@example.net"], body)

    begun = time.perf_counter()
    await asyncio.gather(*(drain() for _ in range(connections)))
    return messages / (time.perf_counter() - begun)


def plan(database: Database, keyring: Keyring, messages: int, size: int) -> int:
    """Put a letter of about *size* bytes on the ledger for so many people; gives its id."""
    now = system_clock()
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, ())
        list_ = register.list_by_id(tx, room.list_id)
    rows = (b"email,name\n", *(b"reader%d@example.net,Reader %d\n" % (number, number) for number in range(messages)))
    exchange.import_csv(database.write, keyring, list_.id, rows, now, basis="benchmark", is_confirmed=True)
    draft = mailroom.a_draft()
    paragraph = "<p>A sentence about libraries, of the length that sentences have.</p>\n"
    draft = replace(draft, html=draft.html + paragraph * (size // len(paragraph)))
    with database.write() as tx:
        return mailroom.plan(tx, room.newsletter_id, room.list_id, now, draft)


def measure(messages: int, size: int, connections: int, url: str) -> Result:
    """Run the yardstick, the mailing, and the yardstick again."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(url or f"sqlite:///{folder}/newsletter.db")
        database.upgrade()
        keyring = Keyring("a secret of the benchmarks, long enough to be one")
        letter_id = plan(database, keyring, messages, size)
        body = b"Subject: x\r\n\r\n" + (b"x" * 70 + b"\r\n") * (size // 72)
        with sink(Path(folder) / "sink.jsonl") as port:
            before = asyncio.run(sendmail(port, messages, connections, body))
            relay = parse_relay(f"smtp://127.0.0.1:{port}?tls=none&connections={connections}")
            mailer = Mailer(database, keyring, Links("http://127.0.0.1"), relay, system_clock, worker_place="benchmark")
            used = resource.getrusage(resource.RUSAGE_SELF)
            begun = time.perf_counter()
            asyncio.run(mailer.run_until_idle())
            seconds = time.perf_counter() - begun
            use = resource.getrusage(resource.RUSAGE_SELF)
            after = asyncio.run(sendmail(port, messages, connections, body))
        with database.read() as tx:
            report = mailings.report(tx, letter_id)
        database.close()
    cpu = use.ru_utime + use.ru_stime - used.ru_utime - used.ru_stime
    return Result(
        messages=messages,
        size=size,
        connections=connections,
        accepted=report.accepted,
        uncertain=report.uncertain,
        per_second=round(messages / seconds, 1),
        cpu_us_per_message=round(cpu / messages * 1e6, 1),
        sendmail_per_second=round(max(before, after), 1),
        ratio=round(messages / seconds / max(before, after), 3),
        rss_mb=round(use.ru_maxrss / 1024, 1),
    )


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--size", type=int, default=20_000, help="bytes of HTML in the letter")
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--database", default="", help="a PostgreSQL address; SQLite in a temporary folder without it")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a line of words")
    asked = parser.parse_args()
    result = measure(asked.messages, asked.size, asked.connections, asked.database)
    if asked.json:
        print(json.dumps(asdict(result)))
        return
    print(f"{result.per_second}/s against {result.sendmail_per_second}/s of aiosmtplib.sendmail: {result.ratio} times as fast")
    print(f"{result.cpu_us_per_message} µs of CPU a message, {result.rss_mb} MB, {result.accepted} accepted")


if __name__ == "__main__":
    main()
