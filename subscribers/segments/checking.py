"""Whether what a rule speaks of is there and can be compared so; gives it with each name and value in its one spelling."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from subscribers import address, attributes
from subscribers.attributes import Attribute, AttributeKind
from subscribers.errors import AddressRefused, AnswerRefused, RuleRefused
from subscribers.model import MailingList, Topic
from subscribers.oneline import one_line
from subscribers.segments.rule import (
    LONGEST_VALUE,
    MOST_DAYS,
    All,
    Asked,
    Compared,
    Condition,
    Confirmed,
    Either,
    Everybody,
    Field,
    Mailed,
    Not,
    OnList,
    Operator,
    Rule,
    Takes,
)
from subscribers.sentence import say

By = Operator

_CHOICES = frozenset({By.IS, By.IS_NOT, By.IN, By.IS_SET})
_WORDS = _CHOICES | {By.CONTAINS, By.STARTS, By.ENDS}
_AMOUNTS = frozenset({By.IS, By.IS_NOT, By.BELOW, By.AT_MOST, By.ABOVE, By.AT_LEAST, By.IN, By.IS_SET})
_MOMENTS = frozenset({By.IS, By.BELOW, By.AT_MOST, By.ABOVE, By.AT_LEAST, By.LAST_DAYS})

_OF_KIND: Mapping[AttributeKind, frozenset[Operator]] = {
    AttributeKind.TEXT: _WORDS,
    AttributeKind.CHOICE: _CHOICES,
    AttributeKind.NUMBER: _AMOUNTS,
    AttributeKind.DATE: _AMOUNTS | {By.LAST_DAYS},
    AttributeKind.YES_NO: frozenset({By.IS, By.IS_NOT, By.IS_SET}),
}
_OF_FIELD: Mapping[Field, frozenset[Operator]] = {
    Field.LANGUAGE: _CHOICES,
    Field.NAME: _WORDS,
    # Never whole ones: a rule is kept, and an erasure could not find the person in it.
    Field.ADDRESS: frozenset({By.CONTAINS, By.STARTS, By.ENDS}),
    Field.DOMAIN: frozenset({By.IS, By.IS_NOT, By.IN, By.ENDS}),
    Field.JOINED: _MOMENTS,
}
# Of these a part is compared and not the whole.
_OF_PARTS = frozenset({By.CONTAINS, By.STARTS, By.ENDS})

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TAG = re.compile(r"[a-z]{2,8}(-[a-z0-9]{1,8})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a rule of this instance can speak of."""

    attributes: tuple[Attribute, ...]
    lists: tuple[MailingList, ...]
    # That are offered, of all lists.
    topics: tuple[Topic, ...]

    def attribute(self, key: str) -> Attribute:
        """Give the attribute of this key.

        Raises:
            RuleRefused: there is none.

        """
        wanted = key.lower().replace("-", "_")
        for known in self.attributes:
            if known.key == wanted:
                return known
        raise RuleRefused(
            say(
                "there is no attribute “%(key)s”, nor is that a word of rules; newsletter attributes list shows the attributes",
                key=key,
            )
        )

    def mailing_list(self, name_or_slug: str) -> MailingList:
        """Give the list of this slug or, failing that, of this name; the slug first, because that is what is kept.

        Raises:
            RuleRefused: there is none.

        """
        wanted = one_line(name_or_slug)
        found = [one for one in self.lists if wanted in {one.slug, one.name}]
        if not found:
            raise RuleRefused(
                say("there is no list “%(name_or_slug)s”; newsletter lists list shows them", name_or_slug=name_or_slug)
            )
        return max(found, key=lambda one: one.slug == wanted)

    def topics_of(self, condition: Takes) -> tuple[Topic, ...]:
        """Give the topics of this name, in any letter case, that the list offers, or any list.

        Raises:
            RuleRefused: there is none.

        """
        of_list = self.mailing_list(condition.mailing_list) if condition.mailing_list else None
        wanted = one_line(condition.topic).casefold()
        found = tuple(
            one for one in self.topics if one.name.casefold() == wanted and (of_list is None or one.list_id == of_list.id)
        )
        if not found:
            where = say("%(name)s offers", name=of_list.name) if of_list is not None else say("there is")
            raise RuleRefused(
                say("%(where)s no topic “%(topic)s”; newsletter topics list shows them", where=where, topic=condition.topic)
            )
        return found


