"""What stands in an issue: its sections, and the articles in them, of posts, of pages and of one's own words."""

import asyncio
from dataclasses import fields as fields_of
from typing import Annotated, Any, Self

from fastapi import Query
from pydantic import Field, model_validator

from newsletter.errors import BadValue
from newsletter.feeds.visiting import visit
from newsletter.issues import changes, contents, editing, events, pages, sections, store, texts
from newsletter.issues.changes import Change
from newsletter.issues.contents import Text
from newsletter.issues.model import Event, Issue, Look, SectionKind, Show
from newsletter.issues.plan import MOST_ARTICLES, MOST_SECTIONS, MOST_WORDS
from newsletter.issues.sections import SectionChange
from newsletter.staff.acting import Acting
from newsletter.staff.permissions import Permission
from newsletter.web.api.calls import Call, Calling
from newsletter.web.api.fields import Article, Given, Line, Number, Words
from newsletter.web.api.issuebodies import IssueAnswer
from newsletter.web.api.resources.issues import Over, told
from newsletter.web.api.routing import Routes
from newsletter.web.api.saving import save
from newsletter.web.visits import Of
from subscribers.sentence import say

EDIT = Permission.EDIT

routes = Routes("articles", "What stands in an issue: its sections, and the articles in them.")

ARTICLE = "/issues/{issue_id:int}/articles/{article_id:int}"
SECTION = "/issues/{issue_id:int}/sections/{section_id:int}"

# More places than any section has articles, and any issue sections.
Place = Annotated[int, Field(ge=1, le=10_000)]
Excerpt = Annotated[int, Field(ge=0, le=MOST_WORDS)]
Posts = Annotated[int, Field(ge=0, le=MOST_ARTICLES)]
RichText = Annotated[
    dict[str, Any], Field(description="Rich text as the desk's editor keeps it; it counts more than `content`.")
]


class EventGiven(Given):
    """When and where something happens."""

    begins: Line = Field(description="Local time, `2020-02-03T09:00`, or a day.")
    ends: Line = ""
    zone: Line = Field("", description="Where these hours are meant; empty: in the newsletter's.")
    place: Line = ""

    def event(self) -> Event:
        """Give it as an issue has it.

        Raises:
            BadValue: it cannot be.

        """
        return events.typed(self.begins, self.ends, self.zone, self.place)


class Adding(Given):
    """One new article: a post, a web page, a copy of a snippet, or a text of one's own, which may be an event."""

    section: Line = Field(description="The title of the section it stands in.")
    post_id: Number | None = Field(None, description="A post that the newsletter's feeds have.")
    url: Line | None = Field(None, description="A web page; its title, author and first words are taken from it.")
    snippet: Line | None = Field(
        None, description="The name of a snippet; the copy stays as it is when the snippet is changed."
    )
    title: Line | None = Field(None, description="Of a text of one's own.")
    content: Article = Field("", description="HTML.")
    document: RichText | None = None
    link: Line = ""
    event: EventGiven | None = None
    version: Over = None

    @model_validator(mode="after")
    def _one_of_all(self) -> Self:
        if sum(one is not None for one in (self.post_id, self.url, self.snippet, self.title)) != 1:
            msg = "say one of post_id, url, snippet and title"
            raise ValueError(msg)
        return self


class ArticleChange(Given):
    """What is to become of an article; what is left out stays as it is, and an empty text takes something away."""

    title: Line | None = None
    byline: Line | None = Field(None, description="Empty: nobody is named.")
    link: Line | None = None
    content: Article | None = Field(None, description="HTML; takes the place of a rich text.")
    document: RichText | None = None
    show: Show | None = None
    summary: Words | None = None
    words: Excerpt | None = None
    affiliation: Line | None = None
    portrait: Line | None = Field(None, description="Key of an image of the library.")
    portrait_alt: Line | None = None
    portrait_credit: Line | None = None
    picture: Line | None = Field(None, description="Key of an image of the library.")
    picture_alt: Line | None = None
    picture_credit: Line | None = None
    event: EventGiven | None = None
    drops_event: bool = False
    confirms_byline: bool = Field(False, description="Take the byline that was suggested.")
    version: Over = None

    def change(self) -> Change:
        """Give it as the room takes it."""
        said = {one.name: getattr(self, one.name) for one in fields_of(Change) if one.name != "event"}
        return Change(**said, event=self.event.event() if self.event is not None else None)


