"""An issue as it was at one version, and how that is written down; pure.

It is written in pieces: each article is a part of its own, named by what it says. A version that changes one article of thirty
adds one part, and two versions are seen to agree on an article without reading it.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from types import MappingProxyType
from typing import Any

from newsletter.errors import BadValue
from newsletter.issues.model import Article, Event, Issue, Look, Section, SectionKind, Show, Suggestion
from subscribers.sentence import say

# For the day the form changes.
FORM = 1

# 128 bits: no two texts of an issue share them by chance, and whoever could seek two that do could as well edit the issue.
_DIGEST_DIGITS = 32

# Asked for each article of an issue, and again for each thing that is said of it.
_SAID = {kind: frozenset(field.name for field in fields(kind)) for kind in (Article, Section)}

_PLACE = frozenset({"id", "section_id", "position"})
_BARE = tuple(field.name for field in fields(Article) if field.name not in _PLACE)

_LABEL = re.compile(r"([1-9][0-9]{0,8})(?:\.([1-9][0-9]{0,8}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Label:
    """How a version is called: 3, or 3.1 for the first save over version 3 that was refused and kept aside."""

    version: int
    side: int = 0

    def __str__(self) -> str:
        return f"{self.version}.{self.side}" if self.side else str(self.version)

    @classmethod
    def parse(cls, text: str) -> "Label":
        """Read how somebody calls a version.

        Raises:
            BadValue: it is written otherwise.

        """
        match = _LABEL.fullmatch(text.strip())
        if match is None:
            raise BadValue(say("version"), text, say("write it as 3, or as 3.1 for what was kept aside"))
        return cls(int(match[1]), int(match[2] or 0))


@dataclass(frozen=True, slots=True)
class Readers:
    """Whom an issue was for, by the ids of topics, further lists and segments."""

    topics: tuple[int, ...] = ()
    lists: tuple[int, ...] = ()
    included: tuple[int, ...] = ()
    excluded: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What an editor may change of an issue, as it was at one version."""

    title: str
    subject: str
    preheader: str
    # With the articles that are shown, in order.
    sections: tuple[Section, ...]
    dropped: tuple[Article, ...]
    readers: Readers

    @property
    def articles(self) -> tuple[Article, ...]:
        """All articles, those shown first, in reading order."""
        return (*(article for section in self.sections for article in section.articles), *self.dropped)


@dataclass(frozen=True, slots=True)
class Spelled:
    """A snapshot taken apart, with nothing compressed yet."""

    document: Mapping[str, Any]
    # Name of the part -> one article as text.
    texts: Mapping[str, bytes]
    # The same articles as they stand.
    articles: Mapping[str, Article]


@dataclass(frozen=True, slots=True)
class Written:
    """A snapshot as it is kept."""

    document: Mapping[str, Any]
    # Digest -> one article, compressed.
    parts: Mapping[str, bytes]


def head(known: Snapshot) -> object:
    """Give what stands above the sections, to be compared."""
    return known.title, known.subject, known.preheader


def layout(known: Snapshot) -> object:
    """Give which article stands where in which section, to be compared; not what any of them says."""
    return tuple((replace(one, articles=()), tuple(article.id for article in one.articles)) for one in known.sections)


def section(section_id: int) -> Callable[[Snapshot], object]:
    """Give what takes down how one section is called and laid out, to be compared; not where it stands, nor what is in it."""

    def taken(known: Snapshot) -> object:
        return next((replace(one, articles=(), position=0) for one in known.sections if one.id == section_id), None)

    return taken


def snapshot_of(issue: Issue, dropped: tuple[Article, ...], readers: Readers) -> Snapshot:
    """Take down an issue as it is."""
    return Snapshot(issue.title, issue.subject, issue.preheader, issue.sections, dropped, readers)


def spell(snapshot: Snapshot) -> Spelled:
    """Take a snapshot apart."""
    texts: dict[str, bytes] = {}
    articles: dict[str, Article] = {}

    def placed(article: Article) -> dict[str, Any]:
        text = _spelled(article)
        digest = _digest(text)
        texts[digest] = text
        articles[digest] = article
        return {"id": article.id, "section": article.section_id, "position": article.position, "part": digest}

    document = {
        "form": FORM,
        "title": snapshot.title,
        "subject": snapshot.subject,
        "preheader": snapshot.preheader,
        "readers": asdict(snapshot.readers),
        "sections": [_section_document(section, placed) for section in snapshot.sections],
        "dropped": [placed(article) for article in snapshot.dropped],
    }
    return Spelled(document, texts, articles)


