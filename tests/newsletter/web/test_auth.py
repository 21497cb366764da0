"""The link that is printed on the console."""

import pytest

from newsletter.web.auth import FirstKey
from newsletter.web.faults import PageNotFound


def test_the_link_opens_once() -> None:
    """Whoever finds it in a terminal's history later stands before a closed door."""
    key = FirstKey("token")

    assert key.opens("token")
    with key.turned("token"):
        pass
    assert not key.opens("token")
    with pytest.raises(PageNotFound), key.turned("token"):
        pass


def test_another_token_opens_nothing_and_uses_nothing_up() -> None:
    """A guess does not close the door for its owner."""
    key = FirstKey("token")

    for guess in ("tokem", ""):
        with pytest.raises(PageNotFound), key.turned(guess):
            pass
    assert key.opens("token")


def test_without_a_token_there_is_no_door() -> None:
    """Not even the empty one."""
    assert not FirstKey(None).opens("")


def test_what_failed_used_nothing_up() -> None:
    """Whoever chose too short a password chooses again."""
    key = FirstKey("token")

    def fail() -> None:
        with key.turned("token"):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert key.opens("token")
