"""Issues as programs read them, with everything in them."""

from datetime import datetime
from typing import Any

from pydantic import Field

from newsletter.issues import contents, readers, selection
from newsletter.issues.model import Article, Issue, IssueState, Look, Section, SectionKind, Show
from newsletter.web.api.fields import Answer
from subscribers.transaction import Transaction


class EventAnswer(Answer):
    """When and where something happens."""

    begins: str = Field(description="Local time, `2020-02-03T09:00`, or a day.")
    ends: str
    zone: str = Field(description="Empty: the newsletter's.")
    place: str


class ArticleAnswer(Answer):
    """A post or a text of one's own, as it stands in an issue."""

    id: int
    section_id: int
    position: int
    post_id: int | None
    title: str
    byline: str
    link: str
    content: str = Field(description="HTML as it was given, not yet made fit for mail.")
    document: dict[str, Any] | None = Field(description="Rich text, where an editor wrote it so.")
    show: Show
    summary: str
    words: int
    affiliation: str
    portrait: str
    portrait_alt: str
    portrait_credit: str
    picture: str
    picture_alt: str
    picture_credit: str
    event: EventAnswer | None
    snippet: str
    is_placeholder: bool
    is_dropped: bool
    is_unsigned: bool


class SectionAnswer(Answer):
    """A titled group of articles."""

    id: int
    position: int
    title: str
    kind: SectionKind
    look: Look
    most: int
    words: int
    is_required: bool
    articles: list[ArticleAnswer]


class IssueLineAnswer(Answer):
    """An issue among others."""

    id: int
    newsletter_id: int
    number: int
    title: str
    subject: str
    state: IssueState
    is_paused: bool
    month: str
    version: int
    send_at: datetime | None
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None


class IssueAnswer(IssueLineAnswer):
    """An issue with everything in it."""

    preheader: str
    lists: list[str] = Field(description="Further lists it goes to.")
    topics: list[str]
    included: list[str] = Field(description="Segments it goes to; none: everybody.")
    excluded: list[str]
    sections: list[SectionAnswer]
    dropped: list[ArticleAnswer] = Field(description="Articles that were left out, and can be taken in again.")


def told(tx: Transaction, issue: Issue) -> IssueAnswer:
    """Give an issue with everything in it."""
    selected = selection.of_issue(tx, issue)
    return IssueAnswer(
        id=issue.id,
        newsletter_id=issue.newsletter_id,
        number=issue.number,
        title=issue.title,
        subject=issue.subject,
        preheader=issue.preheader,
        state=issue.state,
        is_paused=issue.is_paused,
        month=issue.month,
        version=issue.version,
        send_at=issue.send_at,
        created_at=issue.created_at,
        updated_at=issue.updated_at,
        sent_at=issue.sent_at,
        lists=[one.name for one in readers.further_lists(tx, issue.id)],
        topics=[one.name for one in readers.topics_of(tx, issue.id)],
        included=[one.name for one in selected.included],
        excluded=[one.name for one in selected.excluded],
        sections=[section_answer(one) for one in issue.sections],
        dropped=[_article(one) for one in contents.dropped_of(tx, issue.id)],
    )


def section_answer(one: Section) -> SectionAnswer:
    """Give a section as programs read it."""
    return SectionAnswer(
        id=one.id,
        position=one.position,
        title=one.title,
        kind=one.kind,
        look=one.look,
        most=one.most,
        words=one.words,
        is_required=one.is_required,
        articles=[_article(article) for article in one.articles],
    )


def _article(one: Article) -> ArticleAnswer:
    return ArticleAnswer.model_validate(one)
