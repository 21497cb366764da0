"""How two versions of an issue differ: by article, the words that came and went marked; pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from newsletter.feeds.plain import links, to_words
from newsletter.issues.model import Article, Event, Section, Suggestion
from newsletter.issues.snapshot import Snapshot
from newsletter.issues.wordwise import steps
from subscribers.sentence import say, say_in_a_row, say_together

# Words on either side of a change that are shown with it.
CONTEXT = 12

# Told of a version in one line; who wants more compares.
MOST_TOLD = 4

# What ends a paragraph, for whoever reads HTML aloud.
_BREAK = re.compile(
    r"</?(?:p|div|h[1-6]|li|ul|ol|dl|dt|dd|blockquote|figure|figcaption|table|tr|pre|section|article|hr|br)\b[^<>]*>",
    re.IGNORECASE,
)
_WORD = re.compile(r"\S+")

# What an article says beside its text, by the words an editor has for it.
_FACTS: Mapping[str, str] = {
    "title": "title",
    "byline": "byline",
    "affiliation": "affiliation",
    "summary": "summary",
    "link": "link",
    "show": "what is shown",
    "words": "length of the excerpt",
    "portrait": "portrait",
    "portrait_alt": "words for the portrait",
    "portrait_credit": "credit of the portrait",
    "picture": "picture",
    "picture_alt": "words for the picture",
    "picture_credit": "credit of the picture",
    "event": "date and place",
    "suggestion": "suggested byline",
    "is_unsigned": "by nobody",
}


_TEXT, _LEFT_OUT, _TAKEN_IN = "text", "left out", "taken in"


class Mark(StrEnum):
    """What became of some words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    # Words between that are the same and not repeated.
    SKIPPED = "skipped"


class Fate(StrEnum):
    """What became of an article as a whole."""

    ADDED = "added"
    REMOVED = "removed"
    DROPPED = "dropped"
    TAKEN_IN = "taken in"
    MOVED = "moved"
    CHANGED = "changed"


_FATES: Mapping[Fate, str] = {
    Fate.ADDED: say("added"),
    Fate.REMOVED: say("removed"),
    Fate.DROPPED: say("dropped"),
    Fate.TAKEN_IN: say("taken in"),
    Fate.MOVED: say("moved"),
    Fate.CHANGED: say("changed"),
}


@dataclass(frozen=True, slots=True)
class Run:
    """Some words, and what became of them."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Something that was said otherwise before."""

    # What it is, such as "title" or "text".
    what: str
    # Paragraph by paragraph.
    paragraphs: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True)
