"""How long `newsletter serve` takes from its start to its first page, and how much memory it has when nobody asks it anything.

    python -m benchmarks.start --runs 7 --json

The yardstick is the least that uvicorn and FastAPI can be (`benchmarks.bare`), started in turns with ours in the same run;
both have been compiled before. The time is that of a clock on the wall, from the start of the process to the whole of the
first answer. Memory is what the process has resident, its children included, when it has been left alone for a while.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.figures import ratio
from benchmarks.instance import SECRET
from benchmarks.postfix import ROOT

MEGABYTE = 1_000_000
# Between two questions, in seconds.
BETWEEN = 0.005
# A process that has not answered by then never will, in seconds.
LONGEST = 60.0


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured."""

    runs: int
    first_page_s: float
    bare_first_page_s: float
    # How many times as long ours takes.
    ratio: float | None
    # Of the process until then, in seconds of a core.
    first_page_cpu_s: float
    bare_first_page_cpu_s: float
    # Resident, in megabytes of a million bytes, when nobody asked for so many seconds.
    idle_mb: float
    idle_seconds: float


@dataclass(frozen=True, slots=True)
class _Started:
    wall: float
    cpu: float


def measure(runs: int, idle: float) -> Result:
    """Start both in turns so many times; ours is then left alone for *idle* seconds once."""
    with TemporaryDirectory() as folder:
        settings = _settings(folder)
        subprocess.run(
            (sys.executable, "-m", "newsletter.cli", "init"), cwd=ROOT, env=settings, check=True, capture_output=True
        )
        ours, theirs = [], []
        # The first of each compiles and fills the caches of the disk.
        for _ in range(runs + 1):
            port = _free_port()
            bare = ("-m", "uvicorn", "benchmarks.bare:app", "--port", str(port), "--log-level", "warning")
            with _started(bare, port, settings) as started:
                theirs.append(started)
            port = _free_port()
            with _started(("-m", "newsletter.cli", "serve", "--port", str(port)), port, settings) as started:
                ours.append(started)
        idle_mb = _idle(settings, idle)
    wall, bare_wall = (median(one.wall for one in many[1:]) for many in (ours, theirs))
    cpu, bare_cpu = (median(one.cpu for one in many[1:]) for many in (ours, theirs))
    return Result(
        runs, round(wall, 3), round(bare_wall, 3), ratio(wall, bare_wall), round(cpu, 3), round(bare_cpu, 3), idle_mb, idle
    )


def _idle(settings: Mapping[str, str], seconds: float) -> float:
    port = _free_port()
    command = [sys.executable, "-m", "newsletter.cli", "serve", "--port", str(port)]
    with _process(command, settings) as process:
        _first_answer(process, port)
        time.sleep(seconds)
        return round(sum(_resident(one) for one in _family(process.pid)) / MEGABYTE, 1)


@contextmanager
def _started(words: Sequence[str], port: int, settings: Mapping[str, str]) -> Iterator[_Started]:
    begun = time.perf_counter()
    with _process([sys.executable, *words], settings) as process:
        _first_answer(process, port)
        yield _Started(time.perf_counter() - begun, _cpu(process.pid))


@contextmanager
def _process(command: Sequence[str], settings: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=settings, stdout=quiet, stderr=quiet) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(LONGEST)


def _first_answer(process: subprocess.Popen[bytes], port: int) -> None:
    ends_at = time.monotonic() + LONGEST
    while time.monotonic() < ends_at and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/", timeout=LONGEST) as answer:
                answer.read()
        except (URLError, ConnectionError):
            time.sleep(BETWEEN)
        else:
            return
    raise SystemExit("The process ended, or did not answer within a minute.")


def _settings(folder: str) -> dict[str, str]:
    own = {name: text for name, text in os.environ.items() if not name.startswith(("NEWSLETTER_", "PYTHONDONTWRITE"))}
    return {**own, "HOME": folder, "NEWSLETTER_DATA_DIR": folder, "NEWSLETTER_SECRET_KEY": SECRET}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _family(pid: int) -> Iterator[int]:
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split():
        yield from _family(int(child))


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--idle", type=float, default=20.0, help="seconds that nobody asks before memory is looked at")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    asked = parser.parse_args()
    found = asdict(measure(asked.runs, asked.idle))
    print(json.dumps(found) if asked.json else "\n".join(f"{name:22} {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
