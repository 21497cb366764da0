"""What feeds say otherwise since an issue took their posts: offered to the editor, and done only on their word."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from newsletter.errors import ArticleNotFound, WrongState
from newsletter.feeds import store as feeds
from newsletter.feeds.model import Post, Revision
from newsletter.issues import authorbook, contents, differences, store, taken
from newsletter.issues.bylines import Register, credit
from newsletter.issues.differences import Passage
from newsletter.issues.draft import text_of
from newsletter.issues.filing import Credited
from newsletter.issues.model import EDITABLE, Article, Issue, SectionKind, SectionPlan
from newsletter.issues.taken import Overtaken
from subscribers.sentence import say, say_in_a_row
from subscribers.transaction import Transaction

# What is compared is the same in all of them.
_ANY_SECTION = SectionPlan("", SectionKind.ARTICLES)


class Kind(StrEnum):
    """What happened to a post."""

    REVISED = "revised"
    # Its feed lists it no more.
    VANISHED = "vanished"


class PartName(StrEnum):
    """A part of a text that is taken or kept."""

    TITLE = "title"
    BYLINE = "byline"
    TEXT = "text"
    LINK = "link"


_CALLED: Mapping[PartName, str] = {
    PartName.TITLE: say("title"),
    PartName.BYLINE: say("byline"),
    PartName.TEXT: say("text"),
    PartName.LINK: say("link"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part that a feed says otherwise."""

    name: PartName
    # As the feed had it when the article was made of it, and as it has it now; HTML for the text.
    before: str
    after: str
    # The editor has written it otherwise in the article: whoever takes the new one gives that up.
    is_edited: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the post of one article since somebody last decided what the article says."""

    article_id: int
    # As the article is called in the issue.
    title: str
    post_id: int
    kind: Kind
    # When it was noticed.
    at: datetime
    # Empty where the post is gone.
    parts: tuple[Part, ...] = ()
    # The same word by word.
    passages: tuple[Passage, ...] = ()

    @property
    def words(self) -> str:
        """What happened, as a sentence for an editor."""
        if self.kind is Kind.VANISHED:
            return say("“%(title)s” is not in its feed any more; its post may have been deleted.", title=self.title)
        names = say_in_a_row(_CALLED[part.name] for part in self.parts) if self.parts else say("markup")
        return say("“%(title)s” was changed by its feed since it was taken: %(names)s.", title=self.title, names=names)


def changes_of(tx: Transaction, issue: Issue) -> tuple[Change, ...]:
    """Give what feeds say otherwise than when *issue* took their posts, in reading order.

    Nothing for an issue that cannot be edited any more: what was sent is what was sent.
    """
    if issue.state not in EDITABLE:
        return ()
    overtaken = {one.article_id: one for one in taken.overtaken(tx, issue.id)}
    if not overtaken:
        return ()
    ids = sorted({one.post_id for one in overtaken.values()})
    posts = {post.id: post for post in feeds.posts_by_id(tx, ids)}
    earlier = {(revision.post_id, revision.fingerprint): revision for revision in feeds.revisions_of(tx, ids)}
    register = authorbook.register(tx, issue.newsletter_id)
    return tuple(
        change
        for article in issue.articles
        if (one := overtaken.get(article.id)) is not None
        for change in _changes(article, one, posts[one.post_id], earlier, register)
    )


def take(tx: Transaction, issue_id: int, article_id: int, now: datetime, *, expected_version: int | None = None) -> Issue:
    """Let an article say what its feed says now, in the parts that the feed has changed; the others stay as they were edited.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it is being sent, was sent or cancelled; or the post is gone.
        Outdated: it is not at `expected_version` any more.
        ArticleNotFound: the issue has no such article with a change on offer.

    """
    known = store.begin_edit(tx, issue_id, now, expected_version)
    change = _revision(tx, known, article_id)
    article = contents.article_of(tx, issue_id, article_id)
    contents.save_article(tx, renewed(article, change))
    taken.note_decision(tx, article_id)
    return store.load(tx, issue_id)


def renewed(article: Article, change: Change) -> Article:
    """Give an article as it would be with what its feed says otherwise now."""
    return _saying(article, {part.name: part.after for part in change.parts})


def keep_mine(tx: Transaction, issue_id: int, article_id: int) -> Issue:
    """Let an article stay as it is though its feed says something else by now; nothing of the issue changes.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it cannot be edited any more.
        ArticleNotFound: the issue has no such article with a change on offer.

    """
    known = store.load(tx, issue_id)
    if known.state not in EDITABLE:
        raise WrongState(issue_id, "edited", known.state.words)
    if all(one.article_id != article_id for one in taken.overtaken(tx, issue_id)):
        raise ArticleNotFound(article_id)
    taken.note_decision(tx, article_id)
    return known


def _revision(tx: Transaction, known: Issue, article_id: int) -> Change:
    for change in changes_of(tx, known):
        if change.article_id == article_id and change.kind is Kind.REVISED:
            return change
    raise ArticleNotFound(article_id)


def _changes(
    article: Article, one: Overtaken, post: Post, earlier: Mapping[tuple[int, str], Revision], register: Register
) -> Iterator[Change]:
    if one.is_revised:
        parts = tuple(_parts(article, post, earlier.get((post.id, one.fingerprint)), register))
        if parts:
            yield _revised(article, post, parts)
    if one.is_gone and post.vanished_at is not None:
        yield Change(article.id, article.title, post.id, Kind.VANISHED, post.vanished_at)


def _revised(article: Article, post: Post, parts: tuple[Part, ...]) -> Change:
    before = _saying(article, {part.name: part.before for part in parts})
    after = _saying(article, {part.name: part.after for part in parts})
    at = post.revised_at or post.first_seen_at
    passages = tuple(differences.passages(before, after))
    return Change(article.id, article.title, post.id, Kind.REVISED, at, parts, passages)


def _saying(article: Article, said: Mapping[PartName, str]) -> Article:
    return replace(
        article,
        title=said.get(PartName.TITLE, article.title),
        byline=said.get(PartName.BYLINE, article.byline),
        link=said.get(PartName.LINK, article.link),
        content=said.get(PartName.TEXT, article.content),
        # Rich text that an editor made of another one; it would be shown instead.
        document=None if PartName.TEXT in said else article.document,
    )


def _parts(article: Article, post: Post, earlier: Revision | None, register: Register) -> Iterator[Part]:
    """Give the parts that differ from the text that was taken, but for what the article says already.

    Where that text is not kept any more, they are compared with the article.
    """
    mine = _of_article(article)
    after = _of_post(post, register)
    before = mine if earlier is None else _of_post(_as_it_was(post, earlier), register)
    for name in PartName:
        if after[name] not in {before[name], mine[name]}:
            yield Part(name, before[name], after[name], is_edited=mine[name] != before[name])


def _of_article(article: Article) -> Mapping[PartName, str]:
    return {
        PartName.TITLE: article.title,
        PartName.BYLINE: article.byline,
        PartName.TEXT: article.content,
        PartName.LINK: article.link,
    }


def _of_post(post: Post, register: Register) -> Mapping[PartName, str]:
    """Give what an article would say that was made of a post now."""
    made = text_of(Credited(post, credit(post.entry, register)), _ANY_SECTION)
    return {PartName.TITLE: made.title, PartName.BYLINE: made.byline, PartName.TEXT: made.content, PartName.LINK: made.link}


def _as_it_was(post: Post, earlier: Revision) -> Post:
    said = {name: getattr(earlier, name) for name in Revision.__dataclass_fields__ if name not in {"post_id", "replaced_at"}}
    return replace(post, entry=replace(post.entry, **said))
