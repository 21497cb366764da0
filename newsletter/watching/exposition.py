"""Puts readings into the words of Prometheus; its library is loaded when somebody asks for the first time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.meters import Counter, Gauge, Kind, Measured, Meter, Timer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prometheus_client.core import Metric as Family

    from newsletter.watching.readings import Reading


@dataclass(frozen=True, slots=True)
class Page:
    """What is answered to whoever collects."""

    content_type: str
    body: bytes


def page(readings: Iterable[Reading], meters: Iterable[Meter]) -> Page:
    """Write everything down as Prometheus reads it, with what it wants to know of any process (memory, files, time)."""
    from prometheus_client import CONTENT_TYPE_LATEST, ProcessCollector, generate_latest  # noqa: PLC0415 -- 5 MB and 60 ms
    from prometheus_client.registry import CollectorRegistry  # noqa: PLC0415

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Collector([*map(_of_reading, readings), *map(_of_meter, meters)]))
    return Page(CONTENT_TYPE_LATEST, generate_latest(registry))


class _Collector:
    """Gives what it was given, as the library asks for it."""

    def __init__(self, families: list[Family]) -> None:
        self._families = families

    def collect(self) -> Iterator[Family]:
        return iter(self._families)


def _of_reading(reading: Reading) -> Family:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # noqa: PLC0415

    metric = reading.metric
    made = CounterMetricFamily if metric.kind is Kind.COUNTER else GaugeMetricFamily
    family = made(metric.name, metric.meaning, labels=metric.labels)
    for labels, value in reading.values.items():
        family.add_metric(labels, value)
    return family


def _of_meter(meter: Meter) -> Family:
    from newsletter.watching.readings import Reading  # noqa: PLC0415

    if isinstance(meter, Counter | Gauge):
        return _of_reading(Reading(meter.metric, meter.read()))
    return _of_timer(meter)


def _of_timer(timer: Timer) -> Family:
    from prometheus_client.core import HistogramMetricFamily, SummaryMetricFamily  # noqa: PLC0415

    metric = timer.metric
    if not timer.bounds:
        summary = SummaryMetricFamily(metric.name, metric.meaning, labels=metric.labels)
        for labels, one in timer.read().items():
            summary.add_metric(labels, one.count, one.total)
        return summary
    histogram = HistogramMetricFamily(metric.name, metric.meaning, labels=metric.labels)
    for labels, one in timer.read().items():
        histogram.add_metric(labels, _buckets(timer.bounds, one), one.total)
    return histogram


def _buckets(bounds: tuple[float, ...], measured: Measured) -> list[tuple[str, float]]:
    names = (*(f"{bound:g}" for bound in bounds), "+Inf")
    return list(zip(names, measured.upto, strict=True))
