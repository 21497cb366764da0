from datetime import datetime

import pytest

from newsletter.database import Database
from subscribers import attributebook, questions, records, register
from subscribers.address import parse
from subscribers.attributes import AttributeKind
from subscribers.errors import AnswerMissing, AnswerRefused
from subscribers.questions import Question
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness.people import a_list, ask, join

ANN = "ann@x.test"
K = AttributeKind


def a_form(tx: Transaction, list_id: int, now: datetime) -> tuple[Question, ...]:
    """Let a list ask for a place, which must be said, and a shoe size."""
    place = attributebook.define(tx, "place", K.TEXT, now, label="Where you live")
    shoe = attributebook.define(tx, "shoe", K.NUMBER, now)
    questions.ask(tx, list_id, place.id, is_required=True)
    questions.ask(tx, list_id, shoe.id)
    return questions.questions_of(tx, list_id)


def test_form_asks_in_order(database: Database, now: datetime) -> None:
    """Each list what it wants; asking again only changes whether it must be answered."""
    with database.write() as tx:
        friends, board = a_list(tx, now).id, a_list(tx, now, "Board").id
        asked = a_form(tx, friends, now)
        questions.ask(tx, friends, asked[0].attribute.id)
        relaxed = questions.questions_of(tx, friends)
        questions.drop(tx, friends, asked[0].attribute.id)

        assert [("place", True), ("shoe", False)] == [(one.attribute.key, one.is_required) for one in asked]
        assert [("place", False), ("shoe", False)] == [(one.attribute.key, one.is_required) for one in relaxed]
        assert ["shoe"] == [one.attribute.key for one in questions.questions_of(tx, friends)]
        assert () == questions.questions_of(tx, board)


def test_removed_attribute_is_asked_no_more(database: Database, now: datetime) -> None:
    """The question goes with it."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        a_form(tx, friends, now)
        attributebook.remove(tx, "place")

        assert ["shoe"] == [one.attribute.key for one in questions.questions_of(tx, friends)]


def test_form_is_read_by_what_it_asks(database: Database, now: datetime) -> None:
    """Fields it does not have are not looked at, and what it must have is missed."""
    with database.write() as tx:
        asked = a_form(tx, a_list(tx, now).id, now)

    assert {asked[0].attribute.id: "Utrecht"} == questions.read(asked, {"place": " Utrecht ", "shoe": "", "secret": "x"})
    with pytest.raises(AnswerMissing, match="Where you live: this must be answered"):
        questions.read(asked, {"shoe": "44"})
    with pytest.raises(AnswerRefused):
        questions.read(asked, {"place": "Utrecht", "shoe": "large"})


def test_stranger_answers_only_for_whom_nobody_has_confirmed(database: Database, keyring: Keyring, now: datetime) -> None:
    """Whoever types somebody's address into a form changes nothing that is known of them."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        asked = a_form(tx, friends, now)
        answers = questions.read(asked, {"place": "Utrecht"})
        new = ask(tx, keyring, friends, "new@x.test", now).subscriber
        ann = join(tx, keyring, friends, ANN, now).subscriber
        taken = []
        for person in (new, ann):
            held = records.hold_person(tx, person.id)
            assert held is not None
            taken.append(questions.answer_as_stranger(tx, held, asked, answers))

        assert [True, False] == taken
        assert {"place": "Utrecht"} == attributebook.answers_of(tx, new.id)
        assert {} == attributebook.answers_of(tx, register.find(tx, parse(ANN)).id)
