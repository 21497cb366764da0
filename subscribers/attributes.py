"""Attributes: what an instance asks of its people besides name and language, each with the kind of answer it takes."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from subscribers.errors import AnswerRefused, AttributeUnfit
from subscribers.oneline import one_line
from subscribers.sentence import say

# A form of more questions is filled in by nobody, and each is a row for each person.
MOST_ATTRIBUTES = 50
# The countries of the world are 250.
MOST_CHOICES = 300
LONGEST_KEY = 40
LONGEST_LABEL = 200
LONGEST_CHOICE = 100
# In UTF-8 four times that still fits into an index of PostgreSQL, which ends at 2,704 bytes.
LONGEST_TEXT = 500
# What a double keeps exactly; whoever counts further keeps a text.
MOST_DIGITS = 15

# What stands for something else in a file of people, in a rule about them, or in a letter.
RESERVED = frozenset(
    {
        *("address", "email", "name", "language", "list", "lists", "topic", "topics", "status", "state", "domain"),
        *("requested", "confirmed", "withdrawn", "joined", "created", "consent", "basis", "segment", "issue", "issues", "got"),
        *("opened", "bounced", "refused", "unsubscribe", "preferences", "web_copy", "confirm"),
        *("cadence", "paused_until"),
        *("and", "or", "not", "in", "is", "on", "before", "after", "last", "days", "true", "false", "yes", "no"),
    }
)

_KEY = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_YES = frozenset({"yes", "y", "true", "on", "1"})
_NO = frozenset({"no", "n", "false", "off", "0"})

# What a person answered: words for text and choice, else a number, a day, or yes or no.
Answer = str | float | date | bool


class AttributeKind(StrEnum):
    """Which answers an attribute takes."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    # One of the words that were laid down.
    CHOICE = "choice"
    YES_NO = "yes-no"

    @property
    def is_number(self) -> bool:
        """Whether its answers are compared as numbers (`Kept.number`), else as words (`Kept.folded`)."""
        return self in {AttributeKind.NUMBER, AttributeKind.DATE, AttributeKind.YES_NO}


K = AttributeKind


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something an instance may know of a person."""

    id: int
    # Stands in files, rules and letters; never edited.
    key: str
    # What a form asks.
    label: str
    kind: AttributeKind
    # In the order a form shows them; empty for other kinds.
    choices: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it lies in the database: words with what they are compared by, or a number."""

    text: str | None
    # The words without letter case.
    folded: str | None
    # A number; a day as 20200131; yes as 1 and no as 0.
    number: float | None


def checked_key(text: str) -> str:
    """Give the key of a new attribute.

    Raises:
        AttributeUnfit: it is no key, or stands for something else already.

    """
    key = text.strip().lower().replace("-", "_")
    if not _KEY.fullmatch(key) or len(key) > LONGEST_KEY:
        raise AttributeUnfit(
            text, say("a key is a letter and up to %(most)s more letters, digits or _, all of them ASCII", most=LONGEST_KEY - 1)
        )
    if key in RESERVED:
        raise AttributeUnfit(text, say("this word has another meaning in files and rules; choose another key"))
    return key


def checked_label(key: str, label: str) -> str:
    """Give what a form asks; the key itself when nothing else was said."""
    return one_line(label, LONGEST_LABEL) or key.replace("_", " ").capitalize()


def checked_choices(key: str, kind: AttributeKind, choices: Collection[str]) -> tuple[str, ...]:
    """Give the words of a choice, each once, in the order given.

    Raises:
        AttributeUnfit: a choice without words, words for another kind, or too many or too long ones.

    """
    if kind is not K.CHOICE:
        if choices:
            raise AttributeUnfit(key, say("only a choice has choices, and this is %(value)s", value=kind.value))
        return ()
    # By what they are compared by: two that differ in letter case only could not be told apart.
    words = {fold(word): word for choice in choices if (word := one_line(choice, LONGEST_CHOICE + 1))}
    if not words:
        raise AttributeUnfit(key, say("a choice needs choices"))
    if len(words) > MOST_CHOICES:
        raise AttributeUnfit(key, say("%(count)s choices are more than %(most)s", count=len(words), most=MOST_CHOICES))
    if any(len(word) > LONGEST_CHOICE for word in words.values()):
        raise AttributeUnfit(key, say("a choice has %(most)s characters at most", most=LONGEST_CHOICE))
    return tuple(words.values())


def read(attribute: Attribute, text: str) -> Answer | None:
    """Read an answer as a person, a file or a command writes it; None when there is none.

    Raises:
        AnswerRefused: it is no answer of this kind.

    """
    line = one_line(text, LONGEST_TEXT + 1)
    if not line:
        return None
    if len(line) > LONGEST_TEXT:
        raise AnswerRefused(attribute.key, line, say("has more than %(most)s characters", most=LONGEST_TEXT))
    match attribute.kind:
        case K.TEXT:
            return line
        case K.NUMBER:
            return _number(attribute, line)
        case K.DATE:
            return _date(attribute, line)
        case K.CHOICE:
            return _choice(attribute, line)
        case K.YES_NO:
            return _yes_no(attribute, line)


def spelled(answer: Answer) -> str:
    """Spell an answer so that `read` gives it again."""
    match answer:
        case bool():
            return "yes" if answer else "no"
        case int() | float():
            return f"{Decimal(repr(float(answer))):f}".removesuffix(".0")
        case date():
            return answer.isoformat()
        case _:
            return answer


def fold(words: str) -> str:
    """Give what words are compared by: without letter case."""
    return words.casefold()[:LONGEST_TEXT]


def kept(answer: Answer) -> Kept:
    """Give an answer as the database keeps and compares it."""
    match answer:
        case bool() | int() | float():
            return Kept(None, None, float(answer))
        case date():
            return Kept(None, None, float(answer.year * 10_000 + answer.month * 100 + answer.day))
        case _:
            return Kept(answer, fold(answer), None)


def answer_of(kind: AttributeKind, text: str | None, number: float | None) -> Answer:
    """Read what `kept` gave."""
    if number is None:
        assert text is not None  # the table wants one of the two
        return text
    match kind:
        case K.YES_NO:
            return bool(number)
        case K.DATE:
            days = int(number)
            return date(days // 10_000, days // 100 % 100, days % 100)
        case _:
            return number


def _number(attribute: Attribute, line: str) -> float:
    if _NUMBER.fullmatch(line) is None:
        raise AnswerRefused(attribute.key, line, say("is no number; write it as 12 or 12.5"))
    if len(line.lstrip("+-").replace(".", "").strip("0")) > MOST_DIGITS or len(line) > 2 * MOST_DIGITS:
        raise AnswerRefused(attribute.key, line, say("has more than %(most)s digits", most=MOST_DIGITS))
    # -0 is 0.
    return float(line) + 0.0


def _date(attribute: Attribute, line: str) -> date:
    refusal = AnswerRefused(attribute.key, line, say("is no day; write it as 2020-01-31"))
    if _DATE.fullmatch(line) is None:
        raise refusal
    try:
        return date.fromisoformat(line)
    except ValueError as error:
        raise refusal from error


def _choice(attribute: Attribute, line: str) -> str:
    wanted = fold(line)
    found = next((choice for choice in attribute.choices if fold(choice) == wanted), None)
    if found is None:
        raise AnswerRefused(attribute.key, line, say("is none of %(choices)s", choices=", ".join(attribute.choices)))
    return found


def _yes_no(attribute: Attribute, line: str) -> bool:
    word = fold(line)
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise AnswerRefused(attribute.key, line, say("is neither yes nor no"))
