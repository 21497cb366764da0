import pytest

from benchmarks import flood


@pytest.mark.parametrize(
    ("seconds", "address", "network", "list_"),
    [(0, 1, 60, 600), (899, 1, 89, 674), (900, 2, 90, 675), (86_000, 3, 2_926, 7_766)],
)
def test_mails_that_a_flood_may_bring_about(seconds: float, address: int, network: int, list_: int) -> None:
    """One to an address in 15 minutes and three a day; for a network and a list so many at once, and then one by one."""
    assert (address, network, list_) == (flood.of_address(seconds), flood.of_network(seconds), flood.of_list(seconds))


def test_floods_come_from_where_they_say() -> None:
    """One address or many, one network or all of them; nobody else comes from there."""
    one_address, one_network, many = flood.FLOODS
    numbers = range(3 * flood.NETWORKS)

    assert 1 == len({one_address.email(number) for number in numbers})
    assert 1 == len({one_network.network(number) for number in numbers})
    assert flood.NETWORKS == len({many.network(number) for number in numbers})
    assert len(numbers) == len({many.email(number) for number in numbers})
    assert flood.OTHERS > max(one.network(number) for one in flood.FLOODS for number in numbers)
