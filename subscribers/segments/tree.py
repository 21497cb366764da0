"""A rule as a tree of JSON, for programs and for keeping; read as strictly as it is written."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from subscribers.errors import RuleRefused
from subscribers.model import SubscriptionState
from subscribers.segments.rule import (
    DEEPEST,
    HIGHEST_ID,
    MOST_ISSUES,
    All,
    Asked,
    Compared,
    Condition,
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
    too_deep,
)
from subscribers.sentence import say

Tree = dict[str, Any]
# Ten times the text of the longest rule: keys and brackets are most of a tree.
LONGEST_TREE = 100_000

T = TypeVar("T", Operator, Field, Fate, SubscriptionState)


def tree(rule: Rule) -> Tree:
    """Give *rule* as what JSON can hold."""
    match rule:
        case All(parts=parts):
            return {"all": [tree(part) for part in parts]}
        case Either(parts=parts):
            return {"any": [tree(part) for part in parts]}
        case Not(part=part):
            return {"not": tree(part)}
        case _:
            return _condition(rule)


def rule_of(document: object) -> Rule:
    """Read the rule that *document* is, as `json.loads` gave it.

    Raises:
        RuleRefused: with the path to what was not understood.

    """
    return bounded(_rule(document, say("the rule"), 1))


def parsed(text: str) -> Rule:
    """Read the rule that *text* is as JSON.

    Raises:
        RuleRefused: it is no JSON, or no rule.

    """
    if len(text) > LONGEST_TREE:
        raise RuleRefused(say("it is longer than %(most)s characters", most=f"{LONGEST_TREE:,}"))
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise RuleRefused(say("it is no JSON: %(msg)s", msg=error.msg), error.pos) from error
    # A number of thousands of digits, and brackets as deep as the interpreter goes.
    except (ValueError, RecursionError) as error:
        raise RuleRefused(say("it is no JSON that a rule could be")) from error
    return rule_of(document)


def _condition(condition: Condition) -> Tree:
    match condition:
        case Everybody():
            return {"everybody": True}
        case Compared(what=what, by=by, values=values):
            subject = {"field": what.value} if isinstance(what, Field) else {"attribute": what.key}
            return {**subject, "op": by.value, "values": list(values)}
        case OnList(mailing_list=name, state=state):
            return {"list": name, "state": state.value}
        case Confirmed(mailing_list=name, by=by, values=values):
            return {"confirmed": name, "op": by.value, "values": list(values)}
        case Takes(topic=topic, mailing_list=name):
            return {"topic": topic, "of_list": name}
        case Mailed(fate=fate, issues=issues):
            return {"mailed": fate.value, **_issues(issues)}


def _issues(issues: Numbered | Latest) -> Tree:
    if isinstance(issues, Numbered):
        return {"issue": issues.issue_id}
    return {"last": issues.count, "of_newsletter": issues.newsletter, "each": issues.each}


def _rule(document: object, path: str, depth: int) -> Rule:
    if depth > DEEPEST:
        raise too_deep()
    if not isinstance(document, dict):
        raise _expected(path, say("an object"))
    if "not" in document:
        _only(document, path, "not")
        return Not(_rule(document["not"], f"{path}.not", depth + 1))
    if "all" in document:
        return All(_parts(document, path, "all", depth))
    if "any" in document:
        return Either(_parts(document, path, "any", depth))
    for key, read in _READERS.items():
        if key in document:
            return read(document, path)
    known = ", ".join(["all", "any", "not", *_READERS])
    raise _expected(path, say("an object with one of these keys: %(known)s", known=known))


def _parts(document: Tree, path: str, key: str, depth: int) -> tuple[Rule, ...]:
    _only(document, path, key)
    parts = document[key]
    if not isinstance(parts, list) or len(parts) < 2:  # noqa: PLR2004 -- one part alone is that part
        raise _expected(f"{path}.{key}", say("a list of two rules or more"))
    return tuple(_rule(part, f"{path}.{key}[{place}]", depth + 1) for place, part in enumerate(parts))


def _everybody(document: Tree, path: str) -> Rule:
    _only(document, path, "everybody")
    if document["everybody"] is not True:
        raise _expected(f"{path}.everybody", "true")
    return Everybody()


def _of_attribute(document: Tree, path: str) -> Rule:
    _only(document, path, "attribute", "op", "values")
    by = _one_of(Operator, document, path, "op")
    return Compared(Asked(_text(document, path, "attribute")), by, _values(document, path, by))


def _of_field(document: Tree, path: str) -> Rule:
    _only(document, path, "field", "op", "values")
    by = _one_of(Operator, document, path, "op")
    return Compared(_one_of(Field, document, path, "field"), by, _values(document, path, by))


def _on_list(document: Tree, path: str) -> Rule:
    _only(document, path, "list", "state")
    return OnList(_text(document, path, "list"), _one_of(SubscriptionState, document, path, "state"))


def _confirmed(document: Tree, path: str) -> Rule:
    _only(document, path, "confirmed", "op", "values")
    by = _one_of(Operator, document, path, "op")
    return Confirmed(_text(document, path, "confirmed"), by, _values(document, path, by))


def _topic(document: Tree, path: str) -> Rule:
    _only(document, path, "topic", "of_list")
    return Takes(_text(document, path, "topic"), _text(document, path, "of_list"))


def _mailed(document: Tree, path: str) -> Rule:
    fate = _one_of(Fate, document, path, "mailed")
    if "issue" in document:
        _only(document, path, "mailed", "issue")
        return Mailed(fate, Numbered(_number(document, path, "issue", HIGHEST_ID)))
    _only(document, path, "mailed", "last", "of_newsletter", "each")
    count = _number(document, path, "last", MOST_ISSUES)
    each = document.get("each")
    if not isinstance(each, bool):
        raise _expected(f"{path}.each", say("true or false"))
    return Mailed(fate, Latest(count, _text(document, path, "of_newsletter"), each))


_READERS: Mapping[str, Callable[[Tree, str], Rule]] = {
    "everybody": _everybody,
    "attribute": _of_attribute,
    "field": _of_field,
    "list": _on_list,
    "confirmed": _confirmed,
    "topic": _topic,
    "mailed": _mailed,
}


def _only(document: Tree, path: str, *keys: str) -> None:
    """Refuse what would be passed over in silence: a misspelt key would make a rule wider."""
    for key in document:
        if key not in keys:
            raise RuleRefused(
                say("“%(key)s” means nothing at %(path)s, which takes %(keys)s", key=key[:40], path=path, keys=", ".join(keys))
            )


def _text(document: Tree, path: str, key: str) -> str:
    value = document.get(key)
    if not isinstance(value, str):
        raise _expected(f"{path}.{key}", say("a text"))
    return value


def _number(document: Tree, path: str, key: str, most: int) -> int:
    value = document.get(key)
    # True is a number to the language, and to nobody else.
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise _expected(f"{path}.{key}", say("a whole number from 1 to %(most)s", most=f"{most:,}"))
    return value


def _one_of(choices: type[T], document: Tree, path: str, key: str) -> T:
    value = document.get(key)
    for choice in choices:
        if choice.value == value:
            return choice
    raise _expected(f"{path}.{key}", say("one of: %(choices)s;", choices=", ".join(choice.value for choice in choices)))


def _values(document: Tree, path: str, by: Operator) -> tuple[str, ...]:
    values = document.get("values")
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise _expected(f"{path}.values", say("a list of texts"))
    if not by.takes(len(values)):
        raise _expected(f"{path}.values", say("“%(value)s” with %(arity)s", value=by.value, arity=by.arity))
    return tuple(values)


def _expected(path: str, what: str) -> RuleRefused:
    return RuleRefused(say("%(what)s is expected at %(path)s", what=what, path=path))
