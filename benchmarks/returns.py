"""What it costs to tell what a returned message is, against the standard library's bare parse of the same messages.

    python -m benchmarks.returns --runs 9 --json

The messages are those the rules are held by in the tests: reports, texts of old servers, complaints, answers, and what
cannot be read. The yardstick only builds its tree of parts (`email.message_from_bytes`) and understands nothing; both have
the bytes in memory, take turns, and are measured in CPU time of one process.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from email import message_from_bytes
from statistics import median

from benchmarks.figures import milliseconds, ratio
from benchmarks.postfix import ROOT
from newsletter.mail.signs import signs_of
from newsletter.returns import classify

SEEN = ROOT / "tests" / "material" / "returns" / "seen"
# Nested two thousand levels deep, one of them; the yardstick gives up on it by an error, which is no measure.
TOO_DEEP = "unreadable-nested.eml"


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured."""

    messages: int
    kilobytes: float
    runs: int
    per_second: float
    parsed_per_second: float
    # How many times as much as the bare parse it takes.
    ratio: float | None
    # The one message that takes longest.
    slowest_ms: float


def measure(runs: int) -> Result:
    """Read all messages so many times, and let the library parse them in turns."""
    messages = [path.read_bytes() for path in sorted(SEEN.glob("*.eml")) if path.name != TOO_DEEP]
    # Words and patterns are looked up once in the life of a process.
    _seconds(classify.read, messages)
    ours, theirs = [], []
    for _ in range(runs):
        theirs.append(_seconds(message_from_bytes, messages))
        # A storm of bounces says the same again and again; here each message is to be a new one.
        signs_of.cache_clear()
        ours.append(_seconds(classify.read, messages))
    signs_of.cache_clear()
    slowest = max(_seconds(classify.read, [message]) for message in messages)
    return Result(
        messages=len(messages),
        kilobytes=round(sum(map(len, messages)) / 1000, 1),
        runs=runs,
        per_second=round(len(messages) / median(ours), 1),
        parsed_per_second=round(len(messages) / median(theirs), 1),
        ratio=ratio(median(ours), median(theirs)),
        slowest_ms=milliseconds(slowest),
    )


def _seconds(read: Callable[[bytes], object], messages: Sequence[bytes]) -> float:
    begun = time.process_time()
    for message in messages:
        read(message)
    return time.process_time() - begun


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    asked = parser.parse_args()
    found = asdict(measure(asked.runs))
    print(json.dumps(found) if asked.json else "\n".join(f"{name:20} {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
