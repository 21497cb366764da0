"""Starts programs of Python in a tenth of a second: a process that has imported the product forks each that is asked for.

Importing takes a worker a second and a half of a processor, and hundreds are started by the tests. What is forked runs the
same module as `python -m` does, with its own environment, files, signals and end; the soak starts every worker from nothing.

with server() as warm:
    program = warm.start("newsletter.cli", ["worker"], environment, stderr=log)
    program.wait(30)
"""

import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).parents[2]

# What workers and commands load, but for what they are run as.
PRELOADED = (
    "newsletter.cli.__main__",
    "newsletter.cli.running",
    "newsletter.cli.relays",
    "newsletter.cli.issues",
    "tests.harness.sink",
)
# One request: a module, its words, its environment. Linux gives a line of this kind more than that.
LONGEST_REQUEST = 1_000_000
# Longer than a busy machine takes to import the product. In seconds.
PATIENCE = 60.0


class Program:
    """A program that was forked; what `subprocess.Popen` says of one."""

    def __init__(self, line: socket.socket, stdout: IO[str] | None, stderr: IO[str] | None) -> None:
        self._line = line
        self._told = b""
        self.stdout = stdout
        self.stderr = stderr
        self.returncode: int | None = None
        self.pid = int(self._next(PATIENCE))

    def poll(self) -> int | None:
        """Give how it ended, None while it runs."""
        if self.returncode is None and select.select([self._line], [], [], 0)[0]:
            self.returncode = int(self._next(PATIENCE))
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; gives how it ended.

        Raises:
            subprocess.TimeoutExpired: it runs still.

        """
        if self.returncode is None and not select.select([self._line], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        ended = self.poll()
        assert ended is not None
        return ended

    def send_signal(self, number: int, /) -> None:
        """Send it a signal, if it is still there."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """End it in any case, and let go of what it wrote."""
        self.kill()
        self.wait(PATIENCE)
        self._line.close()
        for pipe in (self.stdout, self.stderr):
            if pipe is not None:
                pipe.close()

    def _next(self, seconds: float) -> bytes:
        end = time.monotonic() + seconds
        while b"\n" not in self._told:
            self._line.settimeout(max(0.001, end - time.monotonic()))
            piece = self._line.recv(100)
            assert piece, "the process that forks has gone"
            self._told += piece
        line, _, self._told = self._told.partition(b"\n")
        return line


@dataclass(frozen=True, slots=True)
class Warm:
    """The process that forks."""

    path: Path

    def start(
        self,
        module: str,
        words: Sequence[str],
        environment: Mapping[str, str],
        *,
        stdout: IO[str] | int = subprocess.PIPE,
        stderr: IO[str] | int = subprocess.PIPE,
    ) -> Program:
        """Run a module as `python -m` does; output goes into a file, nowhere (DEVNULL), or through a pipe."""
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.connect(str(self.path))
        out, out_end = _end(stdout)
        err, err_end = _end(stderr)
        try:
            request = json.dumps({"module": module, "words": list(words), "environment": dict(environment)}).encode() + b"\n"
            socket.send_fds(line, [b"!"], [out_end, err_end])
            line.sendall(request)
            return Program(line, out, err)
        finally:
            os.close(out_end)
            os.close(err_end)


def _end(wanted: IO[str] | int) -> tuple[IO[str] | None, int]:
    """Give our end of where output goes, if we have one, and that of the program."""
    if wanted == subprocess.PIPE:
        ours, theirs = os.pipe()
        return os.fdopen(ours), theirs
    if wanted == subprocess.DEVNULL:
        return None, os.open(os.devnull, os.O_WRONLY)
    assert not isinstance(wanted, int)
    return None, os.dup(wanted.fileno())


@contextmanager
def server() -> Iterator[Warm]:
    """Keep a process that forks while the block lasts."""
    with tempfile.TemporaryDirectory(prefix="newsletter-warm-") as folder:
        path = Path(folder) / "line"
        command = [sys.executable, "-m", "tests.harness.warm", str(path)]
        environment = {name: text for name, text in os.environ.items() if not name.startswith("NEWSLETTER_")}
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            try:
                assert process.stdout.readline(), "the process that forks did not begin"
                yield Warm(path)
            finally:
                process.kill()


def _serve(path: str) -> tuple[str, list[str]]:
    """Fork for whoever connects; gives, in the child alone, the module and the words it is to run."""
    for module in PRELOADED:
        importlib.import_module(module)
    # What is loaded by now stays, and is not copied by a child that looks for what does not.
    gc.collect()
    gc.freeze()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(100)
    # Whoever keeps a child is waited for by nobody.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.write(1, b"ready\n")
    while True:
        line, _ = listener.accept()
        if os.fork():
            line.close()
            continue
        listener.close()
        return _keep(line)


def _keep(line: socket.socket) -> tuple[str, list[str]]:
    """Fork the program, and tell of its end; this comes back in the program."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, descriptors, _, _ = socket.recv_fds(line, 1, 2)
    with line.makefile("rb") as reader:
        request = json.loads(reader.readline(LONGEST_REQUEST))
    pid = os.fork()
    if pid:
        _tell_end(line, descriptors, pid)
    for number, descriptor in enumerate(descriptors, 1):
        os.dup2(descriptor, number)
        os.close(descriptor)
    line.close()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(request["environment"])
    return request["module"], request["words"]


def _tell_end(line: socket.socket, descriptors: list[int], pid: int) -> NoReturn:
    # Whoever reads what the program writes waits until nobody can write any more.
    for descriptor in (*descriptors, 1, 2):
        os.close(descriptor)
    line.sendall(b"%d\n" % pid)
    _, status = os.waitpid(pid, 0)
    # Nobody may care any more.
    with closing(line):
        try:
            line.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
        finally:
            os._exit(0)


def _become(module: str, words: Sequence[str]) -> None:
    """Run a module as if this process had been started for it."""
    is_package = hasattr(importlib.import_module(module), "__path__")
    # What was loaded to be quick is run anew, as what it is run as.
    sys.modules.pop(f"{module}.__main__" if is_package else module, None)
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _become(*_serve(sys.argv[1]))
