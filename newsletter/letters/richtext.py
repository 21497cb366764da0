"""Turns what somebody pasted (HTML, Markdown, plain text) into rich text, through the cleaner of letters."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsletter.errors import BadValue
from newsletter.issues.document import DEEPEST, Kind, Node, is_link, read, write
from newsletter.letters import plaintext, prose
from newsletter.letters.content import Unfit, make_fit
from subscribers.sentence import say

# The cleaner lets headings begin here; in a text of its own they begin at 2.
_FIRST_HEADING = 4
_HEADINGS = {f"h{level}": min(level - _FIRST_HEADING, 2) + 2 for level in range(1, 7)}
_QUOTED = frozenset({"blockquote", "q"})
_LISTS = {"ul": Kind.BULLET_LIST, "ol": Kind.ORDERED_LIST}
_BOLD = frozenset({"strong", "b"})
_ITALIC = frozenset({"em", "i", "cite"})
_SPACES = re.compile(r"[ \t\n\r\f]+")
# A list here still has room for its item, its paragraph and its words.
_DEEPEST_NEST = DEEPEST - 3
# What an editor types into a letter to ask for an answer; as `answers` has it.
_SLOT = re.compile(r"\{\{\s*([a-z][a-z0-9_]{0,39})\s*(?:\|\s*([^{}|<>]{0,100}?)\s*)?\}\}")

# How an image's address is recognised as one of the library; gives its key, or nothing.
KeyOf = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Taken:
    """What was made of a paste, and what could not be kept, in words for the editor."""

    document: Node
    losses: tuple[str, ...]


def from_html(html: str, key_of: KeyOf = lambda _: "", *, base_url: str = "", with_slots: bool = False) -> Taken:
    """Give the rich text that *html* says; addresses in it are relative to *base_url*.

    With *with_slots* what its author typed as `{{ library | your library }}` becomes a slot; only where the author is one
    of the house.

    Raises:
        BadValue: it is too large or nested too deep to be a text.

    """
    fit = make_fit(html, base_url)
    if isinstance(fit, Unfit):
        raise BadValue(say("The text"), say("that was pasted"), fit.reason)
    building = _Building(key_of, with_slots=with_slots)
    root = LexborHTMLParser(fit.html).body
    blocks = tuple(building.blocks(root, 1)) if root is not None else ()
    # Read again: whatever came in by a paste is held to what may be stored at all.
    document = read(write(Node(Kind.DOC, blocks)))
    return Taken(document, (*fit.article.warnings, *dict.fromkeys(building.losses)))


def from_file(text: str, filename: str, key_of: KeyOf = lambda _: "", *, with_slots: bool = True) -> Taken:
    """Give the rich text of a file: `.md`, `.html`, anything else as plain text.

    Raises:
        BadValue: it is too large or nested too deep to be a text.

    """
    return from_html(prose.to_html(text, filename), key_of, with_slots=with_slots)


def to_text(html: str) -> str:
    """Give the plain text of what `richhtml` rendered."""
    fit = make_fit(html, "")
    return "" if isinstance(fit, Unfit) else str(plaintext.write(fit.html))


class _Building:
    """Walks fit HTML and gives nodes; remembers what had no place."""

    def __init__(self, key_of: KeyOf, *, with_slots: bool) -> None:
        self._key_of = key_of
        self._with_slots = with_slots
        self.losses: list[str] = []

    def blocks(self, parent: LexborNode, depth: int) -> Iterator[Node]:
        """Give the blocks in *parent*; words between them stand in paragraphs of their own."""
        run: list[Node] = []
        for child in parent.iter(include_text=True):
            if self._is_inline(child):
                run += self.inline(child, Node(Kind.TEXT))
                continue
            yield from _paragraph(run)
            run = []
            yield from self._block(child, depth)
        yield from _paragraph(run)

    def _is_inline(self, node: LexborNode) -> bool:
        if node.is_text_node:
            return True
        return node.tag in _INLINE and not any(inner.tag not in _INLINE for inner in node.css("*"))

    def _block(self, node: LexborNode, depth: int) -> Iterator[Node]:
        tag = node.tag or ""
        if depth > _DEEPEST_NEST and (tag in _LISTS or tag in _QUOTED):
            self.losses.append(say("lists and quotations that nest too deep stand on one level"))
            yield from _paragraph([Node(Kind.TEXT, text=_collapsed(node.text(separator=" ")))])
        elif tag in _HEADINGS:
            words = _trimmed(self.inline(node, Node(Kind.TEXT)))
            if words:
                yield Node(Kind.HEADING, words, number=_HEADINGS[tag])
        elif tag == "hr":
            yield Node(Kind.RULE)
        elif tag == "img":
            yield from self._image(node)
        elif tag in _QUOTED:
            quoted = tuple(self.blocks(node, depth + 1))
            if quoted:
                yield Node(Kind.BLOCKQUOTE, quoted)
        elif tag in _LISTS:
            yield from self._list(node, depth)
        elif tag == "table":
            yield from self._table(node)
        else:
            yield from self.blocks(node, depth)

    def _list(self, node: LexborNode, depth: int) -> Iterator[Node]:
        items = []
        for child in node.iter():
            inside = tuple(self.blocks(child, depth + 2))
            if not inside:
                continue
            if inside[0].kind is not Kind.PARAGRAPH:
                inside = (Node(Kind.PARAGRAPH), *inside)
            items.append(Node(Kind.LIST_ITEM, inside))
        if items:
            start = node.attributes.get("start") or ""
            number = int(start) if start.isascii() and start.isdecimal() and len(start) < 6 else 1  # noqa: PLR2004 -- digits
            kind = _LISTS[node.tag or ""]
            yield Node(kind, tuple(items), number=number if kind is Kind.ORDERED_LIST else 0)

    def _table(self, node: LexborNode) -> Iterator[Node]:
        self.losses.append(say("a table was turned into a paragraph for each row"))
        for row in node.css("tr"):
            cells = (_collapsed(cell.text(separator=" ")) for cell in row.css("th, td"))
            yield from _paragraph([Node(Kind.TEXT, text=" · ".join(filter(None, cells)))])

    def _image(self, node: LexborNode) -> Iterator[Node]:
        alt = node.attributes.get("alt") or ""
        key = self._key_of(node.attributes.get("src") or "")
        if key:
            yield Node(Kind.IMAGE, key=key, otherwise=alt)
        else:
            called = f" (“{alt}”)" if alt else ""
            self.losses.append(say("a picture%(called)s was left out; put it into the library first", called=called))

    def inline(self, node: LexborNode, style: Node) -> list[Node]:
        """Give the words in *node*, set as *style* says."""
        if node.is_text_node:
            return self._words(_SPACES.sub(" ", node.text_content or ""), style)
        tag = node.tag or ""
        if tag == "img":
            self.losses.append(say("a picture within a line was left out"))
            return []
        if tag == "br":
            return [replace(style, kind=Kind.BREAK)]
        if tag in _BOLD:
            style = replace(style, is_bold=True)
        elif tag in _ITALIC:
            style = replace(style, is_italic=True)
        elif tag == "a" and is_link(href := (node.attributes.get("href") or "")):
            style = replace(style, href=href)
        words = [found for child in node.iter(include_text=True) for found in self.inline(child, style)]
        return [replace(style, text="“"), *words, replace(style, text="”")] if tag == "q" else words

    def _words(self, text: str, style: Node) -> list[Node]:
        if not self._with_slots:
            return [replace(style, text=text)] if text else []
        found: list[Node] = []
        position = 0
        for match in _SLOT.finditer(text):
            found.append(replace(style, text=text[position : match.start()]))
            found.append(replace(style, kind=Kind.SLOT, key=match[1], otherwise=match[2] or ""))
            position = match.end()
        return [one for one in (*found, replace(style, text=text[position:])) if one.text or one.kind is Kind.SLOT]


_INLINE = _BOLD | _ITALIC | frozenset("a br u s del ins sup sub small mark code kbd abbr span time q font".split())  # noqa: SIM905 -- reads as the list it is


def _paragraph(words: Sequence[Node]) -> Iterator[Node]:
    kept = _trimmed(words)
    if kept:
        yield Node(Kind.PARAGRAPH, kept)


def _trimmed(words: Sequence[Node]) -> tuple[Node, ...]:
    """Take blanks and breaks away from both ends; nothing is left where nothing was said."""
    kept = list(words)
    while kept and _is_blank(kept[0]):
        kept.pop(0)
    while kept and _is_blank(kept[-1]):
        kept.pop()
    if kept:
        kept[0] = replace(kept[0], text=kept[0].text.lstrip(" "))
        kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip(" "))
    return tuple(kept)


def _is_blank(node: Node) -> bool:
    return node.kind is Kind.BREAK or (node.kind is Kind.TEXT and not node.text.strip())


def _collapsed(text: str) -> str:
    return _SPACES.sub(" ", text).strip()
