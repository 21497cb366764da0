"""Segments as the staff handles them: made, changed, tried and let go; rules may speak of people and of deliveries at once."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.errors import BadValue
from newsletter.issues import selection
from newsletter.mail import fates
from subscribers import attributebook
from subscribers.segments import checking, query, reading, store, tree
from subscribers.segments.rule import Rule, attributes_of
from subscribers.segments.store import Person, Segment
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
            "segment", known.name, f"is part of the audience of issue {issues}; change that first: newsletter issues audience"
        )
    store.remove(tx, known, now)
    return known


def forget_attribute(tx: Transaction, key: str) -> int:
    """Forget an attribute with everything people answered to it, when no segment asks for it; gives how many had.

    Raises:
        AttributeNotFound: there is none of this key.
        BadValue: a segment asks for it. Defined anew, with no answers, it would be true of others.

    """
    known = attributebook.find(tx, key)
    asking = [one.name for one in store.all_segments(tx) if known.key in attributes_of(one.rule)]
    if asking:
        raise BadValue("attribute", known.key, f"is asked for by the segment {', '.join(asking)}; change or remove that first")
    return attributebook.remove(tx, known.key)


def look(tx: Transaction, rule: Rule, list_id: int | None, limit: int, now: datetime) -> Seen:
    """Count and name people of whom a rule is true: all who are known, or who may be written to on a list.

    Raises:
        RuleRefused: it speaks of what there is not any more.

    """
    condition = query.holds(rule, store.vocabulary(tx), fates.mail(tx), now)
    return Seen(store.count(tx, condition, list_id), store.sample(tx, condition, list_id, limit) if limit else ())
