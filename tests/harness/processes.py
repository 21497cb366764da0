"""The product's worker and the sink as processes of their own, so that one can be killed and the other remembers."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]

WORKER = (sys.executable, "-m", "newsletter.cli", "worker")

# A worker that hangs fails its test instead of holding up all others. In seconds.
LONGEST_RUN = 120


@contextmanager
def sink_process(log: Path, *more: str) -> Iterator[int]:
    """Run a sink that writes into *log*; gives its port. Nobody pulls the plug of this machine, so it need not fsync."""
    command = [sys.executable, "-m", "tests.harness.sink", "--log", str(log), "--no-fsync", *more]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline().rpartition(" ")[2])
        finally:
            process.kill()


def run_worker(settings: Mapping[str, str], failpoint: str = "") -> subprocess.CompletedProcess[str]:
    """Run `newsletter worker --until-idle --json` to its end, or to the place where it is to break."""
    return subprocess.run(
        [*WORKER, "--until-idle", "--json"],
        cwd=ROOT,
        env={**own_environment(), **settings, "NEWSLETTER_FAILPOINT": failpoint},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_RUN,
    )


@contextmanager
def worker_process(settings: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run `newsletter worker` until it is told to stop."""
    environment = {**own_environment(), **settings}
    with subprocess.Popen(WORKER, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def own_environment() -> dict[str, str]:
    """Give the environment of this process without the product's settings."""
    return {name: text for name, text in os.environ.items() if not name.startswith("NEWSLETTER_")}


def cpu_seconds(pid: int) -> float:
    """Give the processor time that a running process has used by now."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_memory(pid: int) -> int:
    """Give the most memory that a running process ever held, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
