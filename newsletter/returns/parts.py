"""Raw bytes, read into parts within bounds: of whatever comes in, no more is looked at than these numbers say.

The standard library's parser recurses once for each level and builds an object for each line of a header; somebody who
sends two thousand levels or three hundred thousand lines is not to be waited for.
"""

import binascii
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

# A report stands before what it returns; a bounce of 5 MB is read by its first one.
LARGEST = 1_000_000
# Levels of multipart; a report has two, a forwarded one four.
DEEPEST = 30
MOST_PARTS = 100
# Of one header: what real ones have, ten times.
MOST_FIELDS = 500
LONGEST_FIELD = 10_000
# Of one part, decoded; what a server has to say takes a page.
LONGEST_TEXT = 50_000

_FIELD = re.compile(rb"^([!-9;-~]{1,76})[ \t]*:[ \t]*([^\n]*(?:\n[ \t]+[^\n]+)*)", re.MULTILINE)
_FOLD = re.compile(r"\n[ \t]+")
_BOUNDARY = re.compile(r"boundary\s*=\s*(?:\"([^\"]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s;\"']{1,40})", re.IGNORECASE)
_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?([^?]{0,2000})\?=")
_BETWEEN_WORDS = re.compile(r"(=\?[^?\s]{1,40}\?[bBqQ]\?[^?]{0,2000}\?=)\s+(?==\?)")
# Codecs that are character sets; Python knows others, of which some take ages (punycode) and some are no text.
_KNOWN_CHARSET = re.compile(
    r"utf-?8|us-?ascii|ascii|utf-?16(?:-?[lb]e)?|iso-?(?:8859-?\d{1,2}|2022-?\w{2,7})(?:-[ei])?|latin-?\d"
    r"|windows-?\d{3,4}|cp-?\d{3,4}|koi8-?[rut]"
    r"|gb-?2312|gbk|gb-?18030|hz|big5(?:-?hkscs)?|euc-?\w{2}|shift_?-?jis(?:x?\d{4})?|sjis|ms932|ks_c_5601-?1987|ksc5601"
    r"|johab|tis-?620|mac-?roman",
    re.IGNORECASE,
)
_JAPANESE_ESCAPE = b"\x1b$"


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one header, by lower-case name; of several of one name the first counts."""

    raw: dict[str, bytes]

    def get(self, name: str) -> str:
        """Give a field as it stands, on one line; empty if there is none."""
        found = self.raw.get(name)
        return "" if found is None else _FOLD.sub(" ", _as_text(found)).strip()

    def words(self, name: str) -> str:
        """Give a field with its encoded words (RFC 2047) decoded."""
        value = self.get(name)
        if "=?" not in value:
            return value
        return _WORD.sub(_decoded_word, _BETWEEN_WORDS.sub(r"\1", value))

    def __contains__(self, name: str) -> bool:
        return name in self.raw

    def __bool__(self) -> bool:
        return bool(self.raw)


NO_FIELDS = Fields({})


@dataclass(frozen=True, slots=True)
class Part:
    """One part that holds no others, as far as it was looked at."""

    kind: str
    fields: Fields
    content: bytes

    def data(self) -> bytes:
        """Give the content without its transfer encoding."""
        return _untransferred(self.content, self.fields.get("content-transfer-encoding").lower())

    def text(self) -> str:
        """Give the content as text, HTML without its tags."""
        charset = _CHARSET.search(self.fields.get("content-type"))
        text = decoded(self.data()[:LONGEST_TEXT], charset[1] if charset else "")
        return plain(text) if self.kind == "text/html" else text


@dataclass(frozen=True, slots=True)
class Mail:
    """A message, taken apart."""

    fields: Fields
    # Those that hold no others, in their order; a returned message is one of them and not looked into.
    parts: tuple[Part, ...]
    # Types of all levels.
    kinds: frozenset[str]
    # Why it could not be read, empty if it could.
    trouble: str = ""
    # It was longer than what was looked at.
    is_cut: bool = False
    _memo: dict[str, Fields] = field(default_factory=dict, compare=False)

    @property
    def kind(self) -> str:
        """The type of the message itself."""
        return _kind_of(self.fields)

    def first(self, *kinds: str) -> Part | None:
        """Give the first part of one of these types."""
        return next((part for part in self.parts if part.kind in kinds), None)

    @property
    def returned(self) -> Fields:
        """The header of the message that came back, where it is attached; empty if it is not."""
        if "returned" not in self._memo:
            part = self.first(*RETURNED)
            self._memo["returned"] = fields_of(part.data().lstrip()) if part else NO_FIELDS
        return self._memo["returned"]


# How a report gives back what it is about (RFC 3464 2, RFC 6533 5, RFC 6522 4).
RETURNED = ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers")


def read(raw: bytes) -> Mail:
    """Take a message apart; what cannot be is told by its `trouble`."""
    head = raw[:LARGEST].replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n \t")
    is_cut = len(raw) > LARGEST
    head = head[_behind_envelope(head) :]
    if not head.strip(b"\n\0 \t"):
        return _unreadable("There is nothing in it.")
    end = head.find(b"\n\n")
    if end < 0 and is_cut:
        return _unreadable(f"Its header does not end within {LARGEST:,} bytes.")
    fields = fields_of(head)
    if not fields:
        return _unreadable("It has no header.")
    walk = _Walk()
    walk.take(fields, head[end + 2 :] if end >= 0 else b"", 0)
    trouble = "" if walk.parts else walk.trouble
    return Mail(fields, tuple(walk.parts), frozenset(walk.kinds), trouble, is_cut)


def _behind_envelope(head: bytes) -> int:
    """Give where a message begins behind the lines that an mbox or a delivering server puts before it."""
    at = 0
    while head.startswith((b"From ", b">From "), at):
        at = head.find(b"\n", at) + 1 or len(head)
    return at


def _unreadable(trouble: str) -> Mail:
    return Mail(NO_FIELDS, (), frozenset(), trouble)


def fields_of(block: bytes) -> Fields:
    """Read the header that *block* begins with."""
    end = block.find(b"\n\n")
    header = block if end < 0 else block[: end + 1]
    found: dict[str, bytes] = {}
    for number, match in enumerate(_FIELD.finditer(header)):
        if number >= MOST_FIELDS:
            break
        found.setdefault(match[1].decode("ascii").lower(), match[2][:LONGEST_FIELD])
    return Fields(found)


class _Walk:
    """The way through a message, which counts what it takes up."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.kinds: set[str] = set()
        self.trouble = ""

    def take(self, fields: Fields, content: bytes, depth: int) -> None:
        """Take a part up, or those in it."""
        kind = _kind_of(fields)
        self.kinds.add(kind)
        if not kind.startswith("multipart/"):
            self.parts.append(Part(kind, fields, content))
            return
        if depth >= DEEPEST:
            self.trouble = f"It is nested more than {DEEPEST} levels deep."
            return
        boundary = _BOUNDARY.search(fields.get("content-type"))
        found = _pieces(content, (boundary[1] or boundary[2]).encode("utf-8", "replace")) if boundary else ()
        pieces = list(islice(found, MOST_PARTS))
        if not pieces:
            # A multipart without its parts: whatever stands there is text.
            self.parts.append(Part("text/plain", fields, content))
            return
        for piece in pieces:
            if len(self.parts) >= MOST_PARTS:
                return
            self._take_piece(piece, depth + 1)

    def _take_piece(self, piece: bytes, depth: int) -> None:
        if piece.startswith(b"\n"):
            self.take(NO_FIELDS, piece[1:], depth)
            return
        head, blank, content = piece.partition(b"\n\n")
        fields = fields_of(head + b"\n")
        # Without an empty line there is no header, however much the first line looks like one.
        self.take(fields, content if blank else b"" if "content-type" in fields else piece, depth)


