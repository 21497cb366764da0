"""The readers of the demonstration: two hundred invented people at domains that cannot exist (RFC 2606)."""

from collections.abc import Iterator

from newsletter.demo.posts import MATERIAL

FILE = MATERIAL / "subscribers.csv"

# What they are said to have agreed to; stands in the record of their consent.
BASIS = "Invented for the demonstration; signed up at a congress that did not take place."


def lines() -> Iterator[bytes]:
    """Give the lines of the file they are imported from."""
    with FILE.open("rb") as file:
        yield from file


def count() -> int:
    """Give how many they are."""
    return sum(1 for _ in lines()) - 1