def checked(rule: Rule, known: Vocabulary, of_mail: Callable[[Mailed], Mailed]) -> Rule:
    """Give *rule* in its one spelling; *of_mail* does the same for what only the keeper of the deliveries knows.

    Raises:
        RuleRefused: it speaks of what there is not, or compares what cannot be compared so.

    """
    match rule:
        case All(parts=parts):
            return All(tuple(checked(part, known, of_mail) for part in parts))
        case Either(parts=parts):
            return Either(tuple(checked(part, known, of_mail) for part in parts))
        case Not(part=part):
            return Not(checked(part, known, of_mail))
        case Mailed():
            return of_mail(rule)
        case _:
            return _condition(rule, known)


def day(text: str) -> date:
    """Read a day.

    Raises:
        RuleRefused: it is none, or has no day after it.

    """
    try:
        # The library reads other spellings too, and more of them with each version.
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or found == date.max:
        raise RuleRefused(say("“%(text)s” is no day; write it as 2020-01-31", text=text))
    return found


def _condition(condition: Condition, known: Vocabulary) -> Condition:
    match condition:
        case Compared():
            return _compared(condition, known)
        case OnList(mailing_list=name):
            return replace(condition, mailing_list=known.mailing_list(name).slug)
        case Confirmed(mailing_list=name, by=by, values=values):
            _may("confirmed", by, _MOMENTS)
            slug = known.mailing_list(name).slug if name else ""
            return Confirmed(slug, by, tuple(_moment(by, value) for value in values))
        case Takes():
            return _takes(condition, known)
        case Everybody() | Mailed():
            return condition


def _takes(condition: Takes, known: Vocabulary) -> Takes:
    name = known.topics_of(condition)[0].name
    return Takes(name, known.mailing_list(condition.mailing_list).slug if condition.mailing_list else "")


def _compared(condition: Compared, known: Vocabulary) -> Compared:
    what, by = condition.what, condition.by
    if isinstance(what, Field):
        _may(what.value, by, _OF_FIELD[what])
        return replace(condition, values=tuple(_value(what, by, value) for value in condition.values))
    attribute = known.attribute(what.key)
    _may(attribute.key, by, _OF_KIND[attribute.kind])
    return Compared(Asked(attribute.key), by, tuple(_answer(attribute, by, value) for value in condition.values))


def _may(what: str, by: Operator, allowed: frozenset[Operator]) -> None:
    if by not in allowed:
        # In the order they were laid down, which is that of the page about them.
        known = ", ".join(one.value for one in Operator if one in allowed)
        raise RuleRefused(
            say("%(what)s cannot be compared by “%(value)s”; it can by %(known)s", what=what, value=by.value, known=known)
        )


def _answer(attribute: Attribute, by: Operator, value: str) -> str:
    if by is By.LAST_DAYS:
        return _days(value)
    if by in _OF_PARTS:
        return attributes.fold(_words(value))
    try:
        answer = attributes.read(attribute, value)
    except AnswerRefused as error:
        raise RuleRefused(str(error).removesuffix(".")) from error
    if answer is None:
        raise RuleRefused(say("%(key)s is compared with nothing; write “not %(key)s is set”", key=attribute.key))
    return attributes.spelled(answer)


def _value(field: Field, by: Operator, value: str) -> str:
    match field:
        case Field.LANGUAGE:
            return _language(value)
        case Field.NAME:
            return _words(value)
        case Field.ADDRESS:
            return _part_of_address(value)
        case Field.DOMAIN:
            return _part_of_address(value) if by is By.ENDS else _domain(value)
        case Field.JOINED:
            return _moment(by, value)


def _moment(by: Operator, value: str) -> str:
    return _days(value) if by is By.LAST_DAYS else day(value).isoformat()


def _days(value: str) -> str:
    if not (value.isascii() and value.isdigit() and len(value) <= len(str(MOST_DAYS)) and 1 <= int(value) <= MOST_DAYS):
        raise RuleRefused(say("“%(value)s” is no number of days from 1 to %(most)s", value=value, most=f"{MOST_DAYS:,}"))
    return str(int(value))


def _language(value: str) -> str:
    tag = value.lower().replace("_", "-")
    if _TAG.fullmatch(tag) is None:
        raise RuleRefused(say("“%(value)s” is no language; write it as fr or pt-br", value=value))
    return tag


def _words(value: str) -> str:
    words = one_line(value, LONGEST_VALUE)
    if not words:
        raise RuleRefused(say("a value is empty; “is set” asks whether there is one"))
    return words


def _domain(value: str) -> str:
    try:
        return address.parse(f"x@{value.removeprefix('@')}").domain
    except AddressRefused as error:
        raise RuleRefused(say("“%(value)s” is no domain; write it as example.org", value=value)) from error


def _part_of_address(value: str) -> str:
    part = _words(value).lower()
    if "@" in part:
        raise RuleRefused(
            say(
                "“%(value)s” goes beyond the @; write what stands before it, or behind it as in domain = example.org",
                value=value,
            )
        )
    return part