def _pieces(content: bytes, boundary: bytes) -> Iterator[bytes]:
    # A line that only begins like ours is another's.
    line = re.compile(rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\n|\Z)", re.MULTILINE)
    begun = None
    for found in line.finditer(content):
        if begun is not None:
            yield content[begun : max(found.start() - 1, begun)]
        begun = found.end()
        if found[1]:
            return
    # A report that was cut off is still a report.
    if begun is not None:
        yield content[begun:]


def _kind_of(fields: Fields) -> str:
    kind = fields.get("content-type").partition(";")[0].strip().lower()
    return kind if "/" in kind else "text/plain"


def _untransferred(content: bytes, encoding: str) -> bytes:
    if encoding == "quoted-printable":
        return binascii.a2b_qp(content)
    if encoding == "base64":
        return _from_base64(content)
    return content


def _from_base64(content: bytes) -> bytes:
    for missing in (b"", b"=", b"==", b"A=="):
        try:
            return binascii.a2b_base64(content + missing)
        except binascii.Error:
            continue
    return content


def decoded(data: bytes, charset: str) -> str:
    """Read bytes as text, by their character set where that is one, by what they look like where it is not."""
    if _KNOWN_CHARSET.fullmatch(charset) and charset.lower() not in {"us-ascii", "ascii", "utf-8", "utf8"}:
        try:
            return data.decode(charset, "replace")
        except (LookupError, UnicodeError):
            pass
    return _as_text(data)


def _as_text(data: bytes) -> str:
    if _JAPANESE_ESCAPE in data:
        return data.decode("iso2022_jp", "replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _decoded_word(match: re.Match[str]) -> str:
    charset, encoding, content = match[1].partition("*")[0], match[2].lower(), match[3].encode("utf-8", "replace")
    data = _from_base64(content) if encoding == "b" else binascii.a2b_qp(content.replace(b"_", b" "))
    return decoded(data, charset)


_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d|/table|/title|/pre)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>|<!--")
_BLANKS = re.compile(r"[ \t\xa0]+")


def plain(markup: str) -> str:
    """Give what HTML says, without how it looks."""
    for name in ("style", "script", "head"):
        markup = _without(markup, name)
    return _BLANKS.sub(" ", html.unescape(_TAG.sub(" ", _BREAK.sub("\n", markup))))


def _without(markup: str, name: str) -> str:
    kept, at, lower = [], 0, markup.lower()
    while (begin := lower.find(f"<{name}", at)) >= 0:
        end = lower.find(f"</{name}", begin)
        if end < 0:
            break
        kept.append(markup[at:begin])
        at = end
    return "".join([*kept, markup[at:]])
