"""Tells that an issue is out, in a text that is ready to be pasted: as HTML, Markdown or plain text, with what is inside."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup

from newsletter.archive.contents import Group, Line, contents_of
from newsletter.archive.index import PublishedIssue
from newsletter.archive.shelf import KeptArticle
from newsletter.issues.model import Newsletter
from newsletter.languages.catalogue import Words, words_for
from newsletter.letters.links import Links
from newsletter.letters.plaintext import wrap
from subscribers.oneline import one_line
from subscribers.slug import slug

COLUMNS = 72

# What Markdown (CommonMark 2.4) would take for more than a sign.
_MEANT = re.compile(r"([\\`*_\[\]<>#|~!])")


class Format(StrEnum):
    """How an announcement is written."""

    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Way:
    """Where something is to be had."""

    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is said, before it has a format."""

    title: str
    lead: str
    # The issue itself, as PDF, and by mail.
    ways: tuple[Way, ...]
    inside: str
    groups: tuple[Group, ...]
    # For the address of a post: the same for the same issue.
    slug: str

    def written(self, form: Format) -> str:
        """Write it without its title, which blogs and mails have a place of their own for."""
        match form:
            case Format.HTML:
                return _html(self)
            case Format.MARKDOWN:
                return _markdown(self)
            case Format.TEXT:
                return _text(self)


def announce(
    newsletter: Newsletter,
    issue: PublishedIssue,
    articles: Sequence[KeptArticle],
    links: Links,
    *,
    is_monthly: bool,
    is_printed: bool,
    subscribe: str,
    title: str = "",
) -> Announcement:
    """Announce a published issue in its newsletter's language; *subscribe* is where one gets it, empty when nobody may."""
    words = words_for(newsletter.language)
    name = newsletter.slug
    ways = [Way(words.gettext("Read the whole issue"), links.issue(name, issue.number))]
    if is_printed:
        ways.append(Way(words.gettext("As PDF"), links.pdf(name, issue.number)))
    if subscribe:
        ways.append(Way(words.gettext("Get it by mail"), subscribe))
    return Announcement(
        title=one_line(title) or _title(words, issue, is_monthly=is_monthly),
        lead=words.gettext("%(newsletter)s: %(issue)s is out.", newsletter=newsletter.name, issue=issue.title),
        ways=tuple(ways),
        inside=words.gettext("Inside this issue"),
        groups=contents_of(articles, links, name, issue.number),
        slug=slug(f"{name} {issue.number} {issue.title}", name),
    )


def _title(words: Words, issue: PublishedIssue, *, is_monthly: bool) -> str:
    if is_monthly:
        # Translators: the title of a post on a blog: "January 2020 Issue OUT!"
        return words.gettext("%(month)s Issue OUT!", month=issue.title)
    return words.gettext("Out now: %(issue)s", issue=issue.title)


def _html(one: Announcement) -> str:
    ways = Markup(" · ").join(Markup('<a href="{}">{}</a>').format(way.href, way.words) for way in one.ways)
    parts = [Markup("<p>{}</p>").format(one.lead), Markup("<p>{}</p>").format(ways)]
    if one.groups:
        parts.append(Markup("<h2>{}</h2>").format(one.inside))
    for group in one.groups:
        lines = Markup("\n").join(Markup("<li>{}</li>").format(_line_html(line)) for line in group.lines)
        parts.append(Markup("<h3>{}</h3>\n<ul>\n{}\n</ul>").format(group.title, lines))
    return str(Markup("\n").join(parts)) + "\n"


def _line_html(line: Line) -> Markup:
    title = Markup('<a href="{}">{}</a>').format(line.href, line.title) if line.href else Markup("{}").format(line.title)
    return Markup("{} · {}").format(title, line.byline) if line.byline else title


def _markdown(one: Announcement) -> str:
    ways = " · ".join(f"[{_meant(way.words)}](<{way.href}>)" for way in one.ways)
    parts = [_meant(one.lead), ways]
    if one.groups:
        parts.append(f"## {_meant(one.inside)}")
    for group in one.groups:
        parts += [f"### {_meant(group.title)}", "\n".join(f"- {_line_markdown(line)}" for line in group.lines)]
    return "\n\n".join(parts) + "\n"


def _line_markdown(line: Line) -> str:
    # An angle bracket would end the address; in one of ours there is none.
    href = line.href.replace("<", "%3C").replace(">", "%3E")
    title = f"[{_meant(line.title)}](<{href}>)" if href else _meant(line.title)
    return f"{title} · {_meant(line.byline)}" if line.byline else title


def _meant(text: str) -> str:
    return _MEANT.sub(r"\\\1", one_line(text))


def _text(one: Announcement) -> str:
    parts = ["\n".join(wrap(one.lead, COLUMNS)), "\n".join(f"{way.words}: {way.href}" for way in one.ways)]
    if one.groups:
        parts.append(f"{one.inside}\n{'-' * len(one.inside)}")
    for group in one.groups:
        lines = [line for each in group.lines for line in _line_text(each)]
        parts.append("\n".join([group.title, *lines]))
    return "\n\n".join(parts) + "\n"


def _line_text(line: Line) -> list[str]:
    said = f"{line.title} · {line.byline}" if line.byline else line.title
    first, *more = wrap(said, COLUMNS - 2)
    return [f"* {first}", *(f"  {rest}" for rest in more)]
