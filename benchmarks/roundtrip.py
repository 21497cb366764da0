"""Mailing over a distance: a round trip of 40 ms, with 1 and 10 connections, against aiosmtplib's own ways of sending.

    python -m benchmarks.roundtrip --milliseconds 40 --connections 1 10 --json

All three send the same number of messages of the same size over the same line, into smtp-sink and, where the mail lab and
root are at hand, into a Postfix that throws away. The yardsticks keep their connections and remember nothing.
"""

import argparse
import asyncio
import contextlib
import email
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from email.policy import SMTP
from importlib.util import find_spec

import aiosmtplib

from benchmarks import instance, sending
from benchmarks.delay import line, port_in
from benchmarks.figures import ratio
from benchmarks.postfix import SENDER, free_port
from benchmarks.sinks import Target, open_sink
from newsletter.database import Database
from newsletter.mail import mailings

# For each connection, so that opening it does not weigh.
MESSAGES = 200

# In seconds: the library waits for the line, too.
PATIENCE = 60

Way = Callable[[aiosmtplib.SMTP, str], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Leg:
    """One server and one number of connections."""

    server: str
    connections: int
    messages: int
    accepted: int
    per_second: float
    sendmail_per_second: float
    send_message_per_second: float
    # Above 1: faster than the yardstick.
    sendmail_ratio: float | None
    send_message_ratio: float | None


@dataclass(frozen=True, slots=True)
class Result:
    """All of them."""

    milliseconds: float
    size: int
    legs: tuple[Leg, ...]


def measure(milliseconds: float, numbers: list[int], size: int, each: int) -> Result:
    """Go all the way with each server."""
    draft = instance.a_draft(size)
    message = instance.message_of(draft)
    legs = []
    with instance.folder() as path, contextlib.ExitStack() as stack:
        targets = [stack.enter_context(open_sink(path)), *stack.enter_context(_real_postfix())]
        for target in targets:
            near = stack.enter_context(line(target.port, milliseconds))
            for connections in numbers:
                print(f"{target.name} with {connections} …", file=sys.stderr)
                legs.append(_leg(Target(near, target.name, None), connections, connections * each, message, size))
    return Result(milliseconds, size, tuple(legs))


def _leg(target: Target, connections: int, messages: int, message: bytes, size: int) -> Leg:
    parsed = email.message_from_bytes(message, EmailMessage, policy=SMTP)

    async def sendmail(client: aiosmtplib.SMTP, recipient: str) -> None:
        await client.sendmail(SENDER, [recipient], message)

    async def send_message(client: aiosmtplib.SMTP, recipient: str) -> None:
        await client.send_message(parsed, sender=SENDER, recipients=[recipient])

    plain = asyncio.run(_pace(target.port, messages, connections, sendmail))
    whole = asyncio.run(_pace(target.port, messages, connections, send_message))
    accepted, ours = _own_pace(target, connections, messages, size)
    return Leg(
        server=target.name,
        connections=connections,
        messages=messages,
        accepted=accepted,
        per_second=round(ours, 1),
        sendmail_per_second=round(plain, 1),
        send_message_per_second=round(whole, 1),
        sendmail_ratio=ratio(ours, plain),
        send_message_ratio=ratio(ours, whole),
    )


async def _pace(port: int, messages: int, connections: int, way: Way) -> float:
    """Send so many messages in one of the library's ways; gives messages a second."""
    left = iter(range(messages))

    async def drain() -> None:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, timeout=PATIENCE)
        async with client:
            for number in left:
                await way(client, f"reader{number}@example.net")

    begun = time.perf_counter()
    await asyncio.gather(*(drain() for _ in range(connections)))
    return messages / (time.perf_counter() - begun)


def _own_pace(target: Target, connections: int, messages: int, size: int) -> tuple[int, float]:
    with instance.folder() as path:
        database = Database(instance.sqlite_in(path))
        planned = instance.plan(database, instance.a_draft(size), messages)
        sent = sending.send(instance.sqlite_in(path), target.relay(connections), uses_uvloop=True)
        with database.read() as tx:
            accepted = mailings.report(tx, planned.letter_id).accepted
        database.close()
    return accepted, accepted / sent.seconds


@contextlib.contextmanager
def _real_postfix() -> Iterator[list[Target]]:
    """Run the mail lab's Postfix, which discards; none where there is no mail lab or it cannot run here."""
    # find_spec of a module inside a package that is not there raises.
    if find_spec("tests.maillab") is None or find_spec("tests.maillab.postfix") is None:
        print("No mail lab here: smtp-sink stands for Postfix.", file=sys.stderr)
        yield []
        return
    if os.geteuid() != 0:
        print("A Postfix of the mail lab needs root: smtp-sink stands for it.", file=sys.stderr)
        yield []
        return
    port = free_port()
    command = [sys.executable, "-m", "tests.maillab.postfix", "--listen", f"127.0.0.1:{port}", "--discard"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield [Target(port_in(process.stdout.readline()), "Postfix", None)]
        finally:
            # It takes its own processes and its folder along.
            process.terminate()


def told(result: Result) -> str:
    """Say it in words."""
    lines = [
        f"{leg.server}, {leg.connections} connections: {leg.per_second}/s; sendmail {leg.sendmail_per_second}/s "
        f"({leg.sendmail_ratio} times as fast), send_message {leg.send_message_per_second}/s ({leg.send_message_ratio})"
        for leg in result.legs
    ]
    return "\n".join([f"Round trip {result.milliseconds:g} ms, {result.size:,} bytes a message", *lines])


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--milliseconds", type=float, default=40)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--messages", type=int, default=MESSAGES, help="for each connection")
    parser.add_argument("--size", type=int, default=40_000, help="bytes of a finished message")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")
    asked = parser.parse_args()
    result = measure(asked.milliseconds, asked.connections, asked.size, asked.messages)
    print(json.dumps(asdict(result)) if asked.json else told(result))


if __name__ == "__main__":
    main()
