"""Renders a rich text that was read as HTML: each kind of node in one way, every word escaped; pure.

The result has only tags and attributes that the cleaner of letters lets through, so cleaning it changes nothing.
"""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from newsletter.images.model import LIBRARY
from newsletter.issues.document import INLINE, Kind, Node

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\u00a0": "&nbsp;"})
_ATTRIBUTE_ESCAPES = {**_ESCAPES, ord('"'): "&quot;"}
# Braces that somebody typed ask for no reader's answer: that is what slot nodes are for.
_TEXT_ESCAPES = {**_ESCAPES, ord("{"): "&#123;"}
_AROUND = {
    Kind.DOC: ("", ""),
    Kind.BULLET_LIST: ("<ul>", "</ul>"),
    Kind.ORDERED_LIST: ("<ol>", "</ol>"),
    Kind.LIST_ITEM: ("<li>", "</li>"),
    Kind.BLOCKQUOTE: ("<blockquote>", "</blockquote>"),
    Kind.RULE: ("<hr>", ""),
}
_LISTS = frozenset({Kind.BULLET_LIST, Kind.ORDERED_LIST})


def to_html(node: Node) -> str:
    """Give the HTML of a text; images lead to `LIBRARY` and their key, slots are `{{ key | other words }}`."""
    if node.kind in INLINE:
        return _bare(node)
    if node.kind is Kind.IMAGE:
        return f'<p><img src="{LIBRARY}{node.key}" alt="{node.otherwise.translate(_ATTRIBUTE_ESCAPES)}"></p>'
    if node.kind in {Kind.PARAGRAPH, Kind.HEADING}:
        return _filled(f"h{node.number}" if node.number else "p", node)
    opening, closing = _AROUND[node.kind]
    if node.kind is Kind.ORDERED_LIST and node.number != 1:
        opening = f'<ol start="{node.number}">'
    inside = _item(node) if node.kind is Kind.LIST_ITEM else "".join(map(to_html, node.children))
    return opening + inside + closing


def _filled(tag: str, node: Node) -> str:
    """Give a block of words; nothing for one in which nothing is said, as editors leave them at the end."""
    if not any(child.kind is Kind.SLOT or child.text.strip() for child in node.children):
        return ""
    return f"<{tag}>{_inline(node.children)}</{tag}>"


def _item(node: Node) -> str:
    first, *others = node.children
    # A paragraph with nothing but lists below it needs no tag; mail programs put too much space around it.
    if all(other.kind in _LISTS for other in others):
        return _inline(first.children) + "".join(map(to_html, others))
    return "".join(map(to_html, node.children))


def _inline(nodes: Sequence[Node]) -> str:
    """Give words with their marks; neighbours that share one share its tag, so that a link stays one link."""
    return "".join(
        _wrapped(f'<a href="{href.translate(_ATTRIBUTE_ESCAPES)}">', _bold(list(linked)), "</a>")
        if href
        else _bold(list(linked))
        for href, linked in groupby(nodes, attrgetter("href"))
    )


def _bold(nodes: Sequence[Node]) -> str:
    return "".join(
        _wrapped("<strong>", _italic(list(some)), "</strong>") if is_bold else _italic(list(some))
        for is_bold, some in groupby(nodes, attrgetter("is_bold"))
    )


def _italic(nodes: Sequence[Node]) -> str:
    return "".join(
        _wrapped("<em>", words, "</em>") if is_italic else words
        for is_italic, some in groupby(nodes, attrgetter("is_italic"))
        for words in ["".join(map(_bare, some))]
    )


def _wrapped(opening: str, words: str, closing: str) -> str:
    return f"{opening}{words}{closing}"


def _bare(node: Node) -> str:
    match node.kind:
        case Kind.BREAK:
            return "<br>"
        case Kind.SLOT:
            words = node.otherwise.translate(_ESCAPES)
            return f"{{{{ {node.key} | {words} }}}}" if words else f"{{{{ {node.key} }}}}"
        case _:
            return node.text.translate(_TEXT_ESCAPES)