class Moving(Given):
    """Where an article is to stand."""

    section: Line | None = Field(None, description="The title of another section.")
    place: Place | None = Field(None, description="From 1; at the end if it is not said.")
    version: Over = None


class Letter(Given):
    """What a contributor wrote."""

    section: Line
    by: Line
    content: Article = Field("", description="HTML.")
    document: RichText | None = None
    version: Over = None


class SectionGiven(Given):
    """How a section is laid out; what is left out stays as it is."""

    title: Line | None = None
    kind: SectionKind | None = None
    look: Look | None = None
    most: Posts | None = Field(None, description="Posts at most; 0: all.")
    words: Excerpt | None = Field(None, description="Words of an excerpt; 0: as the theme has.")
    is_required: bool | None = None
    place: Annotated[int, Field(ge=1, le=MOST_SECTIONS)] | None = Field(None, description="Among the others, from 1.")
    version: Over = None

    def change(self) -> SectionChange:
        """Give it as the room takes it."""
        return SectionChange(self.title, self.kind, self.look, self.most, self.words, self.is_required)


class Only(Given):
    """Nothing but the version it is about."""

    version: Over = None


@routes.post("/issues/{issue_id:int}/articles", EDIT, Of.ISSUE, status_code=201)
def add_article(call: Calling, issue_id: int, given: Adding) -> IssueAnswer:
    """Put an article into a section, behind what it has; an approval of the issue ends."""
    if given.post_id is not None:
        post_id = given.post_id

        def take(acting: Acting, over: int | None) -> Issue:
            return editing.take_post(acting.tx, issue_id, post_id, given.section, acting.now, expected_version=over)

        return told(call, save(call, issue_id, take, given.version, "issue.take_post", post=post_id))
    if given.url is not None:
        page = asyncio.run(visit(given.url, call.application.fetch_policy, call.application.parser))

        def take_page(acting: Acting, over: int | None) -> Issue:
            return pages.take_page(acting.tx, issue_id, page, given.section, acting.now, expected_version=over)

        return told(call, save(call, issue_id, take_page, given.version, "issue.take_page", url=page.url))
    if given.snippet is not None:
        return _add_snippet(call, issue_id, given.snippet, given)
    event = given.event.event() if given.event is not None else None
    text = Text(given.title or "", given.content, Show.FULL, link=given.link, document=given.document, event=event)

    def add(acting: Acting, over: int | None) -> Issue:
        if event is not None:
            return texts.add_event(acting.tx, issue_id, text, acting.now, section=given.section, expected_version=over)
        return texts.add_text(acting.tx, issue_id, given.section, text, acting.now, expected_version=over)

    act = "issue.event" if event is not None else "issue.text"
    return told(call, save(call, issue_id, add, given.version, act, title=given.title))


@routes.patch(ARTICLE, EDIT, Of.ARTICLE)
def change_article(call: Calling, issue_id: int, article_id: int, given: ArticleChange) -> IssueAnswer:
    """Change what an issue says of one article; an approval of the issue ends."""
    change = given.change()

    def write(acting: Acting, over: int | None) -> Issue:
        if change.is_nothing:
            return store.load(acting.tx, issue_id)
        return changes.change_article(acting.tx, issue_id, article_id, change, acting.now, expected_version=over)

    return told(call, save(call, issue_id, write, given.version, "issue.article", article=article_id))


@routes.post(f"{ARTICLE}/move", EDIT, Of.ARTICLE)
def move_article(call: Calling, issue_id: int, article_id: int, given: Moving) -> IssueAnswer:
    """Put an article at another place, in its section or in another one."""

    def write(acting: Acting, over: int | None) -> Issue:
        return editing.move_article(
            acting.tx, issue_id, article_id, acting.now, section=given.section, position=given.place, expected_version=over
        )

    return told(call, save(call, issue_id, write, given.version, "issue.edit", article=article_id))


