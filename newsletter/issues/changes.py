"""What an editor changes of one article: words, people, pictures, rich text, dates."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from newsletter.errors import BadValue, ImageNotFound
from newsletter.feeds.byline import persons, split_byline
from newsletter.images import store as images
from newsletter.issues import authorbook, contents, document, store
from newsletter.issues.draft import LONGEST_TITLE
from newsletter.issues.model import EDITABLE, Article, Event, Issue, Show
from newsletter.issues.plan import MOST_WORDS
from newsletter.issues.richhtml import to_html
from subscribers.oneline import one_line
from subscribers.sentence import say
from subscribers.transaction import Transaction

LONGEST_BYLINE = 200
LONGEST_SUMMARY = 1_000
LONGEST_AFFILIATION = authorbook.LONGEST_AFFILIATION
LONGEST_ALT = document.LONGEST_ALT
LONGEST_CREDIT = 200

# Characters of HTML in one article; a whole book was pasted, or a picture as text.
LARGEST_CONTENT = 1_000_000


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of an article; None leaves a part as it is."""

    title: str | None = None
    # Empty for nobody.
    byline: str | None = None
    # Where it leads; empty for nowhere.
    link: str | None = None
    # HTML; takes the place of a rich text.
    content: str | None = None
    # Rich text as JSON (`issues.document`); takes the place of the content.
    document: Mapping[str, Any] | None = None
    show: Show | None = None
    summary: str | None = None
    words: int | None = None
    affiliation: str | None = None
    # Keys of images of the library; empty for none.
    portrait: str | None = None
    # Said of the portrait here; another portrait takes along what was said of the one before.
    portrait_alt: str | None = None
    portrait_credit: str | None = None
    picture: str | None = None
    picture_alt: str | None = None
    picture_credit: str | None = None
    event: Event | None = None
    # Take its dates away.
    drops_event: bool = False
    # Take the suggested byline for its own.
    confirms_byline: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is to be changed."""
        return all(getattr(self, one.name) in (None, False) for one in fields(self))


def change_article(
    tx: Transaction,
    issue_id: int,
    article_id: int,
    change: Change,
    now: datetime,
    *,
    expected_version: int | None = None,
) -> Issue:
    """Change an article, or write what a placeholder stands for. Who an editor names is remembered among the authors.

    Raises:
        IssueNotFound: there is no issue of this id.
        WrongState: it is being sent, was sent or cancelled.
        Outdated: it is not at `expected_version` any more.
        ArticleNotFound: the issue has none of this id.
        ImageNotFound: the library has no image of a key.
        BadValue: a part cannot be as it is wanted, or there is no suggestion to confirm.

    """
    change = _fit(tx, change)
    if _says_that_already(tx, issue_id, article_id, change, expected_version):
        return store.load(tx, issue_id)
    known = store.begin_edit(tx, issue_id, now, expected_version)
    after = _changed(tx, known, contents.article_of(tx, issue_id, article_id), change)
    contents.save_article(tx, after)
    if after.byline and any(part is not None for part in (change.byline, change.affiliation, change.portrait)):
        authorbook.learn(tx, known.newsletter_id, after.byline, now, affiliation=after.affiliation, portrait=after.portrait)
    elif change.confirms_byline:
        authorbook.learn(tx, known.newsletter_id, after.byline, now)
    return store.load(tx, issue_id)


def changed(tx: Transaction, known: Issue, article_id: int, change: Change) -> Article:
    """Give an article of an issue as a change would make it; nothing is written.

    Raises:
        ArticleNotFound: the issue has none of this id.
        ImageNotFound: the library has no image of a key.
        BadValue: a part cannot be as it is wanted, or there is no suggestion to confirm.

    """
    return _changed(tx, known, contents.article_of(tx, known.id, article_id), _fit(tx, change))


def _fit(tx: Transaction, change: Change) -> Change:
    """Give a change with the keys of its images as the library has them.

    Raises:
        ImageNotFound: the library has no image of a key.
        BadValue: it has two texts.

    """
    if change.content is not None and change.document is not None:
        raise BadValue(say("text"), say("of the article"), say("is given twice, as HTML and as rich text"))
    return _with_whole_keys(tx, change)


def _says_that_already(tx: Transaction, issue_id: int, article_id: int, change: Change, expected_version: int | None) -> bool:
    """Whether a change would change nothing: then it makes no version, and ends no approval."""
    known = store.load(tx, issue_id)
    if known.state not in EDITABLE or expected_version not in {None, known.version}:
        return False
    before = contents.article_of(tx, issue_id, article_id)
    return _changed(tx, known, before, change) == before


def _changed(tx: Transaction, known: Issue, before: Article, change: Change) -> Article:
    after = _about_people(_about_the_rest(rewritten(tx, before, change), change), change)
    if change.byline or change.confirms_byline:
        after = authorbook.introduced(tx, known.newsletter_id, before, after)
    return after


def tidy_title(text: str) -> str:
    """Give a title as it is kept.

    Raises:
        BadValue: it is empty.

    """
    title = one_line(text, LONGEST_TITLE)
    if not title:
        raise BadValue(say("title"), repr(text), say("is empty"))
    return title


def tidy_content(html: str) -> str:
    """Give HTML as it is kept.

    Raises:
        BadValue: it is too long.

    """
    if len(html) > LARGEST_CONTENT:
        raise BadValue(
            say("text"),
            say("of %(count)s characters", count=f"{len(html):,}"),
            say("is too long; %(largest_content)s are the most", largest_content=f"{LARGEST_CONTENT:,}"),
        )
    return html


def tidy_link(link: str) -> str:
    """Give the address of an article as it is kept.

    Raises:
        BadValue: it is no address of the web.

    """
    address = link.strip()
    if address and not (document.is_link(address) and address.startswith(("https://", "http://"))):
        raise BadValue(say("link"), address[:LONGEST_TITLE], _why_no_link(address))
    return address


def _why_no_link(address: str) -> str:
    """Say what is wrong with an address that readers cannot be led to."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in {"https", "http"} or not host:
        return say("is no address of the web; it begins with https://")
    if parts.username is not None:
        return say("holds a name or a password, which every reader would see; leave out what stands before the @")
    if host.startswith("127.") or host in {"::1", "0.0.0.0"}:  # noqa: S104 -- refused, not listened on
        return say("leads to this machine, which no reader reaches; write the public address of the page")
    if ":" in host or host.rpartition(".")[2].isdecimal():
        return say("leads to a machine by its number; write its name, such as https://blog.example.org/")
    return say("is no address that mail programs lead to: a space, a sign or a name in it is not allowed there")


