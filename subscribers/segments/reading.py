"""A rule read from the text that somebody wrote; what is not understood is told with its place and what was expected."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from subscribers.errors import RuleRefused
from subscribers.model import SubscriptionState
from subscribers.segments.rule import (
    DEEPEST,
    HIGHEST_ID,
    LONGEST_TEXT,
    MOST_ISSUES,
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
    too_deep,
)
from subscribers.segments.words import JOINING, Kind, Token, tokens
from subscribers.segments.writing import BEGINNINGS
from subscribers.sentence import say

_SIGNS: Mapping[str, Operator] = {
    "=": Operator.IS,
    "!=": Operator.IS_NOT,
    "<": Operator.BELOW,
    "<=": Operator.AT_MOST,
    ">": Operator.ABOVE,
    ">=": Operator.AT_LEAST,
    "before": Operator.BELOW,
    "after": Operator.ABOVE,
    "on": Operator.IS,
    "contains": Operator.CONTAINS,
}
# Digits of HIGHEST_ID.
LONGEST_NUMBER = 19
_FIELDS = frozenset(field.value for field in Field)
_A_CONDITION = say("a condition, for instance language = fr")
_A_COMPARISON = say("a comparison: =, !=, <, >, in, is set, contains, before or after")


def read(text: str) -> Rule:
    """Read the rule that *text* is. Whether its lists, topics and attributes exist is another question.

    Raises:
        RuleRefused: with the place and what was expected there.

    """
    if len(text) > LONGEST_TEXT:
        raise RuleRefused(say("it is longer than %(most)s characters", most=f"{LONGEST_TEXT:,}"))
    reader = _Reader(tuple(tokens(text)))
    rule = reader.either()
    reader.end()
    return bounded(rule)


@dataclass(frozen=True, slots=True)
class _Comparison:
    by: Operator
    values: tuple[str, ...] = ()
    # Written with a "not" in the middle: "is not set", "not in (…)".
    is_denied: bool = False


class _Reader:
    """Reads a row of tokens from left to right; each method reads one thing and stands behind it afterwards."""

    def __init__(self, row: tuple[Token, ...]) -> None:
        self._row = row
        self._place = 0
        self._depth = 0

    def either(self) -> Rule:
        """Read parts joined by "or"."""
        parts = [self._all()]
        while self._takes("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def end(self) -> None:
        """Read the end."""
        if self._next.kind is not Kind.END:
            raise self._expected(say("“and”, “or” or the end"))

    def _all(self) -> Rule:
        parts = [self._part()]
        while self._takes("and"):
            parts.append(self._part())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _part(self) -> Rule:
        if self._takes("not"):
            return Not(self._deeper(self._part))
        if not self._takes("("):
            return self._condition()
        rule = self._deeper(self.either)
        self._demand(")")
        return rule

    def _deeper(self, read_one: Callable[[], Rule]) -> Rule:
        # Each level is a call or two of ours: bounded before the interpreter's own bound is felt.
        self._depth += 1
        if self._depth > DEEPEST:
            raise too_deep()
        rule = read_one()
        self._depth -= 1
        return rule

    def _condition(self) -> Rule:
        token = self._next
        word = token.text.lower()
        if token.kind is not Kind.WORD:
            raise self._expected(_A_CONDITION)
        if word not in BEGINNINGS:
            self._step()
            return self._compared(Asked(token.text))
        if word in _FIELDS:
            self._step()
            return self._compared(Field(word))
        return self._special()

    def _special(self) -> Rule:
        """Read a condition that begins with a word of its own."""
        if self._takes("everybody"):
            return Everybody()
        if self._takes("attribute"):
            return self._compared(Asked(self._value(say("the key of an attribute"))))
        if self._takes("list"):
            return self._on_list()
        if self._takes("topic"):
            return self._topic()
        if self._takes("confirmed"):
            return self._confirmed()
        return self._mailed()

    def _topic(self) -> Rule:
        topic = self._value(say("the name of a topic"))
        return Takes(topic, self._value(say("the name of a list")) if self._takes("of") else "")

    def _on_list(self) -> Rule:
        name = self._value(say("the name of a list"))
        if not self._takes("is"):
            return OnList(name, SubscriptionState.CONFIRMED)
        is_other = self._takes("not")
        state = next((one for one in SubscriptionState if self._takes(one.value)), None)
        if state is None:
            raise self._expected(" or ".join(one.value for one in SubscriptionState))
        standing = OnList(name, state)
        return Not(standing) if is_other else standing

    def _confirmed(self) -> Rule:
        name = self._value(say("the name of a list")) if self._takes("for") else ""
        found = self._comparison()
        condition = Confirmed(name, found.by, found.values)
        return Not(condition) if found.is_denied else condition

    def _compared(self, what: Field | Asked) -> Rule:
        found = self._comparison()
        condition = Compared(what, found.by, found.values)
        return Not(condition) if found.is_denied else condition

    def _comparison(self) -> _Comparison:
        sign = next((sign for sign in _SIGNS if self._takes(sign)), None)
        if sign is not None:
            return _Comparison(_SIGNS[sign], (self._value(say("a value after “%(sign)s”", sign=sign)),))
        if self._takes("is"):
            return self._being()
        if self._takes("in"):
            return self._last_days() if self._takes("the") else _Comparison(Operator.IN, self._values())
        if self._takes("not"):
            self._demand("in")
            return _Comparison(Operator.IN, self._values(), is_denied=True)
        for word, by in (("starts", Operator.STARTS), ("ends", Operator.ENDS)):
            if self._takes(word):
                self._demand("with")
                return _Comparison(by, (self._value(say("a value after “%(value)s”", value=by.value)),))
        raise self._expected(_A_COMPARISON)

    def _being(self) -> _Comparison:
        is_not = self._takes("not")
        if self._takes("set"):
            return _Comparison(Operator.IS_SET, is_denied=is_not)
        return _Comparison(Operator.IS_NOT if is_not else Operator.IS, (self._value(say("a value or “set”")),))

    def _last_days(self) -> _Comparison:
        self._demand("last")
        days = self._value(say("a number of days"))
        self._demand("days", "day")
        return _Comparison(Operator.LAST_DAYS, (days,))

    def _values(self) -> tuple[str, ...]:
        self._demand("(")
        values = [self._value(say("a value"))]
        while self._takes(","):
            values.append(self._value(say("a value")))
        self._demand(")", instead="“,” or “)”")
        return tuple(values)

    def _mailed(self) -> Rule:
        if self._takes("got"):
            return self._of_issues(Fate.GOT)
        if self._takes("missed"):
            return self._of_issues(Fate.MISSED)
        if self._takes("bounced"):
            self._demand("in")
            return self._of_issues(Fate.BOUNCED)
        if self._takes("may"):
            self._demand("have")
            self._demand("got")
            return self._of_issues(Fate.PERHAPS)
        if self._takes("did"):
            self._demand("not")
            self._demand("get")
            return Not(self._of_issues(Fate.GOT))
        raise self._expected(_A_CONDITION)

    def _of_issues(self, fate: Fate) -> Rule:
        if self._takes("issue"):
            return Mailed(fate, Numbered(self._number(say("the number of an issue"), HIGHEST_ID)))
        is_each = self._takes("all")
        if is_each or self._takes("any"):
            self._demand("of")
        if not self._takes("the"):
            raise self._expected(say("“issue 12” or “the last 3 issues”"))
        self._demand("last")
        count = self._number(say("how many issues"), MOST_ISSUES)
        self._demand("issues", "issue")
        of_newsletter = self._value(say("the name of a newsletter")) if self._takes("of") else ""
        return Mailed(fate, Latest(count, of_newsletter, is_each))

    def _value(self, what: str) -> str:
        token = self._next
        if token.kind not in {Kind.WORD, Kind.QUOTED} or token.says(*JOINING):
            raise self._expected(what)
        self._step()
        return token.text

    def _number(self, what: str, most: int) -> int:
        token = self._next
        # Length first: the interpreter refuses to read thousands of digits.
        if not (
            token.kind is Kind.WORD and token.text.isascii() and token.text.isdigit() and len(token.text) <= LONGEST_NUMBER
        ):
            raise self._expected(say("%(what)s, in digits", what=what))
        number = int(token.text)
        if not 1 <= number <= most:
            raise self._expected(say("%(what)s, from 1 to %(most)s", what=what, most=f"{most:,}"))
        self._step()
        return number

    def _demand(self, *words: str, instead: str = "") -> None:
        if not self._takes(*words):
            raise self._expected(instead or f"“{words[0]}”")

    def _takes(self, *words: str) -> bool:
        if not self._next.says(*words):
            return False
        self._step()
        return True

    @property
    def _next(self) -> Token:
        return self._row[self._place]

    def _step(self) -> None:
        self._place += 1

    def _expected(self, what: str) -> RuleRefused:
        return RuleRefused(say("%(what)s is expected, not %(shown)s", what=what, shown=self._next.shown), self._next.at)
