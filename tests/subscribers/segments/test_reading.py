"""Rules read from text, and written back."""

import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from subscribers.errors import RuleRefused
from subscribers.model import SubscriptionState
from subscribers.segments import rule as bounds
from subscribers.segments.reading import read
from subscribers.segments.rule import (
    All,
    Asked,
    Compared,
    Confirmed,
    Either,
    Everybody,
    Fate,
    Field,
    Latest,
    Mailed,
    Not,
    Numbered,
    OnList,
    Operator,
    Rule,
    Takes,
    bounded,
)
from subscribers.segments.tree import parsed
from subscribers.segments.writing import text
from tests.harness.rules import RULES

By = Operator
S = SubscriptionState
MANUAL = (Path(__file__).parents[3] / "docs" / "how-to" / "write-to-some.md").read_text()
FRENCH = Compared(Field.LANGUAGE, By.IS, ("fr",))


def refusal(written: str) -> RuleRefused:
    """Give why a text is no rule."""
    with pytest.raises(RuleRefused) as caught:
        read(written)
    return caught.value


@given(RULES)
def test_what_is_written_is_read_as_it_was(rule: Rule) -> None:
    """Whatever stands in it: blanks, quotes, words of the language, nothing at all."""
    try:
        bounded(rule)
    except RuleRefused:
        assume(False)

    assert rule == read(text(rule))


@given(st.text(max_size=200))
def test_any_text_is_a_rule_or_refused(written: str) -> None:
    """And a rule reads the same after it was written anew."""
    try:
        rule = read(written)
    except RuleRefused:
        return

    assert rule == read(text(rule))


@given(RULES, st.integers(0, 300), st.text(max_size=5))
def test_damaged_rule_is_a_rule_or_refused(rule: Rule, at: int, damage: str) -> None:
    """A finger that slips is told so and breaks nothing."""
    written = text(rule)
    try:
        found = read(written[:at] + damage + written[at + len(damage) :])
    except RuleRefused:
        return

    assert found == bounded(found)


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("everybody", Everybody()),
        ("language = fr", FRENCH),
        ("Language IS fr", FRENCH),
        ("language is not fr", Compared(Field.LANGUAGE, By.IS_NOT, ("fr",))),
        ("name is set", Compared(Field.NAME, By.IS_SET, ())),
        ("name is not set", Not(Compared(Field.NAME, By.IS_SET, ()))),
        ("name starts with Ann", Compared(Field.NAME, By.STARTS, ("Ann",))),
        ("domain ends with .org", Compared(Field.DOMAIN, By.ENDS, (".org",))),
        ("address contains library", Compared(Field.ADDRESS, By.CONTAINS, ("library",))),
        ("country in (NL, BE)", Compared(Asked("country"), By.IN, ("NL", "BE"))),
        ("country not in (NL)", Not(Compared(Asked("country"), By.IN, ("NL",)))),
        ('country = "the Netherlands"', Compared(Asked("country"), By.IS, ("the Netherlands",))),
        ("age>=18", Compared(Asked("age"), By.AT_LEAST, ("18",))),
        ("born before 1990-01-01", Compared(Asked("born"), By.BELOW, ("1990-01-01",))),
        ("attribute list = 1", Compared(Asked("list"), By.IS, ("1",))),
        ("list friends", OnList("friends", S.CONFIRMED)),
        ('list "Our friends" is requested', OnList("Our friends", S.REQUESTED)),
        ("list friends is not withdrawn", Not(OnList("friends", S.WITHDRAWN))),
        ("topic Jobs", Takes("Jobs", "")),
        ('topic "Job offers" of friends', Takes("Job offers", "friends")),
        ("joined after 2020-01-01", Compared(Field.JOINED, By.ABOVE, ("2020-01-01",))),
        ("joined in the last 30 days", Compared(Field.JOINED, By.LAST_DAYS, ("30",))),
        ("confirmed on 2020-01-01", Confirmed("", By.IS, ("2020-01-01",))),
        ("confirmed for friends before 2020-01-01", Confirmed("friends", By.BELOW, ("2020-01-01",))),
        ("got issue 12", Mailed(Fate.GOT, Numbered(12))),
        ("did not get issue 12", Not(Mailed(Fate.GOT, Numbered(12)))),
        ("bounced in the last 3 issues", Mailed(Fate.BOUNCED, Latest(3))),
        ("may have got issue 3", Mailed(Fate.PERHAPS, Numbered(3))),
        ("missed all of the last 2 issues of cpdwl", Mailed(Fate.MISSED, Latest(2, "cpdwl", each=True))),
        ("not not everybody", Not(Not(Everybody()))),
        ("((everybody))", Everybody()),
    ],
)
def test_condition_is_read(written: str, rule: Rule) -> None:
    """In the words that people use for it."""
    assert rule == read(written)


