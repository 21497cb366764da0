"""Attributes and answers as they are kept: defined for the instance, answered by people, one row for each answer."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, exists, func, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from subscribers import attributes, batches, records
from subscribers.attributes import MOST_ATTRIBUTES, Answer, Attribute, AttributeKind
from subscribers.errors import AttributeExists, AttributeNotFound, AttributeUnfit, SubscriberNotFound
from subscribers.sentence import say
from subscribers.tables.attributes import attribute, attribute_value
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Answered:
    """What one person answered to one attribute; None takes back what they had answered."""

    subscriber_id: int
    attribute: Attribute
    answer: Answer | None


def define(
    tx: Transaction, key: str, kind: AttributeKind, now: datetime, *, label: str = "", choices: Collection[str] = ()
) -> Attribute:
    """Lay down something this instance may know of its people.

    Raises:
        AttributeUnfit: the key, the choices, or one attribute too many.
        AttributeExists: the key is taken.

    """
    key = attributes.checked_key(key)
    if tx.execute(select(func.count()).select_from(attribute)).scalar_one() >= MOST_ATTRIBUTES:
        raise AttributeUnfit(key, say("there are %(most)s attributes already; remove one first", most=MOST_ATTRIBUTES))
    statement = insert(attribute).values(
        key=key,
        label=attributes.checked_label(key, label),
        kind=kind,
        choices=attributes.checked_choices(key, kind, choices),
        created_at=now,
    )
    made = tx.execute(statement.on_conflict_do_nothing().returning(attribute)).one_or_none()
    if made is None:
        raise AttributeExists(key)
    return _attribute(made)


def edit(
    tx: Transaction, key: str, *, label: str | None = None, adds: Collection[str] = (), removes: Collection[str] = ()
) -> Attribute:
    """Change what a form asks and offers; a choice that somebody has made cannot be taken away.

    Raises:
        AttributeNotFound: there is none of this key.
        AttributeUnfit: the choices do not fit, or somebody has made one that is to go.

    """
    known = _held(tx, key)
    changed = replace(
        known,
        label=known.label if label is None else attributes.checked_label(known.key, label),
        choices=_choices(tx, known, adds, removes) if adds or removes else known.choices,
    )
    values = {"label": changed.label, "choices": changed.choices}
    tx.execute(update(attribute).where(attribute.c.id == known.id).values(values))
    return changed


def remove(tx: Transaction, key: str) -> int:
    """Forget an attribute with everything people answered to it; gives how many had.

    Raises:
        AttributeNotFound: there is none of this key.

    """
    known = _held(tx, key)
    answered = count(tx, known.id)
    tx.execute(delete(attribute_value).where(attribute_value.c.attribute_id == known.id))
    tx.execute(delete(attribute).where(attribute.c.id == known.id))
    return answered


def find(tx: Transaction, key: str) -> Attribute:
    """Give the attribute of this key.

    Raises:
        AttributeNotFound: there is none.

    """
    wanted = key.strip().lower().replace("-", "_")
    found = next((one for one in all_attributes(tx) if one.key == wanted), None)
    if found is None:
        raise AttributeNotFound(key)
    return found


def all_attributes(tx: Transaction) -> tuple[Attribute, ...]:
    """Give all attributes in the order they were defined."""
    return tuple(_attribute(row) for row in tx.execute(select(attribute).order_by(attribute.c.id)))


def count(tx: Transaction, attribute_id: int) -> int:
    """Count the people who answered to an attribute."""
    of_it = attribute_value.c.attribute_id == attribute_id
    # In two parts, each by its own index: an attribute has answers of one shape only.
    words = select(func.count()).where(of_it, attribute_value.c.folded.is_not(None)).scalar_subquery()
    numbers = select(func.count()).where(of_it, attribute_value.c.number.is_not(None)).scalar_subquery()
    answered: int = tx.execute(select(words + numbers)).scalar_one()
    return answered


def answers_of(tx: Transaction, subscriber_id: int) -> Mapping[str, Answer]:
    """Give what one person answered, by the attributes' keys in the order these were defined."""
    return answers_among(tx, [subscriber_id]).get(subscriber_id, {})


