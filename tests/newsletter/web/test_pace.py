"""How often one network may ask."""

import pytest

from newsletter.web import pace
from newsletter.web.pace import BURST, SECONDS_PER_PERMIT, Pace, network_of


class Ticks:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Give the seconds so far."""
        return self.seconds


def test_a_flood_from_one_network_ends_after_the_burst() -> None:
    """10,000 requests at once become one burst."""
    kept = Pace(Ticks())

    assert BURST == sum(kept.admits("192.0.2.1") for _ in range(10_000))


def test_another_network_is_not_touched() -> None:
    """Each has a bucket of its own."""
    kept = Pace(Ticks())
    for _ in range(BURST):
        kept.admits("192.0.2.1")

    assert not kept.admits("192.0.2.1")
    assert kept.admits("192.0.2.2")


def test_time_gives_back() -> None:
    """One more after each span, and never more than the burst."""
    ticks = Ticks()
    kept = Pace(ticks)
    for _ in range(BURST):
        kept.admits("192.0.2.1")
    ticks.seconds += SECONDS_PER_PERMIT

    assert [True, False] == [kept.admits("192.0.2.1"), kept.admits("192.0.2.1")]

    ticks.seconds += 1_000_000 * SECONDS_PER_PERMIT

    assert BURST == sum(kept.admits("192.0.2.1") for _ in range(2 * BURST))


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood from everywhere forgets the network unseen for longest."""
    monkeypatch.setattr(pace, "MOST_NETWORKS", 3)
    kept = Pace(Ticks())
    for last in range(5):
        kept.admits(f"192.0.2.{last}")

    assert 3 == len(kept._buckets)  # noqa: SLF001 -- the bound is the claim


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_what_counts_as_one_network(client: str, network: str) -> None:
    """An IPv6 household has 2^64 addresses."""
    assert network == network_of(client)
