"""The reference of events is in step with the code."""

import re
from pathlib import Path

from newsletter.mail.delivery import Report
from newsletter.webhooks.model import TRIAL, EventKind

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "events.md").read_text()


def test_every_event_has_its_line() -> None:
    """And no other is promised."""
    told = set(re.findall(r"^\| `((?:subscriber|issue)\.\w+)` \|", PAGE, re.MULTILINE))

    assert set(EventKind) == told
    assert f"`{TRIAL}`" in PAGE


def test_the_figures_of_an_issue_are_named() -> None:
    """All that are told."""
    [line] = [line for line in PAGE.splitlines() if line.startswith("| `issue.finished`")]

    assert set(Report.__dataclass_fields__) <= set(re.findall(r"`(\w+)`", line))
