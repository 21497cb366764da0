"""The certificates Amazon signs its notices with: fetched once each, from addresses that were checked before."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable

from newsletter.clock import monotonic
from newsletter.outbound import MEGABYTE, Fetched, FetchFailed, FetchPolicy, fetch

# Amazon changes them about once a year.
MOST_KEPT = 8

# A stranger who names other certificates makes us ask Amazon for them: so often in so many seconds, and no more.
MOST_FETCHES = 5
PER_SECONDS = 60.0

OK = 200
NOT_THERE = frozenset({403, 404, 410})


class Unfetched(Exception):  # noqa: N818 -- named for the outcome
    """It cannot be had now; says why."""


class Certificates:
    """Keeps certificates by their addresses; one for a process."""

    def __init__(self, policy: FetchPolicy, ticks: Callable[[], float] = monotonic) -> None:
        # A certificate has two kilobytes.
        self._policy = policy
        self._ticks = ticks
        self._lock = threading.Lock()
        self._fetching = threading.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._fetched: list[float] = []

    def get(self, url: str) -> bytes:
        """Give the certificate at an address; nothing where Amazon has none.

        Raises:
            Unfetched: it cannot be fetched now.

        """
        known = self._known(url)
        if known is not None:
            return known
        # One at a time: what comes in a burst after a start waits for the first, and does not ask as well.
        with self._fetching:
            known = self._known(url)
            return self._fetch(url) if known is None else known

    def visit(self, url: str) -> None:
        """Ask for a page of Amazon's, as the confirmation of a subscription is.

        Raises:
            Unfetched: it does not answer, or says no.

        """
        answer = self._ask(url)
        if answer.status != OK:
            raise Unfetched(f"{url} answers {answer.status}")

    def _known(self, url: str) -> bytes | None:
        with self._lock:
            return self._kept.get(url)

    def _fetch(self, url: str) -> bytes:
        answer = self._ask(url)
        if answer.status in NOT_THERE:
            return b""
        if answer.status != OK:
            raise Unfetched(f"{url} answers {answer.status}")
        body = answer.body
        with self._lock:
            self._kept[url] = body
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return body

    def _ask(self, url: str) -> Fetched:
        with self._lock:
            now = self._ticks()
            self._fetched = [at for at in self._fetched if now - at < PER_SECONDS]
            if len(self._fetched) >= MOST_FETCHES:
                raise Unfetched("too many certificates are asked for")
            self._fetched.append(now)
        try:
            return asyncio.run(fetch(url, self._policy))
        except FetchFailed as failed:
            raise Unfetched(str(failed)) from failed


def careful(policy: FetchPolicy) -> FetchPolicy:
    """Give the policy that a few kilobytes from Amazon are fetched by: quickly, and without any detour."""
    return FetchPolicy(
        allow_loopback=policy.allow_loopback,
        user_agent=policy.user_agent,
        seconds=10,
        raw_bytes=MEGABYTE,
        inflated_bytes=MEGABYTE,
        redirects=0,
        resolve=policy.resolve,
    )
