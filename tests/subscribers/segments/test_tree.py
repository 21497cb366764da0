"""Rules as trees of JSON."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from subscribers.errors import RuleRefused
from subscribers.segments.reading import read
from subscribers.segments.rule import DEEPEST, Rule, bounded
from subscribers.segments.tree import LONGEST_TREE, Tree, parsed, rule_of, tree
from tests.harness.rules import RULES

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.dictionaries(
            st.sampled_from(["all", "any", "not", "list", "state", "field", "op", "values", "mailed", "x"]), parts
        )
    ),
    max_leaves=10,
)


@given(RULES)
def test_tree_is_read_as_it_was(rule: Rule) -> None:
    """Through JSON and back."""
    try:
        bounded(rule)
    except RuleRefused:
        assume(False)

    assert rule == parsed(json.dumps(tree(rule)))


@given(JSON)
def test_any_json_is_a_rule_or_refused(document: object) -> None:
    """And no key of a rule is passed over."""
    try:
        rule = rule_of(document)
    except RuleRefused:
        return

    assert document == tree(rule)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ([], "an object is expected at the rule"),
        ({}, "an object with one of these keys: all, any, not, everybody"),
        ({"sql": "1=1"}, "an object with one of these keys"),
        ({"not": {"everybody": False}}, "true is expected at the rule.not.everybody"),
        ({"all": [{"everybody": True}]}, "a list of two rules or more is expected at the rule.all"),
        ({"any": [{"everybody": True}, {"list": 5, "state": "confirmed"}]}, "a text is expected at the rule.any[1].list"),
        ({"list": "a", "state": "confirmed", "nor": 1}, "“nor” means nothing at the rule, which takes list, state"),
        ({"list": "a", "state": "CONFIRMED"}, "one of: requested, confirmed, withdrawn; is expected at the rule.state"),
        ({"field": "email_hash", "op": "=", "values": ["a"]}, "one of: language, name, address, domain, joined;"),
        ({"field": "name", "op": "LIKE", "values": ["a"]}, "one of: =, !=, <, <=, >, >=, in,"),
        ({"field": "name", "op": "=", "values": []}, "“=” with one value"),
        ({"field": "name", "op": "is set", "values": ["a"]}, "“is set” with no value"),
        ({"field": "name", "op": "in", "values": []}, "“in” with one value or more"),
        ({"field": "name", "op": "in", "values": [1]}, "a list of texts"),
        ({"mailed": "got", "issue": True}, "a whole number from 1 to"),
        ({"mailed": "got", "issue": 1, "last": 1}, "“last” means nothing at the rule, which takes mailed, issue"),
        ({"mailed": "got", "last": 3, "of_newsletter": "", "each": 1}, "true or false"),
        ({"mailed": "got", "last": 10**30, "of_newsletter": "", "each": True}, "from 1 to 100"),
    ],
)
def test_refusal_says_where_and_what_was_expected(document: object, expected: str) -> None:
    """By the path to it."""
    with pytest.raises(RuleRefused) as caught:
        rule_of(document)

    assert expected in caught.value.reason


def test_tree_is_no_deeper_than_a_rule_may_be() -> None:
    """One level more is refused, thousands of them too."""
    deepest: Tree = {"everybody": True}
    for _ in range(DEEPEST - 1):
        deepest = {"not": deepest}

    assert tree(rule_of(deepest)) == deepest
    for text in (json.dumps({"not": deepest}), '{"not":' * 9000, "[" * 90_000):
        with pytest.raises(RuleRefused):
            parsed(text)


@pytest.mark.parametrize("text", ["{", "{'list': 1}", "9" * 5000, '{"everybody": NaN}', "{" + " " * LONGEST_TREE + "}", "\x00"])
def test_broken_json_is_refused(text: str) -> None:
    """In a sentence and not by a traceback."""
    with pytest.raises(RuleRefused):
        parsed(text)


def test_tree_of_a_rule_is_readable() -> None:
    """By programs that know none of our words."""
    assert {
        "all": [
            {"field": "language", "op": "=", "values": ["fr"]},
            {"any": [{"attribute": "country", "op": "in", "values": ["NL", "BE"]}, {"mailed": "got", "issue": 12}]},
            {"not": {"list": "jobs", "state": "confirmed"}},
        ]
    } == tree(read("language = fr and (country in (NL, BE) or got issue 12) and not list jobs"))
