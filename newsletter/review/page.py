"""The letter as a reader's program sees it, taken apart: links, pictures, headings and words, each with its article."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsletter.letters.letter import Draft, SlotName

# How the templates mark where an article and a section begin; the contents lead there.
_ARTICLE = re.compile(r"a([0-9]{1,18})")
_SECTION = re.compile(r"s[0-9]{1,4}")
_HEADING = re.compile(r"h([1-6])")
_INLINE = frozenset(
    "a abbr b bdi bdo cite code del dfn em font i img ins kbd mark q s samp small span strong sub sup time u wbr".split()  # noqa: SIM905 -- reads as the list it is
)
_SILENT = frozenset({"style", "script", "title"})
_YES = frozenset({"presentation", "none"})


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link in the letter."""

    href: str
    # What a screen reader says: its words, and the alternative texts of pictures in it.
    text: str
    # The article it stands in; None: it belongs to what stands around them.
    article_id: int | None
    has_picture: bool = False


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A picture in the letter."""

    src: str
    alt: str
    article_id: int | None
    # A caption or the words of its link say what is to be seen; a mark says that there is nothing to be seen.
    is_explained: bool = False


@dataclass(frozen=True, slots=True)
class PageHeading:
    """A heading in the letter."""

    level: int
    text: str
    article_id: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """The letter, taken apart."""

    links: tuple[PageLink, ...]
    pictures: tuple[PagePicture, ...]
    headings: tuple[PageHeading, ...]
    # What each article shows, as plain words.
    texts: Mapping[int, str]
    # What a link within the letter can lead to.
    anchors: frozenset[str]
    # The style sheets of the letter, one behind the other.
    styles: str
    # As parsed, for checks that look at every element; and the article of an element by its `mem_id`.
    root: LexborNode
    owners: Mapping[int, int]


@dataclass(slots=True)
class _Reading:
    """What was found so far, and in which article the reader is."""

    article_ids: Collection[int]
    way_out: str
    inside: Counter[int] = field(default_factory=Counter)
    sole: dict[int, int] = field(default_factory=dict)
    links: list[PageLink] = field(default_factory=list)
    pictures: list[PagePicture] = field(default_factory=list)
    headings: list[PageHeading] = field(default_factory=list)
    texts: defaultdict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    anchors: set[str] = field(default_factory=set)
    owners: dict[int, int] = field(default_factory=dict)
    current: int | None = None

    def mark(self, root: LexborNode) -> None:
        """Note for every element how many articles begin in it."""
        for node in root.css("[id]"):
            article_id = self._article(node)
            above: LexborNode | None = node
            while article_id is not None and above is not None:
                self.inside[above.mem_id] += 1
                self.sole[above.mem_id] = article_id
                above = above.parent

    def take(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag.startswith("-"):
            # Lexbor counts comments among texts; those of MJML hold tables for Outlook.
            if tag == "-text":
                self._take_text(node)
            return
        if name := node.id:
            self._arrive(node, name)
        if self.current is not None:
            self.owners[node.mem_id] = self.current
            if tag not in _INLINE:
                self.texts[self.current].append("\n")
        if tag == "a":
            self._take_link(node)
        elif tag == "img":
            self._take_picture(node)
        elif match := _HEADING.fullmatch(tag):
            self.headings.append(PageHeading(int(match[1]), _words(node), self.article_of(node)))

    def article_of(self, node: LexborNode) -> int | None:
        """Give the article an element stands in: the only one that begins around it, else the last that began before it."""
        above = node.parent
        while above is not None and not self.inside[above.mem_id]:
            above = above.parent
        if above is not None and self.inside[above.mem_id] == 1:
            return self.sole[above.mem_id]
        return self.current

    def _arrive(self, node: LexborNode, name: str) -> None:
        self.anchors.add(name)
        article_id = self._article(node)
        if article_id is not None:
            self.current = article_id
        elif _SECTION.fullmatch(name):
            self.current = None

    def _article(self, node: LexborNode) -> int | None:
        match = _ARTICLE.fullmatch(node.id or "")
        return int(match[1]) if match and int(match[1]) in self.article_ids else None

    def _take_text(self, node: LexborNode) -> None:
        parent = node.parent
        if self.current is not None and (parent is None or parent.tag not in _SILENT):
            self.texts[self.current].append(node.text_content or "")

    def _take_link(self, node: LexborNode) -> None:
        href = node.attributes.get("href")
        if href is None:
            return
        if self.way_out and self.way_out in href:
            # Only what stands around the articles has it: here the foot begins.
            self.current = None
        spoken = [_words(node), *(_squeezed(one.attributes.get("alt") or "") for one in node.css("img"))]
        text = " ".join(part for part in [*spoken, _squeezed(node.attributes.get("aria-label") or "")] if part)
        has_picture = node.css_first("img") is not None
        self.links.append(PageLink(href.strip(), text, self.article_of(node), has_picture=has_picture))

    def _take_picture(self, node: LexborNode) -> None:
        attributes = node.attributes
        is_decoration = (attributes.get("role") or "") in _YES or attributes.get("aria-hidden") == "true"
        alt = _squeezed(attributes.get("alt") or "")
        # Without words, the link is what is told of.
        is_explained = is_decoration or _within(node, "a") is not None or _has_caption(node)
        self.pictures.append(PagePicture(attributes.get("src") or "", alt, self.article_of(node), is_explained=is_explained))


def read_page(draft: Draft, article_ids: Collection[int]) -> Page:
    """Take the HTML of a letter apart; *article_ids* are those of its issue.

    The templates mark where an article begins; what stands around the articles belongs to none.
    """
    tree = LexborHTMLParser(draft.html)
    root = tree.body or tree.root
    assert root is not None
    reading = _Reading(article_ids, draft.slots.get(SlotName.UNSUBSCRIBE, ""))
    reading.mark(root)
    for node in root.traverse(include_text=True):
        reading.take(node)
    return Page(
        links=tuple(reading.links),
        pictures=tuple(reading.pictures),
        headings=tuple(reading.headings),
        texts={article_id: _lines("".join(parts)) for article_id, parts in reading.texts.items()},
        anchors=frozenset(reading.anchors),
        styles="\n".join(one.text() for one in tree.css("style")),
        root=root,
        owners=reading.owners,
    )


def _words(node: LexborNode) -> str:
    return _squeezed(node.text())


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _lines(text: str) -> str:
    return "\n".join(line for line in map(_squeezed, text.split("\n")) if line)


def _has_caption(node: LexborNode) -> bool:
    figure = _within(node, "figure")
    return figure is not None and figure.css_first("figcaption") is not None


def _within(node: LexborNode, tag: str) -> LexborNode | None:
    above = node.parent
    while above is not None and above.tag != tag:
        above = above.parent
    return above
