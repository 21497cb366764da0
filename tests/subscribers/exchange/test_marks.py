from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from subscribers.exchange.marks import Marks


def hash_of(number: int) -> str:
    """Give a hash as people have one."""
    return sha256(str(number).encode()).hexdigest()


@given(st.lists(st.integers(0, 300)))
def test_each_is_new_once(numbers: list[int]) -> None:
    """As a set would have it."""
    marks, known = Marks(), set[int]()
    for number in numbers:
        assert (number not in known) == marks.add(hash_of(number))
        known.add(number)


def test_many_are_kept_in_little_memory() -> None:
    """It grows, and forgets nobody by it."""
    marks = Marks()
    everybody = [hash_of(number) for number in range(20_000)]

    assert all(marks.add(one) for one in everybody)
    assert not any(marks.add(one) for one in everybody)
