"""The product's worker and the sink as processes of their own, so that one can be killed and the other remembers."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Protocol

from tests.harness import warm
from tests.harness.warm import Warm

ROOT = warm.ROOT

WORKER = (sys.executable, "-m", "newsletter.cli", "worker")

# A worker that hangs fails its test instead of holding up all others. In seconds.
LONGEST_RUN = 120


class Process(Protocol):
    """A program that runs, whether it was started from nothing or forked."""

    @property
    def pid(self) -> int:
        """Its number."""

    @property
    def returncode(self) -> int | None:
        """How it ended, as far as anybody has asked."""

    @property
    def stdout(self) -> IO[str] | None:
        """What it says, where that was asked for."""

    @property
    def stderr(self) -> IO[str] | None:
        """What it complains of, where that was asked for."""

    def poll(self) -> int | None:
        """Give how it ended, None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; gives how it ended."""

    def send_signal(self, sig: int, /) -> None:
        """Send it a signal, if it is still there."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""


class Starts:
    """How programs are started: from nothing, or where that was said, by a fork of what is loaded already."""

    def __init__(self) -> None:
        self._stack: ExitStack | None = None
        self._warm: Warm | None = None

    @contextmanager
    def quickly(self) -> Iterator[None]:
        """Fork them while the block lasts; what forks is begun when the first is asked for."""
        with ExitStack() as self._stack:
            yield
        self._stack = self._warm = None

    @contextmanager
    def started(
        self,
        module: str,
        words: Sequence[str],
        environment: Mapping[str, str],
        *,
        stdout: IO[str] | int = subprocess.PIPE,
        stderr: IO[str] | int = subprocess.PIPE,
    ) -> Iterator[Process]:
        """Run a module as `python -m` does; it is ended with the block in any case."""
        if self._stack is None:
            command = [sys.executable, "-m", module, *words]
            with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=stdout, stderr=stderr, text=True) as process:
                try:
                    yield process
                finally:
                    process.kill()
            return
        if self._warm is None:
            self._warm = self._stack.enter_context(warm.server())
        program = self._warm.start(module, words, environment, stdout=stdout, stderr=stderr)
        try:
            yield program
        finally:
            program.close()


STARTS = Starts()


@contextmanager
def sink_process(log: Path, *more: str) -> Iterator[int]:
    """Run a sink that writes into *log*; gives its port. Nobody pulls the plug of this machine, so it need not fsync."""
    words = ("--log", str(log), "--no-fsync", *more)
    with STARTS.started("tests.harness.sink", words, own_environment(), stderr=sys.__stderr__ or subprocess.DEVNULL) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline().rpartition(" ")[2])


def run_command(settings: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run `newsletter` to its end."""
    environment = {**own_environment(), **settings}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        with STARTS.started("newsletter.cli", words, environment, stdout=out, stderr=err) as process:
            ended = process.wait(LONGEST_RUN)
        for written in (out, err):
            written.seek(0)
        return subprocess.CompletedProcess(words, ended, out.read(), err.read())


def run_worker(settings: Mapping[str, str], failpoint: str = "") -> subprocess.CompletedProcess[str]:
    """Run `newsletter worker --until-idle --json` to its end, or to the place where it is to break."""
    return run_command({**settings, "NEWSLETTER_FAILPOINT": failpoint}, "worker", "--until-idle", "--json")


@contextmanager
def worker_process(settings: Mapping[str, str]) -> Iterator[Process]:
    """Run `newsletter worker` until it is told to stop."""
    with STARTS.started("newsletter.cli", ("worker",), {**own_environment(), **settings}, stdout=subprocess.DEVNULL) as process:
        yield process


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
