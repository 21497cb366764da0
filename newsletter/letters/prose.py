"""What a contributor hands in (plain text, Markdown or HTML), as HTML."""

import re
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING

from newsletter.atneed import at_need
from newsletter.errors import BadValue
from newsletter.letters.content import Unfit, make_fit
from subscribers.sentence import say

if TYPE_CHECKING:
    import markdown_it
else:
    markdown_it = at_need("markdown_it")

_MARKDOWN = frozenset({".md", ".markdown"})
_HTML = frozenset({".html", ".htm"})
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]’”]")

_TAG = re.compile(r"</?(?:p|div|br|h[1-6]|ul|ol|li|a|b|i|em|strong|span|table|blockquote)\b[^<>]*>", re.IGNORECASE)

# Marks that nobody types by chance: plain text may hold a star or a number at the head of a line.
_MARKED = re.compile(
    r"\*\*\S[^*\n]*\*\*|(?<![\w*])\*\w[^*\n]*\*(?![\w*])|^#{1,4} \S|\[[^\]\n]+\]\(https?://|(?:^[-*] \S.*\n){2}", re.MULTILINE
)


def to_html(text: str, filename: str) -> str:
    """Give *text* as HTML, read by what the name of its file says: `.md`, `.html`, anything else as plain text.

    The result is sanitised; it is made fit for mail again when the letter is composed.

    Raises:
        BadValue: it is too large or nested too deep to be a letter.

    """
    suffix = PurePath(filename).suffix.lower()
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if suffix in _HTML:
        html = text
    elif suffix in _MARKDOWN:
        html = _parser().render(text)
    else:
        html = _from_plain(text)
    fit = make_fit(html, "")
    if isinstance(fit, Unfit):
        raise BadValue(say("The text"), PurePath(filename).name, fit.reason)
    return fit.html


def guessed_name(text: str) -> str:
    """Give the name that a file of *text* would have, as far as can be told: somebody typed it, or pasted it from somewhere."""
    if _TAG.search(text):
        return "text.html"
    return "text.md" if _MARKED.search(text) else "text.txt"


def _from_plain(text: str) -> str:
    width = max(map(len, text.split("\n")), default=0)
    paragraphs = (part.strip("\n") for part in _EMPTY_LINE.split(text))
    return "\n".join(f"<p>{_paragraph(part, width)}</p>" for part in paragraphs if part.strip())


def _paragraph(text: str, width: int) -> str:
    """Join lines that were only broken to fit a column; keep breaks that somebody meant, as in a signature.

    A break was meant when the first word of the next line would still have fitted on this one.
    """
    lines = [line.strip() for line in text.split("\n")]
    joined = _linked(lines[0])
    for line, following in pairwise(lines):
        first = following.split(" ", 1)[0]
        is_meant = len(line) + 1 + len(first) <= width
        joined += ("<br>" if is_meant else " ") + _linked(following)
    return joined


def _linked(line: str) -> str:
    """Escape a line and make the web addresses in it links."""
    parts = []
    position = 0
    for match in _ADDRESS.finditer(line):
        address = escape(match[0])
        parts += [escape(line[position : match.start()]), f'<a href="{address}">{address}</a>']
        position = match.end()
    return "".join([*parts, escape(line[position:])])


@cache
def _parser() -> "markdown_it.MarkdownIt":
    # html=False: markup in Markdown stays visible text. No linkify either: it needs a package that nothing else needs.
    return markdown_it.MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
