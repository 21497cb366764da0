"""Rich text as an editor's page stores it: ProseMirror JSON with a schema version, held to a short list of nodes; pure.

The names are those of TipTap 3, so what its editor gives is what is kept:

```json
{"type": "doc", "schema": 1, "content": [
  {"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": "Dear colleagues"}]},
  {"type": "paragraph", "content": [
    {"type": "text", "text": "Read the "},
    {"type": "text", "text": "guidelines", "marks": [{"type": "link", "attrs": {"href": "https://example.org/"}}]},
    {"type": "hardBreak"},
    {"type": "slot", "attrs": {"key": "library", "otherwise": "your library"}}
  ]},
  {"type": "image", "attrs": {"key": "4f2a", "alt": "The reading room"}}
]}
```

`read` is the only way in: what it gives can be rendered without another look (`richhtml`). Attributes that it does not
know are left out, nodes and marks that it does not know are refused, because with them words would be lost.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from newsletter.errors import BadValue
from subscribers.oneline import one_line
from subscribers.sentence import say

# Counted up when a node changes its meaning; what is kept under a higher number is not for this version.
SCHEMA = 1

# Lists within lists within quotations; css-inline and every walk of ours recurse, and nobody reads deeper.
DEEPEST = 12
# A letter has some hundred; a whole book was pasted.
MOST_NODES = 20_000
LONGEST_TEXT = 400_000
# What browsers and mail programs agree on.
LONGEST_LINK = 2_000
LONGEST_ALT = 500
LONGEST_OTHERWISE = 100
HEADINGS = range(2, 5)
_HIGHEST_START = 100_000

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\u2028\u2029]")
_BREAKS = re.compile(r"[\t\n\r]")
_IMAGE_KEY = re.compile(r"[A-Za-z0-9_.-]{1,200}")
_SLOT_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SLOT_WORDS = re.compile(r"[^{}|<>]*")
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?", re.ASCII)
# A lone surrogate can be written in JSON and in no database.
_NO_ADDRESS = re.compile(r"[\s\x00-\x20\x7f-\xa0<>\"'\\`{}|^\ud800-\udfff]")


class Kind(StrEnum):
    """What a node is."""

    DOC = "doc"
    PARAGRAPH = "paragraph"
    HEADING = "heading"
    BULLET_LIST = "bulletList"
    ORDERED_LIST = "orderedList"
    LIST_ITEM = "listItem"
    BLOCKQUOTE = "blockquote"
    RULE = "horizontalRule"
    IMAGE = "image"
    TEXT = "text"
    BREAK = "hardBreak"
    # Stands for what a reader answered to an attribute.
    SLOT = "slot"


class Mark(StrEnum):
    """How words are set."""

    BOLD = "bold"
    ITALIC = "italic"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a rich text that was read; which attributes it has follows from its kind."""

    kind: Kind
    children: tuple["Node", ...] = ()
    text: str = ""
    is_bold: bool = False
    is_italic: bool = False
    # Where the words lead; empty without a link.
    href: str = ""
    # Level of a heading, first number of a list.
    number: int = 0
    # Key of an image in the library, or of the attribute a slot asks for.
    key: str = ""
    # What stands in for the image or for an answer that was not given.
    otherwise: str = ""

    @property
    def words(self) -> str:
        """Everything that is said in it, for counting and for noticing that nothing is."""
        return " ".join(chain([self.text], (child.words for child in self.children))).strip()


BLOCKS = frozenset(
    {
        Kind.PARAGRAPH,
        Kind.HEADING,
        Kind.BULLET_LIST,
        Kind.ORDERED_LIST,
        Kind.BLOCKQUOTE,
        Kind.RULE,
        Kind.IMAGE,
    },
)
INLINE = frozenset({Kind.TEXT, Kind.BREAK, Kind.SLOT})

# What may stand in what; a kind that is not here holds nothing.
HOLDS: Mapping[Kind, frozenset[Kind]] = {
    Kind.DOC: BLOCKS,
    Kind.PARAGRAPH: INLINE,
    Kind.HEADING: INLINE,
    Kind.BULLET_LIST: frozenset({Kind.LIST_ITEM}),
    Kind.ORDERED_LIST: frozenset({Kind.LIST_ITEM}),
    Kind.LIST_ITEM: BLOCKS,
    Kind.BLOCKQUOTE: BLOCKS,
}
_NEVER_EMPTY = frozenset({Kind.BULLET_LIST, Kind.ORDERED_LIST, Kind.LIST_ITEM, Kind.BLOCKQUOTE})


