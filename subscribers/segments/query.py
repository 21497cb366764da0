"""A rule as a condition in SQL: every value is bound, every column is ours, and every look into a table is by an index."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, literal, not_, or_, true

from subscribers import attributes
from subscribers.attributes import Attribute
from subscribers.model import SubscriptionState, Topic
from subscribers.segments.checking import Vocabulary, checked, day
from subscribers.segments.rule import (
    All,
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
from subscribers.tables.attributes import attribute_value
from subscribers.tables.kinds import Instant
from subscribers.tables.lists import subscription, subscription_topic
from subscribers.tables.people import subscriber

By = Operator

# The last code point, which is no character: what begins with a text stands between it and the text with this behind it.
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Mail:
    """What whoever keeps the deliveries hands in, so that rules can speak of them."""

    # Gives the condition in its one spelling, or refuses it.
    checked: Callable[[Mailed], Mailed]
    # Gives it in SQL, for a statement about rows of `subscriber`.
    holds: Callable[[Mailed], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class _Asking:
    known: Vocabulary
    mail: Mail
    now: datetime


def holds(rule: Rule, known: Vocabulary, mail: Mail, now: datetime) -> ColumnElement[bool]:
    """Give the condition, for a statement about rows of `subscriber`, that *rule* is true of the person.

    Raises:
        RuleRefused: it speaks of what there is not any more.

    """
    return _rule(checked(rule, known, mail.checked), _Asking(known, mail, now))


def _rule(rule: Rule, asking: _Asking) -> ColumnElement[bool]:
    match rule:
        case All(parts=parts):
            return and_(*(_rule(part, asking) for part in parts))
        case Either(parts=parts):
            return or_(*(_rule(part, asking) for part in parts))
        case Not(part=part):
            return not_(_rule(part, asking))
        case _:
            return _condition(rule, asking)


def _condition(condition: Condition, asking: _Asking) -> ColumnElement[bool]:
    match condition:
        case Everybody():
            return true()
        case Compared():
            return _compared(condition, asking)
        case OnList(mailing_list=name, state=state):
            return _stands(state, asking.known.mailing_list(name).id)
        case Confirmed(mailing_list=name):
            return _confirmed(condition, asking.known.mailing_list(name).id if name else None, asking.now)
        case Takes():
            return _takes(asking.known.topics_of(condition))
        case Mailed():
            return asking.mail.holds(condition)


def _compared(condition: Compared, asking: _Asking) -> ColumnElement[bool]:
    if isinstance(condition.what, Field):
        return _field(condition.what, condition, asking.now)
    return _answered(asking.known.attribute(condition.what.key), condition, asking.now)


def _stands(state: SubscriptionState, list_id: int) -> ColumnElement[bool]:
    standing = subscription.alias()
    return exists().where(
        standing.c.subscriber_id == subscriber.c.id, standing.c.list_id == list_id, standing.c.state == state.value
    )


def _confirmed(condition: Confirmed, list_id: int | None, now: datetime) -> ColumnElement[bool]:
    standing = subscription.alias()
    of_list = true() if list_id is None else standing.c.list_id == list_id
    return exists().where(
        standing.c.subscriber_id == subscriber.c.id,
        standing.c.state == SubscriptionState.CONFIRMED.value,
        of_list,
        _moment(standing.c.confirmed_at, condition, now),
    )


def _takes(topics: tuple[Topic, ...]) -> ColumnElement[bool]:
    standing = subscription.alias()
    chosen = exists().where(
        subscription_topic.c.subscription_id == standing.c.id,
        subscription_topic.c.topic_id.in_([topic.id for topic in topics]),
    )
    return exists().where(
        standing.c.subscriber_id == subscriber.c.id,
        standing.c.list_id.in_(sorted({topic.list_id for topic in topics})),
        standing.c.state == SubscriptionState.CONFIRMED.value,
        or_(standing.c.takes_all_topics == 1, chosen),
    )


def _field(field: Field, condition: Compared, now: datetime) -> ColumnElement[bool]:
    match field:
        case Field.LANGUAGE:
            return _language(condition)
        case Field.NAME:
            return and_(subscriber.c.name != "", _words(subscriber.c.name, condition))
        case Field.ADDRESS:
            return _words(subscriber.c.email_key, condition)
        case Field.DOMAIN:
            return _domain(condition)
        case Field.JOINED:
            return _moment(subscriber.c.created_at, condition, now)


def _language(condition: Compared) -> ColumnElement[bool]:
    language = func.lower(subscriber.c.language)
    is_known = subscriber.c.language != ""
    if condition.by is By.IS_SET:
        return is_known
    # RFC 4647 3.3.1: "pt" is true of "pt-BR" too.
    is_one = or_(*(or_(language == tag, _starts(language, f"{tag}-")) for tag in condition.values))
    return and_(is_known, not_(is_one)) if condition.by is By.IS_NOT else is_one


def _domain(condition: Compared) -> ColumnElement[bool]:
    ends = condition.values if condition.by is By.ENDS else tuple(f"@{value}" for value in condition.values)
    is_one = or_(*(_ends(subscriber.c.email_key, end) for end in ends))
    return not_(is_one) if condition.by is By.IS_NOT else is_one


def _words(column: ColumnElement[str], condition: Compared) -> ColumnElement[bool]:
    """Compare words, letter for letter; *column* has some."""
    values = condition.values
    match condition.by:
        case By.IS_SET:
            return true()
        case By.IS_NOT:
            return column != values[0]
        case By.CONTAINS:
            # Without LIKE, which knows letter case on one database and not on the other, and has signs of its own.
            return func.replace(column, values[0], "") != column
        case By.STARTS:
            return _starts(column, values[0])
        case By.ENDS:
            return _ends(column, values[0])
        case _:
            return column.in_(values)


def _starts(column: ColumnElement[str], beginning: str) -> ColumnElement[bool]:
    return func.substr(column, 1, len(beginning)) == beginning


def _ends(column: ColumnElement[str], end: str) -> ColumnElement[bool]:
    # A text shorter than *end* gives something shorter on both databases.
    return func.substr(column, func.length(column) - (len(end) - 1)) == end


def _answered(attribute: Attribute, condition: Compared, now: datetime) -> ColumnElement[bool]:
    value = attribute_value.alias()
    # Each comparison implies that there is an answer of its shape, which is the condition of the index it is found by.
    is_so = (
        _number(value.c.number, attribute, condition, now) if attribute.kind.is_number else _folded(value.c.folded, condition)
    )
    return exists().where(value.c.subscriber_id == subscriber.c.id, value.c.attribute_id == attribute.id, is_so)


def _folded(column: ColumnElement[str], condition: Compared) -> ColumnElement[bool]:
    folded = replace(condition, values=tuple(attributes.fold(value) for value in condition.values))
    if condition.by is By.IS_SET:
        return column.is_not(None)
    if condition.by is By.STARTS:
        # Between the two in the order of code points: the index has them together.
        beginning = folded.values[0]
        return and_(column >= beginning, column < beginning + _LAST)
    return _words(column, folded)


def _number(column: ColumnElement[float], attribute: Attribute, condition: Compared, now: datetime) -> ColumnElement[bool]:
    if condition.by is By.IS_SET:
        return column.is_not(None)
    if condition.by is By.LAST_DAYS:
        today = now.astimezone(UTC).date()
        return column.between(_amount(today - timedelta(days=int(condition.values[0]))), _amount(today))
    given = [_amount(attributes.read(attribute, value)) for value in condition.values]
    if condition.by is By.IN:
        return column.in_(given)
    comparisons: dict[Operator, ColumnElement[bool]] = {
        By.IS: column == given[0],
        By.IS_NOT: column != given[0],
        By.BELOW: column < given[0],
        By.AT_MOST: column <= given[0],
        By.ABOVE: column > given[0],
        By.AT_LEAST: column >= given[0],
    }
    return comparisons[condition.by]


def _amount(answer: attributes.Answer | None) -> float:
    assert answer is not None  # refused when the rule was checked
    number = attributes.kept(answer).number
    assert number is not None  # of a kind that is kept as a number
    return number


def _moment(column: ColumnElement[datetime], condition: Compared | Confirmed, now: datetime) -> ColumnElement[bool]:
    """Compare a moment with a day in UTC: before its beginning, after its end, or in it."""
    if condition.by is By.LAST_DAYS:
        return column >= _at(now - timedelta(days=int(condition.values[0])))
    given = day(condition.values[0])
    begins, ends = _at(_midnight(given)), _at(_midnight(given + timedelta(days=1)))
    match condition.by:
        case By.BELOW:
            return column < begins
        case By.AT_MOST:
            return column < ends
        case By.ABOVE:
            return column >= ends
        case By.AT_LEAST:
            return column >= begins
        case _:
            return and_(column >= begins, column < ends)


def _midnight(of_day: date) -> datetime:
    return datetime.combine(of_day, time(), UTC)


def _at(moment: datetime) -> ColumnElement[datetime]:
    return literal(moment, Instant())
