"""Segments as the staff handles them, and what their rules speak of: nothing of that changes its meaning without a word."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from newsletter.errors import BadValue
from newsletter.issues import selection
from newsletter.mail import fates
from subscribers import attributebook, attributes, register, topicbook
from subscribers.attributes import Attribute
from subscribers.directory import Ids
from subscribers.model import Topic
from subscribers.segments import checking, query, reading, store, tree
from subscribers.segments.rule import Rule, attributes_of, topics_in, values_for
from subscribers.segments.store import Person, Segment
from subscribers.sentence import say
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Seen:
    """Whom a rule is true of now."""

    people: int
    # The first of them in the order they became known.
    sample: tuple[Person, ...]


def read(tx: Transaction, text: str) -> Rule:
    """Read a rule from its text, or from its tree as JSON, and look whether what it speaks of is there.

    Raises:
        RuleRefused: it cannot be read, or asks for what there is not.

    """
    rule = tree.parsed(text) if text.lstrip().startswith("{") else reading.read(text)
    return checking.checked(rule, store.vocabulary(tx), fates.mail(tx).checked)


def create(tx: Transaction, name: str, text: str, made_by: str, now: datetime) -> Segment:
    """Keep a rule under a name.

    Raises:
        RuleRefused: it cannot be read, or asks for what there is not.
        SegmentUnnamed: nothing readable is in the name.
        SegmentExists: the name is taken.

    """
    return store.create(tx, name, read(tx, text), made_by, now)


def edit(tx: Transaction, name: str, text: str, now: datetime) -> Segment:
    """Keep another rule under the name. An issue that was approved keeps the rule it was approved with.

    Raises:
        RuleRefused: it cannot be read, or asks for what there is not.
        SegmentNotFound: there is none of this name.

    """
    known = store.hold(tx, name)
    return store.change(tx, known, read(tx, text), now)


def remove(tx: Transaction, name: str, now: datetime) -> Segment:
    """Let a segment go.

    Raises:
        SegmentNotFound: there is none of this name.
        BadValue: an issue that is still to be sent is for it; without it that issue would go to others.

    """
    known = store.hold(tx, name)
    waiting = selection.waiting_for(tx, known.id)
    if waiting:
        issues = ", ".join(str(one) for one in waiting)
        raise BadValue(
            say("segment"),
            known.name,
            say("is part of the audience of issue %(issues)s; change that first: newsletter issues audience", issues=issues),
        )
    store.remove(tx, known, now)
    return known


def edit_attribute(
    tx: Transaction, key: str, *, label: str | None = None, adds: Collection[str] = (), removes: Collection[str] = ()
) -> Attribute:
    """Change what a form asks and offers, when no segment asks for a choice that is to go.

    Raises:
        AttributeNotFound: there is none of this key.
        AttributeUnfit: the choices do not fit, or somebody has made one that is to go.
        BadValue: a segment asks for one. It would be true of others without a word.

    """
    known = attributebook.find(tx, key)
    gone = {attributes.fold(word) for word in removes}
    _require_unasked(
        tx,
        "choice",
        ", ".join(removes),
        lambda rule: not gone.isdisjoint(attributes.fold(value) for value in values_for(rule, known.key)),
    )
    return attributebook.edit(tx, known.key, label=label, adds=adds, removes=removes)


def forget_attribute(tx: Transaction, key: str) -> int:
    """Forget an attribute with everything people answered to it, when no segment asks for it; gives how many had.

    Raises:
        AttributeNotFound: there is none of this key.
        BadValue: a segment asks for it. Defined anew, with no answers, it would be true of others.

    """
    known = attributebook.find(tx, key)
    _require_unasked(tx, "attribute", known.key, lambda rule: known.key in attributes_of(rule))
    return attributebook.remove(tx, known.key)


def edit_topic(
    tx: Transaction,
    known: Topic,
    *,
    name: str | None = None,
    description: str | None = None,
    position: int | None = None,
) -> Topic:
    """Change a topic; its name when no segment asks for it. None leaves a part as it is.

    Raises:
        TopicNotFound: it was removed meanwhile.
        TopicUnfit: the name is empty or taken.
        BadValue: a segment asks for it by its name, and would be true of others without a word.

    """
    if name is not None and name.casefold() != known.name.casefold():
        _require_unasked_topic(tx, known)
    return topicbook.edit(tx, known, name=name, description=description, position=position)


def remove_topic(tx: Transaction, known: Topic, now: datetime) -> None:
    """Offer a topic no more, when no segment asks for it.

    Raises:
        BadValue: a segment asks for it. It could not be asked any more, or be true of others without a word.

    """
    _require_unasked_topic(tx, known)
    topicbook.remove(tx, known, now)


def look(tx: Transaction, rule: Rule, list_id: int | None, limit: int, now: datetime) -> Seen:
    """Count and name people of whom a rule is true: all who are known, or who may be written to on a list.

    Raises:
        RuleRefused: it speaks of what there is not any more.

    """
    condition = query.holds(rule, store.vocabulary(tx), fates.mail(tx), now)
    return Seen(store.count(tx, condition, list_id), store.sample(tx, condition, list_id, limit) if limit else ())


def everybody(tx: Transaction, rule: Rule, list_id: int | None, now: datetime) -> Ids:
    """Give the query for the ids of the people of whom a rule is true: all who are known, or who may be written to on a list.

    Raises:
        RuleRefused: it speaks of what there is not any more.

    """
    return store.people(query.holds(rule, store.vocabulary(tx), fates.mail(tx), now), list_id)


def _require_unasked_topic(tx: Transaction, known: Topic) -> None:
    # A rule that names no list speaks of every topic of this name.
    lists = {"", register.list_by_id(tx, known.list_id).slug}
    name = known.name.casefold()
    _require_unasked(
        tx,
        "topic",
        known.name,
        lambda rule: any(one.topic.casefold() == name and one.mailing_list in lists for one in topics_in(rule)),
    )


def _require_unasked(tx: Transaction, what: str, name: str, asks: Callable[[Rule], bool]) -> None:
    asking = [one.name for one in store.all_segments(tx) if asks(one.rule)]
    if asking:
        raise BadValue(
            what, name, say("is asked for by the segment %(asking)s; change or remove that first", asking=", ".join(asking))
        )
