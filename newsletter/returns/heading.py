"""From and Subject of a returned message, as they are shown; anybody can write anything there; pure."""

import re
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header

from subscribers.oneline import one_line

# A header of 5 MB is one of the tricks.
LOOKED_AT = 64_000
LONGEST_FIELD = 1_000

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]+")


@dataclass(frozen=True, slots=True)
class Heading:
    """What a list of messages shows of one."""

    sender: str
    subject: str


def read(raw: bytes) -> Heading:
    """Read the heading of a message, whatever its bytes are."""
    return Heading(field(raw, b"from"), field(raw, b"subject"))


def field(raw: bytes, name: bytes) -> str:
    """Give the first field of a name, decoded, on one line; empty when there is none."""
    head = _FOLD.sub(b" ", _END_OF_HEAD.split(raw[:LOOKED_AT], maxsplit=1)[0])
    found = re.search(rb"^%s[ \t]*:([^\r\n]*)" % re.escape(name), head, re.IGNORECASE | re.MULTILINE)
    if found is None:
        return ""
    text = found[1][:LONGEST_FIELD].decode("utf-8", "replace")
    return one_line(_decoded(text), LONGEST_FIELD)


def _decoded(text: str) -> str:
    try:
        return str(make_header(decode_header(text)))
    except (MessageError, LookupError, ValueError):
        # A charset that nobody knows or can spell, or bytes that are none of it: it is shown as it stands.
        return text