def _with_whole_keys(tx: Transaction, change: Change) -> Change:
    """Give a change with the keys of its images as the library has them; editors write the beginning of one."""
    portrait, picture = (key and images.find(tx, key.strip()).key for key in (change.portrait, change.picture))
    return replace(change, portrait=portrait, picture=picture)


def rewritten(tx: Transaction, article: Article, change: Change) -> Article:
    """Give an article with the text that a change has for it, as it was where the change has none.

    Raises:
        ImageNotFound: a rich text shows an image that the library has not.
        BadValue: the text is too long, or no rich text.

    """
    if change.content is not None:
        return replace(article, content=tidy_content(change.content), document=None, is_placeholder=False)
    if change.document is not None:
        text = document.read(change.document)
        for key in document.image_keys(text):
            if images.find(tx, key).key != key:
                raise ImageNotFound(key)
        return replace(article, content=to_html(text), document=document.write(text), is_placeholder=False)
    return article


def _about_people(article: Article, change: Change) -> Article:
    if change.confirms_byline:
        if article.suggestion is None:
            raise BadValue(say("byline"), say("of article %(id)s", id=article.id), say("has no suggestion to confirm"))
        # "Coaching – Ulrike Lang" said it in the title.
        split = split_byline(article.title, persons(article.suggestion.byline))
        title = split.title if split.is_sure and change.title is None else article.title
        article = replace(article, title=title, byline=article.suggestion.byline, suggestion=None)
    if change.byline is not None:
        byline = one_line(change.byline, LONGEST_BYLINE)
        article = replace(article, byline=byline, suggestion=None, is_unsigned=not byline)
    if change.affiliation is not None:
        article = replace(article, affiliation=one_line(change.affiliation, LONGEST_AFFILIATION))
    if change.portrait is not None and change.portrait != article.portrait:
        article = replace(article, portrait=change.portrait, portrait_alt="", portrait_credit="")
    if change.portrait_alt is not None:
        article = replace(article, portrait_alt=one_line(change.portrait_alt, LONGEST_ALT))
    if change.portrait_credit is not None:
        article = replace(article, portrait_credit=one_line(change.portrait_credit, LONGEST_CREDIT))
    return article


def _about_the_rest(article: Article, change: Change) -> Article:
    if change.words is not None and not 0 <= change.words <= MOST_WORDS:
        raise BadValue(
            say("words"),
            change.words,
            say("write a number up to %(most)s, or 0 for as many as the section has", most=MOST_WORDS),
        )
    return replace(
        article,
        title=article.title if change.title is None else tidy_title(change.title),
        link=article.link if change.link is None else tidy_link(change.link),
        show=article.show if change.show is None else change.show,
        summary=article.summary if change.summary is None else one_line(change.summary, LONGEST_SUMMARY),
        words=article.words if change.words is None else change.words,
        picture=article.picture if change.picture is None else change.picture,
        picture_alt=article.picture_alt if change.picture_alt is None else one_line(change.picture_alt, LONGEST_ALT),
        picture_credit=(
            article.picture_credit if change.picture_credit is None else one_line(change.picture_credit, LONGEST_CREDIT)
        ),
        event=None if change.drops_event else (change.event or article.event),
    )
