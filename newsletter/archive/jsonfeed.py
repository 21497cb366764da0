"""The JSON feed of a newsletter's published issues (JSON Feed 1.1): each with what is inside it."""

import json
from collections.abc import Collection, Mapping, Sequence

from markupsafe import Markup

from newsletter.archive.contents import Group, contents_of
from newsletter.archive.index import PublishedIssue
from newsletter.archive.shelf import KeptArticle
from newsletter.archive.syndication import MOST_ENTRIES, moment, tag
from newsletter.issues.model import Newsletter
from newsletter.letters.links import Links
from subscribers.oneline import one_line

VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(
    newsletter: Newsletter,
    description: str,
    published: Sequence[PublishedIssue],
    articles: Mapping[int, tuple[KeptArticle, ...]],
    printed: Collection[int],
    links: Links,
) -> bytes:
    """Write the feed of *published* issues, the latest first.

    *articles* are those of each issue by its id; *printed* are the ids of issues that there are as PDF.
    """
    feed: dict[str, object] = {
        "version": VERSION,
        "title": one_line(newsletter.name),
        "home_page_url": links.newsletter(newsletter.slug),
        "feed_url": links.json_feed(newsletter.slug),
        "description": one_line(description),
        "language": newsletter.language,
        "authors": [{"name": newsletter.sender_name or newsletter.name}],
        "items": [
            _item(newsletter, issue, articles.get(issue.issue_id, ()), links, is_printed=issue.issue_id in printed)
            for issue in published[:MOST_ENTRIES]
        ],
    }
    return json.dumps({name: value for name, value in feed.items() if value != ""}, ensure_ascii=False).encode()


def contents_html(groups: Sequence[Group]) -> Markup:
    """Give what is inside an issue as HTML: a heading for each section, and a list below it."""
    return Markup("").join(_group_html(group) for group in groups)


def _item(
    newsletter: Newsletter, issue: PublishedIssue, articles: Sequence[KeptArticle], links: Links, *, is_printed: bool
) -> dict[str, object]:
    about = one_line(issue.preheader or issue.subject)
    groups = contents_of(articles, links, newsletter.slug, issue.number)
    item: dict[str, object] = {
        "id": tag(newsletter, links, f"/{issue.number}"),
        "url": links.issue(newsletter.slug, issue.number),
        "title": one_line(issue.title),
        "summary": about,
        # The standard wants the one or the other.
        "content_html": Markup("<p>{}</p>{}").format(about, contents_html(groups)),
        "date_published": moment(issue.published_at),
        "language": newsletter.language,
    }
    if is_printed:
        item["attachments"] = [{"url": links.pdf(newsletter.slug, issue.number), "mime_type": "application/pdf"}]
    return item


def _group_html(group: Group) -> Markup:
    lines = Markup("").join(_line_html(line.title, line.byline, line.href) for line in group.lines)
    return Markup("<h2>{}</h2><ul>{}</ul>").format(group.title, lines)


def _line_html(title: str, byline: str, href: str) -> Markup:
    shown = Markup('<a href="{}">{}</a>').format(href, title) if href else Markup("{}").format(title)
    return Markup("<li>{} · {}</li>").format(shown, byline) if byline else Markup("<li>{}</li>").format(shown)
