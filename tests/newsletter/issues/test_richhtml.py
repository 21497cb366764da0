"""Rich text as HTML: every word escaped, every tag one that letters have."""

from typing import Any

import pytest

from newsletter.issues.document import read
from newsletter.issues.richhtml import to_html


def html(*blocks: dict[str, Any]) -> str:
    """Give the HTML of a text."""
    return to_html(read({"type": "doc", "content": list(blocks)}))


def words(said: str, *marks: str, href: str = "") -> dict[str, Any]:
    """Give a text node."""
    link = [{"type": "link", "attrs": {"href": href}}] if href else []
    return {"type": "text", "text": said, "marks": [*link, *({"type": mark} for mark in marks)]}


def paragraph(*inline: dict[str, Any]) -> dict[str, Any]:
    """Give a paragraph."""
    return {"type": "paragraph", "content": list(inline)}


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (paragraph(words("a <b> & “c” 'd'\u00a0e")), "<p>a &lt;b&gt; &amp; “c” 'd'&nbsp;e</p>"),
        ({"type": "heading", "attrs": {"level": 3}, "content": [words("Title")]}, "<h3>Title</h3>"),
        ({"type": "horizontalRule"}, "<hr>"),
        (paragraph(words("a"), {"type": "hardBreak"}, words("b")), "<p>a<br>b</p>"),
        (paragraph(), ""),
        (paragraph({"type": "hardBreak"}), ""),
        (
            {"type": "image", "attrs": {"key": "4f2a", "alt": 'a "b" <c>'}},
            '<p><img src="https://library.invalid/4f2a" alt="a &quot;b&quot; &lt;c&gt;"></p>',
        ),
        ({"type": "blockquote", "content": [paragraph(words("said"))]}, "<blockquote><p>said</p></blockquote>"),
    ],
)
def test_each_node_is_rendered_in_one_way(block: dict[str, Any], expected: str) -> None:
    """And what says nothing leaves nothing."""
    assert expected == html(block)


def test_a_link_stays_one_link_when_part_of_it_is_bold() -> None:
    """Two links to one place would be read out twice."""
    there = "https://example.org/?a=1&b=2"

    given = paragraph(words("read ", href=there), words("this", "bold", href=there), words(" now", "bold"))

    assert '<p><a href="https://example.org/?a=1&amp;b=2">read <strong>this</strong></a><strong> now</strong></p>' == html(
        given
    )


def test_neighbours_share_their_marks() -> None:
    """Bold outside, italic within."""
    given = paragraph(words("a", "italic", "bold"), words("b", "bold"), words("c"))

    assert "<p><strong><em>a</em>b</strong>c</p>" == html(given)


def test_items_of_a_line_have_no_paragraph_and_others_do() -> None:
    """Mail programs put too much space around a paragraph in a list."""
    tight = {"type": "listItem", "content": [paragraph(words("a"))]}
    nested = {"type": "listItem", "content": [paragraph(words("b")), {"type": "bulletList", "content": [tight]}]}
    loose = {"type": "listItem", "content": [paragraph(words("c")), paragraph(words("d"))]}

    given = {"type": "orderedList", "attrs": {"start": 3}, "content": [tight, nested, loose]}

    assert '<ol start="3"><li>a</li><li>b<ul><li>a</li></ul></li><li><p>c</p><p>d</p></li></ol>' == html(given)


def test_only_a_slot_asks_for_an_answer() -> None:
    """What looks like one and was typed or pasted is text, even put together from two pieces."""
    slot = {"type": "slot", "attrs": {"key": "library", "otherwise": "A & B"}}

    given = paragraph(words("{"), words("{ name }} "), slot, {"type": "slot", "attrs": {"key": "name"}})

    assert "<p>&#123;&#123; name }} {{ library | A &amp; B }}{{ name }}</p>" == html(given)
