"""The mailer in a process of its own, so that what is measured is the mailer's alone.

`python -m benchmarks.sending --database URL --relay URL` says `begins`, drains the ledger and ends with one JSON object.
"""

import argparse
import asyncio
import json
import platform
import re
import resource
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from benchmarks.instance import LINKS, SECRET
from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.eventloop import LoopFactory, fast_loop
from newsletter.mail.mailer import Mailer
from newsletter.mail.relays import parse_relay
from subscribers.tokens import Keyring

BEGINS = "begins"

# How often memory is looked at, in seconds.
GLANCE = 0.5


@dataclass(frozen=True, slots=True)
class Sent:
    """What one mailing took; start-up and planning are not in it."""

    seconds: float
    # User and system time of the mailer's process, all its threads.
    cpu_seconds: float
    # The most that was resident, the interpreter included.
    rss_mb: float
    loop: str
    python: str
    # What was resident, from the first message to the last, twice a second.
    memory_mb: tuple[float, ...] = ()


def send(database_url: str, relay_url: str, *, uses_uvloop: bool) -> Sent:
    """Drain the ledger of a database over a relay, in a process of its own."""
    loop = [] if uses_uvloop else ["--no-uvloop"]
    command = [sys.executable, "-m", "benchmarks.sending", "--database", database_url, "--relay", relay_url, *loop]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == BEGINS:
                break
        seen: list[float] = []
        ended = threading.Event()
        watching = threading.Thread(target=_watch, args=(process.pid, ended, seen))
        watching.start()
        try:
            last = process.stdout.read().strip().splitlines()
        finally:
            ended.set()
            watching.join()
    if process.returncode or not last:
        sys.exit(f"The mailer ended with {process.returncode}.")
    return replace(Sent(**json.loads(last[-1])), memory_mb=tuple(seen))


def megabytes(status: str, name: str) -> float:
    """Read a size out of /proc/PID/status; 0 when it is not there."""
    found = re.search(rf"(?m)^{name}:\s*(\d+) kB$", status)
    return round(int(found[1]) / 1024, 1) if found else 0.0


def _watch(pid: int, ended: threading.Event, seen: list[float]) -> None:
    while not ended.wait(GLANCE):
        with suppress(OSError):
            seen.append(megabytes(Path(f"/proc/{pid}/status").read_text(), "VmRSS"))


def _drain(database_url: str, relay_url: str, factory: LoopFactory | None) -> Sent:
    database = Database(database_url)
    mailer = Mailer(database, Keyring(SECRET), LINKS, parse_relay(relay_url), system_clock, worker_place="benchmark")
    print(BEGINS, flush=True)
    with asyncio.Runner(loop_factory=factory) as runner:
        loop = type(runner.get_loop()).__module__.partition(".")[0]
        used, begun = _cpu(), time.perf_counter()
        runner.run(mailer.run_until_idle())
        seconds, cpu = time.perf_counter() - begun, _cpu() - used
    database.close()
    # Not ru_maxrss: that begins with what the process was forked from.
    peak = megabytes(Path("/proc/self/status").read_text(), "VmHWM")
    return Sent(seconds, cpu, peak, loop, platform.python_version())


def _cpu() -> float:
    use = resource.getrusage(resource.RUSAGE_SELF)
    return use.ru_utime + use.ru_stime


def main() -> None:
    """Mail what is planned, print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", required=True)
    parser.add_argument("--relay", required=True)
    parser.add_argument("--uvloop", action=argparse.BooleanOptionalAction, default=True)
    asked = parser.parse_args()
    print(json.dumps(asdict(_drain(asked.database, asked.relay, fast_loop() if asked.uvloop else None))))


if __name__ == "__main__":
    main()
