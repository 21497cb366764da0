"""What a rule about people can say: values that nest, and how large they may become."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from subscribers.errors import RuleRefused
from subscribers.model import SubscriptionState
from subscribers.sentence import say

# A page of text. Longer ones are no rules but lists of people, for which there are lists.
LONGEST_TEXT = 10_000
# Each level is a pair of brackets that somebody has to keep in mind, and a call of every function that walks the rule.
DEEPEST = 12
# Each condition is a look into an index for every person: fifty of them over a million people take a minute.
MOST_CONDITIONS = 50
# In one condition; with the bound above they stay below what a statement can carry (SQLite: 32,766 values).
MOST_VALUES = 100
LONGEST_VALUE = 200
# Ten years of days, and more issues than a newsletter sends in them: whoever asks for more means "ever".
MOST_DAYS = 3_660
MOST_ISSUES = 100
# What both databases can hold as an id.
HIGHEST_ID = 2**63 - 1


class Field(StrEnum):
    """What is known of every person; these are all the columns a rule can ask for."""

    LANGUAGE = "language"
    NAME = "name"
    ADDRESS = "address"
    DOMAIN = "domain"
    # The day the person became known.
    JOINED = "joined"


class Operator(StrEnum):
    """How what is known is compared."""

    IS = "="
    IS_NOT = "!="
    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="
    IN = "in"
    CONTAINS = "contains"
    STARTS = "starts with"
    ENDS = "ends with"
    # No value: something is known at all.
    IS_SET = "is set"
    # One value: so many days before now.
    LAST_DAYS = "in the last"

    def takes(self, count: int) -> bool:
        """Whether so many values can be compared with."""
        if self is Operator.IS_SET:
            return count == 0
        return count > 0 if self is Operator.IN else count == 1

    @property
    def arity(self) -> str:
        """How many values it takes, in words."""
        if self is Operator.IS_SET:
            return "no value"
        return "one value or more" if self is Operator.IN else "one value"


class Fate(StrEnum):
    """What became of an issue on its way to a person."""

    # A relay accepted it.
    GOT = "got"
    # It was for them and did not go out: refused, skipped or cancelled, and no earlier try may have arrived.
    MISSED = "missed"
    # A relay refused it.
    BOUNCED = "bounced"
    # Nobody knows whether a try arrived.
    PERHAPS = "perhaps"


@dataclass(frozen=True, slots=True)
class Everybody:
    """True of everybody."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An attribute that this instance asks of people, by its key."""

    key: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What is known of a person stands so to some values. False where nothing is known, also of "is not"."""

    what: Field | Asked
    by: Operator
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnList:
    """The person stands so to a list."""

    # Its slug; as typed also its name.
    mailing_list: str
    state: SubscriptionState


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The person confirmed a list at such a time, and is on it still."""

    # Empty: any list.
    mailing_list: str
    by: Operator
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Takes:
    """The person takes a topic of a list they are on: because they chose it, or because they take all."""

    topic: str
    # Empty: any list that offers such a topic.
    mailing_list: str


@dataclass(frozen=True, slots=True)
class Numbered:
    """One issue, by its id."""

    issue_id: int


@dataclass(frozen=True, slots=True)
class Latest:
    """The issues that were mailed last."""

    count: int
    # The slug of one newsletter, as typed also its name; empty: of all.
    newsletter: str = ""
    # True: of each of them; False: of one at least.
    each: bool = False


@dataclass(frozen=True, slots=True)
class Mailed:
    """Something became of issues on their way to the person. Whoever keeps the deliveries says what that means in rows."""

    fate: Fate
    issues: Numbered | Latest


@dataclass(frozen=True, slots=True)
class Not:
    """The part is not true."""

    part: "Rule"


@dataclass(frozen=True, slots=True)
class All:
    """Each of two or more parts is true."""

    parts: "tuple[Rule, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of two or more parts is true."""

    parts: "tuple[Rule, ...]"


Condition: TypeAlias = Everybody | Compared | OnList | Confirmed | Takes | Mailed
Rule: TypeAlias = Condition | Not | All | Either


def bounded(rule: Rule) -> Rule:
    """Give *rule*, which is small enough to be kept and asked.

    Raises:
        RuleRefused: it is too deep, too long, or has too many conditions or values.

    """
    for place, condition in enumerate(conditions(rule)):
        if place >= MOST_CONDITIONS:
            raise RuleRefused(say("it has more than %(most)s conditions", most=MOST_CONDITIONS))
        _bound_values(condition)
    return rule


def conditions(rule: Rule, depth: int = 1) -> Iterator[Condition]:
    """Give the conditions of *rule* from left to right.

    Raises:
        RuleRefused: it is too deep.

    """
    if depth > DEEPEST:
        raise too_deep()
    if isinstance(rule, Not):
        yield from conditions(rule.part, depth + 1)
    elif isinstance(rule, All | Either):
        for part in rule.parts:
            yield from conditions(part, depth + 1)
    else:
        yield rule


def attributes_of(rule: Rule) -> frozenset[str]:
    """Give the keys of the attributes that *rule* asks for."""
    asked = (one.what for one in conditions(rule) if isinstance(one, Compared))
    return frozenset(what.key for what in asked if isinstance(what, Asked))


def values_for(rule: Rule, key: str) -> frozenset[str]:
    """Give what *rule* compares the answers to the attribute *key* with."""
    asked = (one for one in conditions(rule) if isinstance(one, Compared) and one.what == Asked(key))
    return frozenset(value for one in asked for value in one.values)


def topics_in(rule: Rule) -> frozenset[Takes]:
    """Give the conditions of *rule* that ask for topics."""
    return frozenset(one for one in conditions(rule) if isinstance(one, Takes))


def too_deep() -> RuleRefused:
    """Give the refusal of a rule with too many levels."""
    return RuleRefused(say("it has more than %(deepest)s levels of brackets and “not”", deepest=DEEPEST))


def _bound_values(condition: Condition) -> None:
    texts = _texts(condition)
    if len(texts) > MOST_VALUES:
        raise RuleRefused(
            say("a condition has more than %(most)s values; make it a list or an attribute of these people", most=MOST_VALUES)
        )
    if any(len(text) > LONGEST_VALUE for text in texts):
        raise RuleRefused(say("a value is longer than %(most)s characters", most=LONGEST_VALUE))


def _texts(condition: Condition) -> tuple[str, ...]:
    match condition:
        case Compared(what=Asked(key=key), values=values):
            return (*values, key)
        case Compared(values=values):
            return values
        case Confirmed(mailing_list=name, values=values):
            return (*values, name)
        case Takes(topic=topic, mailing_list=name):
            return (topic, name)
        case OnList(mailing_list=name) | Mailed(issues=Latest(newsletter=name)):
            return (name,)
        case _:
            return ()
