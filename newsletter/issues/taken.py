"""What became of posts, in SQL: which issue took them, and which of them say something else since."""

from dataclasses import dataclass, field

from sqlalchemy import and_, or_, select, update

from newsletter.feeds.addresses import same_page
from newsletter.feeds.model import Post, is_universal
from newsletter.issues.model import IssueState
from newsletter.tables.feeds import post
from newsletter.tables.issues import article, issue, section
from subscribers.transaction import Transaction

# Compared as a number: to SQLAlchemy a boolean would be the word "false", which an integer column does not know.
_IS_SHOWN = article.c.is_dropped == 0

# Nobody knows of which text an article was made that was taken before its post was kept.
_IS_REVISED = and_(article.c.taken_fingerprint != "", article.c.taken_fingerprint != post.c.fingerprint)
_IS_GONE = and_(
    post.c.vanished_at.is_not(None),
    or_(article.c.known_vanished_at.is_(None), article.c.known_vanished_at != post.c.vanished_at),
)


@dataclass(frozen=True, slots=True)
class Overtaken:
    """An article whose post has changed since an editor last decided what the article says."""

    article_id: int
    post_id: int
    # Of the text that was taken.
    fingerprint: str
    is_revised: bool
    is_gone: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post is carried."""

    issue_id: int
    number: int
    title: str
    state: IssueState
    section: str
    article_id: int


@dataclass(frozen=True, slots=True)
class Places:
    """Where the posts of a newsletter are carried, by everything by which a post is known."""

    _by_post: dict[int, Place] = field(default_factory=dict)
    # Only identities that mean the same everywhere.
    _by_guid: dict[str, Place] = field(default_factory=dict)
    _by_page: dict[str, Place] = field(default_factory=dict)

    def of(self, candidate: Post) -> Place | None:
        """Give where *candidate*, or what is the same by its identity or address, is carried; None where no issue does."""
        return self.known(candidate.id, candidate.entry.guid, candidate.entry.permalink)

    def known(self, post_id: int, guid: str, permalink: str) -> Place | None:
        """Give where the post of this id, identity or address is carried; None where no issue does."""
        return self._by_post.get(post_id) or self._by_guid.get(guid) or self.of_page(permalink)

    def of_page(self, url: str) -> Place | None:
        """Give where the page at *url* is carried, however its address is spelled."""
        return self._by_page.get(same_page(url))


def places(tx: Transaction, newsletter_id: int) -> Places:
    """Give where the issues of a newsletter carry what; cancelled issues and articles left out carry nothing."""
    rows = tx.execute(
        select(
            *(issue.c.id, issue.c.number, issue.c.title, issue.c.state, section.c.title.label("section")),
            *(article.c.id.label("article_id"), article.c.link, post.c.id.label("post_id"), post.c.guid, post.c.permalink),
        )
        .select_from(article)
        # The post is gone when its feed was removed; the link still says what the article was made of.
        .outerjoin(post, article.c.post_id == post.c.id)
        .join(section, section.c.id == article.c.section_id)
        .join(issue, issue.c.id == article.c.issue_id)
        .where(issue.c.newsletter_id == newsletter_id, issue.c.state != IssueState.CANCELLED, _IS_SHOWN)
        # Where two carry one, the earlier issue is told.
        .order_by(issue.c.id.desc(), article.c.id.desc()),
    )
    by_post: dict[int, Place] = {}
    by_guid: dict[str, Place] = {}
    by_page: dict[str, Place] = {}
    for row in rows:
        place = Place(row.id, row.number, row.title, IssueState(row.state), row.section, row.article_id)
        by_page |= {page: place for page in map(same_page, {row.link, row.permalink or ""}) if page}
        if row.post_id is not None:
            by_post[row.post_id] = place
            by_guid |= {row.guid: place} if is_universal(row.guid) else {}
    return Places(by_post, by_guid, by_page)


def overtaken(tx: Transaction, issue_id: int) -> tuple[Overtaken, ...]:
    """Give the articles of an issue whose posts say something else by now, or are gone, without an editor having decided.

    Those left out are not among them.
    """
    rows = tx.execute(
        select(
            article.c.id,
            post.c.id.label("post_id"),
            article.c.taken_fingerprint,
            post.c.fingerprint,
            post.c.vanished_at,
            article.c.known_vanished_at,
        )
        .join_from(article, post, article.c.post_id == post.c.id)
        .where(article.c.issue_id == issue_id, _IS_SHOWN, or_(_IS_REVISED, _IS_GONE))
        .order_by(article.c.id),
    )
    return tuple(
        Overtaken(
            row.id,
            row.post_id,
            row.taken_fingerprint,
            is_revised=row.taken_fingerprint not in {"", row.fingerprint},
            is_gone=row.vanished_at is not None and row.vanished_at != row.known_vanished_at,
        )
        for row in rows
    )


def note_decision(tx: Transaction, article_id: int) -> None:
    """Remember that an editor knows what the post of an article is by now, and has decided what the article says."""
    its = post.c.id == article.c.post_id
    tx.execute(
        update(article)
        .where(article.c.id == article_id, article.c.post_id.is_not(None))
        .values(
            taken_fingerprint=select(post.c.fingerprint).where(its).scalar_subquery(),
            known_vanished_at=select(post.c.vanished_at).where(its).scalar_subquery(),
        ),
    )
