"""Certificates of Amazon's: fetched once, and not as often as a stranger likes."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from newsletter.outbound import FetchPolicy
from newsletter.returns.hooks.certificates import MOST_FETCHES, Certificates, Unfetched, careful
from tests.harness.hooking import Amazon


def test_certificate_is_fetched_once() -> None:
    """Amazon changes it about once a year."""
    with Amazon(b"pem") as amazon:
        kept = Certificates(FetchPolicy(allow_loopback=True, seconds=5))
        url = f"{amazon.origin}/SimpleNotificationService-1.pem"

        assert [b"pem", b"pem"] == [kept.get(url), kept.get(url)]
        assert 1 == len(amazon.asked)


def test_burst_after_a_start_asks_once() -> None:
    """A mailing brings hundreds of notices in a second."""
    with Amazon(b"pem") as amazon, ThreadPoolExecutor(8) as many:
        kept = Certificates(FetchPolicy(allow_loopback=True, seconds=5))
        found = list(many.map(kept.get, [f"{amazon.origin}/SimpleNotificationService-1.pem"] * 8))

    assert ([b"pem"] * 8, 1) == (found, len(amazon.asked))


def test_certificate_that_is_not_there_is_none() -> None:
    """Whoever invents its address is forged, and not asked to come again; what Amazon cannot say now is asked for again."""
    with Amazon(b"pem", status=404) as amazon:
        kept = Certificates(FetchPolicy(allow_loopback=True, seconds=5))
        url = f"{amazon.origin}/SimpleNotificationService-1.pem"
        invented = kept.get(url)
        amazon.status = 503
        with pytest.raises(Unfetched):
            kept.get(url)

    assert b"" == invented


def test_stranger_who_names_many_certificates_is_not_followed() -> None:
    """Nobody makes us ask Amazon for more than a few a minute."""
    clock = [0.0]
    with Amazon(b"pem") as amazon:
        kept = Certificates(FetchPolicy(allow_loopback=True, seconds=5), lambda: clock[0])
        urls = [f"{amazon.origin}/SimpleNotificationService-{number}.pem" for number in range(MOST_FETCHES + 1)]
        for url in urls[:-1]:
            kept.get(url)
        with pytest.raises(Unfetched):
            kept.get(urls[-1])
        clock[0] = 61.0

        assert b"pem" == kept.get(urls[-1])


def test_nothing_is_fetched_by_a_detour_or_from_the_private_network() -> None:
    """Nor is a redirect followed."""
    policy = careful(FetchPolicy())
    with Amazon(b"pem") as amazon, pytest.raises(Unfetched):
        Certificates(policy).get(f"{amazon.origin}/SimpleNotificationService-1.pem")

    assert (0, False) == (policy.redirects, policy.allow_loopback)
