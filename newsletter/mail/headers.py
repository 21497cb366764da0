"""Writes header fields: RFC 5322 lines, RFC 2047 words, and never more than one header for one value.

The standard library's writer encodes a long List-Unsubscribe (which hides the button), changes one subject in five of a
nasty sample, and can turn a display name into another From address; that is why this exists.
"""

import base64
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

# Lines that hold encoded words may have 76 columns, each word 75 (RFC 2047 2).
LINE = 76
WORD = 75

# Whatever could end a line, for any reader; lone surrogates cannot be encoded at all.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PLAIN = re.compile(r"[ -~]*")
_BREAKS_ADDRESS = re.compile(r"[<>\s]")
_URI = re.compile(r"[!-;=?-~]+")
# What stands for itself in a word of a phrase (RFC 2047 5 (3)).
_ITSELF = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")

_ZERO_WIDTH_JOINER = "\u200d"
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")


class HeaderUnsafe(ValueError):  # noqa: N818 -- named for the outcome
    """A value that would be more, or something else, than one header field."""

    def __init__(self, name: str, value: str) -> None:
        self.name = name
        super().__init__(f"{name}: {value!r} cannot stand in a header")


def text(name: str, value: str) -> str:
    """Write a field of free text, such as Subject; whoever reads it gets *value* exactly, blanks at its ends aside."""
    value = _checked(name, value).strip()
    room = LINE - len(name) - 2
    words = value.split(" ")
    if not _stands_for_itself(value) or max(map(len, words)) > room:
        return f"{name}: {_encoded(value, len(name) + 2)}\r\n"
    lines = [f"{name}: {words[0]}"]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) > LINE:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines).rstrip(" ") + "\r\n"


def mailbox(name: str, display: str, address: str) -> str:
    """Write a field with one mailbox, such as From; *address* comes out as it is, whatever stands in *display*."""
    display = _checked(name, display).strip()
    if _BREAKS_ADDRESS.search(_checked(name, address)):
        raise HeaderUnsafe(name, address)
    if not display:
        return f"{name}: <{address}>\r\n"
    phrase = _phrase(name, display)
    column = len(phrase.rpartition("\r\n")[2]) + (0 if "\r\n" in phrase else len(name) + 2)
    gap = " " if column + 1 + len(address) + 2 <= LINE else "\r\n "
    return f"{name}: {phrase}{gap}<{address}>\r\n"


def uris(name: str, values: Sequence[str]) -> str:
    """Write a List-* field of URIs (RFC 2369): never encoded, folded between them only."""
    for value in values:
        if not _URI.fullmatch(value):
            raise HeaderUnsafe(name, value)
    first = f"{name}: <{values[0]}>"
    if len(first) + (len(values) > 1) > LINE:
        first = f"{name}:\r\n <{values[0]}>"
    return ",\r\n ".join([first, *(f"<{value}>" for value in values[1:])]) + "\r\n"


def token(name: str, value: str) -> str:
    """Write a field that machines read, on one line, as it is."""
    if not _PLAIN.fullmatch(value):
        raise HeaderUnsafe(name, value)
    return f"{name}: {value}\r\n"


def parameters(name: str, value: str, parameter: str) -> str:
    """Write a field of a value and a parameter behind a semicolon, folded there if it must be."""
    one = token(name, f"{value}; {parameter}")
    return one if len(one.rstrip()) <= LINE else f"{name}: {value};\r\n {parameter}\r\n"


def _checked(name: str, value: str) -> str:
    if _UNSAFE.search(value):
        raise HeaderUnsafe(name, value)
    return value


def _stands_for_itself(value: str) -> bool:
    # Folding eats one of two blanks, and a literal "=?" would be decoded.
    return _PLAIN.fullmatch(value) is not None and "=?" not in value and "  " not in value


def _phrase(name: str, display: str) -> str:
    quoted = '"' + display.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if _stands_for_itself(display) and len(quoted) <= LINE - len(name) - 2:
        return quoted
    return _encoded(display, len(name) + 2)


def _encoded(value: str, column: int) -> str:
    """Give *value* as encoded words, one a line, the first one beginning at *column*."""
    encode = min(_q, _b, key=lambda encoding: len(encoding(value)))
    words, chunk, room = [], "", LINE - column
    for piece in _pieces(value, encode, room):
        if chunk and len(encode(chunk + piece)) > room:
            words.append(encode(chunk))
            chunk, room = "", WORD
        chunk += piece
    return "\r\n ".join([*words, encode(chunk)])


def _pieces(value: str, encode: Callable[[str], str], room: int) -> Iterator[str]:
    """Cut *value* where a reader sees two characters, so that no half of an emoji stands alone; a longer one is cut anyway."""
    cluster = ""
    for char in value:
        if cluster and not (_continues(cluster, char) and len(encode(cluster + char)) <= room):
            yield cluster
            cluster = ""
        cluster += char
    yield cluster


def _continues(cluster: str, char: str) -> bool:
    is_mark = unicodedata.category(char).startswith("M") or _SKIN_TONES[0] <= char <= _SKIN_TONES[1]
    return is_mark or char == _ZERO_WIDTH_JOINER or cluster.endswith(_ZERO_WIDTH_JOINER)


def _q(value: str) -> str:
    body = "".join(chr(byte) if byte in _ITSELF else "_" if byte == ord(" ") else f"={byte:02X}" for byte in value.encode())
    return f"=?utf-8?q?{body}?="


def _b(value: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(value.encode()).decode()}?="
