"""Which clicks are those of programs."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.clicking import BURST_LINKS, BURST_WITHIN, CROWD_LINKS, Click, is_program, machines

BEGAN = datetime(2020, 2, 3, 8, 0, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def click(link: int, seconds: float, *, whose: int | None = 7, letter: int = 1, is_program: bool = False) -> Click:
    """Give a click so many seconds after the first one, from one network with one browser."""
    return Click(BEGAN + timedelta(seconds=seconds), BEGAN, link, letter, b"one", is_program, whose)


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "  ",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Barracuda Sentinel (EE)",
        "Mozilla/5.0 (compatible; Proofpoint URL Defense)",
        "python-requests/2.32",
        "curl/8.5.0",
        "Go-http-client/2.0",
        "WhatsApp/2.23.20",
        "Mozilla/5.0 (Windows NT 10.0) HeadlessChrome/140.0",
    ],
)
def test_programs_that_say_so_are_known(agent: str) -> None:
    """And who says nothing is none of a person's."""
    assert is_program(agent)


@pytest.mark.parametrize(
    "agent",
    [
        FIREFOX,
        "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
        "Lynx/2.9",
    ],
)
def test_browsers_are_people(agent: str) -> None:
    """Also those whose name only looks like one of a program."""
    assert not is_program(agent)


def test_several_links_at_once_are_a_program() -> None:
    """All of them, also the first; and what the same caller follows a minute later is a person's."""
    clicks = [click(1, 0), click(2, 0.5), click(3, 1), click(1, 60)]
    nobodys = [click(link, 0.4 * link, whose=None) for link in range(CROWD_LINKS)]

    assert (True, True, True, False) == machines(clicks)
    assert all(machines(nobodys))


@pytest.mark.parametrize(
    "clicks",
    [
        [click(1, 0), click(1, 0.1), click(1, 0.2), click(1, 0.3)],
        [click(1, 0), click(2, 0.1), click(1, 0.2), click(2, 0.3)],
        [click(1, 0), click(2, 1.5), click(3, 3)],
        [click(1, 0), click(2, 0, whose=8), click(3, 0, whose=9)],
        [click(link, 0, whose=None) for link in range(1, CROWD_LINKS)] * 2,
        [click(1, 0), click(2, 0, letter=2), click(3, 0, letter=3)],
    ],
)
def test_what_a_person_may_do_is_a_persons(clicks: list[Click]) -> None:
    """One link again and again, two links, one after the other, several people, several letters."""
    assert not any(machines(clicks))


@given(st.lists(st.tuples(st.integers(1, 5), st.floats(0, 20), st.booleans()), max_size=40))
def test_the_order_they_come_in_changes_nothing(given_: list[tuple[int, float, bool]]) -> None:
    """And whoever calls itself a program is one."""
    clicks = [click(link, seconds, is_program=says) for link, seconds, says in given_]
    forward = dict(zip(map(id, clicks), machines(clicks), strict=True))
    backward = dict(zip(map(id, reversed(clicks)), machines(clicks[::-1]), strict=True))

    assert forward == backward
    assert all(found for one, found in zip(clicks, machines(clicks), strict=True) if one.is_program)


@given(st.lists(st.tuples(st.integers(1, 5), st.floats(0, 20)), max_size=30))
def test_a_burst_is_what_the_rule_says(given_: list[tuple[int, float]]) -> None:
    """Counted plainly: some span of that length around the click has so many different links in it."""
    clicks = [click(link, seconds) for link, seconds in given_]

    def is_within_burst(one: Click) -> bool:
        return any(
            first.wall <= one.wall <= first.wall + BURST_WITHIN
            and BURST_LINKS <= len({other.link_id for other in clicks if first.wall <= other.wall <= first.wall + BURST_WITHIN})
            for first in clicks
        )

    assert tuple(map(is_within_burst, clicks)) == machines(clicks)
