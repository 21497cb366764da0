"""Sentences: English to whoever reads them, and what they were made of to whoever says them in another language."""

import pickle
from copy import deepcopy

from newsletter.errors import BadValue
from subscribers.sentence import Sentence, say, say_in_a_row, say_together


def pattern(text: str) -> str:
    """Give what a sentence is looked up by; it must be one."""
    assert isinstance(text, Sentence)
    return text.pattern


def test_a_sentence_is_its_english() -> None:
    """Whoever compares, writes down or prints it need not know."""
    said = say("%(name)s has %(share)s %% of it.", name="Ann", share=50)

    assert "Ann has 50 % of it." == said
    assert "- Ann has 50 % of it." == f"- {said}"
    assert {said: 1} == {"Ann has 50 % of it.": 1}


def test_a_sentence_remembers_what_it_was_made_of() -> None:
    """The text as it stands in the catalogues, and its values."""
    said = say("There is no %(what)s.", what=say("issue"))

    assert "There is no %(what)s." == pattern(said)
    assert isinstance(said, Sentence)
    assert {"what": "issue"} == said.values


def test_an_error_gives_its_sentence_back() -> None:
    """`str` of an error is what it was made with, not its letters alone."""
    assert "%(what)s %(value)s: %(reason)s" == pattern(str(BadValue(say("title"), "''", say("is empty"))))


def test_a_sentence_stays_one_when_it_is_copied() -> None:
    """Also on its way to another process."""
    said = say("%(count)s left.", count=3)

    assert "%(count)s left." == pattern(deepcopy(said)) == pattern(pickle.loads(pickle.dumps(said)))  # noqa: S301 -- ours


def test_several_are_put_together() -> None:
    """Each is translated by itself; what is empty leaves no gap."""
    said = say_together((say("One."), "", say("100 %% more.")))

    assert "One. 100 % more." == said
    assert "%(part0)s %(part1)s" == pattern(said)


def test_several_stand_in_a_row() -> None:
    """With a word between that every language has."""
    assert "a and b and c" == say_in_a_row(["a", "b", "c"])
    assert "a" == say_in_a_row(["a"])
