"""What should be mended before an issue goes out: findings that block it, and warnings."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from newsletter.feeds.byline import split_byline
from newsletter.feeds.model import Post
from newsletter.issues import contents, store
from newsletter.issues.draft import pool
from newsletter.issues.model import Article, Issue, IssueState, Month, Newsletter, Section, SectionKind
from newsletter.letters.answers import key_of, otherwise_of
from newsletter.letters.compose import CLIPPED_BYTES, Composition
from newsletter.letters.letter import Draft, SlotName
from subscribers import attributebook
from subscribers.transaction import Transaction

# From here on one more article may push the foot of the letter out of sight.
NEARLY_CLIPPED_BYTES = 90_000

# Inboxes show 40 to 70 characters; past this even the wide ones cut.
LONGEST_SUBJECT = 120

# So many titles are named in a finding about posts left out; more are counted.
TITLES_NAMED = 5


class Code(StrEnum):
    """What kind of finding it is, for programs."""

    LETTER_MISSING = "letter_missing"
    SECTION_EMPTY = "section_empty"
    NO_ARTICLES = "no_articles"
    SUBJECT_MISSING = "subject_missing"
    POSTAL_ADDRESS_MISSING = "postal_address_missing"
    UNSUBSCRIBE_MISSING = "unsubscribe_missing"
    TOO_LARGE = "too_large"
    LARGE = "large"
    CONTENT = "content"
    SUBJECT_LONG = "subject_long"
    BYLINE_UNSURE = "byline_unsure"
    POSTS_LEFT_OUT = "posts_left_out"
    ATTRIBUTE_UNKNOWN = "attribute_unknown"
    ANSWER_EMPTY = "answer_empty"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an editor should know."""

    code: Code
    # A sentence that says what is the matter and, where it is not plain, what to do.
    text: str
    is_blocking: bool
    # Where it is, as far as it is anywhere.
    article_id: int | None = None
    section: str | None = None


def check(
    issue: Issue,
    newsletter: Newsletter,
    composition: Composition,
    *,
    left_out: Sequence[Post] = (),
    attributes: Container[str] = (),
) -> tuple[Finding, ...]:
    """Look *issue* over as it is composed; blocking findings come first.

    *left_out* are posts that perhaps belong into it, *attributes* the keys of what this instance may know of its readers.
    """
    blocking = (
        *_about_sections(issue),
        *_about_the_letter(newsletter, composition),
    )
    warnings = (
        *_about_looks(composition),
        *(_content(issue, warning.article_id, warning.text) for warning in composition.warnings),
        *_about_bylines(issue),
        *_about_posts(left_out),
        *_about_answers(composition.draft, attributes),
    )
    return blocking + warnings


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


def _about_sections(issue: Issue) -> Iterator[Finding]:
    for section in issue.sections:
        yield from _about_section(section)
    if all(article.is_placeholder for article in issue.articles):
        yield Finding(Code.NO_ARTICLES, "There is not one article in this issue.", is_blocking=True)


def _about_section(section: Section) -> Iterator[Finding]:
    for article in section.articles:
        if article.is_placeholder:
            yield _letter_missing(section, article)
    if section.articles or not section.is_required:
        return
    if section.kind is SectionKind.LETTER:
        yield _letter_missing(section, None)
    else:
        text = f"The section “{section.title}” is required and has no article."
        yield Finding(Code.SECTION_EMPTY, text, is_blocking=True, section=section.title)


def _letter_missing(section: Section, placeholder: Article | None) -> Finding:
    text = f"“{section.title}” has not been written yet."
    where = placeholder.id if placeholder is not None else None
    return Finding(Code.LETTER_MISSING, text, is_blocking=True, article_id=where, section=section.title)


def _about_the_letter(newsletter: Newsletter, composition: Composition) -> Iterator[Finding]:
    draft = composition.draft
    if not draft.subject.strip():
        yield Finding(Code.SUBJECT_MISSING, "The subject is empty.", is_blocking=True)
    if not newsletter.postal_address.strip():
        text = f"{newsletter.name} has no postal address, which the law asks for in every mail."
        yield Finding(Code.POSTAL_ADDRESS_MISSING, text, is_blocking=True)
    if not _has_way_out(draft):
        text = "The letter has no link to unsubscribe, in its HTML or in its text; its templates leave it out."
        yield Finding(Code.UNSUBSCRIBE_MISSING, text, is_blocking=True)
    if composition.size > CLIPPED_BYTES:
        text = (
            f"The letter has {composition.size:,} bytes of HTML. Gmail hides everything past {CLIPPED_BYTES:,}, the link to "
            "unsubscribe with it: show fewer articles in full, or drop some."
        )
        yield Finding(Code.TOO_LARGE, text, is_blocking=True)


def _has_way_out(draft: Draft) -> bool:
    token = draft.slots.get(SlotName.UNSUBSCRIBE)
    return token is not None and f'href="{token}"' in draft.html and token in draft.text


def _about_looks(composition: Composition) -> Iterator[Finding]:
    if NEARLY_CLIPPED_BYTES < composition.size <= CLIPPED_BYTES:
        text = f"The letter has {composition.size:,} bytes of HTML; from {CLIPPED_BYTES:,} on Gmail hides the end."
        yield Finding(Code.LARGE, text, is_blocking=False)
    subject = composition.draft.subject
    if len(subject) > LONGEST_SUBJECT:
        text = f"The subject has {len(subject)} characters; inboxes cut it."
        yield Finding(Code.SUBJECT_LONG, text, is_blocking=False)


def _content(issue: Issue, article_id: int, warning: str) -> Finding:
    titles = {article.id: article.title for article in issue.articles}
    text = f"“{titles.get(article_id, '')}”: {warning}."
    return Finding(Code.CONTENT, text, is_blocking=False, article_id=article_id)


def _about_bylines(issue: Issue) -> Iterator[Finding]:
    for article in issue.articles:
        name = split_byline(article.title).name
        if article.post_id is not None and not article.byline and name:
            text = f"“{article.title}” seems to name its author, {name}. If so, write the name into the byline."
            yield Finding(Code.BYLINE_UNSURE, text, is_blocking=False, article_id=article.id)


def _about_posts(left_out: Sequence[Post]) -> Iterator[Finding]:
    if not left_out:
        return
    named = "; ".join(post.entry.title for post in left_out[:TITLES_NAMED])
    others = len(left_out) - TITLES_NAMED
    more = f" and {others} more" if others > 0 else ""
    count = "1 post is" if len(left_out) == 1 else f"{len(left_out)} posts are"
    yield Finding(Code.POSTS_LEFT_OUT, f"{count} in no issue: {named}{more}.", is_blocking=False)


def _about_answers(draft: Draft, attributes: Container[str]) -> Iterator[Finding]:
    for name in draft.answers:
        key = key_of(name)
        if key not in attributes:
            text = f"{{{{ {key} }}}} names no attribute; everybody reads “{otherwise_of(name)}” there."
            yield Finding(Code.ATTRIBUTE_UNKNOWN, text, is_blocking=False)
        elif not otherwise_of(name):
            text = f"Whoever has not answered {key} reads nothing there; write {{{{ {key} | other words }}}}."
            yield Finding(Code.ANSWER_EMPTY, text, is_blocking=False)
