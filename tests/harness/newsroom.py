"""A newsletter with a feed and posts for tests, made by the product's own verbs."""

from dataclasses import replace
from datetime import UTC, datetime

from newsletter.feeds import keeping
from newsletter.feeds import store as feeds
from newsletter.feeds.model import Entry, Post
from newsletter.images import store as images
from newsletter.images.model import Developed, Encoded, Facts, MediaType
from newsletter.issues import newsletters
from newsletter.issues.model import Article, Issue, Newsletter, Section
from subscribers import register
from subscribers.transaction import Transaction

BLOG = "https://blog.example.org"
MADE_AT = datetime(2019, 11, 1, 12, 0, tzinfo=UTC)


def a_newsletter(tx: Transaction, name: str = "Section News", zone: str = "Europe/Amsterdam") -> Newsletter:
    """Make a newsletter with a list and the default plan."""
    return newsletters.create(
        tx,
        name=name,
        sender_name="The Section",
        sender_address="news@example.org",
        list_id=register.create_list(tx, f"Readers of {name}", MADE_AT).id,
        postal_address="1 Library Road\nUtrecht",
        zone=zone,
        now=MADE_AT,
    )


def an_entry(title: str, published: datetime, *categories: str, byline: str = "") -> Entry:
    """Give an entry as a feed would."""
    slug = "-".join(title.lower().split())
    return Entry(
        guid=f"{BLOG}/?p={slug}",
        permalink=f"{BLOG}/{slug}/",
        title=title,
        feed_title=f"{title} by {byline}" if byline else title,
        author="webteam",
        byline=byline,
        published_at=published,
        date_doubt="",
        updated_at=None,
        categories=categories,
        enclosures=(),
        summary="",
        content=f"<p>All about {title}.</p>",
        fingerprint=slug,
    )


def publish(tx: Transaction, newsletter: Newsletter, *entries: Entry, feed: str = f"{BLOG}/feed/") -> None:
    """Let entries appear in a feed of the newsletter, and gather them."""
    known = {one.url: one.id for one in feeds.feeds_of(tx, newsletter.id)}
    feed_id = known.get(feed) or feeds.add(tx, newsletter.id, feed, MADE_AT).id
    last = max(entry.published_at for entry in entries)
    keeping.keep(tx, feed_id, [replace(entry) for entry in entries], last)
    feeds.record_no_change(tx, feed_id, last)


def an_image(tx: Transaction, text: str = "image", alt: str = "") -> str:
    """Keep an image in the library as if an editor had brought it; gives its key. Its bytes are no picture."""
    encoded = Encoded(text.encode(), MediaType.JPEG, 600, 400)
    return images.keep(tx, Developed(encoded, encoded), Facts(text, alt=alt, is_chosen=True), MADE_AT)


def january(day: int, hour: int = 12) -> datetime:
    """Give a moment in January 2020, UTC."""
    return datetime(2020, 1, day, hour, 0, tzinfo=UTC)


def a_month(tx: Transaction, newsletter: Newsletter) -> None:
    """Publish a January with something for every section but the letter."""
    publish(
        tx,
        newsletter,
        an_entry("Staying relevant", january(3), "Feature articles", byline="Susan Schnuer"),
        an_entry("Athens in August", january(7), "Activities", "WLIC"),
        an_entry("Where to find us", january(9), "Communication"),
        an_entry("Mentoring in Norway", january(15), byline="Almuth Gastinger"),
        an_entry("Learning for free", january(22), "Resources"),
    )


def posts_of(tx: Transaction, newsletter: Newsletter) -> tuple[Post, ...]:
    """Give everything the newsletter has ever read."""
    return feeds.posts_between(tx, newsletter.id, datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


def contents_of(issue: Issue) -> dict[str, list[str]]:
    """Give the titles of an issue's articles by section."""
    return {section.title: [article.title for article in section.articles] for section in issue.sections}


def article_called(issue: Issue, title: str) -> Article:
    """Give the article of this title."""
    return next(article for article in issue.articles if article.title == title)


def section_called(issue: Issue, title: str) -> Section:
    """Give the section of this title."""
    return next(section for section in issue.sections if section.title == title)
