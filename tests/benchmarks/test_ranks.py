from collections.abc import Sequence
from itertools import combinations
from statistics import fmean, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import ranks

SAMPLES = st.lists(st.integers(0, 4), min_size=1, max_size=5)


def counted(one: Sequence[float], other: Sequence[float]) -> float:
    """Count the pairs in which the first is above, a tie as half of one."""
    return sum((a > b) + (a == b) / 2 for a in one for b in other)


def test_published_example() -> None:
    """Ages at a diagnosis, from the documentation of scipy.stats.mannwhitneyu: U is 17, and p by the normal curve 0.1113."""
    found = ranks.compare([19, 22, 16, 29, 24], [20, 11, 17, 12])

    assert 17.0 == found.u
    assert pytest.approx(0.11134688653314041) == found.p


@given(SAMPLES, SAMPLES)
def test_counts_mean_and_spread_are_those_of_all_ways_to_deal_the_values(one: list[int], other: list[int]) -> None:
    """Whoever deals the same values to both in every possible way gets exactly this mean and this spread, ties or not."""
    found = ranks.compare(one, other)
    pool = one + other
    dealt = []
    for chosen in combinations(range(len(pool)), len(one)):
        first = [pool[place] for place in chosen]
        second = [value for place, value in enumerate(pool) if place not in chosen]
        dealt.append(counted(first, second))

    assert counted(one, other) == found.u
    assert pytest.approx(fmean(dealt)) == found.mean
    assert pytest.approx(pvariance(dealt) ** 0.5, abs=1e-9) == found.deviation


@given(SAMPLES, SAMPLES)
def test_neither_is_the_first(one: list[int], other: list[int]) -> None:
    """The two sides are weighed alike."""
    assert pytest.approx(ranks.compare(one, other).p) == ranks.compare(other, one).p


@given(SAMPLES, SAMPLES)
def test_only_ranks_count(one: list[int], other: list[int]) -> None:
    """Seconds or milliseconds, it is the same."""
    assert ranks.compare(one, other) == ranks.compare([value**3 for value in one], [value**3 for value in other])


@given(SAMPLES)
def test_the_same_twice_cannot_be_told_apart(one: list[int]) -> None:
    """Nothing is found where nothing is."""
    assert 1.0 == ranks.compare(one, one).p


@given(st.integers(30, 200))
def test_what_differs_is_found(size: int) -> None:
    """One sample that is above the other throughout is no accident."""
    assert 1e-9 > ranks.compare(range(size), range(size, 2 * size)).p
