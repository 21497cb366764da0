"""Places where a crash test may break this process."""

import ast
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter import failpoints
from newsletter.failpoints import FailPointReached

ROOT = Path(__file__).parents[2]


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
    code = "from newsletter import failpoints as f; f.arm('smtp.dot:kill'); f.hit('smtp.dot'); print('alive')"
    ended = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)

    assert (-signal.SIGKILL, b"") == (ended.returncode, ended.stdout)


@pytest.mark.parametrize(
    "text",
    [
        "mark.sending",
        "mark.sending:explode",
        "mark.sending:kill:0",
        "mark.sending:kill:x",
        ":kill",
        "mark.sending:sleep",
        "mark.sending:kill:p2",
        "mark.sending:kill:p",
        "mark.sending:kill:1:1",
    ],
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    """A fault that was never armed would prove nothing."""
    with pytest.raises(ValueError, match="name:kill"):
        failpoints.arm(text)


def test_place_that_is_not_there_is_refused() -> None:
    """A misspelled name would never be reached, and its test would prove nothing."""
    with pytest.raises(ValueError, match=r"no fail point mark\.sendign; there are"):
        failpoints.arm("mark.sendign:kill")


def test_share_of_passages_is_drawn_from_the_seed() -> None:
    """The same seed breaks at the same passages, about as often as asked."""

    def broken(seed: int) -> list[int]:
        failpoints.arm(f"smtp.body:raise:p0.1:{seed}")
        return [number for number in range(1000) if is_broken()]

    def is_broken() -> bool:
        try:
            failpoints.hit("smtp.body")
        except FailPointReached:
            return True
        return False

    assert broken(7) == broken(7) != broken(8)
    assert 60 < len(broken(7)) < 140


def test_sleep_goes_on_afterwards() -> None:
    """A process that was held up is not dead."""
    failpoints.arm("smtp.reply:sleep0.001:1")
    failpoints.hit("smtp.reply")


def test_every_place_is_passed_in_the_product_and_known() -> None:
    """A name in the list that nothing passes would be a fault that is never tried."""
    product = (path for package in ("newsletter", "subscribers") for path in (ROOT / package).rglob("*.py"))
    passed = {name for path in product for name in passages(ast.parse(path.read_text()))}

    assert failpoints.NAMES == passed


def passages(tree: ast.Module) -> Iterator[str]:
    """Give every name that a module passes to `failpoints.hit`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "failpoints.hit":
            # The names are spelled out where they are passed, maybe two with an `if` between them.
            [place] = node.args
            names = [place.body, place.orelse] if isinstance(place, ast.IfExp) else [place]
            for name in names:
                assert isinstance(name, ast.Constant), f"{ast.unparse(node)} does not spell its name out"
                yield str(name.value)
