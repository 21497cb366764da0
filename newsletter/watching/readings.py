"""How the instance stands in the words of metrics; the same from every host, so that one of them is enough."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from newsletter.mail.delivery import DeliveryState
from newsletter.meters import METERS, Kind, Labels, Metric
from newsletter.watching.stock import Paper, Stock

# What may become of somebody an issue was for, in the order it is shown.
OUTCOMES = (
    *(one.value for one in DeliveryState if one not in {DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.SENDING}),
    "bounced",
    "complained",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What is told of one metric."""

    metric: Metric
    values: dict[Labels, float] = field(default_factory=dict)


def _gauge(name: str, meaning: str, *labels: str) -> Metric:
    return Metric(name, Kind.GAUGE, meaning, labels)


BUILD = _gauge("newsletter_build_info", "Always 1; which version runs.", "version")
DATABASE_UP = _gauge("newsletter_database_up", "1 when the database told within some seconds how the instance stands, else 0.")
DATABASE_BYTES = _gauge("newsletter_database_bytes", "Size of the database.")
LOG_BYTES = _gauge(
    "newsletter_database_wal_bytes", "Size of its write-ahead log; on PostgreSQL where the user may ask (pg_monitor)."
)
LOG_WRITTEN = Metric(
    "newsletter_database_wal_written_bytes_total",
    Kind.COUNTER,
    "What was ever written to the write-ahead log; PostgreSQL only.",
)
COPY = _gauge("newsletter_held_copy", "1 while this database is a copy that nobody adopted: nothing is mailed from it.")
QUEUE = _gauge(
    "newsletter_queue_people",
    "People of open mailings: waiting, held by a worker, deferred by a relay; and all whose mail is uncertain.",
    "state",
)
QUEUE_AGE = _gauge("newsletter_queue_age_seconds", "How long the first of those who wait has been due.")
MAILINGS = _gauge("newsletter_mailings", "Mailings that are open, and mailings of issues that are paused.", "state")
ISSUES = _gauge("newsletter_issues", "Issues by state.", "state")
ISSUE_LATE = _gauge("newsletter_issue_late_seconds", "How far past its time of sending an issue is that has not gone out.")
DRAFT_LATE = _gauge("newsletter_draft_late_seconds", "How far past its time of drafting a slot is that has no draft.")
WORKERS = _gauge(
    "newsletter_workers", "Mailers that gave a sign within half a minute, and those lost within a day.", "standing"
)
RELAY_ENABLED = _gauge("newsletter_relay_enabled", "1 where mail may be handed to the relay, 0 where it is disabled.", "relay")
ALERTS = _gauge(
    "newsletter_alerts", "What waits for a person, by its kind; the desk and `newsletter alerts list` say more.", "kind"
)
FEED_AGE = _gauge(
    "newsletter_feed_age_seconds", "How long ago the feed of a newsletter was read that waits longest.", "newsletter"
)
FEEDS_FAILING = _gauge("newsletter_feeds_failing", "Feeds that could not be read the last time.", "newsletter")
ISSUE_NUMBER = _gauge("newsletter_issue_number", "Number of the latest issue that is or was mailed.", "newsletter")
ISSUE_PEOPLE = _gauge(
    "newsletter_issue_people",
    "People of the latest issue by what became of them, and how many of them bounced or complained.",
    "newsletter",
    "outcome",
)

OF_INSTANCE = (
    BUILD,
    DATABASE_UP,
    DATABASE_BYTES,
    LOG_BYTES,
    LOG_WRITTEN,
    COPY,
    QUEUE,
    QUEUE_AGE,
    MAILINGS,
    ISSUES,
    ISSUE_LATE,
    DRAFT_LATE,
    WORKERS,
    RELAY_ENABLED,
    ALERTS,
    FEED_AGE,
    FEEDS_FAILING,
    ISSUE_NUMBER,
    ISSUE_PEOPLE,
)

# Everything that is ever told, for the reference and for whoever checks boards and rules against it.
METRICS = (*OF_INSTANCE, *(one.metric for one in METERS))


def told(stock: Stock) -> Iterator[Reading]:
    """Tell how the instance stands."""
    yield from _of_database(stock)
    yield _by(QUEUE, stock.queue)
    yield Reading(QUEUE_AGE, {(): stock.queue_age.total_seconds()})
    yield _by(MAILINGS, stock.mailings)
    yield _by(ISSUES, stock.issues)
    yield Reading(ISSUE_LATE, {(): stock.issue_late.total_seconds()})
    yield Reading(DRAFT_LATE, {(): stock.draft_late.total_seconds()})
    yield _by(WORKERS, stock.workers)
    yield _by(RELAY_ENABLED, stock.relays)
    yield _by(ALERTS, stock.alerts)
    yield from _of_papers(stock.papers)


def _of_database(stock: Stock) -> Iterator[Reading]:
    size = stock.size
    for metric, value in ((DATABASE_BYTES, size.data), (LOG_BYTES, size.log), (LOG_WRITTEN, size.log_written)):
        if value is not None:
            yield Reading(metric, {(): value})
    yield Reading(COPY, {(): float(stock.is_copy)})


def _of_papers(papers: Iterable[Paper]) -> Iterator[Reading]:
    shown = tuple(papers)
    ages: dict[Labels, float] = {(one.slug,): _seconds(one.feed_age) for one in shown if one.feed_age is not None}
    yield Reading(FEED_AGE, ages)
    yield Reading(FEEDS_FAILING, {(one.slug,): one.feeds_failing for one in shown})
    mailed = [one for one in shown if one.latest.number]
    yield Reading(ISSUE_NUMBER, {(one.slug,): one.latest.number for one in mailed})
    people: dict[Labels, float] = {
        (one.slug, outcome): one.latest.people.get(outcome, 0) for one in mailed for outcome in OUTCOMES
    }
    yield Reading(ISSUE_PEOPLE, people)


def _by(metric: Metric, counts: Mapping[str, int]) -> Reading:
    return Reading(metric, {(name,): float(count) for name, count in counts.items()})


def _seconds(span: timedelta) -> float:
    return max(span.total_seconds(), 0.0)
