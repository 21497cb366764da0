"""How much of each list comes to a person, and what they answered: as a page shows it, and as its form gives it back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from newsletter.issues.recurrence import instant
from subscribers import attributebook, questions, terms, topicbook
from subscribers.attributes import Attribute, AttributeKind, spelled
from subscribers.model import Cadence, Subscription, Topic
from subscribers.terms import Terms
from subscribers.transaction import Transaction

# What the page offers, in days, by the name of the option.
PAUSES: Mapping[str, int] = {"month": 30, "quarter": 91, "half": 182, "year": 365}
END_OF_PAUSE = "end"
# A day that somebody names themselves lies within so many; `terms.LONGEST_PAUSE` has one more, for the hours of this one.
MOST_DAYS = 365


@dataclass(frozen=True, slots=True)
class Portion:
    """How much of one list a person takes, as the page shows it."""

    list_id: int
    terms: Terms
    topics: tuple[Topic, ...]
    # Where the newsletter is, and its day: on which day a pause ends is said there.
    zone: str
    today: date
    # What was typed a moment ago and could not be taken.
    typed: Mapping[str, str]

    @property
    def is_open(self) -> bool:
        """Whether the page shows it without being asked."""
        return self._is_typed(self.typed) or self.terms != Terms()

    @property
    def is_quarterly(self) -> bool:
        """Whether one mail a quarter is wanted."""
        return self._cadence(self.typed) is Cadence.QUARTERLY

    @property
    def takes_all(self) -> bool:
        """Whether all topics are wanted, also those to come."""
        return self._shown_topics is None

    @property
    def pause(self) -> str:
        """The name of the pause that was chosen a moment ago; empty: none, or the one that is under way."""
        return self.typed.get(f"pause-{self.list_id}", "")

    @property
    def until_field(self) -> str:
        """The name of the field for a day that somebody names themselves."""
        return f"until-{self.list_id}"

    @property
    def until(self) -> str:
        """What stands in that field."""
        return self.typed.get(self.until_field, "")

    @property
    def first_day(self) -> date:
        """The first day until which there can be a pause."""
        return self.today + timedelta(days=1)

    @property
    def last_day(self) -> date:
        """The last one."""
        return self.today + timedelta(days=MOST_DAYS)

    def takes(self, topic: Topic) -> bool:
        """Whether a topic is among those that are wanted."""
        ids = self._shown_topics
        return ids is None or topic.id in ids

    def has_wrong_day(self, form: Mapping[str, str]) -> bool:
        """Whether the form of the page names a day until which there can be no pause."""
        return bool(form.get(self.until_field, "").strip()) and self._day(form) is None

    def wanted(self, form: Mapping[str, str], now: datetime) -> Terms:
        """Read the terms that the form of the page asks for; what it does not speak of stays."""
        if not self._is_typed(form):
            return self.terms
        return Terms(self._cadence(form), self._pause(form, now), self._topics(form))

    @property
    def _shown_topics(self) -> frozenset[int] | None:
        return self._topics(self.typed) if self._is_typed(self.typed) else self.terms.topic_ids

    def _is_typed(self, form: Mapping[str, str]) -> bool:
        return f"terms-{self.list_id}" in form

    def _cadence(self, form: Mapping[str, str]) -> Cadence:
        often = form.get(f"often-{self.list_id}", "")
        return Cadence(often) if often in set(Cadence) else self.terms.cadence

    def _pause(self, form: Mapping[str, str], now: datetime) -> datetime | None:
        day = self._day(form)
        if day is not None:
            return instant(datetime.combine(day, time()), self.zone)
        wanted = form.get(f"pause-{self.list_id}", "")
        if wanted == END_OF_PAUSE:
            return None
        return now + timedelta(days=PAUSES[wanted]) if wanted in PAUSES else self.terms.paused_until

    def _day(self, form: Mapping[str, str]) -> date | None:
        try:
            day = date.fromisoformat(form.get(self.until_field, "").strip())
        except ValueError:
            return None
        return day if self.first_day <= day <= self.last_day else None

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


def portion(tx: Transaction, standing: Subscription, now: datetime, zone: str, typed: Mapping[str, str]) -> Portion:
    """Give how much of a list a person takes, and what of it they *typed* otherwise a moment ago."""
    offered, today = topicbook.of_list(tx, standing.list_id), now.astimezone(ZoneInfo(zone)).date()
    return Portion(standing.list_id, terms.terms_of(tx, standing, now), offered, zone, today, typed)


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
