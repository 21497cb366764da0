"""Named places where a crash test may kill, stop or break this process; they cost one comparison when nothing is armed.

A name says what has just been done: `mark.sending` is passed when the mark is committed and no byte of the body is out.
"""

import os
import signal
from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What happens at an armed place."""

    # As a power cut does it: no handler runs, nothing is flushed.
    KILL = "kill"
    # As a suspended machine does it, until somebody sends SIGCONT.
    STOP = "stop"
    # As a bug does it.
    RAISE = "raise"


class FailPointReached(RuntimeError):  # noqa: N818 -- named for what happened
    """An armed place with the action `raise` was passed."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"fail point {name}")


@dataclass(slots=True)
class FailPoint:
    """One armed place."""

    name: str
    action: Action
    # How often it is still to be passed, this time included.
    left: int


_armed: FailPoint | None = None


def arm(text: str) -> None:
    """Arm the place that *text* names as `name:action:nth` (nth counts from 1 and may be left out); empty disarms.

    Raises:
        ValueError: *text* is not of that form.

    """
    global _armed  # noqa: PLW0603 -- one for the process, so that passing it costs nothing
    _armed = parse(text) if text else None


def parse(text: str) -> FailPoint:
    """Read `name:action:nth`."""
    name, _, rest = text.partition(":")
    action, _, nth = rest.partition(":")
    if not name or action not in set(Action) or not (nth or "1").isdigit() or int(nth or "1") < 1:
        raise ValueError(f"{text!r} is not of the form name:kill|stop|raise:nth")
    return FailPoint(name, Action(action), int(nth or "1"))


def is_armed() -> bool:
    """Whether any place is armed."""
    return _armed is not None


def hit(name: str) -> None:
    """Pass the place *name*."""
    if _armed is not None and _armed.name == name:
        _pass(_armed)


def _pass(point: FailPoint) -> None:
    point.left -= 1
    if point.left:
        return
    if point.action is Action.RAISE:
        raise FailPointReached(point.name)
    os.kill(os.getpid(), signal.SIGKILL if point.action is Action.KILL else signal.SIGSTOP)
