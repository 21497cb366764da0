"""The Atom feed of a newsletter's published issues (RFC 4287), built as a tree so that no text can become markup."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from newsletter.archive.index import PublishedIssue
from newsletter.issues.model import Newsletter
from newsletter.letters.links import Links
from subscribers.oneline import one_line

ATOM = "http://www.w3.org/2005/Atom"

# More than any reader shows; the archive has all.
MOST_ENTRIES = 50

# What no XML document may hold (XML 1.0, 2.2), escaped or not.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(newsletter: Newsletter, published: Sequence[PublishedIssue], links: Links) -> bytes:
    """Write the feed of *published* issues, the latest first, as UTF-8."""
    ET.register_namespace("", ATOM)
    feed = ET.Element(_name("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": newsletter.language})
    shown = published[:MOST_ENTRIES]
    latest = max((issue.published_at for issue in shown), default=newsletter.created_at)
    _text(feed, "id", tag(newsletter, links))
    _text(feed, "title", newsletter.name)
    _text(feed, "updated", moment(latest))
    _text(ET.SubElement(feed, _name("author")), "name", newsletter.sender_name or newsletter.name)
    _link(feed, "self", "application/atom+xml", links.feed(newsletter.slug))
    _link(feed, "alternate", "text/html", links.newsletter(newsletter.slug))
    for issue in shown:
        _entry(feed, newsletter, issue, links)
    document: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return document


def _entry(feed: ET.Element, newsletter: Newsletter, issue: PublishedIssue, links: Links) -> None:
    entry = ET.SubElement(feed, _name("entry"))
    _text(entry, "id", tag(newsletter, links, f"/{issue.number}"))
    _text(entry, "title", issue.title)
    _text(entry, "updated", moment(issue.published_at))
    _text(entry, "published", moment(issue.published_at))
    _link(entry, "alternate", "text/html", links.issue(newsletter.slug, issue.number))
    _text(entry, "summary", issue.preheader or issue.subject)


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, _name(name)).text = _NOT_XML.sub("", one_line(text))


def _link(parent: ET.Element, relation: str, media_type: str, address: str) -> None:
    ET.SubElement(parent, _name("link"), {"rel": relation, "type": media_type, "href": address})


def tag(newsletter: Newsletter, links: Links, path: str = "") -> str:
    """Give an id that stays when addresses of pages change (RFC 4151): host, day of the newsletter's birth, slug."""
    return f"tag:{links.host},{newsletter.created_at.astimezone(UTC):%Y-%m-%d}:{newsletter.slug}{path}"


def moment(at: datetime) -> str:
    """Write a moment as feeds do (RFC 3339), in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _name(name: str) -> str:
    return f"{{{ATOM}}}{name}"
