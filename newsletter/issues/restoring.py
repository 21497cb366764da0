"""The verb of going back: an issue becomes again what it was at a version, which is a new version, and nothing is lost."""

from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.errors import VersionNotFound
from newsletter.feeds import store as feeds
from newsletter.issues import contents, newsletters, putback, store, versions
from newsletter.issues.model import EDITABLE, Article, Issue, Section
from newsletter.issues.snapshot import Label, Snapshot
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Restored:
    """An issue as it is again, and what could not come back."""

    issue: Issue
    # Another issue carries their posts by now; they are among the dropped articles.
    carried_elsewhere: tuple[Article, ...]
    # It goes to whom it went before: a topic, list or segment of then is gone.
    kept_readers: bool


def restore(tx: Transaction, issue_id: int, label: Label, now: datetime, *, expected_version: int | None = None) -> Restored:
    """Let an issue be again what it was at a version, or what was kept aside; that is a version of its own.

    Articles that came in since are dropped and can be taken in again, and a later restore of the version before brings
    everything back as it was.

    Raises:
        IssueNotFound: there is none of this id.
        VersionNotFound: the issue has none that is called so.
        WrongState: it is being sent, was sent or cancelled.
        Outdated: it is not at `expected_version` any more.

    """
    known = store.load(tx, issue_id)
    newsletters.take_turn(tx, known.newsletter_id)
    wanted = versions.version_of(tx, known, label)
    known = store.begin_edit(tx, issue_id, now, expected_version, deed=f"version {label} restored")
    if not label.side:
        versions.say_restored(tx, known, label.version)
    elsewhere = _carried_elsewhere(tx, known, wanted)
    are_readers_put = put_back(tx, known, _without(wanted, elsewhere))
    return Restored(store.load(tx, issue_id), elsewhere, kept_readers=not are_readers_put)


def restore_article(
    tx: Transaction, issue_id: int, article_id: int, label: Label, now: datetime, *, expected_version: int | None = None
) -> Issue:
    """Let one article say again all that it said at a version, where it stands now; what it says already makes no version.

    Raises:
        IssueNotFound, WrongState, Outdated: as for `restore`.
        ArticleNotFound: the issue has none of this id.
        VersionNotFound: the issue has none that is called so, or the article was not in it.

    """
    known = store.load(tx, issue_id)
    before = contents.article_of(tx, issue_id, article_id)
    kept = versions.article_at(tx, known, article_id, label)
    wanted = replace(kept, section_id=before.section_id, position=before.position, is_dropped=before.is_dropped)
    if wanted == before and known.state in EDITABLE and expected_version in {None, known.version}:
        return known
    store.begin_edit(tx, issue_id, now, expected_version)
    contents.save_article(tx, wanted)
    return store.load(tx, issue_id)


def undo(tx: Transaction, issue_id: int, now: datetime, *, expected_version: int | None = None) -> Restored:
    """Take the last save back; a second one takes that back, too.

    Raises:
        VersionNotFound: there was no save, or what was before it is not known.
        IssueNotFound, WrongState, Outdated: as for `restore`.

    """
    known = store.load(tx, issue_id)
    if known.version == 1:
        raise VersionNotFound(Label(0))
    return restore(tx, issue_id, Label(known.version - 1), now, expected_version=expected_version)


def put_back(tx: Transaction, known: Issue, wanted: Snapshot) -> bool:
    """Lay an issue out as in a snapshot; False: it goes to whom it went before. The caller has begun the edit."""
    store.save_head(tx, known.id, title=wanted.title, subject=wanted.subject, preheader=wanted.preheader)
    putback.lay_out(tx, known.id, wanted.sections, wanted.articles)
    return versions.put_readers(tx, known.id, wanted.readers)


def _carried_elsewhere(tx: Transaction, known: Issue, wanted: Snapshot) -> tuple[Article, ...]:
    shown = [article for section in wanted.sections for article in section.articles if article.post_id is not None]
    posts = {post.id: post for post in feeds.posts_by_id(tx, [one.post_id for one in shown if one.post_id is not None])}
    others = contents.carried(tx, known.newsletter_id, but_issue_id=known.id)
    return tuple(one for one in shown if one.post_id in posts and others.has(posts[one.post_id]))


def _without(wanted: Snapshot, dropped: tuple[Article, ...]) -> Snapshot:
    """Drop some articles of a snapshot."""
    gone = {one.id for one in dropped}

    def kept(section: Section) -> Section:
        return replace(section, articles=tuple(one for one in section.articles if one.id not in gone))

    also = tuple(replace(one, is_dropped=True) for one in dropped)
    return replace(wanted, sections=tuple(map(kept, wanted.sections)), dropped=(*wanted.dropped, *also))
