"""The figures of a mailing in words."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from newsletter.issues.model import Issue, IssueState
from newsletter.issues.store import IssueLine
from newsletter.mail import dispatch
from newsletter.mail.delivery import Report
from newsletter.mail.refusalbook import DomainFigures
from newsletter.web.spelled import number
from subscribers.transaction import Transaction

# Reports of years of issues fit; more than that is a bug.
MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report."""

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


def in_a_row(report: Report) -> str:
    """Give the figures for a cell of a table: `409 accepted of 412, 3 waiting`."""
    if not report.audience:
        return ""
    words = f"{number(report.accepted)} accepted of {number(report.audience)}"
    return f"{words}, {number(waiting(report))} waiting" if waiting(report) else words


def in_words(report: Report) -> str:
    """Give the figures below a bar; what is zero is left out."""
    others = (
        (waiting(report), "waiting"),
        (report.refused, "refused"),
        (report.uncertain, "uncertain"),
        (report.skipped, "skipped"),
        (report.cancelled, "cancelled"),
    )
    first = f"{number(report.accepted)} accepted of {number(report.audience)}"
    return ", ".join([first, *(f"{number(count)} {words}" for count, words in others if count)])


def lines(report: Report) -> tuple[Figure, ...]:
    """Give the whole report; the lines above the last add up to it."""
    return (
        Figure("Accepted", "The mail server took it over.", report.accepted),
        Figure("Waiting", "Not handed over yet.", report.pending),
        Figure("Put off", "The server said “later”; it is tried again.", report.deferred),
        Figure("Refused", "The server said no for good.", report.refused),
        Figure("Uncertain", "Handed over, and the answer was lost: nobody knows.", report.uncertain),
        Figure("Skipped", "Left the list, or must not be written to.", report.skipped),
        Figure("Cancelled", "Goes without this issue.", report.cancelled),
        Figure("Audience", "", report.audience),
    )
