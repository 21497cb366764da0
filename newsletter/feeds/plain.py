"""Takes the text out of the HTML of feeds, for titles and for noticing edits."""

import re
from html import unescape

from subscribers.oneline import one_line

# A title that is longer is a mistake; nobody reads its end.
LONGEST_TITLE = 10_000
TITLE_LIMIT = 300

# No pattern here may walk the same ground twice: a feed can hold megabytes of "<".
_TAG = re.compile(r"</?[a-z!?][^<>]*>", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style)\b[^<>]*>.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
# What somebody encoded before the feed encoded it again; no title means to show these signs.
_STILL_ENCODED = re.compile(r"&(?:amp|lt|gt|quot|nbsp|#\d{2,6}|#x[0-9a-f]{2,5});", re.IGNORECASE)
_LINK = re.compile(r"""\s[hH][rR][eE][fF]\s{0,9}=\s{0,9}["']([^"'<>]*)["']""")


def to_line(html: str, limit: int = TITLE_LIMIT) -> str:
    """Give *html* as plain text on one line.

    Titles are HTML in every feed, whatever their type says: "Fish &amp; chips" is common even where the type is text.
    Encoded twice ("Q&amp;amp;A") is common, too; tags are not looked for in what the second reading brings.
    """
    text = unescape(_TAG.sub("", _HIDDEN.sub("", html[:LONGEST_TITLE])))
    return one_line(unescape(text) if _STILL_ENCODED.search(text) else text, limit)


def to_words(html: str) -> str:
    """Give the bare words of *html*; for comparing, not for reading."""
    return " ".join(unescape(_TAG.sub(" ", html)).split())


def links(html: str) -> tuple[str, ...]:
    """Give the targets of all links without their queries, in order; a mended link is an edit as well."""
    return tuple(unescape(target).partition("?")[0] for target in _LINK.findall(html))
