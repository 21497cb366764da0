from datetime import date, datetime

import pytest
from sqlalchemy import select, text

from newsletter.database import Database
from subscribers import attributebook, privacy, register
from subscribers.attributebook import Answered
from subscribers.attributes import MOST_ATTRIBUTES, AttributeKind
from subscribers.errors import (
    AnswerRefused,
    AttributeExists,
    AttributeNotFound,
    AttributeUnfit,
    SubscriberNotFound,
)
from subscribers.tables.attributes import attribute_value
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness.people import a_list, join

K = AttributeKind


def define_all(tx: Transaction, now: datetime) -> None:
    """Define one attribute of each kind, its key the kind's name."""
    for kind in K:
        choices = ("Public", "School") if kind is K.CHOICE else ()
        attributebook.define(tx, f"a_{kind.value}", kind, now, choices=choices)


def a_person(tx: Transaction, keyring: Keyring, now: datetime, address: str = "ann@x.test") -> int:
    """Make somebody; gives the id."""
    lists = register.all_lists(tx) or (a_list(tx, now),)
    return join(tx, keyring, lists[0].id, address, now).subscriber.id


def test_answers_come_back_by_key(database: Database, keyring: Keyring, now: datetime) -> None:
    """Each of its kind, in the order the attributes were defined; an empty answer takes back the one before."""
    with database.write() as tx:
        define_all(tx, now)
        ann = a_person(tx, keyring, now)
        given = {"a_text": "Zoë", "a_number": "12.5", "A-Date": "2020-01-31", "a_choice": "PUBLIC", "a_yes_no": "yes"}
        attributebook.answer(tx, ann, given)
        answers = attributebook.answers_of(tx, ann)
        attributebook.answer(tx, ann, {"a_text": "", "a_number": "13"})
        later = attributebook.answers_of(tx, ann)

    assert {
        "a_text": "Zoë",
        "a_number": 12.5,
        "a_date": date(2020, 1, 31),
        "a_choice": "Public",
        "a_yes_no": True,
    } == answers
    assert list(answers) == ["a_text", "a_number", "a_date", "a_choice", "a_yes_no"]
    assert {"a_number": 13.0, "a_date": date(2020, 1, 31), "a_choice": "Public", "a_yes_no": True} == later


def test_one_wrong_answer_writes_none(database: Database, keyring: Keyring, now: datetime) -> None:
    """A form is taken whole or not at all."""
    with database.write() as tx:
        define_all(tx, now)
        ann = a_person(tx, keyring, now)
        for wrong in ({"a_text": "x", "a_number": "many"}, {"a_text": "x", "nonsense": "1"}):
            with pytest.raises((AnswerRefused, AttributeNotFound)):
                attributebook.answer(tx, ann, wrong)

        assert {} == attributebook.answers_of(tx, ann)


def test_answer_of_nobody_is_refused(database: Database, now: datetime) -> None:
    """They may have been erased meanwhile."""
    with database.write() as tx:
        define_all(tx, now)
        with pytest.raises(SubscriberNotFound):
            attributebook.answer(tx, 7, {"a_text": "x"})


def test_many_people_answer_at_once(database: Database, keyring: Keyring, now: datetime) -> None:
    """As an import brings them; the last word about one person stands."""
    with database.write() as tx:
        define_all(tx, now)
        place = attributebook.find(tx, "a_text")
        people = [a_person(tx, keyring, now, f"p{number}@x.test") for number in range(3)]
        attributebook.put(tx, [Answered(person, place, "Utrecht") for person in reversed(people)])
        attributebook.put(tx, [Answered(people[0], place, None), Answered(people[1], place, "Zwolle")])

        assert {people[1]: {"a_text": "Zwolle"}, people[2]: {"a_text": "Utrecht"}} == attributebook.answers_among(tx, people)
        assert 2 == attributebook.count(tx, place.id)


def test_key_is_taken_once(database: Database, now: datetime) -> None:
    """However it is spelled."""
    with database.write() as tx:
        attributebook.define(tx, "member_since", K.DATE, now)
        with pytest.raises(AttributeExists):
            attributebook.define(tx, "Member-Since", K.TEXT, now)


def test_attributes_have_an_end(database: Database, now: datetime) -> None:
    """Each is a row for each person."""
    with database.write() as tx:
        for number in range(MOST_ATTRIBUTES):
            attributebook.define(tx, f"a{number}", K.TEXT, now)
        with pytest.raises(AttributeUnfit, match="already"):
            attributebook.define(tx, "more", K.TEXT, now)


def test_choice_that_somebody_made_stays(database: Database, keyring: Keyring, now: datetime) -> None:
    """Their answer would mean nothing."""
    with database.write() as tx:
        define_all(tx, now)
        attributebook.answer(tx, a_person(tx, keyring, now), {"a_choice": "Public"})
        with pytest.raises(AttributeUnfit, match="somebody has chosen"):
            attributebook.edit(tx, "a_choice", removes=["public"])
        with pytest.raises(AttributeUnfit, match="none of its choices"):
            attributebook.edit(tx, "a_choice", removes=["museum"])
        changed = attributebook.edit(tx, "a_choice", label="Library", adds=["Museum"], removes=["school"])

        assert ("Library", ("Public", "Museum")) == (changed.label, changed.choices)
        assert changed == attributebook.find(tx, "a_choice")


def test_removed_attribute_is_forgotten_with_its_answers(database: Database, keyring: Keyring, now: datetime) -> None:
    """And the answers to others stay."""
    with database.write() as tx:
        define_all(tx, now)
        ann = a_person(tx, keyring, now)
        attributebook.answer(tx, ann, {"a_text": "x", "a_number": "1"})

        assert 1 == attributebook.remove(tx, "a_text")
        assert {"a_number": 1.0} == attributebook.answers_of(tx, ann)
        with pytest.raises(AttributeNotFound):
            attributebook.find(tx, "a_text")


def test_answers_go_with_the_person(database: Database, keyring: Keyring, now: datetime) -> None:
    """What is handed out to them is forgotten with them."""
    with database.write() as tx:
        define_all(tx, now)
        ann = a_person(tx, keyring, now)
        attributebook.answer(tx, ann, {"a_text": "canary", "a_date": "2020-01-31"})
        handed_out = privacy.export_person(tx, ann)
        privacy.erase(tx, keyring, ann, now)

        assert {"a_text": "canary", "a_date": "2020-01-31"} == handed_out.attributes
        assert [] == tx.execute(select(attribute_value)).all()


def test_database_refuses_an_answer_of_no_shape(database: Database, keyring: Keyring, now: datetime) -> None:
    """Words and a number at once, or neither."""
    with database.write() as tx:
        define_all(tx, now)
        ann = a_person(tx, keyring, now)
    for values in ("NULL, NULL, NULL", "'x', 'x', 1.0", "'x', NULL, NULL"):
        with pytest.raises(Exception, match="ck_attribute_value_kept"), database.write() as tx:
            tx.execute(text(f"INSERT INTO attribute_value VALUES ({ann}, 1, {values})"))  # noqa: S608 -- ours


def test_answers_of_very_many_people_are_asked_for_at_once(database: Database, keyring: Keyring, now: datetime) -> None:
    """More than either database takes as values of a statement one by one."""
    with database.write() as tx:
        define_all(tx, now)
        ann = a_person(tx, keyring, now)
        attributebook.answer(tx, ann, {"a_number": "13"})

        assert {ann: {"a_number": 13.0}} == attributebook.answers_among(tx, range(1, 70_000))
