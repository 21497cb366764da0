"""Runs work that may hang, crash or eat memory in one child process that can be killed and replaced."""

import math
import os
import pickle
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any, Self, TypeVar, TypeVarTuple

from newsletter.errors import NewsletterError

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

# A feed of 680 KB takes 0.2 s and a letter of 30 articles 2 ms; what takes this long has run away.
SECONDS = 10.0
# Enough for 30 articles or 20 MB of feed; a runaway parser must not push the machine into swapping.
MEMORY_MB = 768
# An idle child leaves within milliseconds of its line closing.
LEAVE_SECONDS = 2.0
# Nothing is no time to wait for a socket: it means not to wait.
_SOON = 0.001

# Not multiprocessing: its spawn imports the parent's __main__ again, whatever that is. The search path is the
# parent's, so that the child finds the same packages; -I keeps it from reading the environment and the home directory.
_BOOT = "import sys; sys.path[:] = sys.argv[1:]; from newsletter.confined import serve; serve()"
# Nothing of the parent's environment: it holds the secret key and the passwords of relay and database.
_ENVIRONMENT = {"LC_ALL": "C.UTF-8"}

# Values travel as pickles: only between these two processes, over a pair of sockets that nobody else holds.
_LENGTH = struct.Struct("!Q")


class ChildFailed(NewsletterError):  # noqa: N818 -- named for the outcome
    """The work took too long, needed too much memory, or took the child process down."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The child process {reason}.")


@dataclass(frozen=True, slots=True)
class _Call:
    function: Callable[..., object]
    args: tuple[object, ...]
    seconds: float
    memory_mb: int


@dataclass(frozen=True, slots=True)
class _Answer:
    value: Any = None
    error: Exception | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class _Running:
    """A process and our end of the line to it; a socket, because reading and writing it can both be given up in time."""

    process: subprocess.Popen[bytes]
    line: socket.socket


class Child:
    """One child process, started at the first call, used again, and replaced when it hangs or dies.

    Any thread may call it; calls wait for each other. The child ends with `close`, or when its parent is gone.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: _Running | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def run(
        self,
        function: Callable[[*Ts], T],
        *args: *Ts,
        seconds: float = SECONDS,
        memory_mb: int = MEMORY_MB,
    ) -> T:
        """Give what *function* gives for *args*, computed in the child; blocks for at most *seconds*.

        The function must stand at the top of an importable module; arguments and result must be picklable.

        Raises:
            ChildFailed: it took longer, needed more than *memory_mb* of address space, crashed, or panicked.
            Exception: whatever the function raised, when it can be handed over.

        """
        call = pickle.dumps(_Call(function, args, seconds, memory_mb))
        with self._lock:
            answer = self._ask(call, seconds)
        if answer.error is not None:
            raise answer.error
        if answer.failure:
            raise ChildFailed(answer.failure)
        value: T = answer.value
        return value

    def close(self) -> None:
        """End the child; waits for a running call. Another call would start another child."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            _dismiss(running)

    def _ask(self, call: bytes, seconds: float) -> _Answer:
        running = self._living()
        try:
            reply = _exchange(running.line, call, time.monotonic() + seconds)
        except TimeoutError:
            self._discard(running)
            return _Answer(failure=f"took longer than {seconds:g} seconds")
        except BaseException:
            self._discard(running)
            raise
        if reply:
            answer: _Answer = pickle.loads(reply)  # noqa: S301 -- written by our own child
            return answer
        self._discard(running)
        if running.process.returncode == -signal.SIGXCPU:
            return _Answer(failure=f"took longer than {seconds:g} seconds")
        return _Answer(failure=_ending(running.process.returncode))

    def _living(self) -> _Running:
        if self._running is not None and self._running.process.poll() is not None:
            self._discard(self._running)
        if self._running is None:
            self._running = _started()
        return self._running

    def _discard(self, running: _Running) -> None:
        self._running = None
        running.process.kill()
        _dismiss(running)


def _started() -> _Running:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: S603 -- our own interpreter and code
            [sys.executable, "-I", "-c", _BOOT, *sys.path],
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            # Ctrl-C in the terminal is for the parent, who then decides.
            start_new_session=True,
        )
    return _Running(process, ours)


def serve() -> None:
    """Answer calls from standard input until it is closed; what the child process does."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What a library prints must not stand between our answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # A core file would hold the texts of others.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while call := _receive(sys.stdin.buffer):
        _send(answers, _answer(call))


