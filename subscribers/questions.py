"""What the form of a list asks besides address and name, and answers of people whom nobody has confirmed yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from subscribers import attributebook, attributes
from subscribers.attributebook import Answered
from subscribers.attributes import Answer, Attribute
from subscribers.errors import AnswerMissing
from subscribers.model import Subscriber, SubscriptionState
from subscribers.tables.attributes import list_question
from subscribers.tables.lists import subscription
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Question:
    """An attribute as the form of one list asks for it."""

    attribute: Attribute
    is_required: bool


def ask(tx: Transaction, list_id: int, attribute_id: int, *, is_required: bool = False) -> None:
    """Let the form of a list ask for an attribute, behind those it asks for already; again only changes whether it must."""
    place = select(func.coalesce(func.max(list_question.c.position), 0) + 1).where(list_question.c.list_id == list_id)
    statement = insert(list_question).values(
        list_id=list_id, attribute_id=attribute_id, position=place.scalar_subquery(), is_required=is_required
    )
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["list_id", "attribute_id"], set_={"is_required": statement.excluded.is_required}
        )
    )


def drop(tx: Transaction, list_id: int, attribute_id: int) -> None:
    """Let the form of a list ask for it no more; what was answered stays."""
    tx.execute(delete(list_question).where(list_question.c.list_id == list_id, list_question.c.attribute_id == attribute_id))


def questions_of(tx: Transaction, list_id: int) -> tuple[Question, ...]:
    """Give what the form of a list asks, in order."""
    its = select(list_question.c.attribute_id, list_question.c.is_required).where(list_question.c.list_id == list_id)
    known = {one.id: one for one in attributebook.all_attributes(tx)}
    asked = tx.execute(its.order_by(list_question.c.position, list_question.c.attribute_id))
    return tuple(Question(known[row.attribute_id], row.is_required) for row in asked if row.attribute_id in known)


def read(questions: Iterable[Question], given: Mapping[str, str]) -> Mapping[int, Answer]:
    """Read the fields of a form, by the attributes' keys; gives the answers by the attributes' ids.

    What the form does not ask is not looked at: nobody can put more into a person's record than the page shows.

    Raises:
        AnswerRefused: a field is no answer of its kind.
        AnswerMissing: a field that must be filled in is empty.

    """
    answers = {}
    for question in questions:
        answer = attributes.read(question.attribute, given.get(question.attribute.key, ""))
        if answer is not None:
            answers[question.attribute.id] = answer
        elif question.is_required:
            raise AnswerMissing(question.attribute.key, question.attribute.label)
    return answers


def answer_as_stranger(
    tx: Transaction, person: Subscriber, questions: Iterable[Question], answers: Mapping[int, Answer]
) -> bool:
    """Take over the answers of a form for a person who has confirmed nothing yet, and whose row is held; else change nothing.

    Whoever typed them need not be that person: nobody else's can be changed by a form. Gives whether they were taken over.
    """
    confirmed = exists().where(subscription.c.subscriber_id == person.id, subscription.c.state == SubscriptionState.CONFIRMED)
    if tx.execute(select(confirmed)).scalar_one():
        return False
    said = (
        Answered(person.id, question.attribute, answers[question.attribute.id])
        for question in questions
        if question.attribute.id in answers
    )
    attributebook.put(tx, said)
    return True