class Altered:
    """An article that is not as it was."""

    article_id: int
    # As it is now, or was before it went.
    title: str
    section: str
    fates: tuple[Fate, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """How one version differs from one before."""

    # What stands above the sections.
    head: tuple[Passage, ...]
    # In words, such as `section “News” is new`.
    sections: tuple[str, ...]
    articles: tuple[Altered, ...]
    # Whether they are for the same people.
    are_readers_the_same: bool

    @property
    def is_nothing(self) -> bool:
        """Whether both say the same."""
        return not (self.head or self.sections or self.articles) and self.are_readers_the_same


@dataclass(frozen=True, slots=True)
class _Placed:
    article: Article
    section: str


def compare(before: Snapshot, after: Snapshot) -> Difference:
    """Say how *after* differs from *before*."""
    return Difference(
        head=tuple(_head(before, after)),
        sections=tuple(_sections(before.sections, after.sections)),
        articles=tuple(_articles(before, after)),
        are_readers_the_same=before.readers == after.readers,
    )


def compare_texts(before: str, after: str) -> Passage:
    """Say how one text differs from another, both HTML."""
    return _text(paragraphs(before), paragraphs(after))


def told(before: Snapshot, after: Snapshot) -> str:
    """Say in one line what was done from *before* to *after*; empty where nothing was."""
    changed = [say("%(what)s changed", what=what) for what in _HEAD if getattr(before, what) != getattr(after, what)]
    changed += _sections(before.sections, after.sections)
    for one in _fates(before, after):
        fates = say_in_a_row(_FATES[fate] for fate in one.fates)
        changed.append(say("“%(title)s” %(fates)s", title=one.title, fates=fates))
    if before.readers != after.readers:
        changed.append(say("for other readers"))
    more = len(changed) - MOST_TOLD
    return say_together([*changed[:MOST_TOLD], *([say("and %(more)s more", more=more)] if more > 0 else [])], "; ")


_HEAD = ("title", "subject", "preheader")


def _head(before: Snapshot, after: Snapshot) -> Iterator[Passage]:
    for what in _HEAD:
        yield from _passage(what, getattr(before, what), getattr(after, what))


def _sections(before: Sequence[Section], after: Sequence[Section]) -> Iterator[str]:
    was, now = {one.id: one for one in before}, {one.id: one for one in after}
    for one in after:
        earlier = was.get(one.id)
        if earlier is None:
            yield say("section “%(title)s” is new", title=one.title)
            continue
        if earlier.title != one.title:
            yield say("section “%(title)s” is called “%(title2)s”", title=earlier.title, title2=one.title)
        if _rest(earlier) != _rest(one):
            yield say("section “%(title)s” is set otherwise", title=one.title)
    yield from (say("section “%(title)s” is gone", title=one.title) for one in before if one.id not in now)
    kept_before = [one.id for one in before if one.id in now]
    if kept_before != [one.id for one in after if one.id in was]:
        yield say("sections stand in another order")


def _rest(section: Section) -> dict[str, Any]:
    named = {"id", "position", "title", "articles"}
    return {field.name: getattr(section, field.name) for field in fields(section) if field.name not in named}


def _articles(before: Snapshot, after: Snapshot) -> Iterator[Altered]:
    was, now = _by_id(before), _by_id(after)
    for one in _fates(before, after):
        if Fate.CHANGED not in one.fates:
            yield one
            continue
        earlier, later = was[one.article_id].article, now[one.article_id].article
        found = tuple(passages(earlier, later))
        yield Altered(one.article_id, one.title, one.section, one.fates, found)


def _fates(before: Snapshot, after: Snapshot) -> Iterator[Altered]:
    """Give what became of each article, without its words."""
    was, now = _by_id(before), _by_id(after)
    moved = _moved(before, after)
    for article_id, placed in now.items():
        earlier = was.get(article_id)
        fates = tuple(_fate(earlier.article if earlier else None, placed.article, has_moved=article_id in moved))
        if fates:
            yield Altered(article_id, placed.article.title, placed.section, fates, ())
    for article_id, placed in was.items():
        if article_id not in now:
            yield Altered(article_id, placed.article.title, placed.section, (Fate.REMOVED,), ())


def _fate(before: Article | None, after: Article, *, has_moved: bool) -> Iterator[Fate]:
    if before is None:
        yield Fate.ADDED
        return
    if before.is_dropped != after.is_dropped:
        yield Fate.DROPPED if after.is_dropped else Fate.TAKEN_IN
    elif has_moved:
        yield Fate.MOVED
    # Most of an issue is the very same, and looked at no further.
    if before is not after and _said(before) != _said(after):
        yield Fate.CHANGED


def _said(article: Article) -> list[Any]:
    return [article.content, article.is_placeholder, *(getattr(article, name) for name in _FACTS)]


def _moved(before: Snapshot, after: Snapshot) -> frozenset[int]:
    """Give the articles that stand elsewhere: of those whose order changed, as few as there can be."""
    found: set[int] = set()
    was = {section.id: [article.id for article in section.articles] for section in before.sections}
    everything = {article_id for ids in was.values() for article_id in ids}
    for section in after.sections:
        earlier = was.get(section.id, [])
        later = [article.id for article in section.articles if article.id in everything]
        stays = {earlier[block.a + n] for block in _blocks(earlier, later) for n in range(block.size)}
        found |= set(later) - stays
    return frozenset(found)


def _blocks(before: Sequence[Any], after: Sequence[Any]) -> Sequence[Any]:
    return SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()


def _by_id(snapshot: Snapshot) -> dict[int, _Placed]:
    titles = {section.id: section.title for section in snapshot.sections}
    return {one.id: _Placed(one, titles.get(one.section_id, "")) for one in snapshot.articles}


def passages(before: Article, after: Article) -> Iterator[Passage]:
    """Give what an article says otherwise than before, part by part."""
    for what, was, now in facts(before, after):
        yield from _passage(what, was, now)
    if before.content != after.content:
        yield _text(paragraphs(before.content), paragraphs(after.content))
    yield from _passage("links", " ".join(links(before.content)), " ".join(links(after.content)))


def parts(before: Article, after: Article) -> Iterator[str]:
    """Name what an article says otherwise than before, without its words."""
    if before.is_dropped != after.is_dropped:
        yield _LEFT_OUT if after.is_dropped else _TAKEN_IN
    yield from (what for name, what in _FACTS.items() if getattr(before, name) != getattr(after, name))
    if before.content != after.content:
        yield _TEXT


def _spelled(value: object) -> str:
    match value:
        case None | False:
            return ""
        case True:
            return "yes"
        case Event():
            return " ".join(part for part in (value.begins, value.ends, value.zone, value.place) if part)
        case Suggestion():
            return value.byline
    return str(value)


def _passage(what: str, before: str, after: str) -> Iterator[Passage]:
    if before != after:
        yield Passage(what, (_words(before, after),))


def facts(before: Article, after: Article) -> Iterator[tuple[str, str, str]]:
    """Give what stands beside the text of two articles, part by part: what it is, and how each of them has it."""
    for name, what in _FACTS.items():
        yield what, _spelled(getattr(before, name)), _spelled(getattr(after, name))


def paragraphs(html: str) -> list[str]:
    """Give the words of some HTML paragraph by paragraph; for comparing, not for reading."""
    return [words for part in _BREAK.split(html) if (words := to_words(part))]


def _text(before: list[str], after: list[str]) -> Passage:
    if before == after:
        return Passage("text", ((Run(Mark.SKIPPED, "the words are as they were; links, pictures or marks are not"),),))
    found: list[tuple[Run, ...]] = []
    for is_same, a, b, c, d in steps(before, after):
        if is_same:
            found.append((Run(Mark.SKIPPED, _count(b - a)),))
            continue
        pairs = min(b - a, d - c)
        found += [_words(before[a + n], after[c + n]) for n in range(pairs)]
        found += [(Run(Mark.REMOVED, text),) for text in before[a + pairs : b]]
        found += [(Run(Mark.ADDED, text),) for text in after[c + pairs : d]]
    return Passage("text", tuple(found))


def _words(before: str, after: str) -> tuple[Run, ...]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    runs: list[Run] = []
    for is_same, a, b, c, d in steps(old, new):
        if is_same:
            runs += _near(old[a:b], is_first=not runs, is_last=b == len(old) and d == len(new))
            continue
        runs += [Run(mark, " ".join(part)) for mark, part in ((Mark.REMOVED, old[a:b]), (Mark.ADDED, new[c:d])) if part]
    return tuple(runs)


def _near(words: list[str], *, is_first: bool, is_last: bool) -> list[Run]:
    """Give the words around a change, and how many between are left out."""
    head, tail = (0 if is_first else CONTEXT), (0 if is_last else CONTEXT)
    left_out = len(words) - head - tail
    if left_out <= CONTEXT:
        return [Run(Mark.SAME, " ".join(words))]
    kept = [" ".join(words[:head]), "…", " ".join(words[len(words) - tail :] if tail else [])]
    marks = (Mark.SAME, Mark.SKIPPED, Mark.SAME)
    return [Run(mark, text) for mark, text in zip(marks, kept, strict=True) if text]


def _count(paragraphs_: int) -> str:
    return "1 paragraph is as it was" if paragraphs_ == 1 else f"{paragraphs_} paragraphs are as they were"
