"""Named places where a crash test may kill, stop, delay or break this process; they cost one comparison when nothing is armed.

A name says what has just been done: `mark.sending` is passed when the mark is committed and no byte of the body is out.
"""

import os
import random
import re
import signal
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args

# Every place there is: a passage under another name does not pass the type checker.
Name = Literal[
    # The upgrade, for each migration; passed before the commit.
    "migration.applied",
    # The clock of the worker.
    "slots.recorded",
    "slot.claimed",
    "month.gathered",
    "slot.drafted",
    "issue.created",
    # The clock, for each of the staff who is told; passed before the commit.
    "staff.reminded",
    # The clock, for each person who did not confirm; passed before the commit.
    "person.reminded",
    "person.forgotten",
    "person.asked",
    # The digest of a quarter; passed before the commit.
    "digest.planned",
    # The change of the key, for each batch of people; passed behind the commit.
    "people.rekeyed",
    # All evidence looked over, for each step; passed before the commit.
    "evidence.walked",
    # What is kept no longer, for each batch of it; passed behind the commit.
    "batch.forgotten",
    # What comes back, for each mail of a mailbox, and when some of them are moved; passed behind the commit.
    "return.fetched",
    "return.recorded",
    "return.moved",
    # A backup that is restored, for each part of a table, before the commit; and once all of them are there, behind it.
    "rows.restored",
    "database.restored",
    # A copy into another database, for each batch of rows; passed behind the commit.
    "rows.copied",
    # Each batch that a program outside was told, before it is written down how it took it.
    "hook.told",
    # From the approved issue to the ledger, and its end.
    "audience.begin",
    "audience.done",
    "issue.departed",
    "issue.finished",
    # An order of the desk to mail more of an issue: passed before the commit, and behind it.
    "order.done",
    "order.departed",
    # The ledger, for each person.
    "lease.claimed",
    "mark.sending",
    "mark.sent",
    "mark.failed",
    # The wire, for each person.
    "smtp.connected",
    "smtp.mail",
    "smtp.rcpt",
    "smtp.data354",
    "smtp.body",
    "smtp.dot",
    "smtp.reply",
]
NAMES: frozenset[str] = frozenset(get_args(Name))


class Action(StrEnum):
    """What happens at an armed place."""

    # As a power cut does it: no handler runs, nothing is flushed.
    KILL = "kill"
    # As a suspended machine does it, until somebody sends SIGCONT.
    STOP = "stop"
    # As an overloaded machine does it, for so many seconds.
    SLEEP = "sleep"
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
    # How often it is still to be passed, this time included; only without a share.
    left: int
    # The share of passages at which it breaks, and what draws them; 0: the nth and no other.
    share: float = 0.0
    dice: random.Random | None = None
    # Of a sleep.
    seconds: float = 0.0


_FORM = re.compile(
    r"(?P<name>[a-z0-9.]+):(?:(?P<action>kill|stop|raise)|sleep(?P<seconds>\d+(?:\.\d+)?))"
    r"(?::(?:(?P<nth>[1-9]\d*)|p(?P<share>0\.\d+|1)(?::(?P<seed>\d+))?)?)?",
    re.ASCII,
)

_armed: FailPoint | None = None


def arm(text: str) -> None:
    """Arm the place that *text* names, see `parse`; empty disarms.

    Raises:
        ValueError: *text* is not of that form.

    """
    global _armed  # noqa: PLW0603 -- one for the process, so that passing it costs nothing
    _armed = parse(text) if text else None


def parse(text: str) -> FailPoint:
    """Read `name:action:nth` (nth counts from 1 and may be left out) or `name:action:p0.01:seed` (the share of passages).

    Actions are `kill`, `stop`, `raise` and `sleep` with seconds right behind it, as in `mark.sending:sleep0.2:p0.1:7`.

    Raises:
        ValueError: it is not of that form, or there is no such place.

    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not of the form name:kill|stop|raise:nth (or sleep0.5, or p0.01:seed)")
    if found["name"] not in NAMES:
        raise ValueError(f"there is no fail point {found['name']}; there are {', '.join(sorted(NAMES))}")
    return FailPoint(
        name=found["name"],
        action=Action(found["action"] or "sleep"),
        left=int(found["nth"] or 1),
        share=float(found["share"] or 0),
        dice=random.Random(int(found["seed"] or 0)),  # noqa: S311 -- repeatable, and no secret
        seconds=float(found["seconds"] or 0),
    )


def is_armed() -> bool:
    """Whether any place is armed."""
    return _armed is not None


def hit(name: Name) -> None:
    """Pass the place *name*."""
    if _armed is not None and _armed.name == name:
        _pass(_armed)


def _pass(point: FailPoint) -> None:
    if not _is_due(point):
        return
    if point.action is Action.RAISE:
        raise FailPointReached(point.name)
    if point.action is Action.SLEEP:
        time.sleep(point.seconds)
        return
    os.kill(os.getpid(), signal.SIGKILL if point.action is Action.KILL else signal.SIGSTOP)


def _is_due(point: FailPoint) -> bool:
    if point.share and point.dice is not None:
        return point.dice.random() < point.share
    point.left -= 1
    return point.left == 0
