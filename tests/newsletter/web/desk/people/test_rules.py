"""Rules as rows of a form."""

from datetime import UTC, datetime

import pytest
from hypothesis import given

from newsletter.web.desk.people import rules
from newsletter.web.desk.people.rules import Group, Row, Sheet
from subscribers.model import MailingList, Topic
from subscribers.segments import reading
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
    sheet = rules.sheet_of(rule, KNOWN)

    assert sheet is not None
    assert reading.read(rules.text(sheet, KNOWN)) == rule


@pytest.mark.parametrize("text", ["not (language = fr and language = de)", "got any of the last 2 issues of news"])
def test_what_rows_cannot_say_is_none(text: str) -> None:
    """It is shown as text."""
    assert rules.sheet_of(reading.read(text), KNOWN) is None


@given(RULES)
def test_rows_never_say_something_else(rule: Rule) -> None:
    """Either they say the rule, or there are none."""
    sheet = rules.sheet_of(rule, KNOWN)

    assert sheet is None or reading.read(rules.text(sheet, KNOWN)) == rule


def test_buttons_add_and_remove_rows() -> None:
    """The last row is replaced by an empty one; what is no button changes nothing."""
    sheet = Sheet(groups=(Group(rows=(Row("language"), Row("name"))),))
    added = rules.changed(rules.changed(sheet, "add-0"), "group")

    assert [3, 1] == [len(group.rows) for group in added.groups]
    assert ("name",) == tuple(row.what for row in rules.changed(sheet, "remove-0-0").groups[0].rows)
    assert Sheet() == rules.changed(Sheet(groups=(Group(rows=(Row("name"),)),)), "remove-0-0")
    for nonsense in ("add", "add-9", "remove-0", "remove-x-y", "save", "add-99999999999999999999", ""):
        assert sheet == rules.changed(sheet, nonsense)


def test_rows_of_a_form_are_read_as_they_stand() -> None:
    """Also with gaps, and no more of them than there may be."""
    form = {"g0-r0-what": "language", "g0-r0-by": "=", "g0-r0-value": " fr ", "g0-r5-what": "name", "g0-r5-not": "1"}
    [group] = rules.read_form(form | {f"g{n}-r0-what": "" for n in range(50, 60)}).groups

    assert [("language", "fr", False), ("name", "", True)] == [(row.what, row.value, row.is_not) for row in group.rows]
