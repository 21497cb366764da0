"""Looks MJML over before mrml does, which accepts nearly everything and says nothing: elements, attributes, nesting; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.images.model import own_file
from newsletter.letters.mjmlrules import ATTRIBUTES, CHILDREN, REFUSED, REQUIRED, VOID, WITH_HTML, WITH_TEXT
from newsletter.letters.theme import OWN_IMAGE
from subscribers.sentence import say

_ATTRIBUTE = re.compile(r"""\s*([A-Za-z_:@][\w:.@-]*)(?:\s*=\s*("[^"<]*"|'[^'<]*'|[^\s"'=<>`]+))?""")
_TAG = re.compile(
    r"""<!--.*?-->|<(?P<end>/?)(?P<name>[A-Za-z][\w:-]*)(?P<attributes>(?:"[^"]*"|'[^']*'|[^"'<>])*)>|<""",
    re.DOTALL,
)
_STYLE_END = re.compile(r"</mj-style\s*>")
_ROOM = re.compile(r"\S")
# What a mail program would ask another server for, in an attribute or in a style.
_REMOTE = re.compile(
    r"""(?:\b(?:src|srcset|background|background-url)\s*=\s*["']?|\burl\(\s*["']?)\s*((?:https?:)?//[^\s"'<>()]+)""",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with MJML, and where: the number of characters before it."""

    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class _Open:
    name: str
    offset: int


def faults_of(source: str) -> Iterator[Fault]:
    """Give what is wrong with *source*, from its beginning to its end; nothing for MJML that mrml lays out as it is meant."""
    yield from _Reader(source).read()
    for found in _REMOTE.finditer(source):
        if not own_file(found[1]):
            yield Fault(
                found.start(),
                say(
                    "%(found)s is loaded from elsewhere, and tells its server who reads; %(own_image)s",
                    found=found[1][:80],
                    own_image=OWN_IMAGE,
                ),
            )


class _Reader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._open: list[_Open] = []

    def read(self) -> Iterator[Fault]:
        position = 0
        while match := _TAG.search(self._source, position):
            yield from self._text(position, match.start())
            position = match.end()
            if match["name"] is None:
                if match[0] == "<":
                    yield Fault(
                        match.start(), say("a < begins no tag here, or its tag has no end; a sign for less is written &lt;")
                    )
                continue
            yield from self._tag(match)
            if match["name"] == "mj-style" and not match["end"]:
                position = self._behind_style(position)
        yield from self._text(position, len(self._source))
        for left in self._open:
            yield Fault(left.offset, say("<%(name)s> has no end", name=left.name))

    def _behind_style(self, position: int) -> int:
        end = _STYLE_END.search(self._source, position)
        return end.start() if end else len(self._source)

    def _parent(self) -> str:
        """Give the nearest element of MJML around."""
        return next((one.name for one in reversed(self._open) if one.name.startswith("mj")), "")

    def _text(self, begins: int, ends: int) -> Iterator[Fault]:
        found = _ROOM.search(self._source, begins, ends)
        parent = self._parent()
        if found and parent not in WITH_HTML and parent not in WITH_TEXT:
            where = f"in <{parent}>" if parent else "outside <mjml>"
            yield Fault(
                found.start(), say("text stands %(where)s, where nothing shows it; it belongs into <mj-text>", where=where)
            )

    def _tag(self, match: re.Match[str]) -> Iterator[Fault]:
        name, offset = match["name"], match.start()
        if match["end"]:
            yield from self._close(name, offset)
            return
        yield from self._placed(name, offset)
        attributes = match["attributes"]
        yield from self._attributes(name, attributes.removesuffix("/"), offset, match.start("attributes"))
        if not attributes.endswith("/") and name.lower() not in VOID:
            self._open.append(_Open(name, offset))

    def _close(self, name: str, offset: int) -> Iterator[Fault]:
        if not self._open:
            yield Fault(offset, say("</%(name)s> ends nothing", name=name))
        elif self._open[-1].name == name:
            self._open.pop()
        elif any(one.name == name for one in self._open):
            yield Fault(offset, say("</%(name)s> comes before the end of <%(name2)s>", name=name, name2=self._open[-1].name))
            while self._open.pop().name != name:
                pass
        else:
            yield Fault(offset, say("</%(name)s> ends nothing", name=name))

    def _placed(self, name: str, offset: int) -> Iterator[Fault]:
        parent = self._parent()
        if name in REFUSED:
            yield Fault(offset, say("<%(name)s> is not for letters: %(refused)s", name=name, refused=REFUSED[name]))
        elif not name.startswith("mj"):
            if parent not in WITH_HTML:
                where = f"in <{parent}>" if parent else "outside <mjml>"
                yield Fault(offset, say("<%(name)s> stands %(where)s; HTML belongs into <mj-text>", name=name, where=where))
        elif name not in ATTRIBUTES:
            yield Fault(offset, say("there is no element <%(name)s>", name=name))
        elif name not in CHILDREN.get(parent, frozenset()):
            allowed = ", ".join(f"<{child}>" for child in sorted(CHILDREN.get(parent, frozenset()))) or say("text and HTML")
            yield Fault(
                offset,
                say("<%(name)s> may not stand in <%(parent)s>; it holds %(allowed)s", name=name, parent=parent, allowed=allowed)
                if parent
                else say("<%(name)s> is outside", name=name),
            )

    def _attributes(self, name: str, text: str, offset: int, begins: int) -> Iterator[Fault]:
        seen: set[str] = set()
        position = 0
        while text[position:].strip():
            match = _ATTRIBUTE.match(text, position)
            if match is None:
                rest = text[position:].lstrip()
                yield Fault(
                    begins + len(text) - len(rest),
                    say("an attribute of <%(name)s> is written wrongly: %(strip)s", name=name, strip=rest.strip()[:30]),
                )
                return
            yield from self._attribute(name, match, begins, seen)
            seen.add(match[1])
            position = match.end()
        if self._parent() != "mj-attributes":
            for missing in sorted(REQUIRED.get(name, frozenset()) - seen):
                yield Fault(offset, say("<%(name)s> has no %(missing)s", name=name, missing=missing))

    def _attribute(self, name: str, match: re.Match[str], begins: int, seen: set[str]) -> Iterator[Fault]:
        key, offset = match[1], begins + match.start(1)
        if key in seen:
            yield Fault(offset, say("<%(name)s> has %(key)s twice, and engines differ in which one counts", name=name, key=key))
        if not name.startswith("mj"):
            if key.lower().startswith("on"):
                yield Fault(offset, say("<%(name)s> has %(key)s, and a letter runs nothing", name=name, key=key))
        elif name in ATTRIBUTES and key not in ATTRIBUTES[name]:
            if (name, key) == ("mj-style", "inline"):
                yield Fault(offset, say("inline styles are passed over by mrml; write them into style attributes"))
            else:
                yield Fault(offset, say("<%(name)s> has no attribute %(key)s", name=name, key=key))
        elif key == "mj-class" and len((match[2] or "").strip("\"'").split()) > 1:
            yield Fault(offset, say("of several classes in mj-class engines take different ones; give one"))
        elif match[2] is not None and "\n" in match[2]:
            yield Fault(offset, say("%(key)s has a line break, which mrml writes as a backslash and an n", key=key))
