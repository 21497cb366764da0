"""Work in a child process: limits, crashes, and what comes back."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.confined import Child, ChildFailed
from newsletter.errors import BadValue, IssueNotFound
from tests.harness import lent

# Far above what any of these calls needs on a busy machine.
PLENTY = 30.0


@pytest.fixture(scope="module", autouse=True)
def _own_children() -> Iterator[None]:
    """Let each child begin and end with what has it."""
    with lent.nobody():
        yield


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    """Give one child for all tests, as the product uses it."""
    with Child() as running:
        yield running


def double(number: int) -> int:
    """Give a result."""
    return number * 2


def pid() -> int:
    """Name the process that computes."""
    return os.getpid()


def sleep_for_ever() -> None:
    """Wait without using the processor."""
    time.sleep(3600)


def spin_for_ever() -> None:
    """Use the processor and hold the interpreter's lock."""
    while True:
        pass


def dribble() -> None:
    """Write the beginning of an answer, byte by byte, and never its end."""
    os.write(0, (1_000_000).to_bytes(8, "big"))
    while True:
        os.write(0, b"x")
        time.sleep(0.05)


def crash() -> None:
    """Read address 0, as a parser in C with a bug does."""
    ctypes.string_at(0)


def leave(code: int) -> None:
    """End the process behind Python's back."""
    os._exit(code)


def eat_memory() -> int:
    """Ask for two gigabytes."""
    return len(bytearray(2_000_000_000))


def fail_plainly() -> None:
    """Raise an error that can be pickled."""
    msg = "line 3 is wrong"
    raise ValueError(msg)


def fail_with_own_error() -> None:
    """Raise an error whose pickle cannot be read back."""
    what = "section"
    raise BadValue(what, "x", "is unknown")


class PanicException(BaseException):
    """What a panic of Rust looks like from Python."""


def panic() -> None:
    """Do as pyo3 does when Rust panics."""
    msg = "not a char boundary"
    raise PanicException(msg)


def environment() -> list[str]:
    """Name the variables the child can see."""
    return sorted(os.environ)


def chatter() -> str:
    """Print to the channel of answers."""
    sys.stdout.write("noise " * 10_000)
    sys.stdout.flush()
    return "said"


def give_a_lock() -> object:
    """Give what cannot be pickled."""
    return threading.Lock()


def test_result_comes_back(child: Child) -> None:
    """A call through the child gives what the function gives."""
    assert 42 == child.run(double, 21)


def test_child_is_another_process_and_is_used_again(child: Child) -> None:
    """Starting an interpreter for every call would cost 50 ms each."""
    first, second = child.run(pid), child.run(pid)

    assert first == second
    assert os.getpid() != first


def test_large_values_pass_both_ways(child: Child) -> None:
    """Megabytes in and out do not block on the size of a pipe."""
    body = b"x" * 5_000_000

    assert body.upper() == child.run(bytes.upper, body)


@pytest.mark.parametrize("stuck", [sleep_for_ever, spin_for_ever])
def test_call_that_hangs_is_ended_and_the_next_one_works(child: Child, stuck: object) -> None:
    """A time-out costs the child, not the caller."""
    with pytest.raises(ChildFailed, match=r"longer than 0\.2 seconds"):
        child.run(stuck, seconds=0.2)  # type: ignore[arg-type]  # both take nothing and give nothing

    assert 42 == child.run(double, 21)


def test_child_that_does_not_listen_is_given_up(child: Child) -> None:
    """What is handed over waits no longer than what is computed."""
    os.kill(child.run(pid), signal.SIGSTOP)

    with pytest.raises(ChildFailed, match=r"longer than 0\.2 seconds"):
        child.run(len, b"x" * 5_000_000, seconds=0.2)

    assert 42 == child.run(double, 21)


