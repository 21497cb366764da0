"""Writes fit HTML as plain text that reads well: 72 columns, numbered links, quoted quotations, aligned tables."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsletter.letters.footnotes import MARK

# RFC 5322 recommends 78 at most; 72 leaves room for a few quote marks.
WIDTH = 72
# However deep lists and quotations nest, words need some room.
NARROWEST = 20

# Stand around the number of a link until it is known how many links stand before the article. In a cell of a table the number
# is filled up to the width that was reckoned for it. Private characters: no font shows them, so no article needs them.
_OPEN, _OPEN_IN_CELL, _SHUT = "\ue000", "\ue002", "\ue001"
_MARK = re.compile(f"([{_OPEN}{_OPEN_IN_CELL}])([0-9]+){_SHUT}")
_PRIVATE = re.compile(f"[{_OPEN}{_OPEN_IN_CELL}{_SHUT}]")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
# As wide as "[99]" for the ninth link of an article.
_COLUMNS_OF_MARKS = {_OPEN: 2, _OPEN_IN_CELL: 2, _SHUT: 1}

_WIDE = "\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
# One column each, and broken at spaces only: Latin letters, with the dashes, dots and quotation marks of print.
_SINGLE = re.compile("[\x00-\xac\xae-\u02ff\u2010-\u2027]*")
# What a line may be broken between: words, and each character of scripts that put no spaces.
_PIECE = re.compile(rf"( *)([{_WIDE}]|[^ {_WIDE}]+)")
# A break that is none of these: the space that keeps together, U+00A0, is not among them.
_SPACE = re.compile("[ \t\r\n\f\v\x1c-\x1f\x85\u2028\u2029]+")
# What a line does not begin with, and what it does not end with (JIS X 4051, GB/T 15834); the number of a link stays with
# its words.
_NOT_FIRST = frozenset(
    "、。，．・：；？！‼⁇⁈⁉）］｝〉》」』】〕〗〙〟’”»ー々〻ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ゛゜～–…‥,.;:!?)]}%"
    + _OPEN
    + _OPEN_IN_CELL
)
_NOT_LAST = frozenset("（［｛〈《「『【〔〖〘〝‘“«([{$£¥€")
_BLOCKS = frozenset(
    "p div h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote figure figcaption table pre hr".split(),  # noqa: SIM905 -- as said
)
# Longer ones are no list anybody counted.
_NUMBER = re.compile("[0-9]{1,6}")
_BLANKS_AT_END = re.compile(" +$", re.MULTILINE)
_MARKS = {"ul": "* "}


@dataclass(frozen=True, slots=True)
class Written:
    """An article as plain text; `Links` puts numbers into the text, each for one of its links."""

    text: str
    links: tuple[str, ...]

    def __str__(self) -> str:
        links = Links()
        text = links.number(self)
        return "\n\n".join(part for part in (text, "\n".join(links.listed())) if part)


class Links:
    """Counts the links of a letter, so that each address has one number in all of it."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, written: Written) -> str:
        """Give the text of an article with the numbers of its links: `the report [7]`."""

        def put(match: re.Match[str]) -> str:
            address = written.links[int(match[2])]
            shown = f"[{self._numbers.setdefault(address, len(self._numbers) + 1)}]"
            return shown if match[1] == _OPEN else shown.ljust(display_width(match[0]))

        numbered = _MARK.sub(put, written.text) if written.links else written.text
        # Only in a cell is a number filled up, perhaps at the end of its line.
        return _BLANKS_AT_END.sub("", numbered) if _OPEN_IN_CELL in written.text else numbered

    def listed(self) -> tuple[str, ...]:
        """Give a line for each link, in the order of their numbers."""
        return tuple(f"[{number}] {address.removeprefix('mailto:')}" for address, number in self._numbers.items())


def to_text(html: str, width: int = WIDTH) -> str:
    """Write fit HTML as plain text, its links numbered and listed at the end."""
    return str(write(html, width))