def read(document: object) -> Node:
    """Give the rich text that *document*, a JSON value, is.

    Raises:
        BadValue: it is none; the reason names the node by its path from the top, such as `doc, 3 bulletList, 1 listItem`.

    """
    if not isinstance(document, Mapping) or document.get("type") != Kind.DOC:
        raise _wrong("doc", say('a text is an object with "type": "doc"'))
    schema = document.get("schema", SCHEMA)
    if not isinstance(schema, int) or isinstance(schema, bool) or not 1 <= schema <= SCHEMA:
        raise _wrong(
            "doc",
            say("it is written in schema %(schema)s; this version reads %(schema2)s", schema=f"{schema!r:.40}", schema2=SCHEMA),
        )
    return _Reading().node(document, "doc", 0)


def write(node: Node) -> dict[str, Any]:
    """Give a rich text as the JSON in which it is kept, in one spelling."""
    document = _document(node)
    return {"type": document.pop("type"), "schema": SCHEMA, **document}


def image_keys(node: Node) -> Iterator[str]:
    """Give the keys of the images that a text shows, in order."""
    if node.kind is Kind.IMAGE:
        yield node.key
    for child in node.children:
        yield from image_keys(child)


def is_link(href: str) -> bool:
    """Whether words may lead to *href*: the web with a host, a mail address, or a telephone."""
    if not href or len(href) > LONGEST_LINK or _NO_ADDRESS.search(href):
        return False
    try:
        parts = urlsplit(href)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode().lower()
    except ValueError:
        return False
    match parts.scheme:
        case "http" | "https":
            is_plain = parts.username is None and port != 0 and not host.rstrip(".").rpartition(".")[2].isdecimal()
            return is_plain and "xn--" not in (parts.hostname or "") and _HOST.fullmatch(host) is not None
        case "mailto":
            return "@" in parts.path and not parts.netloc
        case "tel":
            return re.fullmatch(r"\+?[0-9().-]{2,40}", parts.path) is not None
        case _:
            return False


@dataclass(slots=True)
class _Reading:
    """Reads nodes and keeps count of them."""

    nodes: int = field(default=0)
    letters: int = field(default=0)

    def node(self, given: object, path: str, depth: int) -> Node:
        if not isinstance(given, Mapping):
            raise _wrong(path, say("a node is an object"))
        kind = _kind(given.get("type"), path)
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise _wrong(path, say("it has more than %(most)s parts", most=f"{MOST_NODES:,}"))
        if depth > DEEPEST:
            raise _wrong(path, say("it is nested deeper than %(deepest)s levels", deepest=DEEPEST))
        if kind is Kind.TEXT:
            return self._text(given, path)
        read_here = Node(kind, self._children(kind, given.get("content"), path, depth), **_attributes(kind, given, path))
        return _marked(read_here, given, path) if kind in INLINE else read_here

    def _text(self, given: Mapping[str, object], path: str) -> Node:
        text = given.get("text")
        if not isinstance(text, str):
            raise _wrong(path, say("it has no text"))
        self.letters += len(text)
        if self.letters > LONGEST_TEXT:
            raise _wrong(path, say("the text is longer than %(most)s characters", most=f"{LONGEST_TEXT:,}"))
        # A line break within words is a space, as it is in HTML; those that are meant are hardBreaks.
        return _marked(Node(Kind.TEXT, text=_CONTROLS.sub("", _BREAKS.sub(" ", text))), given, path)

    def _children(self, kind: Kind, content: object, path: str, depth: int) -> tuple[Node, ...]:
        if content is None:
            content = []
        if not isinstance(content, list):
            raise _wrong(path, say("its content is a list"))
        if content and kind not in HOLDS:
            raise _wrong(path, say("nothing stands in a %(kind)s", kind=kind))
        found = []
        for number, given in enumerate(content, 1):
            child = self.node(given, f"{path}, {number} {_named(given)}", depth + 1)
            if child.kind not in HOLDS[kind]:
                raise _wrong(path, say("a %(kind)s cannot stand in a %(kind2)s", kind=child.kind, kind2=kind))
            # ProseMirror knows no empty text.
            if child.kind is not Kind.TEXT or child.text:
                found.append(child)
        if kind is Kind.DOC and not found:
            return (Node(Kind.PARAGRAPH),)
        if kind in _NEVER_EMPTY and not found:
            raise _wrong(path, say("a %(kind)s is never empty", kind=kind))
        if kind is Kind.LIST_ITEM and found[0].kind is not Kind.PARAGRAPH:
            raise _wrong(path, say("a listItem begins with a paragraph"))
        return tuple(found)


def _kind(name: object, path: str) -> Kind:
    if isinstance(name, str) and name in set(Kind):
        return Kind(name)
    raise _wrong(path, say("there is no node %(name)s; there are %(kind)s", name=f"{name!r:.40}", kind=", ".join(Kind)))


def _named(given: object) -> str:
    """Name a child in a path, as far as it says what it is."""
    name = given.get("type") if isinstance(given, Mapping) else None
    return one_line(name, 40) if isinstance(name, str) else "?"


