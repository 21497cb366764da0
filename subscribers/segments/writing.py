"""A rule written as people read it; `reading` reads it back as it was."""

from subscribers.model import SubscriptionState
from subscribers.segments.rule import (
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
)
from subscribers.segments.words import JOINING, written

# Words with which a condition begins; an attribute of such a name is written with "attribute" before it.
BEGINNINGS = JOINING | {
    *(field.value for field in Field),
    *("everybody", "attribute", "list", "confirmed", "topic", "got", "missed", "bounced", "may", "did"),
}

_FATES = {Fate.GOT: "got", Fate.MISSED: "missed", Fate.BOUNCED: "bounced in", Fate.PERHAPS: "may have got"}

# How days are compared in words.
_DAYS = {Operator.BELOW: "before", Operator.ABOVE: "after", Operator.IS: "on"}


def text(rule: Rule) -> str:
    """Write *rule*; what lacks a value is written without it, and is none for the reader."""
    match rule:
        case All(parts=parts):
            return " and ".join(_part(part) for part in parts)
        case Either(parts=parts):
            return " or ".join(_part(part) for part in parts)
        case Not(part=part):
            return f"not {_part(part)}"
        case _:
            return _condition(rule)


def _part(rule: Rule) -> str:
    return f"({text(rule)})" if isinstance(rule, All | Either) else text(rule)


def _condition(condition: Condition) -> str:
    match condition:
        case Everybody():
            return "everybody"
        case Compared(what=what, by=by, values=values):
            in_words = what is Field.JOINED
            return f"{_subject(what)} {_comparison(by, values, in_words=in_words)}"
        case OnList(mailing_list=name, state=state):
            standing = "" if state is SubscriptionState.CONFIRMED else f" is {state.value}"
            return f"list {written(name)}{standing}"
        case Confirmed(mailing_list=name, by=by, values=values):
            of_list = f" for {written(name)}" if name else ""
            return f"confirmed{of_list} {_comparison(by, values, in_words=True)}"
        case Takes(topic=topic, mailing_list=name):
            of_list = f" of {written(name)}" if name else ""
            return f"topic {written(topic)}{of_list}"
        case Mailed(fate=fate, issues=issues):
            return f"{_FATES[fate]} {_issues(issues)}"


def _subject(what: Field | Asked) -> str:
    if isinstance(what, Field):
        return what.value
    key = written(what.key)
    is_plain = key == what.key and key.lower() not in BEGINNINGS
    return key if is_plain else f"attribute {key}"


def _comparison(by: Operator, values: tuple[str, ...], *, in_words: bool) -> str:
    # Of a condition that is not filled in yet none is there, and what is written is as incomplete.
    said = ", ".join(written(value) for value in values)
    if by is Operator.IS_SET:
        return by.value
    if by is Operator.IN:
        return f"in ({said})"
    if by is Operator.LAST_DAYS:
        return f"in the last {said} days"
    sign = _DAYS.get(by, by.value) if in_words else by.value
    return f"{sign} {said}"


def _issues(issues: Numbered | Latest) -> str:
    if isinstance(issues, Numbered):
        return f"issue {issues.issue_id}"
    of_newsletter = f" of {written(issues.newsletter)}" if issues.newsletter else ""
    return f"{'all' if issues.each else 'any'} of the last {issues.count} issues{of_newsletter}"
