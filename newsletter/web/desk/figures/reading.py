"""What figures are made of: months of a list, and issues with what became of them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from newsletter.issues import store
from newsletter.issues.model import IssueState, Month, Newsletter
from newsletter.issues.store import IssueLine
from newsletter.languages.catalogue import later
from newsletter.mail import mailings
from newsletter.mail.delivery import Report
from newsletter.people.departures import Why
from newsletter.web.visits import Site
from subscribers import daybook
from subscribers.consent import Act
from subscribers.daybook import Kind
from subscribers.transaction import Transaction

# A year, and the month a year ago to compare with.
MONTHS = 13
ISSUES = 13

_MAILED = frozenset({IssueState.SENDING, IssueState.SENT, IssueState.CANCELLED})

REASONS: Mapping[str, str] = {
    Why.TOO_OFTEN: later("Too often"),
    Why.NOT_FOR_ME: later("Not for me any more"),
    Why.NEVER_ASKED: later("Never asked for it"),
    Why.ELSEWHERE: later("Reads it elsewhere"),
    Why.OTHER: later("Another reason"),
    "": later("Said nothing"),
}


@dataclass(frozen=True, slots=True)
class Joined:
    """What was said about a list in a month."""

    month: Month
    asked: int
    confirmed: int
    # By import, and by the staff.
    brought: int
    left: int


@dataclass(frozen=True, slots=True)
class Planned:
    """An issue that was mailed, and when."""

    line: IssueLine
    at: datetime


@dataclass(frozen=True, slots=True)
class Mailed:
    """An issue that was mailed."""

    line: IssueLine
    planned_at: datetime
    report: Report


def months_of(tx: Transaction, list_id: int, last: Month) -> tuple[tuple[Joined, ...], bool]:
    """Give the months of a list up to *last*, the earliest first, and whether all is counted."""
    wanted = months_until(last)
    book = daybook.of_list(tx, list_id, date(wanted[0].year, wanted[0].month, 1))
    return tuple(_joined(month, book.by_month.get(str(month), Counter())) for month in wanted), book.is_complete


def months_until(last: Month) -> tuple[Month, ...]:
    """Give the months that figures are told of, the earliest first."""
    return tuple(reversed(list(_months(last))))


def issues_of(site: Site, tx: Transaction, newsletter: Newsletter) -> tuple[Mailed, ...]:
    """Give the issues that were mailed last with what became of them, the latest first."""
    found = planned_of(tx, newsletter)
    return tuple(Mailed(one.line, one.at, site.reports.report(tx, one.line)) for one in found)


def planned_of(tx: Transaction, newsletter: Newsletter) -> tuple[Planned, ...]:
    """Give the issues that were mailed last, the latest first."""
    lines = [line for line in store.issues_of(tx, newsletter.id) if line.state in _MAILED and line.letter_id is not None]
    lines.sort(key=lambda line: (line.sent_at or line.updated_at, line.id), reverse=True)
    return tuple(_planned(tx, lines[:ISSUES]))


def this_month(newsletter: Newsletter, now: datetime) -> Month:
    """Give the month it is where the newsletter is."""
    return Month.of(now.astimezone(ZoneInfo(newsletter.zone)).date())


def _planned(tx: Transaction, lines: list[IssueLine]) -> Iterator[Planned]:
    for line in lines:
        assert line.letter_id is not None
        planned_at = mailings.planned_at(tx, line.letter_id)
        # One that was cancelled before anything was planned was never mailed.
        if planned_at is not None:
            yield Planned(line, planned_at)


def _months(last: Month) -> Iterator[Month]:
    month = last
    for _ in range(MONTHS):
        yield month
        month = month.previous


def _joined(month: Month, acts: Counter[Kind]) -> Joined:
    def of(*wanted: Act) -> int:
        return sum(people for kind, people in acts.items() if kind.act in wanted)

    brought, left = of(Act.ADDED, Act.IMPORTED), of(Act.WITHDRAWN, Act.UNDONE)
    return Joined(month, of(Act.REQUESTED), of(Act.CONFIRMED), brought, left)
