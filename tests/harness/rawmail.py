"""Reads a message from its bytes as RFC 5322, 2045 and 2047 say, and complains where a mail program would only guess.

CPython's parser agrees with CPython's writer on their common errors, so it is not asked alone.
"""

import base64
import binascii
import re
from dataclasses import dataclass

_WORD = re.compile(r"=\?([^?]+)\?([bBqQ])\?([^? ]*)\?=")


@dataclass(frozen=True, slots=True)
class Field:
    """One header field, unfolded, and the lines it was written on."""

    name: str
    value: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Raw:
    """A message taken apart."""

    fields: tuple[Field, ...]
    body: bytes

    def one(self, name: str) -> Field:
        """Give the only field of this name."""
        [field] = [field for field in self.fields if field.name.lower() == name.lower()]
        return field

    @property
    def names(self) -> list[str]:
        """The names of all fields, in order."""
        return [field.name for field in self.fields]


def read(data: bytes) -> Raw:
    """Take *data* apart; asserts what every line of it must be."""
    assert data.endswith(b"\r\n")
    assert not re.search(rb"[^\r]\n|\r[^\n]|\x00", data), "a bare CR or LF, or NUL"
    assert max(map(len, data.split(b"\r\n"))) <= 998
    head, _, body = data.partition(b"\r\n\r\n")
    fields: list[list[str]] = []
    for line in head.decode("utf-8").split("\r\n"):
        if line[0] in " \t":
            assert line.strip(), "a folded line of blanks only"
            fields[-1].append(line)
        else:
            fields.append([line])
    return Raw(tuple(_field(lines) for lines in fields), body)


def parts(raw: Raw) -> list[tuple[str, str]]:
    """Give media type and decoded text of each part of a multipart/alternative."""
    [boundary] = re.findall(r'boundary="([^"]+)"', raw.one("Content-Type").value)
    preamble, *middle, end = raw.body.split(f"--{boundary}".encode())
    assert (b"", b"--\r\n") == (preamble, end)
    found = []
    for part in middle:
        inner = read(part.removeprefix(b"\r\n"))
        assert inner.one("Content-Transfer-Encoding").value == "quoted-printable"
        assert max(map(len, inner.body.split(b"\r\n"))) <= 76
        assert inner.body.isascii()
        # The line end before the boundary belongs to the boundary.
        found.append((inner.one("Content-Type").value, unquote(inner.body.removesuffix(b"\r\n")).decode()))
    return found


def unquote(data: bytes) -> bytes:
    """Decode quoted-printable by the letter of RFC 2045 6.7."""
    assert not re.search(rb"[ \t]\r\n|[ \t]$", data), "a blank at the end of a line would be lost"
    joined = data.replace(b"=\r\n", b"")
    assert not re.search(rb"=(?![0-9A-F]{2})", joined), "a broken escape"
    return re.sub(rb"=([0-9A-F]{2})", lambda match: binascii.unhexlify(match[1]), joined).replace(b"\r\n", b"\n")


def words(value: str) -> str:
    """Decode encoded words; blanks between two of them do not count (RFC 2047 6.2)."""
    joined = re.sub(r"(\?=)\s+(?==\?)", r"\1", value)
    return _WORD.sub(_word, joined)


def mailbox(value: str) -> tuple[str, str]:
    """Give display name and address of a field with exactly one mailbox."""
    found = re.fullmatch(r'(?:"((?:[^"\\]|\\.)*)"|((?:=\?[^ ]+\?=\s*)+))?\s*<([^<>\s]+)>', value)
    assert found, f"not one mailbox: {value!r}"
    quoted, encoded, address = found.groups()
    display = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else words((encoded or "").strip())
    return display, address


def _field(lines: list[str]) -> Field:
    name, colon, value = "".join(lines).partition(":")
    assert colon, f"no field: {lines[0]!r}"
    assert re.fullmatch(r"[!-9;-~]+", name), f"no name of a field: {name!r}"
    for line in lines:
        assert not (_WORD.search(line) and len(line) > 76), f"{len(line)} columns: {line}"
        assert all(len(word[0]) <= 75 for word in _WORD.finditer(line))
    return Field(name, value.strip(), tuple(lines))


def _word(match: re.Match[str]) -> str:
    charset, encoding, text = match.groups()
    if encoding in "bB":
        return base64.b64decode(text, validate=True).decode(charset)
    assert re.fullmatch(r"(?:[A-Za-z0-9!*+/_-]|=[0-9A-F]{2})*", text), f"not allowed in a phrase: {text!r}"
    return unquote(text.replace("_", "=20").encode()).decode(charset)