def answers_among(tx: Transaction, subscriber_ids: Collection[int]) -> Mapping[int, Mapping[str, Answer]]:
    """Give what each of some people answered; whoever answered nothing is not in it."""
    kept = attribute_value.c
    rows = tx.execute(
        select(kept.subscriber_id, kept.text, kept.number, attribute.c.key, attribute.c.kind)
        .join_from(attribute_value, attribute)
        .where(kept.subscriber_id.in_(batches.numbers(tx, subscriber_ids)))
        .order_by(kept.attribute_id)
    )
    answers: dict[int, dict[str, Answer]] = defaultdict(dict)
    for row in rows:
        answers[row.subscriber_id][row.key] = attributes.answer_of(AttributeKind(row.kind), row.text, row.number)
    return answers


def answer(tx: Transaction, subscriber_id: int, given: Mapping[str, str]) -> None:
    """Write down what a person answered, by keys and as they wrote it; an empty answer takes back the one before.

    Raises:
        SubscriberNotFound: nobody has this id.
        AttributeNotFound: a key is not known.
        AnswerRefused: an answer is not of its attribute's kind; nothing was written.

    """
    if not given:
        return
    known = {one.key: one for one in all_attributes(tx)}
    answered = [_answered(known, subscriber_id, key, text) for key, text in given.items()]
    if records.hold_person(tx, subscriber_id) is None:
        raise SubscriberNotFound(subscriber_id)
    put(tx, answered)


def put(tx: Transaction, answered: Iterable[Answered]) -> None:
    """Write down answers of many people by two statements; the caller holds their rows, or has made them."""
    # Always in one order: two that met the same people in different orders would wait for one another.
    ordered = sorted(answered, key=lambda one: (one.subscriber_id, one.attribute.id))
    gone = [{"of_person": one.subscriber_id, "of_attribute": one.attribute.id} for one in ordered if one.answer is None]
    said = [_row(one, one.answer) for one in ordered if one.answer is not None]
    if gone:
        tx.execute(_TAKE_BACK, gone)
    if said:
        tx.execute(_SAY, said)


def _answered(known: Mapping[str, Attribute], subscriber_id: int, key: str, text: str) -> Answered:
    found = known.get(key.strip().lower().replace("-", "_"))
    if found is None:
        raise AttributeNotFound(key)
    return Answered(subscriber_id, found, attributes.read(found, text))


def _row(one: Answered, said: Answer) -> dict[str, object]:
    kept = attributes.kept(said)
    return {
        "subscriber_id": one.subscriber_id,
        "attribute_id": one.attribute.id,
        "text": kept.text,
        "folded": kept.folded,
        "number": kept.number,
    }


def _held(tx: Transaction, key: str) -> Attribute:
    known = find(tx, key)
    # Two that edit the choices of one attribute do it one after the other.
    row = tx.execute(select(attribute).where(attribute.c.id == known.id).with_for_update()).one_or_none()
    if row is None:
        raise AttributeNotFound(key)
    return _attribute(row)


def _choices(tx: Transaction, known: Attribute, adds: Collection[str], removes: Collection[str]) -> tuple[str, ...]:
    gone = {attributes.fold(word): word for word in removes}
    for folded, word in gone.items():
        if all(attributes.fold(choice) != folded for choice in known.choices):
            raise AttributeUnfit(known.key, say("%(word)s is none of its choices", word=f"{word!r}"))
        if _is_chosen(tx, known.id, folded):
            raise AttributeUnfit(known.key, say("somebody has chosen %(word)s; change their answer first", word=f"{word!r}"))
    left = [choice for choice in known.choices if attributes.fold(choice) not in gone]
    return attributes.checked_choices(known.key, known.kind, [*left, *adds])


def _is_chosen(tx: Transaction, attribute_id: int, folded: str) -> bool:
    chosen = exists().where(attribute_value.c.attribute_id == attribute_id, attribute_value.c.folded == folded)
    return bool(tx.execute(select(chosen)).scalar_one())


def _attribute(row: Row[Any]) -> Attribute:
    return Attribute(row.id, row.key, row.label, AttributeKind(row.kind), tuple(row.choices), row.created_at)


_SAYING = insert(attribute_value)
_SAY = _SAYING.on_conflict_do_update(
    index_elements=["subscriber_id", "attribute_id"],
    set_={name: _SAYING.excluded[name] for name in ("text", "folded", "number")},
)
_TAKE_BACK = delete(attribute_value).where(
    attribute_value.c.subscriber_id == bindparam("of_person"), attribute_value.c.attribute_id == bindparam("of_attribute")
)
