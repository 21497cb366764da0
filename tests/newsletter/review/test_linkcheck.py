"""Asking whether links lead somewhere."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest

from newsletter.outbound import Address, FetchPolicy
from newsletter.review import linkcheck
from newsletter.review.facts import LinkState, Verdict
from newsletter.review.linkcheck import AT_ONE_HOST, Checked, ask, stale
from tests.harness.chaosfeed import Asked, ChaosFeed, Page, Wire, redirect

POLICY = FetchPolicy(allow_loopback=True, seconds=5)
AT = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def chaos() -> Iterator[ChaosFeed]:
    """Give a server that misbehaves as told."""
    with ChaosFeed() as server:
        yield server


def look(*urls: str, policy: FetchPolicy = POLICY, told: list[LinkState] | None = None) -> Checked:
    """Ask, outside of any loop."""
    return asyncio.run(ask(urls, policy, lambda: AT, None if told is None else told.append))


def state(*urls: str) -> LinkState:
    """Give what one link answered."""
    return look(*urls).states[0]


def methods(asked: Sequence[Asked]) -> list[str]:
    """Give how a server was asked."""
    return [one.method for one in asked]


def test_link_that_works_is_asked_once_and_without_its_body(chaos: ChaosFeed) -> None:
    """A report of 40 MB costs its server nothing."""
    found = state(chaos.put("/report.pdf", Page(b"x" * 1000)))

    assert (Verdict.FINE, 200, "", AT) == (found.verdict, found.status, found.leads_to, found.checked_at)
    assert ["HEAD"] == methods(chaos.asked)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (404, Verdict.DEAD),
        (410, Verdict.DEAD),
        (403, Verdict.CLOSED),
        (401, Verdict.CLOSED),
        (429, Verdict.CLOSED),
        (500, Verdict.TROUBLE),
        (503, Verdict.TROUBLE),
    ],
)
def test_answer_is_judged(chaos: ChaosFeed, status: int, verdict: Verdict) -> None:
    """Gone is dead; a server that turns programs away may let readers in."""
    found = state(chaos.put("/", Page(b"", status=status)))

    assert (verdict, status) == (found.verdict, found.status)
    assert str(status) in found.reason


def test_server_that_knows_no_head_is_asked_as_a_browser_asks(chaos: ChaosFeed) -> None:
    """Half of them answer the two differently."""

    def answer(asked: Asked, wire: Wire) -> None:
        wire.give(Page(b"hello") if asked.method == "GET" else Page(b"", status=405))

    assert Verdict.FINE is state(chaos.put("/", answer)).verdict
    assert ["HEAD", "GET"] == methods(chaos.asked)


def test_redirect_is_followed_and_told(chaos: ChaosFeed) -> None:
    """For good or for this time."""
    chaos.put("/new", Page())
    moved, lent = look(chaos.put("/old", redirect("/new")), chaos.put("/lent", redirect("/new", 302))).states

    assert (Verdict.FINE, chaos.url("/new"), True) == (moved.verdict, moved.leads_to, moved.is_moved)
    assert (Verdict.FINE, chaos.url("/new"), False) == (lent.verdict, lent.leads_to, lent.is_moved)


def test_host_that_nobody_knows_is_dead(chaos: ChaosFeed) -> None:
    """And so is a place that readers cannot reach; a server that does not answer may come back."""

    async def look_up(host: str, port: int) -> tuple[Address, ...]:
        if host == "gone.example":
            raise OSError("no such host")
        return (ip_address("10.0.0.1" if host == "intranet.example" else "127.0.0.1"),)

    policy = FetchPolicy(allow_loopback=True, seconds=5, resolve=look_up)
    away = chaos.url("/").replace(f":{chaos.port}", ":9")
    found = look("https://gone.example/", "https://intranet.example/", away, chaos.put("/", Page()), policy=policy)

    assert [Verdict.DEAD, Verdict.DEAD, Verdict.TROUBLE, Verdict.FINE] == [one.verdict for one in found.states]
    assert not found.is_cut_off


def test_machine_without_a_network_knows_nothing() -> None:
    """Or an editor in a train would be told that the whole web is gone."""

    async def look_up(host: str, port: int) -> tuple[Address, ...]:
        raise OSError("no network")

    urls = [f"https://site{number}.example/" for number in range(3)]

    assert look(*urls, policy=FetchPolicy(resolve=look_up)).is_cut_off
    assert not look(urls[0], policy=FetchPolicy(resolve=look_up)).is_cut_off


def test_one_host_is_asked_two_questions_at_a_time(chaos: ChaosFeed) -> None:
    """A blog on a small server has other visitors."""
    lock, here, most = threading.Lock(), 0, 0
    both = threading.Barrier(AT_ONE_HOST, timeout=5)

    def answer(_asked: Asked, wire: Wire) -> None:
        nonlocal here, most
        with lock:
            here += 1
            most = max(most, here)
        both.wait()
        with lock:
            here -= 1
        wire.give(Page())

    told: list[LinkState] = []
    urls = [chaos.put(f"/{number}", answer) for number in range(3 * AT_ONE_HOST)]

    assert list(urls) == [one.url for one in look(*urls, told=told).states]
    assert AT_ONE_HOST == most
    assert set(urls) == {one.url for one in told}


def test_host_that_asks_for_patience_is_left_alone(chaos: ChaosFeed) -> None:
    """What it was not asked for is closed, not dead."""
    urls = [chaos.put(f"/{number}", Page(b"", status=429)) for number in range(20)]

    assert {Verdict.CLOSED} == {one.verdict for one in look(*urls).states}
    assert len(chaos.asked) <= 2 * AT_ONE_HOST


def test_time_for_all_of_them_is_bounded(chaos: ChaosFeed) -> None:
    """Whoever waits is told how many were left; what answered counts."""
    silent = threading.Event()

    def wait(_asked: Asked, _wire: Wire) -> None:
        silent.wait(5)

    urls = [chaos.put("/quick", Page()), chaos.put("/slow", wait)]

    found = asyncio.run(ask(urls, POLICY, lambda: AT, longest=0.5))
    silent.set()

    assert ([urls[0]], 1, False) == ([one.url for one in found.states], found.left, found.is_cut_off)


def test_only_what_is_stale_is_asked_again() -> None:
    """A day for what works; ten minutes for what somebody may be mending."""

    def known(url: str, verdict: Verdict, age: timedelta) -> LinkState:
        return LinkState(url, verdict, 200, "", is_moved=False, reason="", checked_at=AT - age)

    states = [
        known("fresh", Verdict.FINE, timedelta(hours=23)),
        known("old", Verdict.FINE, timedelta(days=1)),
        known("mended", Verdict.DEAD, timedelta(minutes=10)),
        known("dead", Verdict.DEAD, timedelta(minutes=9)),
    ]

    assert ("new", "old", "mended") == stale(("new", "fresh", "old", "mended", "dead"), {one.url: one for one in states}, AT)
    assert set(Verdict) == set(linkcheck.FRESH)