def write(html: str, width: int = WIDTH) -> Written:
    """Write fit HTML as plain text and give its links apart."""
    root = LexborHTMLParser(html).body
    return write_tree(root, width) if root is not None else Written("", ())


def write_tree(root: LexborNode, width: int = WIDTH) -> Written:
    """Write the tree of fit HTML as `write` does the HTML itself."""
    writer = _Writer()
    lines = writer.block(root, width)
    return Written("\n".join(_squeezed(lines)), tuple(writer.links))


def display_width(text: str) -> int:
    """Count the columns *text* takes on a terminal: wide characters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def wrap(text: str, width: int = WIDTH) -> list[str]:
    """Break *text* into lines of at most *width* columns; words, and so addresses, are never broken.

    Chinese, Japanese and Korean lines break between characters, but not before closing punctuation or behind opening one.
    """
    if _SINGLE.fullmatch(text):
        return _wrapped(_SPACE.sub(" ", text).strip(" "), width)
    lines: list[str] = []
    line, columns = "", 0
    for space, piece in _pieces(text):
        wanted = len(space) + display_width(piece)
        if line and columns + wanted > width:
            lines.append(line)
            line, columns = piece, wanted - len(space)
        else:
            line += space + piece
            columns += wanted
    return [*lines, line] if line else lines


def _wrapped(text: str, width: int) -> list[str]:
    """Break a text of words and single spaces, each character of one column, as `wrap` does in ten times the time."""
    lines: list[str] = []
    begin = 0
    while len(text) - begin > width:
        end = text.rfind(" ", begin, begin + width + 1)
        if end < 0:
            # A word that is longer than a line.
            end = text.find(" ", begin + width)
        if end < 0:
            break
        lines.append(text[begin:end])
        begin = end + 1
    return [*lines, text[begin:]] if text else lines


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Give what is not broken, each with the space before it."""
    text = _SPACE.sub(" ", text).strip(" ")
    before, held = "", ""
    for space, piece in _PIECE.findall(text):
        stays = piece[0] in _NOT_FIRST if not space else piece[0] in _COLUMNS_OF_MARKS
        if held and (stays or (not space and held[-1] in _NOT_LAST)):
            held += space + piece
            continue
        if held:
            yield before, held
        before, held = space, piece
    if held:
        yield before, held


def underlined(text: str, mark: str, width: int = WIDTH) -> str:
    """Give a headline: wrapped, with a rule of *mark* under it as long as its longest line."""
    lines = wrap(text, width)
    return "\n".join([*lines, mark * max(map(display_width, lines), default=0)])


