"""Browsers by the name that their owners know."""

import pytest

from newsletter.web.desk.door.browsers import browser_in_words

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Edg/140.0", "Edge on Windows"),
        (f"Mozilla/5.0 (Linux; Android 14; K) {CHROME}", "Chrome on Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) AppleWebKit/605 Version/17.0 Safari/605", "Safari on Mac"),
        ("curl/8.0", "curl/8.0"),
        ("x" * 300, "x" * 40),
        ("", "A browser without a name"),
    ],
)
def test_a_browser_is_named(agent: str, words: str) -> None:
    """Whatever it says it is besides."""
    assert words == browser_in_words(agent)
