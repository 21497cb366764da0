"""The figures of a mailing in words."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from newsletter.issues.model import Issue, IssueState
from newsletter.issues.store import IssueLine
from newsletter.languages.catalogue import Words, later
from newsletter.mail import dispatch
from newsletter.mail.delivery import Report
from newsletter.mail.refusalbook import DomainFigures
from newsletter.web.spelled import ENGLISH_WORDS
from subscribers.transaction import Transaction

# Reports of years of issues fit; more than that is a bug.
MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report."""

    # Both marked by `later`.
    words: str
    meaning: str
    count: int


class FinalReports:
    """Remembers reports that cannot change any more, so that a board of old issues counts nobody again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._final: dict[int, _Final] = {}
        self._domains: dict[tuple[int, datetime], tuple[DomainFigures, ...]] = {}

    def report(self, tx: Transaction, issue: Issue | IssueLine) -> Report:
        """Give the figures of an issue."""
        with self._lock:
            known = self._final.get(issue.id)
        # An issue that was sent may be sent to the rest later, and is sent again when they have it.
        if known is not None and issue.state is IssueState.SENT and known.updated_at == issue.updated_at:
            return known.report
        found = dispatch.report(tx, issue.id)
        # A person may still find out what became of an uncertain one.
        if issue.state is IssueState.SENT and not found.uncertain and not waiting(found):
            with self._lock:
                if len(self._final) < MOST_REMEMBERED:
                    self._final[issue.id] = _Final(issue.updated_at, found)
        return found

    def domains(self, issue: Issue, count: Callable[[], tuple[DomainFigures, ...]]) -> tuple[DomainFigures, ...]:
        """Give where the people of an issue are, by *count*, which takes seconds for a million; once, when it was sent."""
        key = (issue.id, issue.updated_at)
        with self._lock:
            known = self._domains.get(key)
        if known is not None:
            return known
        found = count()
        if issue.state is IssueState.SENT:
            with self._lock:
                if len(self._domains) < MOST_REMEMBERED:
                    self._domains[key] = found
        return found


@dataclass(frozen=True, slots=True)
class _Final:
    updated_at: datetime
    report: Report


def waiting(report: Report) -> int:
    """Count whom the mailing has still to reach."""
    return report.pending + report.deferred


def settled(report: Report) -> int:
    """Count for whom nothing more is done."""
    return report.audience - waiting(report)


def in_a_row(report: Report, words: Words = ENGLISH_WORDS) -> str:
    """Give the figures for a cell of a table: `409 accepted of 412, 3 waiting`."""
    if not report.audience:
        return ""
    taken = _taken(report, words)
    return words.beside([taken, _waiting(waiting(report), words)]) if waiting(report) else taken


def in_words(report: Report, words: Words = ENGLISH_WORDS) -> str:
    """Give the figures below a bar; what is zero is left out."""
    others = (
        (waiting(report), _waiting),
        (report.refused, _refused),
        (report.uncertain, uncertain),
        (report.skipped, _skipped),
        (report.cancelled, _cancelled),
    )
    return words.beside([_taken(report, words), *(said(count, words) for count, said in others if count)])


def uncertain(count: int, words: Words) -> str:
    """Say of how many nobody knows whether they got it."""
    return words.ngettext("%(num)s uncertain", "%(num)s uncertain", count)


def _taken(report: Report, words: Words) -> str:
    accepted, audience = words.number(report.accepted), words.number(report.audience)
    return words.gettext("%(accepted)s accepted of %(audience)s", accepted=accepted, audience=audience)


def _waiting(count: int, words: Words) -> str:
    return words.ngettext("%(num)s waiting", "%(num)s waiting", count)


def _refused(count: int, words: Words) -> str:
    return words.ngettext("%(num)s refused", "%(num)s refused", count)


def _skipped(count: int, words: Words) -> str:
    return words.ngettext("%(num)s skipped", "%(num)s skipped", count)


def _cancelled(count: int, words: Words) -> str:
    return words.ngettext("%(num)s cancelled", "%(num)s cancelled", count)


def lines(report: Report) -> tuple[Figure, ...]:
    """Give the whole report; the lines above the last add up to it."""
    return (
        Figure(later("Accepted"), later("The mail server took it over."), report.accepted),
        Figure(later("Waiting"), later("Not handed over yet."), report.pending),
        Figure(later("Put off"), later("The server said “later”; it is tried again."), report.deferred),
        Figure(later("Refused"), later("The server said no for good."), report.refused),
        Figure(later("Uncertain"), later("Handed over, and the answer was lost: nobody knows."), report.uncertain),
        Figure(later("Skipped"), later("Left the list, or must not be written to."), report.skipped),
        Figure(later("Cancelled"), later("Goes without this issue."), report.cancelled),
        Figure(later("Audience"), "", report.audience),
    )
