"""Tells the excerpt that a blog's author wrote by hand from what the blog cut off by itself; pure."""

import re

from newsletter.feeds.plain import to_words
from subscribers.oneline import one_line

# WordPress cuts after 55 words; whoever writes an excerpt writes two or three sentences. More is the text itself.
LONGEST = 600
# So much of a beginning is enough to see that it is one.
_COMPARED = 80

_TRAILER = re.compile(r"\s*The post .{1,300} (?:first appeared|appeared first) on .{1,200}$")
_CUT = re.compile(
    r"(?:…|\.\.\.)\s*\]?\s*$"
    r"|\b(?:continue reading|read more|weiterlesen|mehr lesen|lire la suite|seguir leyendo|leer más)\b.{0,200}$",
    re.IGNORECASE,
)


def by_hand(summary: str, content: str) -> str:
    """Give the excerpt in *summary* as plain text on one line; nothing where it is only the beginning of *content*."""
    words = to_words(summary[: 20 * LONGEST])
    words = _TRAILER.sub("", words).strip()
    if not words or len(words) > LONGEST or _CUT.search(words):
        return ""
    if _bare(to_words(content[: 20 * LONGEST])).startswith(_bare(words)[:_COMPARED]):
        return ""
    return one_line(words, LONGEST)


def _bare(words: str) -> str:
    # Tags leave blanks where they stood, and a blog that takes them out leaves none.
    return "".join(words.split())
