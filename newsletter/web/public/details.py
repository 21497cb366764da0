"""How much of each list comes to a person, and what they answered: as a page shows it, and as its form gives it back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from subscribers import attributebook, questions, terms, topicbook
from subscribers.attributes import Attribute, AttributeKind, spelled
from subscribers.model import Cadence, Subscription, Topic
from subscribers.terms import Terms
from subscribers.transaction import Transaction

# What the page offers, in days, by the name of the option.
PAUSES: Mapping[str, int] = {"month": 30, "quarter": 91, "half": 182, "year": 365}
END_OF_PAUSE = "end"


@dataclass(frozen=True, slots=True)
class Portion:
    """How much of one list a person takes, as the page shows it."""

    list_id: int
    terms: Terms
    topics: tuple[Topic, ...]

    @property
    def is_quarterly(self) -> bool:
        """Whether one mail a quarter is wanted."""
        return self.terms.cadence is Cadence.QUARTERLY

    def takes(self, topic: Topic) -> bool:
        """Whether a topic is among those they take."""
        return self.terms.topic_ids is None or topic.id in self.terms.topic_ids

    def wanted(self, form: Mapping[str, str], now: datetime) -> Terms:
        """Read the terms that the form of the page asks for; what it does not speak of stays."""
        if f"terms-{self.list_id}" not in form:
            return self.terms
        often = form.get(f"often-{self.list_id}", "")
        cadence = Cadence(often) if often in set(Cadence) else self.terms.cadence
        return Terms(cadence, self._pause(form.get(f"pause-{self.list_id}", ""), now), self._topics(form))

    def _pause(self, wanted: str, now: datetime) -> datetime | None:
        if wanted == END_OF_PAUSE:
            return None
        return now + timedelta(days=PAUSES[wanted]) if wanted in PAUSES else self.terms.paused_until

    def _topics(self, form: Mapping[str, str]) -> frozenset[int] | None:
        if not self.topics:
            return self.terms.topic_ids
        if f"all-{self.list_id}" in form:
            return None
        return frozenset(topic.id for topic in self.topics if f"topic-{topic.id}" in form)


@dataclass(frozen=True, slots=True)
class Field:
    """Something a form asks, and what stands in it."""

    attribute: Attribute
    is_required: bool
    value: str

    @property
    def name(self) -> str:
        """The name of the field in the form."""
        return f"answer-{self.attribute.key}"

    @property
    def input_type(self) -> str:
        """Which input HTML has for it; empty where it is a choice."""
        match self.attribute.kind:
            case AttributeKind.DATE:
                return "date"
            case AttributeKind.CHOICE | AttributeKind.YES_NO:
                return ""
            case _:
                return "text"


def portion(tx: Transaction, standing: Subscription, now: datetime) -> Portion:
    """Give how much of a list a person takes."""
    return Portion(standing.list_id, terms.terms_of(tx, standing, now), topicbook.of_list(tx, standing.list_id))


def fields(tx: Transaction, list_ids: Iterable[int], subscriber_id: int | None, form: Mapping[str, str]) -> tuple[Field, ...]:
    """Give what the forms of lists ask, each once, with what was typed a moment ago or answered before."""
    known = attributebook.answers_of(tx, subscriber_id) if subscriber_id is not None else {}
    asked = {question.attribute.id: question for list_id in list_ids for question in questions.questions_of(tx, list_id)}
    found = []
    for question in asked.values():
        key = question.attribute.key
        before = spelled(known[key]) if key in known else ""
        found.append(Field(question.attribute, question.is_required, form.get(f"answer-{key}", before)))
    return tuple(found)


def given(asked: Iterable[Field], form: Mapping[str, str]) -> dict[str, str]:
    """Give what a form answers to the fields it was shown with, by the attributes' keys; what it leaves out is not touched."""
    return {field.attribute.key: form[field.name].strip() for field in asked if field.name in form}
