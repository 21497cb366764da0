"""What was kept with a letter, made ready to be read by everybody: a page for each article, and its words to be found; pure."""

import re
from collections.abc import Mapping
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser, LexborNode, create_tag

from newsletter.letters.answers import unanswered_html
from newsletter.letters.letter import Draft, SlotName, fill_html
from newsletter.letters.pieces import Piece

# An article of a letter begins with an h4 below its own title; on a page of its own that title is the h1.
_FIRST_HEADING = 4
_RISE = 2

_BLOCKS = "p, h4, h5, h6, li, dt, dd, td, th, div, br, hr, figure, figcaption, caption, blockquote, pre"
_BLANKS = re.compile(r"\s+")


def said_to_nobody(piece: Piece, letter: Draft, nobody: Mapping[SlotName, str]) -> Piece:
    """Give an article of *letter* as everybody may see it: no name, no link by which one could act for somebody."""
    return replace(piece, html=fill_html(unanswered_html(piece.html, letter.answers), letter.slots, nobody))


def on_a_page(html: str) -> str:
    """Give an article with its headings right below the title of its page."""
    if not html:
        return ""
    root = _body(html)
    for level in range(_FIRST_HEADING, 7):
        for node in root.css(f"h{level}"):
            risen = create_tag(f"h{level - _RISE}")
            for name, value in node.attributes.items():
                risen.attrs[name] = value or ""
            for inner in list(node.iter(include_text=True)):
                risen.insert_child(inner)
            node.replace_with(risen)
    return root.inner_html or ""


def bare(html: str) -> str:
    """Give the bare words of an article or of a whole letter, its paragraphs apart."""
    if not html:
        return ""
    root = _body(html)
    for node in root.css("style, script"):
        node.decompose()
    for node in root.css(_BLOCKS):
        node.insert_before(" ")
        node.insert_after(" ")
    return _BLANKS.sub(" ", root.text()).strip()


def _body(html: str) -> LexborNode:
    body = LexborHTMLParser(html).body
    assert body is not None
    return body
