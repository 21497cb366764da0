"""The figures of a mailing in words."""

import threading
from dataclasses import dataclass

from newsletter.issues.model import IssueState
from newsletter.mail import dispatch
from newsletter.mail.delivery import Report
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
        self._final: dict[int, Report] = {}

    def report(self, tx: Transaction, issue_id: int, state: IssueState) -> Report:
        """Give the figures of an issue."""
        with self._lock:
            known = self._final.get(issue_id)
        if known is not None:
            return known
        found = dispatch.report(tx, issue_id)
        # A person may still find out what became of an uncertain one.
        if state is IssueState.SENT and not found.uncertain and not waiting(found):
            with self._lock:
                if len(self._final) < MOST_REMEMBERED:
                    self._final[issue_id] = found
        return found


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
        Figure("Uncertain", "Handed over, and the answer was lost. Nobody is written to twice.", report.uncertain),
        Figure("Skipped", "Left the list, or must not be written to.", report.skipped),
        Figure("Cancelled", "Goes without this issue.", report.cancelled),
        Figure("Audience", "", report.audience),
    )
