"""Places where a crash test may break this process."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from newsletter import failpoints
from newsletter.failpoints import FailPointReached


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    """Leave nothing armed for others."""
    yield
    failpoints.arm("")


def test_nothing_armed_does_nothing() -> None:
    """As in every run but a test's."""
    failpoints.arm("")
    failpoints.hit("mark.sending")


def test_the_nth_passage_breaks() -> None:
    """Neither the one before nor the ones after."""
    failpoints.arm("mark.sending:raise:2")
    failpoints.hit("mark.sending")
    failpoints.hit("mark.sent")
    with pytest.raises(FailPointReached, match=r"mark\.sending"):
        failpoints.hit("mark.sending")

    failpoints.hit("mark.sending")


def test_kill_leaves_no_time_for_anything() -> None:
    """As a power cut."""
    code = "from newsletter import failpoints as f; f.arm('a.b:kill'); f.hit('a.b'); print('alive')"
    ended = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)

    assert (-signal.SIGKILL, b"") == (ended.returncode, ended.stdout)


@pytest.mark.parametrize(
    "text", ["mark.sending", "mark.sending:explode", "mark.sending:kill:0", "mark.sending:kill:x", ":kill"]
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    """A fault that was never armed would prove nothing."""
    with pytest.raises(ValueError, match="name:kill"):
        failpoints.arm(text)
