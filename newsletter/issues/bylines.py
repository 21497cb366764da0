"""Who wrote a post, as far as it can be told: from the register of authors, its title, its first lines, its account; pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from newsletter.feeds.byline import Byline, byline_in_line, persons, split_byline
from newsletter.feeds.model import Entry
from newsletter.feeds.plain import to_line
from newsletter.issues.model import Suggestion
from subscribers.oneline import one_line
from subscribers.sentence import say

# A byline stands in the first lines or nowhere.
LINES_READ = 3
# So much of a text is looked through for them.
_BEGINNING = 5_000

_BLOCK = re.compile(
    r"<(?:/?(?:p|div|h[1-6]|figure|figcaption|blockquote|ul|ol|li|table|tr|section|article)\b[^<>]*|br\s*/?)>", re.IGNORECASE
)
_FIRST_PARAGRAPH = re.compile(r"\s*<p\b[^<>]*>(?P<inside>(?:(?!</?p\b).){0,2000})</p\s*>", re.IGNORECASE | re.DOTALL)
# Who presses "publish" for everybody.
_NOBODY = re.compile(
    r"admin\w*|administrator|webmaster|web ?team|editors?|editorial.*|newsletter|blog|news|.*@.*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody who writes for a newsletter, as its editors have confirmed."""

    id: int
    newsletter_id: int
    name: str
    affiliation: str
    # Key of an image of the library.
    portrait: str
    # Other spellings, and the accounts by which they post.
    aliases: tuple[str, ...]
    # When a byline with this name was last confirmed.
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Register:
    """Everybody who has written for a newsletter."""

    authors: tuple[Author, ...] = ()
    # Found by name and alias: a month of posts asks for each person of each of them.
    _by_key: Mapping[str, Author] = field(init=False, repr=False, compare=False)
    # All names and aliases as they are spelled.
    names: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_key = {name_key(name): one for one in self.authors for name in (*one.aliases, one.name)}
        object.__setattr__(self, "_by_key", by_key)
        object.__setattr__(self, "names", frozenset(name for one in self.authors for name in (one.name, *one.aliases)))

    def called(self, name: str) -> Author | None:
        """Give the author of this name or alias, in any letter case."""
        return self._by_key.get(name_key(name))

    def alone(self, byline: str) -> Author | None:
        """Give the author that a byline of one person names."""
        names = persons(byline)
        return self.called(names[0] if len(names) == 1 else byline)


@dataclass(frozen=True, slots=True)
class Credit:
    """Who a post is by."""

    # Without the byline where it stood in the title.
    title: str
    # Empty while nobody is sure.
    byline: str = ""
    affiliation: str = ""
    portrait: str = ""
    # Who it may be by, to be asked about.
    suggestion: Suggestion | None = None
    # Whether the first paragraph says nothing but the byline.
    is_in_text: bool = False


def credit(entry: Entry, register: Register) -> Credit:
    """Say who an entry is by, and what is only supposed; never a place or an organisation for sure."""
    known = register.names
    split = split_byline(entry.feed_title, known)
    if split.is_sure or entry.byline:
        title, name = (split.title, split.name) if split.is_sure else (entry.title, entry.byline)
        return _settled(title, Byline(title, name, is_sure=True, affiliation=split.affiliation), register)
    line = next(_lines_with_byline(entry.content or entry.summary, register), None)
    if line is not None and line.byline.is_sure:
        return _settled(entry.title, line.byline, register, is_in_text=line.is_alone)
    poster = register.called(entry.author) if entry.author else None
    if poster is not None and name_key(entry.author) in map(name_key, poster.aliases):
        # An editor said whose account this is.
        return Credit(entry.title, poster.name, poster.affiliation, poster.portrait)
    return Credit(entry.title, suggestion=_suggested(entry, split, line, poster))


def without_first_line(html: str) -> str:
    """Take the first paragraph away, whose words stand in the byline now."""
    first = _FIRST_PARAGRAPH.match(html)
    return html[first.end() :] if first else html


def name_key(name: str) -> str:
    """Give a name as names are compared."""
    return one_line(name).casefold()


@dataclass(frozen=True, slots=True)
class _Line:
    byline: Byline
    is_alone: bool


def _settled(title: str, found: Byline, register: Register, *, is_in_text: bool = False) -> Credit:
    names = [register.called(name) or name for name in persons(found.name)] or [found.name]
    first = names[0]
    is_one = isinstance(first, Author) and len(names) == 1
    return Credit(
        title=title,
        byline=", ".join(one.name if isinstance(one, Author) else one for one in names),
        affiliation=found.affiliation or (first.affiliation if is_one and isinstance(first, Author) else ""),
        portrait=first.portrait if is_one and isinstance(first, Author) else "",
        is_in_text=is_in_text,
    )


def _suggested(entry: Entry, split: Byline, line: _Line | None, poster: Author | None) -> Suggestion | None:
    if split.name:
        return Suggestion(split.name, say("the title names them, which may mean a place, a body or a subject"))
    if line is not None:
        return Suggestion(line.byline.name, say("its first lines name them, which may mean a place or a body"))
    if poster is not None:
        return Suggestion(poster.name, say("they posted it, and whoever posts is often not who wrote"))
    if not _NOBODY.fullmatch(entry.author) and persons(entry.author):
        return Suggestion(", ".join(persons(entry.author)), say("the blog names them as its author, which is who posted it"))
    return None


def _lines_with_byline(html: str, register: Register) -> Iterator[_Line]:
    beginning = html[:_BEGINNING]
    first = _FIRST_PARAGRAPH.match(beginning)
    lines = filter(None, map(to_line, _BLOCK.split(beginning)))
    for line in islice(lines, LINES_READ):
        found = byline_in_line(line, register.names)
        if found is not None:
            yield _Line(found, is_alone=first is not None and to_line(first["inside"]) == line)
