"""Names as they stand in addresses of pages and in List-Id."""

import re
import unicodedata
from collections.abc import Container
from itertools import count

# RFC 1035: a label of a host name, which List-Id imitates, has 63 octets at most; the rest is for a number behind it.
LONGEST_SLUG = 56
# A name that would lose more than half of it by being cut between words is cut within one.
SHORTEST_CUT = 28

_GAPS = re.compile(r"[^a-z0-9]+")


def slug(name: str, fallback: str) -> str:
    """Give *name* in lower-case ASCII letters, digits and single hyphens; *fallback* when nothing of it is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _cut(_GAPS.sub("-", plain).strip("-")) or fallback


def _cut(whole: str) -> str:
    """Cut at the end of a word; in the middle of one only where it is most of the name."""
    if len(whole) <= LONGEST_SLUG:
        return whole
    words = whole[: LONGEST_SLUG + 1].rpartition("-")[0]
    return words if len(words) >= SHORTEST_CUT else whole[:LONGEST_SLUG].rstrip("-")


def free_slug(wanted: str, taken: Container[str]) -> str:
    """Give *wanted*, or the first of wanted-2, wanted-3, … that is not taken."""
    if wanted not in taken:
        return wanted
    return next(candidate for number in count(2) if (candidate := f"{wanted}-{number}") not in taken)
