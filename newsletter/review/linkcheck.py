"""Asks whether links lead somewhere: politely, few at a time, few of one host, and not again what was asked a while ago."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from newsletter.clock import Clock
from newsletter.outbound import Failure, Fetched, FetchFailed, FetchPolicy, glance, head
from newsletter.review.addresses import host_of
from newsletter.review.facts import LinkState, Verdict
from subscribers.sentence import say

# Links that are waited for at the same time.
AT_ONCE = 8
# A blog on a small server answers two visitors at once, and we are only one of them.
AT_ONE_HOST = 2
# Of one question, in seconds. Whoever is slower loses its readers as well.
LONGEST_QUESTION = 10.0
# Of all of them: somebody sits in front of it, and a letter of 500 dead links would take half an hour.
LONGEST = 120.0

# How long an answer holds. One that somebody may be mending is asked for again sooner.
FRESH = {
    Verdict.FINE: timedelta(days=1),
    Verdict.CLOSED: timedelta(days=1),
    Verdict.DEAD: timedelta(minutes=10),
    Verdict.TROUBLE: timedelta(minutes=10),
}

_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
# The server is asked for patience, or wants to know who asks; a reader with a browser may get in.
_CLOSED = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.PAYMENT_REQUIRED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.NOT_ACCEPTABLE,
        HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS,
        # LinkedIn's, for programs.
        999,
    }
)
_DEAD_ENDS = frozenset({Failure.UNKNOWN_HOST, Failure.NOT_PUBLIC, Failure.NO_ADDRESS})
# What a machine without a network meets everywhere.
_NO_NETWORK = frozenset({Failure.UNKNOWN_HOST, Failure.UNREACHABLE})
_FEW = 3


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of asking."""

    states: tuple[LinkState, ...]
    # So many were left when the time was over.
    left: int = 0
    # This machine seems to reach nothing at all, so nothing is known of any link.
    is_cut_off: bool = False


@dataclass(frozen=True, slots=True)
class _Answered:
    state: LinkState
    failure: Failure | None = None


def stale(urls: Sequence[str], known: Mapping[str, LinkState], now: datetime) -> tuple[str, ...]:
    """Give those of *urls* that nobody has asked for lately."""
    return tuple(url for url in urls if url not in known or now - known[url].checked_at >= FRESH[known[url].verdict])


@dataclass(slots=True)
class _Turns:
    """Who may be asked now."""

    everywhere: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    hosts: defaultdict[str, asyncio.Semaphore] = field(
        default_factory=lambda: defaultdict(lambda: asyncio.Semaphore(AT_ONE_HOST))
    )
    # Hosts that asked for patience.
    tired: set[str] = field(default_factory=set)


async def ask(
    urls: Sequence[str],
    policy: FetchPolicy,
    clock: Clock,
    progress: Callable[[LinkState], None] | None = None,
    longest: float = LONGEST,
) -> Checked:
    """Ask for each of *urls* for *longest* seconds at most, and give what they answered, in their order.

    First without the body (HEAD); where that is answered with an error, once more as a browser does, because many servers
    answer the two differently. A host that asks for patience is not asked again.
    """
    policy = replace(policy, seconds=min(policy.seconds, LONGEST_QUESTION))
    turns = _Turns()
    deadline = asyncio.get_running_loop().time() + longest

    async def one(url: str) -> _Answered | None:
        host = host_of(url)
        try:
            async with asyncio.timeout_at(deadline), turns.hosts[host], turns.everywhere:
                answered = await _asked(url, policy, clock, is_tired=host in turns.tired)
        except TimeoutError:
            return None
        if answered.state.status == HTTPStatus.TOO_MANY_REQUESTS:
            turns.tired.add(host)
        if progress is not None:
            progress(answered.state)
        return answered

    results = await asyncio.gather(*map(one, urls))
    answered = [result for result in results if result is not None]
    failures = {one.failure for one in answered}
    is_cut_off = len({host_of(url) for url in urls}) >= _FEW and None not in failures and failures <= _NO_NETWORK
    return Checked(tuple(one.state for one in answered), len(urls) - len(answered), is_cut_off=is_cut_off)


async def _asked(url: str, policy: FetchPolicy, clock: Clock, *, is_tired: bool) -> _Answered:
    blank = LinkState(url, Verdict.CLOSED, HTTPStatus.TOO_MANY_REQUESTS, "", is_moved=False, reason="", checked_at=clock())
    if is_tired:
        return _Answered(replace(blank, reason=say("is on a server that asks for patience")))
    try:
        answer = await _answer(url, policy)
    except FetchFailed as failed:
        verdict = Verdict.DEAD if failed.failure in _DEAD_ENDS else Verdict.TROUBLE
        return _Answered(replace(blank, verdict=verdict, status=0, reason=failed.reason), failed.failure)
    leads_to = answer.url if answer.url.rstrip("/") != url.rstrip("/") else ""
    is_moved = bool(answer.moved_to) and answer.moved_to == answer.url
    judged = replace(blank, status=answer.status, leads_to=leads_to, is_moved=is_moved)
    return _Answered(_judged(judged))


async def _answer(url: str, policy: FetchPolicy) -> Fetched:
    try:
        answer = await head(url, policy)
    except FetchFailed as failed:
        # Some hang up on what they do not know.
        if failed.failure is not Failure.BROKEN:
            raise
        return await glance(url, policy)
    if answer.status < HTTPStatus.BAD_REQUEST or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return answer
    return await glance(url, policy)


def _judged(state: LinkState) -> LinkState:
    status = state.status
    if status < HTTPStatus.BAD_REQUEST:
        return replace(state, verdict=Verdict.FINE)
    if status in _GONE:
        return replace(state, verdict=Verdict.DEAD, reason=say("is not there (its server answers %(status)s)", status=status))
    reason = say("is not shown to programs (its server answers %(status)s)", status=status)
    if status in _CLOSED:
        return replace(state, verdict=Verdict.CLOSED, reason=reason)
    return replace(state, verdict=Verdict.TROUBLE, reason=say("does not work (its server answers %(status)s)", status=status))