def test_and_binds_before_or_and_not_before_both() -> None:
    """As in every language that has them."""
    a, b, c = (OnList(name, S.CONFIRMED) for name in "abc")

    assert Either((a, All((Not(b), c)))) == read("list a or not list b and list c")
    assert All((Either((a, b)), c)) == read("(list a or list b) and list c")


@pytest.mark.parametrize("block", re.findall(r"^```rule\n(.*?)^```", MANUAL, re.MULTILINE | re.DOTALL))
def test_rules_of_the_manual_are_read(block: str) -> None:
    """Each line of them, as they stand there."""
    for line in block.splitlines():
        assert read(line) == read(text(read(line)))


def test_tree_of_the_manual_is_the_rule_of_the_manual() -> None:
    """Both ways to write it mean the same."""
    [written] = re.findall(r'segments create "Benelux" "(.*)"', MANUAL)
    [document] = re.findall(r"^```json\n(.*?)^```", MANUAL, re.MULTILINE | re.DOTALL)

    assert read(written) == parsed(document)


def test_bounds_of_the_manual_are_those_of_the_code() -> None:
    """In the last sentence."""
    bound = f"{bounds.MOST_CONDITIONS} conditions, {bounds.DEEPEST} levels and {bounds.LONGEST_TEXT:,} characters at most"

    assert f"A rule has {bound}, and a condition {bounds.MOST_VALUES} values." in MANUAL


def test_rule_is_written_as_it_was_read() -> None:
    """Each word of it stays."""
    written = 'language = fr and (country in (NL, BE) or got issue 12) and not list "Job offers"'

    assert written == text(read(written))


@pytest.mark.parametrize(
    ("written", "at", "expected"),
    [
        ("", 0, "a condition"),
        ("language", 8, "a comparison"),
        ("language = ", 11, "a value after “=”"),
        ("language = and list a", 11, "a value after “=”"),
        ("language = fr fr", 14, "“and”, “or” or the end"),
        ("language = fr and", 17, "a condition"),
        ("(list a", 7, "“)”"),
        ("list a)", 6, "“and”, “or” or the end"),
        ("country in NL", 11, "“(”"),
        ("country in (NL", 14, "“,” or “)”"),
        ("country in ()", 12, "a value"),
        ("list a is here", 10, "requested or confirmed or withdrawn"),
        ("got 12", 4, "“issue 12” or “the last 3 issues”"),
        ("got issue twelve", 10, "in digits"),
        ("got issue 0", 10, "from 1 to"),
        ("got issue " + "9" * 19, 10, "from 1 to"),
        ("got issue " + "9" * 5000, 10, "in digits"),
        ("got issue ²", 10, "in digits"),
        ("got any of the last 101 issues", 20, "from 1 to 100"),
        ("did get issue 1", 4, "“not”"),
        ('name = "Ann', 7, "quotes are not closed"),
        ("name ! Ann", 5, "means nothing"),
    ],
)
def test_refusal_says_where_and_what_was_expected(written: str, at: int, expected: str) -> None:
    """So that whoever typed it finds the place."""
    refused = refusal(written)

    assert at == refused.at
    assert expected in refused.reason
    assert f"at character {at + 1}." in str(refused)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("(" * 5000 + "everybody" + ")" * 5000, "is longer than"),
        ("(" * 2000 + "everybody", "levels"),
        ("not " * 2000 + "everybody", "levels"),
        (" or ".join(["everybody"] * (bounds.MOST_CONDITIONS + 1)), "conditions"),
        (f"country in ({', '.join(['NL'] * (bounds.MOST_VALUES + 1))})", "values"),
        (f"name = {'n' * (bounds.LONGEST_VALUE + 1)}", "longer than 200"),
        (f"{'k' * (bounds.LONGEST_VALUE + 1)} is set", "longer than 200"),
        ("x" * (bounds.LONGEST_TEXT + 1), "is longer than"),
    ],
)
def test_rule_is_bounded(written: str, expected: str) -> None:
    """In length, depth, conditions and values."""
    assert expected in refusal(written).reason


def test_largest_rule_is_read() -> None:
    """The bounds themselves are allowed."""
    parts = " or ".join(["everybody"] * bounds.MOST_CONDITIONS)

    assert bounds.MOST_CONDITIONS == len(list(bounds.conditions(read(parts))))
