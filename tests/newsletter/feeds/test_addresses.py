"""Addresses as editors type them and feeds give them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadValue
from newsletter.feeds.addresses import absolute, feed_address, resolve_links, without_trackers

BASE = "https://blog.example.org/2020/01/post/"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (" https://blog.example.org/feed/ ", "https://blog.example.org/feed/"),
        ("blog.example.org/feed", "https://blog.example.org/feed"),
        ("feed://blog.example.org/feed", "https://blog.example.org/feed"),
        ("feed:https://blog.example.org/feed", "https://blog.example.org/feed"),
        ("http://127.0.0.1:8080/feed/", "http://127.0.0.1:8080/feed/"),
    ],
)
def test_what_was_typed_becomes_what_was_meant(typed: str, meant: str) -> None:
    """Browsers forgive as much."""
    assert meant == feed_address(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ftp://x/feed",
        "https://",
        "https://u:p@example.org/",
        "https://exa mple.org/",
        "https://x/\u2028y",
        "http://[",
        "file:///x",
        "javascript:alert(1)",
        "https://example.org:0/",
        "https://example.org:99999/",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    """With a reason, before anything is stored."""
    with pytest.raises(BadValue, match="address of the web"):
        feed_address(typed)


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("map.html", f"{BASE}map.html"),
        ("/files/a.pdf", "https://blog.example.org/files/a.pdf"),
        ("//cdn.example.org/x", "https://cdn.example.org/x"),
        (" https://example.org/ ", "https://example.org/"),
        ("", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("mailto:a@example.org", ""),
        ("http://[", ""),
        ("https://example.org/" + "x" * 2000, ""),
    ],
)
def test_only_whole_addresses_of_the_web_are_kept(url: str, whole: str) -> None:
    """Nothing that could run, nothing that leads nowhere."""
    assert whole == absolute(BASE, url)


@given(st.text())
def test_any_text_as_an_address_is_whole_or_nothing(url: str) -> None:
    """Whatever a feed sends, no exception and no other scheme."""
    assert absolute(BASE, url).startswith(("https://", "http://")) or not absolute(BASE, url)


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("https://x.org/a?utm_source=rss&utm_medium=feed", "https://x.org/a"),
        ("https://x.org/?p=7&utm_source=rss#top", "https://x.org/?p=7#top"),
        ("https://x.org/?p=7", "https://x.org/?p=7"),
    ],
)
def test_marks_of_campaigns_are_taken_out(url: str, bare: str) -> None:
    """The same post has the same address, whoever counts its readers."""
    assert bare == without_trackers(url)


def test_links_inside_html_become_whole() -> None:
    """Fragments and foreign schemes are left for the sanitiser."""
    html = """<a href="x">1</a><a href='#n'>2</a><img src="/i.png"><a href="mailto:a@example.org">3</a>"""
    whole = (
        f"""<a href="{BASE}x">1</a><a href='#n'>2</a><img src="https://blog.example.org/i.png">"""
        """<a href="mailto:a@example.org">3</a>"""
    )

    assert whole == resolve_links(html, BASE)
