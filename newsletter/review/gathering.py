"""Gathers from the database what the preflight is handed beside the issue."""

import re
from dataclasses import replace
from html import unescape

from newsletter.feeds import store as feeds
from newsletter.feeds.model import Post
from newsletter.images import store as images
from newsletter.images.model import own_key
from newsletter.issues import contents, store
from newsletter.issues.draft import pool
from newsletter.issues.leading import with_picture
from newsletter.issues.model import Issue, IssueState, Month, Newsletter
from newsletter.issues.revised import changes_of
from newsletter.issues.store import IssueLine
from newsletter.letters import store as letters
from newsletter.letters.compose import Composition
from newsletter.review import addresses, comments, contributions, linkbook
from newsletter.review.facts import NOTHING_GATHERED, Facts, LastIssue, Remark
from subscribers import attributebook
from subscribers.transaction import Transaction

_SRC = re.compile(r'src="([^"]*)"')
_HREF = re.compile(r'href="(https?://[^"]*)"')


def gather(
    tx: Transaction, issue: Issue, newsletter: Newsletter, composition: Composition, known: Facts = NOTHING_GATHERED
) -> Facts:
    """Give what this database knows beside the issue and its letter: nothing is asked of anybody else.

    Of links what they answered when they were last asked for, of pictures what those of our own weigh. What the doors *know* by
    themselves stays.
    """
    html = composition.draft.html
    lines = store.issues_of(tx, newsletter.id)
    return replace(
        known,
        left_out=left_out(tx, issue, newsletter),
        changes=changes_of(tx, issue),
        attributes=attribute_keys(tx),
        last=_last(tx, issue, lines),
        links=linkbook.states(tx, (href.partition("#")[0] for href in map(unescape, _HREF.findall(html)))),
        weights=_weights(tx, html),
        names=_names(tx, html),
        rewritten=_rewritten(tx, issue),
        unread=tuple(feed for feed in feeds.feeds_of(tx, newsletter.id) if feed.trouble or feed.gathered_at is None),
        contributions=contributions.contributions_of(tx, issue.id),
        remarks=tuple(Remark(one.id, one.author, one.text, one.article_id) for one in comments.open_comments(tx, issue.id)),
        gone=_gone(tx, html),
    )


def left_out(tx: Transaction, issue: Issue, newsletter: Newsletter) -> tuple[Post, ...]:
    """Give the posts that no issue carries and this one could, except what its editor dropped.

    Posts of its own month, and such of the month before as appeared after that month's issue was made.
    """
    if not issue.month:
        return ()
    month = Month.parse(issue.month)
    lines = store.issues_of(tx, newsletter.id)
    had_issue = any(line.month == str(month.previous) and line.state is not IssueState.CANCELLED for line in lines)
    months = (month.previous, month) if had_issue else (month,)
    offered = contents.offered(tx, issue.id)
    return tuple(post for each in months for post in pool(tx, newsletter, each) if not offered.has(post))


def attribute_keys(tx: Transaction) -> frozenset[str]:
    """Give the keys of what this instance may know of its readers."""
    return frozenset(one.key for one in attributebook.all_attributes(tx))


def _rewritten(tx: Transaction, issue: Issue) -> frozenset[int]:
    """Give the articles whose text is not what their post says or said."""
    taken = {article.id: article.post_id for article in issue.articles if article.post_id is not None}
    entries = {post.id: post.entry for post in feeds.posts_by_id(tx, taken.values())}
    said = {post_id: {entry.content or entry.summary} for post_id, entry in entries.items()}
    for revision in feeds.revisions_of(tx, taken.values()):
        said.setdefault(revision.post_id, set()).add(revision.content or revision.summary)
    # As an article was made of it.
    for post_id, entry in entries.items():
        said[post_id] |= {with_picture(text, entry.enclosures) for text in said[post_id]}
    return frozenset(
        article.id
        for article in issue.articles
        if article.id in taken and article.content not in said.get(taken[article.id], {""})
    )


def _weights(tx: Transaction, html: str) -> dict[str, int]:
    keys = _keys(html)
    sizes = images.sizes(tx, set(keys.values()))
    return {src: sizes[key] for src, key in keys.items() if key in sizes}


def _names(tx: Transaction, html: str) -> dict[str, str]:
    keys = _keys(html)
    names = images.names(tx, set(keys.values()))
    return {src: names[key] for src, key in keys.items() if names.get(key)}


def _gone(tx: Transaction, html: str) -> frozenset[str]:
    keys = _keys(html)
    there = images.sizes(tx, set(keys.values()))
    return frozenset(src for src, key in keys.items() if key not in there)


def _keys(html: str) -> dict[str, str]:
    """Give the keys of the pictures in a letter that are ours, by the address it shows them from."""
    keys = {src: own_key(src) for src in map(unescape, _SRC.findall(html))}
    return {src: key for src, key in keys.items() if key}


def _last(tx: Transaction, issue: Issue, lines: tuple[IssueLine, ...]) -> LastIssue | None:
    """Give the issue that went out last before this one."""
    gone = [line for line in lines if line.state is IssueState.SENT and line.letter_id is not None and line.id != issue.id]
    if not gone:
        return None
    before = max(gone, key=lambda line: (line.sent_at or line.created_at, line.id))
    assert before.letter_id is not None
    draft = letters.load(tx, before.letter_id).draft
    links = frozenset(addresses.likeness(unescape(href)) for href in _HREF.findall(draft.html))
    return LastIssue(before.title, draft.subject, draft.preheader, links)
