"""What search engines are told: all public pages (sitemaps.org), and which ones are not for them."""

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from newsletter.archive.index import PublishedIssue
from newsletter.archive.shelf import KeptArticle
from newsletter.archive.syndication import moment
from newsletter.issues.model import Newsletter
from newsletter.letters.links import Links

SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"

# The protocol allows no more in one file; fifty years of a monthly issue with eighty articles.
MOST_ADDRESSES = 50_000

# Pages of one person, and of the staff.
NOT_FOR_MACHINES = ("/desk", "/c/", "/u/", "/p/", "/m/", "/b/", "/d/", "/archive/search")


def sitemap(
    shown: Sequence[Newsletter],
    published: Sequence[PublishedIssue],
    articles: Mapping[int, Sequence[KeptArticle]],
    links: Links,
) -> bytes:
    """Write the map of all public pages: newsletters, their *published* issues, and the articles in these."""
    ET.register_namespace("", SITEMAPS)
    root = ET.Element(_name("urlset"))
    _place(root, links.home())
    _place(root, links.archive())
    for newsletter in shown:
        _place(root, links.newsletter(newsletter.slug))
    for issue in published:
        changed = moment(issue.published_at)
        _place(root, links.issue(issue.newsletter_slug, issue.number), changed)
        for article in articles.get(issue.issue_id, ()):
            if article.slug:
                _place(root, links.article(issue.newsletter_slug, issue.number, article.slug), changed)
    del root[MOST_ADDRESSES:]
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def robots(links: Links) -> str:
    """Write which pages no machine is to ask for, and where the map is."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_FOR_MACHINES), "", f"Sitemap: {links.sitemap()}"]
    return "\n".join(lines) + "\n"


def _place(root: ET.Element, address: str, changed: str = "") -> None:
    place = ET.SubElement(root, _name("url"))
    ET.SubElement(place, _name("loc")).text = address
    if changed:
        ET.SubElement(place, _name("lastmod")).text = changed


def _name(name: str) -> str:
    return f"{{{SITEMAPS}}}{name}"
