"""What other sites show when somebody links to a published page (OpenGraph): its title, how it begins, a picture of ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from newsletter.archive.index import PublishedIssue
from newsletter.archive.shelf import KeptArticle
from newsletter.letters.links import Links


@dataclass(frozen=True, slots=True)
class Card:
    """A published page as other sites show it."""

    title: str
    description: str
    href: str
    # Empty: none, or none of ours; nobody is sent to another site without having asked.
    picture: str
    picture_alt: str
    published_at: datetime

    @property
    def moment(self) -> str:
        """When it was published, as machines read it."""
        return self.published_at.isoformat()


def card_of_issue(issue: PublishedIssue, articles: Sequence[KeptArticle], links: Links) -> Card:
    """Give the card of an issue, with the first picture in it."""
    href = links.issue(issue.newsletter_slug, issue.number)
    shown = next((one for one in articles if _is_ours(one.picture, links)), None)
    return Card(
        title=issue.title,
        description=issue.preheader or issue.subject,
        href=href,
        picture=shown.picture if shown else "",
        picture_alt=shown.picture_alt if shown else "",
        published_at=issue.published_at,
    )


def card_of_article(issue: PublishedIssue, article: KeptArticle, links: Links) -> Card:
    """Give the card of an article."""
    is_ours = _is_ours(article.picture, links)
    return Card(
        title=article.title,
        description=article.summary or issue.title,
        href=links.article(issue.newsletter_slug, issue.number, article.slug),
        picture=article.picture if is_ours else "",
        picture_alt=article.picture_alt if is_ours else "",
        published_at=issue.published_at,
    )


def host_of(link: str) -> str:
    """Give the name of the site that *link* leads to; empty where it leads nowhere."""
    try:
        return urlsplit(link).hostname or ""
    except ValueError:
        return ""


def _is_ours(picture: str, links: Links) -> bool:
    return bool(picture) and picture.startswith(links.home())
