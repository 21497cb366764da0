"""Addresses of events: the same for the same letter, and nobody counts through them."""

import pytest

from newsletter.letters.eventlinks import address, opened
from newsletter.letters.links import Links
from subscribers.errors import TokenInvalid

LINKS = Links("https://news.example.org")


def token(seed: bytes, article_id: int) -> str:
    """Give the token of an address."""
    return address(LINKS, seed, article_id).removeprefix("https://news.example.org/events/").removesuffix(".ics")


def test_a_link_opens_with_the_keys_letters_were_made_with() -> None:
    """Also after the key of the instance was changed, and in whatever letter case a mail server made of it."""
    made = token(b"former", 41)

    assert made == token(b"former", 41)
    assert 41 == opened(made.upper(), [b"present", b"former"])


@pytest.mark.parametrize(
    "wrong", ["", "41", "41-", "41-" + "0" * 20, "041-" + "0" * 20, "x-" + "0" * 20, "9" * 30 + "-" + "0" * 20]
)
def test_nothing_else_opens(wrong: str) -> None:
    """Neither a number nor the code of another one."""
    with pytest.raises(TokenInvalid):
        opened(wrong, [b"present"])
    with pytest.raises(TokenInvalid):
        opened("42" + token(b"present", 41)[2:], [b"present"])