def _answer(frame: bytes) -> bytes:
    try:
        call: _Call = pickle.loads(frame)  # noqa: S301 -- written by our own parent
        with _limits(call):
            return pickle.dumps(_Answer(call.function(*call.args)))
    except MemoryError:
        return pickle.dumps(_Answer(failure=f"needed more than {call.memory_mb} MB"))
    except Exception as error:  # noqa: BLE001 -- the door of the child: the parent decides
        return _pickled_error(error)
    except BaseException as error:  # noqa: BLE001 -- a panic of Rust is no Exception; neither may end the child
        return pickle.dumps(_Answer(failure=_words(error)))


def _pickled_error(error: Exception) -> bytes:
    """Pickle *error* as itself where it survives the journey, else as words."""
    try:
        frame = pickle.dumps(_Answer(error=error))
        pickle.loads(frame)  # noqa: S301 -- written in the line above
    except Exception:  # noqa: BLE001 -- whatever its own pickling raises
        return pickle.dumps(_Answer(failure=_words(error)))
    return frame


def _words(error: BaseException) -> str:
    return f"stopped with {type(error).__name__}: {str(error)[:200]}"


@contextmanager
def _limits(call: _Call) -> Iterator[None]:
    """Bound memory and CPU for one call; the CPU limit also ends an orphan that computes for ever."""
    used = math.ceil(time.process_time() + call.seconds) + 1
    with _limit(resource.RLIMIT_AS, call.memory_mb * 1024 * 1024), _limit(resource.RLIMIT_CPU, used):
        yield


@contextmanager
def _limit(kind: int, value: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(kind)
    # macOS keeps no limit on memory and says so with an error.
    with suppress(ValueError, OSError):
        resource.setrlimit(kind, (value, hard))
    try:
        yield
    finally:
        resource.setrlimit(kind, (soft, hard))


def _exchange(line: socket.socket, call: bytes, until: float) -> bytes | bytearray:
    """Hand the call over and give the reply; empty when the child is gone.

    Raises:
        TimeoutError: it is later than *until*, whatever the child is stuck in: reading, computing, writing.

    """
    try:
        line.settimeout(max(until - time.monotonic(), _SOON))
        line.sendall(_LENGTH.pack(len(call)) + call)
        head = _received(line, _LENGTH.size, until)
        if not head:
            return b""
        (length,) = _LENGTH.unpack(head)
        return _received(line, length, until)
    except (BrokenPipeError, ConnectionResetError):
        return b""


def _received(line: socket.socket, length: int, until: float) -> bytes | bytearray:
    """Read so many bytes; empty when the other side is gone, be it in the middle of them."""
    frame = bytearray(length)
    rest = memoryview(frame)
    while rest:
        line.settimeout(max(until - time.monotonic(), _SOON))
        count = line.recv_into(rest)
        if not count:
            return b""
        rest = rest[count:]
    return frame


def _send(pipe: IO[bytes], frame: bytes) -> None:
    pipe.write(_LENGTH.pack(len(frame)))
    pipe.write(frame)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> bytes:
    """Read one frame; empty when the other side is gone, be it in the middle of one."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return b""
    (length,) = _LENGTH.unpack(head)
    frame = pipe.read(length)
    return frame if len(frame) == length else b""


def _dismiss(running: _Running) -> None:
    """Close the line, wait for the child to leave, and kill it when it does not."""
    running.line.close()
    try:
        running.process.wait(LEAVE_SECONDS)
    except subprocess.TimeoutExpired:
        running.process.kill()
        running.process.wait()


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return f"crashed ({signal.Signals(-code).name})"
    return f"ended by itself with code {code}"