def packed(text: bytes) -> bytes:
    """Give the text of a part as it is kept."""
    return zlib.compress(text)


def read(written: Written, known: Mapping[str, Article] = MappingProxyType({})) -> Snapshot:
    """Put a snapshot together again; articles that are *known* by the names of their parts need not be written down."""
    document = written.document

    def article(place: Mapping[str, Any]) -> Article:
        if (one := known.get(place["part"])) is not None:
            is_there = (one.id, one.section_id, one.position) == (place["id"], place["section"], place["position"])
            return one if is_there else replace(one, id=place["id"], section_id=place["section"], position=place["position"])
        bare = json.loads(zlib.decompress(written.parts[place["part"]]))
        return _article(bare, place["id"], place["section"], place["position"])

    readers = {name: tuple(ids) for name, ids in document["readers"].items()}
    return Snapshot(
        title=document["title"],
        subject=document["subject"],
        preheader=document["preheader"],
        sections=tuple(_section(one, tuple(map(article, one["articles"]))) for one in document["sections"]),
        dropped=tuple(map(article, document["dropped"])),
        readers=Readers(**readers),
    )


def digest_of(article: Article) -> str:
    """Give the name of the part that an article is: the same for the same words, wherever it stands."""
    return _digest(_spelled(article))


def digest_in(document: Mapping[str, Any], article_id: int) -> str:
    """Give the name of the part that an article was in a document; empty where it was not there."""
    places = [*(place for section in document["sections"] for place in section["articles"]), *document["dropped"]]
    return next((place["part"] for place in places if place["id"] == article_id), "")


def article_in(part: bytes) -> Article:
    """Give an article as a part says it; where it stood stands elsewhere."""
    return _article(json.loads(zlib.decompress(part)), 0, 0, 0)


def digests(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the names of all parts that a document needs, each once."""
    places = [*(place for section in document["sections"] for place in section["articles"]), *document["dropped"]]
    return tuple(dict.fromkeys(place["part"] for place in places))


def _spelled(article: Article) -> bytes:
    return json.dumps(_bare(article), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:_DIGEST_DIGITS]


def _bare(article: Article) -> dict[str, Any]:
    """Give what an article says, without where it stands."""
    bare = {name: getattr(article, name) for name in _BARE}
    # Not asdict of the whole: it copies each text, and an issue of two hundred is written down with every save.
    return {name: asdict(value) if isinstance(value, Event | Suggestion) else value for name, value in bare.items()}


def _section_document(section: Section, placed: Callable[[Article], dict[str, Any]]) -> dict[str, Any]:
    # Not asdict of the whole: the articles are parts.
    facts = {field.name: getattr(section, field.name) for field in fields(section) if field.name != "articles"}
    return {**facts, "articles": [placed(article) for article in section.articles]}


def _section(document: Mapping[str, Any], articles: tuple[Article, ...]) -> Section:
    empty = Section(0, 0, "", SectionKind.ARTICLES, is_required=False, articles=())
    facts = {name: value for name, value in document.items() if name in _SAID[type(empty)]}
    facts.update(kind=SectionKind(document["kind"]), look=Look(document["look"]), articles=articles)
    return replace(empty, **facts)


def _article(bare: Mapping[str, Any], article_id: int, section_id: int, position: int) -> Article:
    empty = Article(
        article_id, section_id, position, None, "", "", "", "", Show.EXCERPT, is_dropped=False, is_placeholder=False
    )
    # A column that came in later has its usual value in versions of before.
    facts = {name: value for name, value in bare.items() if name in _SAID[type(empty)]}
    event = facts.get("event")
    suggestion = facts.get("suggestion")
    facts.update(
        show=Show(bare["show"]),
        event=Event(**event) if event is not None else None,
        suggestion=Suggestion(**suggestion) if suggestion is not None else None,
    )
    return replace(empty, **facts)
