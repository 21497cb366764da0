import pytest

from benchmarks import enumeration, visitors
from benchmarks.enumeration import DOORS, MOST_OF_LIST, STATES, Sample, Timed
from subscribers import limits
from subscribers.networks import network_of

EVEN = 0.4


def some(state: str, seconds: float, count: int = 50, *, list_number: int = 0, digest: str = "same") -> list[Timed]:
    """Give the answers to so many questions about addresses of a state, a microsecond apart."""
    sample = Sample(DOORS[0], state, list_number, "ann@example.net", is_even=True)
    return [Timed(sample, 200, seconds + number / 1e6, digest) for number in range(count)]


def test_state_that_is_answered_sooner_is_told_apart() -> None:
    """Half a millisecond suffices, and only its pairs are named."""
    timed = [one for state in STATES for one in some(state, EVEN - 0.0005 * (state == "suppressed"))]
    found = enumeration.judged("form", timed)

    told_apart = {pair.states for pair in found.pairs if pair.p <= 0.01}
    assert {f"{state}, suppressed" for state in STATES[:3]} == told_apart
    assert 6 == len(found.pairs)
    assert 399.52 == found.medians_ms["suppressed"]


def test_answers_of_one_list_are_to_be_one() -> None:
    """Lists differ from each other; what one list answers does not."""
    alike = [one for state in STATES for number in (0, 1) for one in some(state, EVEN, list_number=number, digest=f"{number}")]

    assert 1 == enumeration.judged("form", alike).answers
    assert 2 == enumeration.judged("form", [*alike, *some("new", EVEN, 1, digest="another")]).answers


@pytest.mark.parametrize("samples", [1, 20, 121, 2_000])
def test_every_list_is_asked_about_each_state_at_each_door_as_often(samples: int) -> None:
    """And about none so often that its limit speaks."""
    asked = enumeration.shuffled(samples)
    counts: dict[int, list[int]] = {}
    for number in {one.list_number for one in asked}:
        of_list = [one for one in asked if one.list_number == number and one.state in STATES]
        counts[number] = [sum((one.door, one.state) == (door, state) for one in of_list) for door in DOORS for state in STATES]

    assert {1} == {len(set(figures)) for figures in counts.values()}
    assert samples * len(STATES) * len(DOORS) == sum(sum(figures) for figures in counts.values())
    assert limits.LIST.burst > MOST_OF_LIST + len(STATES) * len(DOORS) + len(DOORS) * enumeration.WARM_UPS
    assert len(asked) == len({one.email for one in asked})


def test_no_two_visitors_come_from_one_network() -> None:
    """Each is counted alone, and none where servers listen."""
    networks = {network_of(visitors.visitor_from(number)) for number in range(visitors.MOST_NETWORKS)}

    assert visitors.MOST_NETWORKS == len(networks)
    assert network_of(visitors.HERE) not in networks