@routes.post(f"{ARTICLE}/drop", EDIT, Of.ARTICLE)
def drop_article(call: Calling, issue_id: int, article_id: int, given: Only) -> IssueAnswer:
    """Leave an article out; it stays at hand."""

    def write(acting: Acting, over: int | None) -> Issue:
        return editing.drop_article(acting.tx, issue_id, article_id, acting.now, expected_version=over)

    return told(call, save(call, issue_id, write, given.version, "issue.edit", article=article_id))


@routes.post(f"{ARTICLE}/restore", EDIT, Of.ARTICLE)
def restore_article(call: Calling, issue_id: int, article_id: int, given: Only) -> IssueAnswer:
    """Take a dropped article in again, at its old place."""

    def write(acting: Acting, over: int | None) -> Issue:
        return editing.restore_article(acting.tx, issue_id, article_id, acting.now, expected_version=over)

    return told(call, save(call, issue_id, write, given.version, "issue.edit", article=article_id))


@routes.put("/issues/{issue_id:int}/letter", EDIT, Of.ISSUE)
def write_letter(call: Calling, issue_id: int, given: Letter) -> IssueAnswer:
    """Put a contributor's letter into a section, in place of the placeholder or of the letter that stood there."""

    def write(acting: Acting, over: int | None) -> Issue:
        return editing.write_letter(
            acting.tx,
            issue_id,
            given.section,
            given.content,
            given.by,
            acting.now,
            document=given.document,
            expected_version=over,
        )

    return told(call, save(call, issue_id, write, given.version, "issue.letter", section=given.section, by=given.by))


@routes.post("/issues/{issue_id:int}/sections", EDIT, Of.ISSUE, status_code=201)
def add_section(call: Calling, issue_id: int, given: SectionGiven) -> IssueAnswer:
    """Add a section, at the end if no place is said; an approval of the issue ends."""
    title = given.title or ""
    if not title.strip():
        raise BadValue(say("title"), "", say("is empty"))
    kind = given.kind or SectionKind.ARTICLES

    def write(acting: Acting, over: int | None) -> Issue:
        return sections.add_section(
            acting.tx,
            issue_id,
            title,
            kind,
            acting.now,
            change=SectionChange(look=given.look, most=given.most, words=given.words, is_required=given.is_required),
            place=given.place,
            expected_version=over,
        )

    return told(call, save(call, issue_id, write, given.version, "issue.section.add", section=title, kind=kind.value))


@routes.patch(SECTION, EDIT, Of.SECTION)
def change_section(call: Calling, issue_id: int, section_id: int, given: SectionGiven) -> IssueAnswer:
    """Rename a section, lay it out in another way, or put it at another place; an approval of the issue ends."""
    change = given.change()

    def write(acting: Acting, over: int | None) -> Issue:
        if over is not None:
            store.require_version(acting.tx, issue_id, over)
        title = contents.section_of(acting.tx, section_id).title
        issue = store.load(acting.tx, issue_id)
        if not change.is_nothing:
            issue = sections.edit_section(acting.tx, issue_id, title, change, acting.now)
        if given.place is not None:
            moved = contents.section_of(acting.tx, section_id).title
            issue = sections.move_section(acting.tx, issue_id, moved, given.place, acting.now)
        return issue

    return told(call, save(call, issue_id, write, given.version, "issue.section.edit", section=section_id))


@routes.delete(SECTION, EDIT, Of.SECTION, status_code=200)
def remove_section(
    call: Calling,
    issue_id: int,
    section_id: int,
    into: Annotated[Line | None, Query(description="The title of the section that its articles go to.")] = None,
    version: Annotated[Number | None, Query(description="Only if the issue is at this version still.")] = None,
) -> IssueAnswer:
    """Take a section away; one that shows articles needs `into`, so that none of them is lost."""

    def write(acting: Acting, over: int | None) -> Issue:
        title = contents.section_of(acting.tx, section_id).title
        return sections.remove_section(acting.tx, issue_id, title, acting.now, into=into, expected_version=over)

    return told(call, save(call, issue_id, write, version, "issue.section.remove", section=section_id, into=into))


def _add_snippet(call: Call, issue_id: int, name: str, given: Adding) -> IssueAnswer:
    def copy(acting: Acting, over: int | None) -> Issue:
        return texts.insert_snippet(acting.tx, issue_id, name, given.section, acting.now, expected_version=over)

    return told(call, save(call, issue_id, copy, given.version, "issue.snippet", snippet=name))
