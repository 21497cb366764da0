"""Addresses as editors type them and feeds give them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import BadValue
from newsletter.feeds.addresses import absolute, feed_address, resolve_links, same_page, spellings, without_trackers

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


@settings(deadline=None)
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


@pytest.mark.parametrize(
    "url",
    [
        "http://blog.example.org/2020/01/post",
        "https://www.blog.example.org/2020/01/post/",
        "https://blog.example.org:443/2020/01/post/#more",
        "https://blog.example.org/2020/01/post/?utm_source=feed&fbclid=x",
    ],
)
def test_spellings_of_one_page_are_one(url: str) -> None:
    """What differs says nothing about where it leads."""
    assert "blog.example.org/2020/01/post" == same_page(url)


def test_pages_that_differ_in_their_query_are_two() -> None:
    """Old blogs tell their posts apart by nothing else."""
    assert same_page("http://blog.example.org/?p=1") != same_page("http://blog.example.org/?p=2")


@pytest.mark.parametrize(
    "url", ["https://blog.example.org/", "http://blog.example.org", "tag:x,2020:1", "1", "", "http://[", "http://x:y/"]
)
def test_front_pages_and_what_is_no_address_are_no_page(url: str) -> None:
    """Many things link to the front page of a site."""
    assert ("", ()) == (same_page(url), spellings(url))


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_has_a_page_or_none(text: str) -> None:
    """And every spelling of a page is one of the same page."""
    for url in (text, f"https://{text}"):
        assert {same_page(url)} >= {same_page(spelling) for spelling in spellings(url)}
