"""Rules as rows."""

from datetime import UTC, datetime

import pytest
from hypothesis import given

from subscribers.model import MailingList, Topic
from subscribers.segments import reading, rows
from subscribers.segments.checking import Vocabulary
from subscribers.segments.rule import Rule
from tests.harness.rules import RULES

MADE = datetime(2020, 1, 1, tzinfo=UTC)
READERS = MailingList(1, "Readers", "readers", "", is_public=True, created_at=MADE)
KNOWN = Vocabulary((), (READERS,), (Topic(7, 1, "Work and play", "", 1, None),))


@pytest.mark.parametrize(
    "text",
    [
        "language = fr",
        "not language in (fr, de)",
        "language = fr and name starts with Ann and not list readers",
        "language = fr or domain = example.org",
        "(language = fr or language = de) and (list readers is withdrawn or got any of the last 3 issues)",
        'topic "Work and play" of readers and joined in the last 30 days',
        "confirmed for readers before 2020-01-31",
        "attribute country is set",
        "missed issue 12 or bounced in all of the last 2 issues",
        "everybody",
    ],
)
def test_rule_goes_into_rows_and_comes_back(text: str) -> None:
    """As it was."""
    rule = reading.read(text)
    sheet = rows.sheet_of(rule, KNOWN)

    assert sheet is not None
    assert reading.read(rows.text(sheet, KNOWN)) == rule


@pytest.mark.parametrize("text", ["not (language = fr and language = de)", "got any of the last 2 issues of news"])
def test_what_rows_cannot_say_is_none(text: str) -> None:
    """It is shown as text."""
    assert rows.sheet_of(reading.read(text), KNOWN) is None


@given(RULES)
def test_rows_never_say_something_else(rule: Rule) -> None:
    """Either they say the rule, or there are none."""
    sheet = rows.sheet_of(rule, KNOWN)

    assert sheet is None or reading.read(rows.text(sheet, KNOWN)) == rule
