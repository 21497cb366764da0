"""Rows of a file judged one by one: who is to be put on the list, who says no, and what is wrong with the others."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from subscribers import topicbook
from subscribers.address import LONGEST_QUOTE, EmailAddress, parse
from subscribers.attributes import Attribute, read
from subscribers.batches import spelled
from subscribers.consent import LONGEST_FORM, LONGEST_WORDING
from subscribers.errors import AddressRefused, AnswerRefused
from subscribers.exchange.marks import Marks
from subscribers.exchange.model import Cleaning, PersonRow, Refusal, Seen, Standing, TermsCells
from subscribers.intake import Given, Newcomer
from subscribers.model import Cadence, Reason, Topic
from subscribers.oneline import is_one_line, one_line
from subscribers.records import LONGEST_NAME, clean_name
from subscribers.sentence import say_together
from subscribers.terms import LONGEST_PAUSE, Terms
from subscribers.tokens import Keyring

# A file that is no list of people at all must not fill the memory with its refusals; the counts are always whole.
MOST_REPORTED = 10_000

# What a no in the file is remembered as.
REASONS = {
    Standing.LEFT: Reason.UNSUBSCRIBED,
    Standing.BOUNCED: Reason.BOUNCED,
    Standing.COMPLAINED: Reason.COMPLAINED,
    Standing.BLOCKED: Reason.MANUAL,
}

# A door and a form.
_LONGEST_WAY = 2 * LONGEST_FORM

# RFC 5646, as far as anybody uses it.
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


# Nobody consented to a newsletter by mail before there was any; programs export 1970 for "never".
_EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Reading:
    """What was found in a file so far, row by row."""

    keyring: Keyring
    is_confirmed: bool
    now: datetime
    # What this instance asks of people, by key.
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    # What the list offers, by their names as `topicbook.folded`.
    topics: Mapping[str, Topic] = field(default_factory=dict)
    rows: int = 0
    duplicates: int = 0
    refused: int = 0
    cleaned: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    cleanings: list[Cleaning] = field(default_factory=list)
    _marks: Marks = field(default_factory=Marks)

    def newcomer(self, row: PersonRow) -> Newcomer | None:
        """Give who is to be handed to the database; None when the row is nobody, which is counted.

        Of several rows about one person the first counts; a no counts wherever it stands.
        """
        self.rows += 1
        try:
            address = parse(row.email)
        except AddressRefused as error:
            self._refuse(row, error)
            return None
        email_hash = self.keyring.hash_address(address.key)
        no = REASONS.get(row.standing)
        if not self._marks.add(email_hash) and no is None:
            self.duplicates += 1
            return None
        return self._newcomer(row, address, email_hash, no)

    @property
    def seen(self) -> Seen:
        """What was found, in figures."""
        return Seen(self.rows, self.duplicates, self.refused, self.cleaned)

    def _newcomer(self, row: PersonRow, address: EmailAddress, email_hash: str, no: Reason | None) -> Newcomer:
        language = row.language.strip() if row.language else ""
        return Newcomer(
            address.text,
            address.key,
            email_hash,
            self._name(row) if row.name or row.damage else "",
            language if _LANGUAGE.fullmatch(language) else "",
            self.is_confirmed and row.standing is Standing.GOOD,
            self._past(row.requested_at) if row.requested_at else "",
            self._past(row.confirmed_at) if row.confirmed_at else "",
            no,
            one_line(row.consent_words, LONGEST_WORDING) if row.consent_words else "",
            self._answers(row, row.answers) if row.answers else (),
            self._terms(row, row.terms) if row.terms else None,
            row.has_left,
            one_line(row.consent_way, _LONGEST_WAY) if row.consent_way else "",
        )

    def _answers(self, row: PersonRow, answers: Mapping[str, str]) -> tuple[Given, ...]:
        found = []
        for key, text in answers.items():
            attribute = self.attributes[key]
            try:
                answer = read(attribute, text)
            except AnswerRefused as error:
                self._clean(Cleaning(row.number, error.text[:LONGEST_QUOTE], "", key))
                continue
            if answer is not None:
                found.append(Given(attribute, answer))
        return tuple(found)

    def _terms(self, row: PersonRow, said: TermsCells) -> Terms | None:
        """Read how much of the list somebody takes; None for all of it. In doubt they get less, and it is reported."""
        terms = Terms(self._cadence(row, said.cadence), self._pause(row, said.paused_until), self._choice(row, said.topics))
        return None if terms == Terms() else terms

    def _cadence(self, row: PersonRow, text: str) -> Cadence:
        try:
            return Cadence(text.strip().casefold() or Cadence.EVERY_ISSUE)
        except ValueError:
            self._clean(Cleaning(row.number, text[:LONGEST_QUOTE], "", "cadence"))
            return Cadence.EVERY_ISSUE

    def _pause(self, row: PersonRow, text: str) -> datetime | None:
        if not text.strip():
            return None
        until, longest = _moment(text), self.now + LONGEST_PAUSE
        if until is None or until > longest:
            until = longest if until else None
            self._clean(Cleaning(row.number, text[:LONGEST_QUOTE], until.date().isoformat() if until else "", "pause"))
        return until if until and until > self.now else None

    def _choice(self, row: PersonRow, text: str) -> frozenset[int] | None:
        """Give which topics somebody chose of those that this list offers; None: all, also those to come."""
        if not text.strip():
            return None
        names = [topicbook.folded(name) for name in _names(text)]
        known = [self.topics[name] for name in names if name in self.topics]
        if len(known) < len(names):
            kept = ", ".join(one.name for one in known)
            self._clean(Cleaning(row.number, text[:LONGEST_QUOTE], kept, "choice of topics"))
        return frozenset(one.id for one in known)

    def _refuse(self, row: PersonRow, error: AddressRefused) -> None:
        self.refused += 1
        if len(self.refusals) < MOST_REPORTED:
            self.refusals.append(Refusal(row.number, error.text, say_together((error.reason, row.damage))))

    def _name(self, row: PersonRow) -> str:
        name = clean_name(row.name)
        if row.damage or len(row.name) > LONGEST_NAME or not is_one_line(row.name):
            self._clean(Cleaning(row.number, row.name[:LONGEST_QUOTE], name))
        return name

    def _clean(self, cleaning: Cleaning) -> None:
        self.cleaned += 1
        if len(self.cleanings) < MOST_REPORTED:
            self.cleanings.append(cleaning)

    def _past(self, text: str) -> str:
        """Read a time that was; empty when it is none, or still to come."""
        moment = _moment(text)
        return spelled(moment) if moment and _EARLIEST <= moment <= self.now else ""


def _moment(text: str) -> datetime | None:
    """Read a time as programs export it, UTC where no zone is said."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    # The first hours of the calendar have no moment in every zone.
    except (ValueError, OverflowError):
        return None


def _names(text: str) -> Sequence[str]:
    """Give the names of a JSON list, as an export writes it, or of a line that somebody wrote by hand, with semicolons."""
    if not text.lstrip().startswith("["):
        return [name for name in text.split(";") if name.strip()]
    try:
        return [str(name) for name in json.loads(text)]
    except (ValueError, RecursionError):
        # The name of no topic, so that it is reported.
        return [text]
