"""What people answered, as it goes into a letter that asks for it.

It is frozen with the audience, so that every try has the same bytes. A letter that asks for nothing costs nothing: not a row,
and not a question at its claims.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, delete, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.letters.answers import keys_of
from newsletter.letters.store import ANSWER
from newsletter.mail.delivery import Delivery
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery, delivery_answer, mailing
from subscribers.attributes import AttributeKind, answer_of, spelled
from subscribers.tables.attributes import attribute, attribute_value
from subscribers.transaction import Transaction


def freeze(tx: Transaction, letter_id: int) -> None:
    """Keep what the people of a letter answered to what it asks for; who came by an earlier call keeps what they said then."""
    keys = _asked(tx, letter_id)
    if not keys:
        return
    tx.execute(update(mailing).where(mailing.c.letter_id == letter_id).values(has_answers=True))
    columns = ["delivery_id", "key", "kind", "text", "number"]
    tx.execute(insert(delivery_answer).from_select(columns, _answers(letter_id, keys)).on_conflict_do_nothing())


def of_deliveries(tx: Transaction, ids: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
    """Give what is frozen with deliveries, by their ids, as people would write it."""
    kept = delivery_answer.c
    rows = tx.execute(select(kept.delivery_id, kept.key, kept.kind, kept.text, kept.number).where(kept.delivery_id.in_(ids)))
    answers: dict[int, dict[str, str]] = defaultdict(dict)
    for row in rows:
        answers[row.delivery_id][row.key] = spelled(answer_of(AttributeKind(row.kind), row.text, row.number))
    return answers


def with_answers(tx: Transaction, claimed: Sequence[Delivery]) -> tuple[Delivery, ...]:
    """Give deliveries of a letter that asks for answers, each with its own."""
    answers = of_deliveries(tx, [one.id for one in claimed])
    return tuple(replace(one, answers=answers.get(one.id)) for one in claimed)


def forget(tx: Transaction, subscriber_id: int) -> None:
    """Forget what a person answered, also where it is frozen."""
    of_person = select(delivery.c.id).where(delivery.c.subscriber_id == subscriber_id)
    tx.execute(delete(delivery_answer).where(delivery_answer.c.delivery_id.in_(of_person)))


def _asked(tx: Transaction, letter_id: int) -> frozenset[str]:
    slots: Mapping[str, str] = tx.execute(select(letter.c.slots).where(letter.c.id == letter_id)).scalar_one()
    return keys_of(name.removeprefix(ANSWER) for name in slots if name.startswith(ANSWER))


def _answers(letter_id: int, keys: frozenset[str]) -> Select[Any]:
    return (
        select(delivery.c.id, attribute.c.key, attribute.c.kind, attribute_value.c.text, attribute_value.c.number)
        .join_from(delivery, attribute_value, attribute_value.c.subscriber_id == delivery.c.subscriber_id)
        .join(attribute, attribute.c.id == attribute_value.c.attribute_id)
        .where(delivery.c.letter_id == letter_id, attribute.c.key.in_(sorted(keys)))
    )