class _Writer:
    """Walks an article once and collects its links on the way."""

    def __init__(self) -> None:
        self.links: list[str] = []

    def block(self, node: LexborNode, width: int) -> list[str]:
        """Write what stands in *node*, blocks apart by an empty line."""
        lines: list[str] = []
        words: list[str] = []
        for child in node.iter(include_text=True):
            if child.tag in _BLOCKS:
                lines += _paragraph(words, width)
                words.clear()
                lines += [*self._one(child, max(width, NARROWEST)), ""]
            else:
                words.append(self._inline(child))
        return lines + _paragraph(words, width)

    def _one(self, node: LexborNode, width: int) -> list[str]:
        match node.tag:
            case "hr":
                lines = ["-" * NARROWEST]
            case "pre":
                lines = _PRIVATE.sub("", node.text()).strip("\n").split("\n")
            case "table" if node.attributes.get("role") == "presentation":
                # A gallery: no rows and columns to anybody who reads it.
                lines = [line for cell in node.css("caption, td") for line in [*self.block(cell, width), ""]]
            case "table":
                lines = self._table(node, width)
            case "ul" | "ol":
                lines = list(self._list(node, width))
            case "blockquote":
                lines = [f"> {line}".rstrip() for line in _squeezed(self.block(node, width - 2))]
            case "dd":
                lines = [f"  {line}".rstrip() for line in _squeezed(self.block(node, width - 2))]
            case _:
                lines = self.block(node, width)
        return lines

    def _list(self, node: LexborNode, width: int) -> Iterator[str]:
        number = _start(node)
        for item in node.iter():
            mark = _MARKS.get(node.tag or "") or f"{number}. "
            number += 1
            lines = _squeezed(self.block(item, width - len(mark)))
            for position, line in enumerate(line for line in lines if line):
                yield (" " * len(mark) if position else mark) + line

    def _table(self, node: LexborNode, width: int) -> list[str]:
        caption = node.css_first("caption")
        rows = [[self._words(cell) for cell in row.css("th, td")] for row in node.css("tr")]
        rows = [row for row in rows if any(row)]
        title = wrap(self._words(caption), width) if caption is not None else []
        columns = max(map(len, rows), default=0)
        rows = [row + [""] * (columns - len(row)) for row in rows]
        widths = [max(map(display_width, column)) for column in zip(*rows, strict=True)]
        if sum(widths) + 3 * len(widths) - 3 <= width:
            return [*title, *_aligned(rows, widths)]
        return [*title, *_spelled(rows, width)]

    def _words(self, node: LexborNode) -> str:
        return _SPACE.sub(" ", "".join(map(self._inline, node.iter(include_text=True)))).strip()

    def _inline(self, node: LexborNode) -> str:
        if node.is_text_node:
            text = node.text_content or ""
            return _SPACE.sub(" ", text if text.isascii() else _PRIVATE.sub("", text))
        if node.tag == "br":
            return "\n"
        if node.tag == "img":
            alt = _PRIVATE.sub("", node.attributes.get("alt") or "").strip()
            return f"[Picture: {alt}]" if alt else ""
        inside = "".join(map(self._inline, node.iter(include_text=True)))
        if node.tag == "sup" and MARK.fullmatch(inside):
            # In brackets it would be taken for the number of a link.
            return inside.strip("[]").translate(_RAISED)
        if node.tag == "a":
            return self._link(inside, node.attributes.get("href") or "")
        return f" {inside} " if node.tag in _BLOCKS else inside

    def _link(self, words: str, address: str) -> str:
        if not words.strip() or not address or words.strip() in {address, address.removeprefix("mailto:")}:
            return words
        if address not in self.links:
            self.links.append(address)
        return f"{words.rstrip()} {_OPEN}{self.links.index(address)}{_SHUT}"


def _paragraph(words: list[str], width: int) -> list[str]:
    lines = [line for part in "".join(words).split("\n") for line in wrap(part, width)]
    return [*lines, ""] if lines else []


def _aligned(rows: list[list[str]], widths: list[int]) -> Iterator[str]:
    for row in rows:
        cells = (cell + " " * (width - display_width(cell)) for cell, width in zip(row, widths, strict=True))
        yield " | ".join(cells).rstrip().replace(_OPEN, _OPEN_IN_CELL)


def _spelled(rows: list[list[str]], width: int) -> Iterator[str]:
    """Write a table too wide for its columns as "Header: value", row by row."""
    head, *body = rows
    for row in body or [head]:
        for name, cell in zip(head, row, strict=True):
            yield from wrap(f"{name}: {cell}" if name and body else cell, width)
        yield ""


def _trimmed(lines: list[str]) -> list[str]:
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _squeezed(lines: Iterable[str]) -> list[str]:
    """Leave one empty line where several follow each other."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return _trimmed(kept)


def _start(node: LexborNode) -> int:
    start = node.attributes.get("start") or ""
    return int(start) if _NUMBER.fullmatch(start) else 1


def _columns(character: str) -> int:
    if character in _COLUMNS_OF_MARKS:
        return _COLUMNS_OF_MARKS[character]
    # Accents, joiners, marks of direction: they stand on the character before, or nowhere.
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
