"""Text out of HTML."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feeds.plain import links, to_line, to_words
from subscribers.oneline import is_one_line


@pytest.mark.parametrize(
    ("html", "line"),
    [
        ("Fish &amp; chips &#8211; <em>hot</em>", "Fish & chips – hot"),
        ("Q&amp;amp;A in Moscow&amp;#8217;s caf&amp;eacute;", "Q&A in Moscow’s café"),
        ("AT&T, R&D; and &amp;", "AT&T, R&D; and &"),
        ("a < b and c > d <3", "a < b and c > d <3"),
        ("</title><script>alert(1)</script>", ""),
        ("<style>p {}</style>Words", "Words"),
        ("{{7*7}} {% x %}", "{{7*7}} {% x %}"),
        ("one\r\ntwo\u2028three\u202efour", "one two three four"),
        ("e\u0301", "é"),
        ("<", "<"),
    ],
)
def test_title_is_plain_text_on_one_line(html: str, line: str) -> None:
    """Markup goes, entities are read, nothing that breaks a header stays."""
    assert line == to_line(html)


@given(st.text())
def test_any_title_becomes_one_line(html: str) -> None:
    """Whatever a feed sends as a title can stand in a subject."""
    assert is_one_line(to_line(html))


@pytest.mark.parametrize(
    "html",
    [
        "<" * 300_000,
        "<a " * 100_000,
        "&" * 300_000,
        "<!--" * 80_000,
        "<script>" * 40_000,
        " href" + " " * 300_000,
        " href='" * 50_000,
    ],
)
def test_hostile_html_costs_no_more_than_its_length(html: str) -> None:
    """Text is taken out of megabytes within moments: no pattern here walks the same ground twice."""
    begin = time.perf_counter()
    to_line(html)
    to_words(html)
    links(html)

    assert time.perf_counter() - begin < 5


def test_words_and_links_are_what_a_reader_sees() -> None:
    """Tags, spaces and queries make no difference."""
    html = '<p class="x">One\n <b>two</b></p><a\nhref="/a?v=1#b">three</a>'

    assert ("One two three", ("/a",)) == (to_words(html), links(html))
