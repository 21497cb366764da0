"""Figures: medians of several runs, and ratios."""

import math
from collections.abc import Sequence
from dataclasses import fields, replace
from statistics import median
from typing import Any, TypeVar

R = TypeVar("R")


def median_of(results: Sequence[R]) -> R:
    """Give the result whose measured figures (those with a fraction) are the medians of several; the rest is the last one's.

    Counts are the last run's: a run that lost somebody is not to be hidden by two that did not, so callers check each.
    """
    last: Any = results[-1]
    measured: dict[str, Any] = {}
    for field in fields(last):
        values = [getattr(result, field.name) for result in results]
        if all(isinstance(value, float) for value in values):
            measured[field.name] = round(median(values), 3)
    middle: R = replace(last, **measured)
    return middle


def ratio(ours: float, theirs: float | None) -> float | None:
    """Give how many times as much ours is; None without a yardstick."""
    return round(ours / theirs, 3) if theirs else None


def percentile(samples: Sequence[float], share: float) -> float:
    """Give the smallest of *samples* than which no more than the rest of this share of them is larger (the nearest rank).

    0 when there are none.
    """
    ordered = sorted(samples)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)] if ordered else 0.0


def milliseconds(seconds: float) -> float:
    """Give seconds as they stand in a result, in milliseconds."""
    return round(seconds * 1000, 2)


def drift(samples: Sequence[float]) -> float:
    """Give how much more the last quarter of *samples* has than the second; the first is start-up. 0 when there are too few."""
    quarter = len(samples) // 4
    if not quarter:
        return 0.0
    return round(median(samples[-quarter:]) - median(samples[quarter : 2 * quarter]), 1)


def thinned(samples: Sequence[float], most: int = 100) -> tuple[float, ...]:
    """Give at most so many of *samples*, evenly from the first on: a picture shows no more."""
    step = -(-len(samples) // most) or 1
    return tuple(samples[::step])
