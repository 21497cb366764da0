"""Mailing with a durable ledger into Postfix's `smtp-sink`, against Postfix's own `smtp-source` with as many connections.

    python -m benchmarks.mailer --messages 20000 --size 40000 --connections 20 --json

The letter has as many bytes on the wire as smtp-source sends, and is personal in both bodies. The ledger is SQLite in WAL
with synchronous=FULL unless --database names another. The yardstick sends one finished message again and again and remembers
nothing, before and after the mailing in the same run; its figure is the better of the two. Without Postfix's programs mail
goes to the harness's sink, and there is no ratio.
"""

import argparse
import json
from dataclasses import asdict, dataclass, replace

from benchmarks import instance, sending, signing
from benchmarks.figures import median_of, ratio
from benchmarks.postfix import faster
from benchmarks.sinks import open_sink
from newsletter.database import Database
from newsletter.mail import mailings

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be measured."""

    messages: int
    size: int
    connections: int
    # Empty: SQLite in a folder of its own.
    database: str = ""
    # Empty, or `rsa`.
    dkim: str = ""
    uses_uvloop: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """The figures, per second and per message."""

    messages: int
    size: int
    connections: int
    database: str
    dkim: str
    sink: str
    accepted: int
    uncertain: int
    per_second: float
    # User and system time of the mailer's process over the mailing alone.
    cpu_us_per_message: float
    # Of smtp-sink, over the same time: what receiving costs.
    sink_cpu_us_per_message: float
    # None where Postfix's programs are not to be had.
    smtp_source_per_second: float | None
    smtp_source_cpu_us_per_message: float | None
    # Above 1: faster than the yardstick.
    ratio: float | None
    rss_mb: float
    # With DKIM: one RSA-2048 signature by the library alone, and how many of those a whole message costs.
    bare_signature_us: float | None
    signature_ratio: float | None
    loop: str
    python: str
    runs: int = 1


def measure(question: Question) -> Result:
    """Run the yardstick, the mailing, and the yardstick again."""
    is_signed = bool(question.dkim)
    draft = instance.a_draft(question.size, is_signed=is_signed)
    with instance.folder() as path, open_sink(path) as target:
        database = Database(question.database or instance.sqlite_in(path))
        planned = instance.plan(database, draft, question.messages, is_signed=is_signed)
        yardstick = (question.messages, question.connections, question.size)
        before = target.pace_of_source(*yardstick)
        url = database.url.render_as_string(hide_password=False)
        used = target.cpu_seconds()
        sent = sending.send(url, target.relay(question.connections), uses_uvloop=question.uses_uvloop)
        used = target.cpu_seconds() - used
        after = target.pace_of_source(*yardstick)
        with database.read() as tx:
            report = mailings.report(tx, planned.letter_id)
        database.close()
    source = faster(before, after) if before and after else None
    per_second, cpu = report.accepted / sent.seconds, sent.cpu_seconds / question.messages * MILLION
    bare = signing.bare_signature_us() if is_signed else None
    return Result(
        messages=question.messages,
        size=question.size,
        connections=question.connections,
        database=database.url.get_backend_name(),
        dkim=question.dkim,
        sink=target.name,
        accepted=report.accepted,
        uncertain=report.uncertain,
        per_second=round(per_second, 1),
        cpu_us_per_message=round(cpu, 1),
        sink_cpu_us_per_message=round(used / question.messages * MILLION, 1),
        smtp_source_per_second=None if source is None else source.per_second,
        smtp_source_cpu_us_per_message=None if source is None else source.cpu_us_per_message,
        ratio=ratio(per_second, None if source is None else source.per_second),
        rss_mb=sent.rss_mb,
        bare_signature_us=bare,
        signature_ratio=ratio(cpu, bare),
        loop=sent.loop,
        python=sent.python,
    )


def measure_often(question: Question, runs: int) -> Result:
    """Measure several times, each with an instance of its own; gives the medians."""
    return replace(median_of([measure(question) for _ in range(runs)]), runs=runs)


def told(result: Result) -> str:
    """Say it in words."""
    if result.ratio is None:
        words = f"{result.per_second:,.0f}/s into {result.sink}; no yardstick"
    else:
        words = (
            f"{result.per_second:,.0f}/s against {result.smtp_source_per_second:,.0f}/s of smtp-source: {result.ratio} of it"
        )
    signed = f", {result.signature_ratio} bare signatures" if result.signature_ratio else ""
    return (
        f"{words}\n{result.cpu_us_per_message} µs of CPU a message{signed}, {result.rss_mb} MB at most, "
        f"{result.accepted:,} accepted, {result.uncertain:,} uncertain; {result.loop}, Python {result.python}"
    )


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--size", type=int, default=40_000, help="bytes of a finished message")
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--runs", type=int, default=1, help="how often; the medians are told")
    parser.add_argument("--dkim", choices=["rsa"], default="", help="sign each message")
    parser.add_argument("--database", default="", help="a PostgreSQL address; SQLite in a folder of its own without it")
    parser.add_argument("--uvloop", action=argparse.BooleanOptionalAction, default=True, help="use it where it is installed")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")
    asked = parser.parse_args()
    question = Question(asked.messages, asked.size, asked.connections, asked.database, asked.dkim, asked.uvloop)
    result = measure_often(question, asked.runs)
    print(json.dumps(asdict(result)) if asked.json else told(result))


if __name__ == "__main__":
    main()
