"""Bytes of files read as lines of text, whatever program wrote them."""

import codecs
import io
from collections.abc import Iterable, Iterator
from itertools import chain

from subscribers.errors import FileUnreadable
from subscribers.sentence import say

# UTF-32 stands first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# What Windows writes in western Europe and America, and a superset of the printable part of Latin-1.
FALLBACK = "cp1252"

# Of each two bytes of UTF-16, one is zero in nearly all letters of European languages.
_MOST_SPARSE = 0.7


def decoded(chunks: Iterable[bytes], encoding: str = "") -> Iterator[str]:
    r"""Give the lines of a file, each ended by ``\n``; nothing in it stops the reading.

    UTF-8, UTF-16 and UTF-32 are known by their byte order mark, and UTF-16 also without one; else each line is UTF-8 or,
    where it is none, Windows-1252: a file put together from two programs has both. *encoding* says otherwise.

    Raises:
        FileUnreadable: nobody knows an encoding of this name; at once.

    """
    pieces = iter(chunks)
    first = next(pieces, b"")
    codec = _known(encoding, first) if encoding else _codec_of(first)
    whole = chain([first], pieces)
    return _by_codec(whole, codec) if codec else _line_by_line(whole)


def _known(encoding: str, first: bytes) -> str:
    try:
        "".encode(encoding)
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError) as error:
        raise FileUnreadable(
            say(
                "No encoding is called %(encoding)s. Common ones: utf-8, utf-16, cp1252, cp1251, gb18030.",
                encoding=f"{encoding!r}",
            )
        ) from error
    if name in {"utf-16", "utf-32"}:
        # Which way round its bytes are, it says itself; Windows means this one where it does not.
        found = _codec_of(first)
        return found if found.startswith(name) else f"{name}-le"
    return name


def _codec_of(first: bytes) -> str:
    for mark, codec in _MARKS:
        if first.startswith(mark):
            return codec
    return _unmarked_utf16(first)


def _unmarked_utf16(first: bytes) -> str:
    even, odd = first[0::2].count(0), first[1::2].count(0)
    if even == odd == 0:
        return ""
    half = len(first) // 2
    if odd >= half * _MOST_SPARSE and not even:
        return "utf-16-le"
    if even >= half * _MOST_SPARSE and not odd:
        return "utf-16-be"
    return ""


def _by_codec(chunks: Iterable[bytes], codec: str) -> Iterator[str]:
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(codec)("replace"), translate=True)
    rest, is_first = "", True
    for chunk in chunks:
        text = decoder.decode(chunk)
        if is_first and text:
            # The mark is none of the text.
            text, is_first = text.removeprefix("\ufeff"), False
        *lines, rest = (rest + text).split("\n")
        for line in lines:
            yield f"{line}\n"
    rest += decoder.decode(b"", final=True)
    if rest:
        yield rest


def _line_by_line(chunks: Iterable[bytes]) -> Iterator[str]:
    is_first = True
    for chunk in chunks:
        text = _text(chunk)
        if is_first:
            text = text.removeprefix("\ufeff")
            is_first = False
        if "\r" in text:
            # Lone ones end lines in files of old Macs; the csv module wants one line at a time.
            text = text.replace("\r\n", "\n").replace("\r", "\n")
            yield from io.StringIO(text)
        else:
            yield text


def _text(chunk: bytes) -> str:
    try:
        return chunk.decode()
    except UnicodeDecodeError:
        return chunk.decode(FALLBACK, "replace")