def test_answer_that_does_not_end_is_given_up(child: Child) -> None:
    """A child that dribbles is as late as one that is silent."""
    with pytest.raises(ChildFailed, match=r"longer than 0\.5 seconds"):
        child.run(dribble, seconds=0.5)

    assert 42 == child.run(double, 21)


def test_crash_is_reported_with_its_signal_and_the_next_call_works(child: Child) -> None:
    """A segmentation fault in a parser is an ordinary error here."""
    with pytest.raises(ChildFailed, match="SIGSEGV"):
        child.run(crash)

    assert 42 == child.run(double, 21)


def test_child_that_leaves_is_reported(child: Child) -> None:
    """A library that calls exit takes only the child along."""
    with pytest.raises(ChildFailed, match="code 7"):
        child.run(leave, 7)


def test_hunger_for_memory_is_an_error(child: Child) -> None:
    """The limit on memory ends the call; the child lives on."""
    with pytest.raises(ChildFailed, match="more than 512 MB"):
        child.run(eat_memory, memory_mb=512)

    assert 42 == child.run(double, 21)


def test_error_of_the_function_comes_back_as_itself(child: Child) -> None:
    """A caller can tell a wrong template from a broken machine."""
    with pytest.raises(ValueError, match="line 3 is wrong"):
        child.run(fail_plainly)


def test_error_that_cannot_be_handed_over_comes_back_in_words(child: Child) -> None:
    """An exception that pickle loses still tells its name and message."""
    with pytest.raises(ChildFailed, match="BadValue: section x: is unknown"):
        child.run(fail_with_own_error)


def test_panic_of_rust_is_a_failure(child: Child) -> None:
    """PanicException is no Exception and would pass every ordinary handler."""
    with pytest.raises(ChildFailed, match="PanicException: not a char boundary"):
        child.run(panic)

    assert 42 == child.run(double, 21)


def test_result_that_cannot_be_handed_over_is_an_error(child: Child) -> None:
    """The caller hears why instead of waiting."""
    with pytest.raises(TypeError, match="pickle"):
        child.run(give_a_lock)


def test_child_sees_no_environment(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever takes over the parser finds no secret key."""
    monkeypatch.setenv("NEWSLETTER_SECRET_KEY", "a secret of the tests")

    with Child() as fresh:
        assert {"LC_ALL"} >= set(fresh.run(environment)) - {"LC_CTYPE"}


def test_printing_does_not_disturb_the_answers(child: Child) -> None:
    """A library that prints to standard output cannot break the protocol."""
    assert "said" == child.run(chatter)


def test_threads_take_turns(child: Child) -> None:
    """Every caller gets the answer to its own question."""
    answers: dict[int, int] = {}
    threads = [
        threading.Thread(target=lambda number=number: answers.update({number: child.run(double, number)}))
        for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {number: number * 2 for number in range(20)} == answers


def test_closing_ends_the_child_and_may_be_repeated() -> None:
    """Nothing stays behind."""
    child = Child()
    process = child.run(pid)
    child.close()
    child.close()

    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_child_ends_with_its_parent() -> None:
    """A parent that is killed leaves no orphan, and a script without an import guard can use a child."""
    script = (
        "import os, signal; from newsletter.confined import Child; import posix;"
        "print(Child().run(posix.getpid), flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=PLENTY, check=False)
    orphan = int(ended.stdout)

    assert _is_gone(orphan)


def test_an_error_of_ours_keeps_its_message(child: Child) -> None:
    """Errors that take one argument travel as they are."""
    with pytest.raises(IssueNotFound, match="no issue"):
        child.run(raise_not_found)


def raise_not_found() -> None:
    """Raise one of our own errors."""
    raise IssueNotFound(7)


def _is_gone(process: int) -> bool:
    until = time.monotonic() + PLENTY
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        if _is_unburied(process):
            return True
        time.sleep(0.01)
    return False


def _is_unburied(process: int) -> bool:
    """Whether it has ended and only waits to be reaped, which the first process of some containers never does."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False
