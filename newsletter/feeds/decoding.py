"""Turns the bytes of a feed into clean text, whatever its server and its declaration claim."""

import codecs
import re
import sys

# UTF-32 first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    # No mark, but the first character of XML tells.
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
# Seven-bit encodings look like ASCII and so like UTF-8: only their declaration tells them.
_SEVEN_BIT = re.compile(r"iso2022|hz", re.IGNORECASE)
# UTF-7 hides markup from whoever checks it; the others are notations of Python, one of them quadratic.
_REFUSED = frozenset({"utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})
# What the web writes when it says so is the Windows superset.
_LATIN = frozenset({"iso8859-1", "ascii"})

_DECLARATION = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)[\"']", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>", re.IGNORECASE)
_ROOT = re.compile(r"<((?:[\w.-]+:)?(?:rss|feed|rdf))\b", re.IGNORECASE)
_BEGIN = re.compile(r"<\?xml|" + _ROOT.pattern, re.IGNORECASE)
_HTML = re.compile(r"<!doctype\s+html|<html\b|<body\b", re.IGNORECASE)
# XML 1.0, 2.2: no parser takes these, and no reader misses them.
_CONTROLS = bytes({*range(0x20)} - set(b"\t\n\r"))
_NO_CHARACTERS = ("\ufffe", "\uffff")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
# U+10FFFF has seven digits; int() would refuse thousands of them.
_MOST_DIGITS = 7

# Warnings of PHP and blank lines before the feed; further down it is no feed any more.
_MOST_JUNK = 65_536
_REPLACEMENT = "\ufffd"


def decode(body: bytes, content_type: str) -> str:
    """Give the text of *body*: by its mark, as UTF-8 if it can be, as declared, or as what loses least.

    UTF-8 goes before the declaration because text in another encoding is never valid UTF-8 by chance, while
    declarations are often wrong. One bad byte must not turn the whole feed into mojibake.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body.decode(encoding, "replace").removeprefix("\ufeff")
    declared = [name for name in (_declared(body), _charset(content_type)) if name]
    candidates = [name for name in declared if _SEVEN_BIT.match(name)] + ["utf-8", *declared]
    for encoding in candidates:
        try:
            return body.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    return _best_guess(body)


def _best_guess(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    bad = text.count(_REPLACEMENT)
    good = sum(1 for character in text if character > "\x7f") - bad
    return text if good > bad else body.decode("cp1252", "replace")


def _declared(body: bytes) -> str:
    found = _DECLARATION.search(body[:1000])
    return _codec(found[1].decode("ascii")) if found else ""


def _charset(content_type: str) -> str:
    found = _CHARSET.search(content_type)
    return _codec(found[1]) if found else ""


def _codec(name: str) -> str:
    """Give Python's name of an encoding, empty for one that is unknown or not to be used."""
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    if known in _REFUSED:
        return ""
    return "cp1252" if known in _LATIN else known


def document(text: str) -> str:
    """Give the XML of a feed without what stands before it, its declaration (we decoded it) and illegal characters."""
    begin = _BEGIN.search(text[:_MOST_JUNK])
    if begin and not is_web_page(text[: begin.start()]):
        text = text[begin.start() :]
    return _REFERENCE.sub(_legal_reference, legal(_XML_DECLARATION.sub("", text, count=1)))


def legal(text: str) -> str:
    """Give *text* without the characters that no document may hold and no database takes: most controls, halves of pairs."""
    # As bytes, which takes a fifth of the time of a pattern; what cannot be encoded are halves of pairs.
    text = text.encode("utf-8", "ignore").translate(None, _CONTROLS).decode()
    for character in _NO_CHARACTERS:
        text = text.replace(character, "")
    return text


def _legal_reference(reference: re.Match[str]) -> str:
    """Keep a reference to a character there is, and put a space for any other: one of those stops the whole parser.

    Not nothing: what stands around it could then be read as a reference.
    """
    digits, base = (reference[1], 16) if reference[1] else (reference[2], 10)
    digits = digits.lstrip("0") or "0"
    if len(digits) > _MOST_DIGITS:
        return " "
    number = int(digits, base)
    return reference[0] if number <= sys.maxunicode and legal(chr(number)) else " "


def is_web_page(text: str) -> bool:
    """Whether the text is HTML by its own account."""
    return _HTML.search(text) is not None


def is_truncated(xml: str) -> bool:
    """Whether the document ends before its outermost element does."""
    root = _ROOT.search(xml)
    if root is None:
        return False
    end = f"</{root[1]}"
    # Most end as they began, and at their very end.
    return xml.rfind(end) < root.end() and end.lower() not in xml[root.end() :].lower()