def _attributes(kind: Kind, given: Mapping[str, object], path: str) -> dict[str, Any]:
    attributes = given.get("attrs")
    if attributes is None:
        attributes = {}
    if not isinstance(attributes, Mapping):
        raise _wrong(path, say("its attrs are an object"))
    match kind:
        case Kind.HEADING:
            return {"number": _whole(attributes, "level", HEADINGS, path)}
        case Kind.ORDERED_LIST:
            start = attributes.get("start")
            return {"number": 1 if start is None else _whole(attributes, "start", range(_HIGHEST_START), path)}
        case Kind.IMAGE:
            return _image(attributes, path)
        case Kind.SLOT:
            return _slot(attributes, path)
        case _:
            return {}


def _image(attributes: Mapping[str, object], path: str) -> dict[str, Any]:
    key = _words(attributes, "key", path)
    if not _IMAGE_KEY.fullmatch(key):
        raise _wrong(path, say("an image is one of the library; its key is missing"))
    return {"key": key, "otherwise": one_line(_words(attributes, "alt", path), LONGEST_ALT)}


def _slot(attributes: Mapping[str, object], path: str) -> dict[str, Any]:
    key, otherwise = _words(attributes, "key", path), one_line(_words(attributes, "otherwise", path))
    if not _SLOT_KEY.fullmatch(key):
        raise _wrong(path, say('a slot names an attribute by its key, such as "library"'))
    if len(otherwise) > LONGEST_OTHERWISE or not _SLOT_WORDS.fullmatch(otherwise):
        raise _wrong(
            path,
            say("the other words of a slot are at most %(most)s characters, none of them { } | < >", most=LONGEST_OTHERWISE),
        )
    return {"key": key, "otherwise": otherwise}


def _marked(node: Node, given: Mapping[str, object], path: str) -> Node:
    marks = given.get("marks")
    if marks is None:
        marks = []
    if not isinstance(marks, list):
        raise _wrong(path, say("its marks are a list"))
    found = [_mark(mark, path) for mark in marks]
    names = {name for name, _ in found}
    href = next((href for name, href in found if name is Mark.LINK), "")
    return Node(
        node.kind,
        text=node.text,
        key=node.key,
        otherwise=node.otherwise,
        is_bold=Mark.BOLD in names,
        is_italic=Mark.ITALIC in names,
        href=href,
    )


def _mark(given: object, path: str) -> tuple[Mark, str]:
    if not isinstance(given, Mapping):
        raise _wrong(path, say("a mark is an object"))
    name = given.get("type")
    if not isinstance(name, str) or name not in set(Mark):
        raise _wrong(path, say("there is no mark %(name)s; there are %(mark)s", name=f"{name!r:.40}", mark=", ".join(Mark)))
    if name != Mark.LINK:
        return Mark(name), ""
    attributes = given.get("attrs")
    href = attributes.get("href") if isinstance(attributes, Mapping) else None
    if not isinstance(href, str) or not is_link(href.strip()):
        raise _wrong(path, say("%(href)s is no link to the web, a mail address or a telephone", href=f"{href!r:.80}"))
    return Mark.LINK, href.strip()


def _whole(attributes: Mapping[str, object], name: str, allowed: range, path: str) -> int:
    value = attributes.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value not in allowed:
        raise _wrong(
            path,
            say(
                "its %(name)s is a number from %(allowed)s to %(allowed2)s",
                name=name,
                allowed=allowed[0],
                allowed2=f"{allowed[-1]:,}",
            ),
        )
    return value


def _words(attributes: Mapping[str, object], name: str, path: str) -> str:
    value = attributes.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong(path, say("its %(name)s is a text", name=name))
    return value


def _document(node: Node) -> dict[str, Any]:
    document: dict[str, Any] = {"type": node.kind.value}
    match node.kind:
        case Kind.HEADING:
            document["attrs"] = {"level": node.number}
        case Kind.ORDERED_LIST:
            document["attrs"] = {"start": node.number}
        case Kind.IMAGE:
            document["attrs"] = {"key": node.key, "alt": node.otherwise}
        case Kind.SLOT:
            document["attrs"] = {"key": node.key, "otherwise": node.otherwise}
        case Kind.TEXT:
            document["text"] = node.text
    if marks := _marks(node):
        document["marks"] = marks
    if node.children:
        document["content"] = [_document(child) for child in node.children]
    return document


def _marks(node: Node) -> Sequence[dict[str, Any]]:
    link = [{"type": Mark.LINK.value, "attrs": {"href": node.href}}] if node.href else []
    set_so = [{"type": mark.value} for mark, is_so in ((Mark.BOLD, node.is_bold), (Mark.ITALIC, node.is_italic)) if is_so]
    return [*link, *set_so]


def _wrong(path: str, reason: str) -> BadValue:
    return BadValue(say("rich text"), say("at %(path)s", path=path), reason)
