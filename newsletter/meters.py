"""What this process has counted and measured since it started, for whoever watches it.

Counting costs less than a microsecond and needs no library: the words of Prometheus are put to it where somebody asks.
"""

import threading
from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

# Of one meter. Labels come from short lists of our own; should one grow all the same, the rest is counted together.
MOST_SERIES = 200
REST = "other"

# Seconds: from a database on this machine to a relay that greylists.
FINE = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
# Of pages, by which alerts and boards tell "quick" from "slow".
COARSE = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

Labels = tuple[str, ...]


class Kind(StrEnum):
    """What a metric is to Prometheus."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"
    # How often and how long altogether, without quantiles.
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class Metric:
    """Something that is told: its name, and what it means to an operator."""

    name: str
    kind: Kind
    meaning: str
    labels: Labels = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """How often something took how long."""

    count: int
    total: float
    # How many took at most as long as each bound of the meter; empty where it has none.
    upto: tuple[int, ...] = ()


class Counter:
    """Counts what happens."""

    def __init__(self, name: str, meaning: str, *labels: str) -> None:
        self.metric = Metric(name, Kind.COUNTER, meaning, labels)
        self._turn = threading.Lock()
        self._counts: dict[Labels, float] = {}

    def add(self, *values: str, by: float = 1.0) -> None:
        """Count one more, or *by* so many."""
        with self._turn:
            key = _kept(self._counts, values)
            self._counts[key] = self._counts.get(key, 0.0) + by

    def read(self) -> dict[Labels, float]:
        """Give all counts."""
        with self._turn:
            return dict(self._counts)


class Gauge:
    """Shows how something stands."""

    def __init__(self, name: str, meaning: str, *labels: str) -> None:
        self.metric = Metric(name, Kind.GAUGE, meaning, labels)
        self._turn = threading.Lock()
        self._values: dict[Labels, float] = {}

    def put(self, value: float, *values: str) -> None:
        """Say how it stands now."""
        with self._turn:
            self._values[_kept(self._values, values)] = value

    def keep_only(self, known: set[Labels]) -> None:
        """Forget all but *known*: what is there no more is not shown as it was last."""
        with self._turn:
            self._values = {key: value for key, value in self._values.items() if key in known}

    def read(self) -> dict[Labels, float]:
        """Give all values."""
        with self._turn:
            return dict(self._values)


class Timer:
    """Measures how long something takes, in seconds; with *bounds* as a histogram."""

    def __init__(self, name: str, meaning: str, *labels: str, bounds: tuple[float, ...] = ()) -> None:
        self.metric = Metric(name, Kind.HISTOGRAM if bounds else Kind.SUMMARY, meaning, labels)
        self.bounds = bounds
        self._turn = threading.Lock()
        self._totals: dict[Labels, float] = {}
        # How many fell between two bounds, the last place being for what took longer than all.
        self._places: dict[Labels, list[int]] = {}

    def see(self, seconds: float, *values: str) -> None:
        """Note that it took *seconds*."""
        with self._turn:
            key = _kept(self._totals, values)
            self._totals[key] = self._totals.get(key, 0.0) + seconds
            places = self._places.get(key)
            if places is None:
                places = self._places[key] = [0] * (len(self.bounds) + 1)
            places[bisect_left(self.bounds, seconds)] += 1

    def read(self) -> dict[Labels, Measured]:
        """Give all measures."""
        with self._turn:
            copied = {key: (total, tuple(self._places[key])) for key, total in self._totals.items()}
        return {key: Measured(sum(places), total, _summed(places)) for key, (total, places) in copied.items()}


Meter = Counter | Gauge | Timer

VERDICTS = Counter(
    "newsletter_verdicts_total",
    "What became of single tries: deliveries by the relay they were tried at and the state they came into. Its rate is the "
    "speed of a mailing.",
    "relay",
    "state",
)
PHASES = Timer(
    "newsletter_smtp_seconds",
    "How long a mailer waited in each phase of a message: connect (greeting, TLS, login), offer (MAIL, RCPT, DATA), gate (the "
    "ledger marks it as on the wire), body (until the relay answers).",
    "relay",
    "phase",
    bounds=FINE,
)
TURNS = Timer(
    "newsletter_ledger_write_seconds",
    "How long a mailer's transaction took that writes marks, outcomes and claims together.",
    bounds=FINE,
)
RELAY_UP = Gauge(
    "newsletter_relay_up",
    "1 while a mailer of this process hands mail to the relay, 0 while it waits for it to recover.",
    "relay",
)
RELAY_CONNECTIONS = Gauge(
    "newsletter_relay_connections", "How many connections to the relay a mailer of this process allows itself now.", "relay"
)
STEP_SECONDS = Timer("newsletter_step_seconds", "How long the steps of the worker's ticks took.", "step")
STEP_FAILURES = Counter("newsletter_step_failures_total", "Steps of ticks that ended with an error; the log says why.", "step")
TICKED_AT = Gauge("newsletter_tick_timestamp_seconds", "When this process last ended a tick.")
CLOCK_AHEAD = Gauge(
    "newsletter_clock_ahead_seconds", "How far the clock of this host is ahead of the database's; PostgreSQL only."
)
FEED_READINGS = Counter("newsletter_feed_readings_total", "Readings of feeds by this process, well or failed.", "outcome")
REQUESTS = Counter(
    "newsletter_http_requests_total",
    "Requests by the part of the pages (public, desk, api, hooks, watch) and the class of the answer (2xx to 5xx).",
    "part",
    "status",
)
REQUEST_SECONDS = Timer(
    "newsletter_http_request_seconds",
    "How long it took until an answer began, by the part of the pages.",
    "part",
    bounds=COARSE,
)
LOG_LINES = Counter(
    "newsletter_log_lines_total", "Lines of the log by level; an error there is a bug or a broken part.", "level"
)

# In the order they are told.
METERS: tuple[Meter, ...] = (
    VERDICTS,
    PHASES,
    TURNS,
    RELAY_UP,
    RELAY_CONNECTIONS,
    STEP_SECONDS,
    STEP_FAILURES,
    TICKED_AT,
    CLOCK_AHEAD,
    FEED_READINGS,
    REQUESTS,
    REQUEST_SECONDS,
    LOG_LINES,
)


def _kept(known: dict[Labels, float], values: Labels) -> Labels:
    if values in known or len(known) < MOST_SERIES:
        return values
    return (REST,) * len(values)


def _summed(places: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(accumulate(places))
