"""Lists without titles, one person on a line: what Mailman 2 and 3 print, and what people type."""

import re
from collections.abc import Iterator

from subscribers.spreadsheet import Row, Table

KIND = "Mailman"
TITLES = ("email", "name")

# `ann@example.org`, or `Ann Lee <ann@example.org>`; the address itself is judged later.
_MEMBER = re.compile(r"(?:(?P<name>[^<>]*)<\s*(?P<address>[^<>\s,;]+@[^<>\s,;]+)\s*>|(?P<bare>[^<>\s,;\"]+@[^<>\s,;\"]+))")

# What `mailman add` and people skip.
_COMMENT = "#"


def is_member(line: str) -> bool:
    """Whether a line is a person and not a row of titles."""
    return _MEMBER.fullmatch(line.strip()) is not None


def read_members(lines: Iterator[str]) -> Table:
    """Read a list of members; a line that is none is given as an address, so that it is refused with its number."""
    return Table(TITLES, _rows(lines))


def _rows(lines: Iterator[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith(_COMMENT):
            continue
        match = _MEMBER.fullmatch(text)
        if match is None:
            yield Row(number, (text, ""))
        else:
            yield Row(number, (match["address"] or match["bare"], (match["name"] or "").strip().strip('"')))
