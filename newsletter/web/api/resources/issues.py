"""Issues: begun, read, changed above their sections, given to readers, and taken back to what they were."""

from typing import Annotated, Self

from fastapi import Query
from pydantic import Field, model_validator

from newsletter.issues import draft, editing, newsletters, readers, restoring, store, versions
from newsletter.issues.model import Issue, IssueState, Month
from newsletter.issues.snapshot import Label
from newsletter.staff.acting import Acting
from newsletter.staff.permissions import Permission
from newsletter.web.api import issuebodies, paging
from newsletter.web.api.calls import Call, Calling
from newsletter.web.api.fields import Answer, Given, Line, Number, Words
from newsletter.web.api.issuebodies import IssueAnswer, IssueLineAnswer
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from newsletter.web.api.saving import save
from newsletter.web.visits import Of

P = Permission

routes = Routes("issues", "Issues: drafted, written, approved, sent and reported.")

Over = Annotated[
    Number | None,
    Field(
        description="Only if the issue is at this version still; else what was to be saved is kept aside, and nothing changes."
    ),
]


class Beginning(Given):
    """What an issue begins with: the posts of a month, or nothing but a title."""

    month: Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")] | None = Field(None, description="`2020-01`.")
    title: Line | None = None
    from_last: bool = Field(False, description="Begin with the sections and texts of the last issue.")
    as_read: bool = Field(False, description="Do not read the feeds before; take the posts that are here.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.month is None) == (self.title is None):
            msg = "say either a month or a title"
            raise ValueError(msg)
        return self


class Begun(Answer):
    """An issue that was begun, and what could not be read for it."""

    issue: IssueAnswer
    unread: list[str] = Field(description="Feeds that did not answer; posts found later are added to the draft.")


class Head(Given):
    """What stands above the sections; what is left out stays as it is."""

    title: Line | None = None
    subject: Line | None = None
    preheader: Words | None = None
    version: Over = None


class Readers(Given):
    """Whom an issue goes to; what is left out stays as it is."""

    included: Annotated[list[Line], Field(max_length=100)] | None = Field(None, description="Segments; none: everybody.")
    excluded: Annotated[list[Line], Field(max_length=100)] | None = None
    topics: Annotated[list[Line], Field(max_length=100)] | None = Field(None, description="Topics of its list.")
    version: Over = None


class VersionAnswer(Answer):
    """What an issue was once."""

    version: str
    written_by: str
    written_at: str
    deed: str
    is_current: bool


class Restoring(Given):
    """Back to which version."""

    to: Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,9})?$")] = Field(description="As `versions` names it.")
    version: Over = None


@routes.get("/newsletters/{newsletter_id:int}/issues", P.VIEW, Of.NEWSLETTER)
def list_issues(
    call: Calling,
    newsletter_id: int,
    state: Annotated[IssueState | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = paging.USUAL,
) -> Page[IssueLineAnswer]:
    """List the issues of a newsletter, the newest first."""
    with call.reading() as tx:
        found = store.page_of(tx, newsletter_id, state, paging.read_number(cursor), limit + 1)
    shown = found[:limit]
    more = paging.written(shown[-1].number) if len(found) > limit else None
    return Page(items=[IssueLineAnswer.model_validate(one) for one in shown], next=more)


@routes.post("/newsletters/{newsletter_id:int}/issues", P.EDIT, Of.NEWSLETTER, status_code=201)
def draft_issue(call: Calling, newsletter_id: int, given: Beginning) -> Begun:
    """Begin an issue: of the posts of a month that no other issue carries, or an empty one under a title."""
    month = Month.parse(given.month) if given.month is not None else None
    with call.reading() as tx:
        newsletter = newsletters.by_id(tx, newsletter_id)
    unread = call.application.reader().read(newsletter_id, month) if month is not None and not given.as_read else ()
    with call.acting() as acting:
        if month is None:
            made = draft.draft_empty(acting.tx, newsletter, given.title or "", acting.now, from_last=given.from_last)
        else:
            made = draft.draft_month(acting.tx, newsletter, month, acting.now, from_last=given.from_last)
        acting.record("issue.draft", f"issue {made.id}", month=made.month)
        return Begun(issue=issuebodies.told(acting.tx, made), unread=list(unread))


@routes.get("/issues/{issue_id:int}", P.VIEW, Of.ISSUE)
def show_issue(call: Calling, issue_id: int) -> IssueAnswer:
    """Show an issue with everything in it."""
    with call.reading() as tx:
        return issuebodies.told(tx, store.load(tx, issue_id))


@routes.patch("/issues/{issue_id:int}", P.EDIT, Of.ISSUE)
def change_issue(call: Calling, issue_id: int, given: Head) -> IssueAnswer:
    """Change title, subject and preview line; an approval of the issue ends."""

    def write(acting: Acting, over: int | None) -> Issue:
        if given.title is None and given.subject is None and given.preheader is None:
            return store.load(acting.tx, issue_id)
        return editing.edit_issue(
            acting.tx,
            issue_id,
            acting.now,
            title=given.title,
            subject=given.subject,
            preheader=given.preheader,
            expected_version=over,
        )

    return told(call, save(call, issue_id, write, given.version, "issue.edit"))


@routes.put("/issues/{issue_id:int}/readers", P.EDIT, Of.ISSUE)
def choose_readers(call: Calling, issue_id: int, given: Readers) -> IssueAnswer:
    """Let an issue go to some of its list; an approval of the issue ends."""

    def write(acting: Acting, over: int | None) -> Issue:
        if over is not None:
            store.require_version(acting.tx, issue_id, over)
        issue = store.load(acting.tx, issue_id)
        if given.included is not None or given.excluded is not None:
            kept = issuebodies.told(acting.tx, issue)
            issue = editing.select_people(
                acting.tx,
                issue_id,
                acting.now,
                included=kept.included if given.included is None else given.included,
                excluded=kept.excluded if given.excluded is None else given.excluded,
            )
        return issue if given.topics is None else readers.set_topics(acting.tx, issue_id, given.topics, acting.now)

    return told(call, save(call, issue_id, write, given.version, "issue.audience", topics=given.topics))


@routes.get("/issues/{issue_id:int}/versions", P.VIEW, Of.ISSUE)
def list_versions(call: Calling, issue_id: int, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[VersionAnswer]:
    """List what an issue was, the newest first."""
    begins = paging.read(cursor)
    behind = Label.parse(str(begins)) if begins is not None else None
    with call.reading() as tx:
        found = versions.versions_of(tx, store.load(tx, issue_id), behind=behind, limit=limit + 1)
    shown = found[:limit]
    more = paging.written(str(shown[-1].label)) if len(found) > limit else None
    return Page(items=[_version(one) for one in shown], next=more)


@routes.post("/issues/{issue_id:int}/restore", P.EDIT, Of.ISSUE)
def restore_issue(call: Calling, issue_id: int, given: Restoring) -> IssueAnswer:
    """Let an issue be again what it was at a version; that is a version of its own, and can be taken back like any other."""
    label = Label.parse(given.to)

    def write(acting: Acting, over: int | None) -> Issue:
        return restoring.restore(acting.tx, issue_id, label, acting.now, expected_version=over).issue

    return told(call, save(call, issue_id, write, given.version, "issue.restore", version=str(label)))


def told(call: Call, issue: Issue) -> IssueAnswer:
    """Give an issue as it was saved."""
    with call.reading() as tx:
        return issuebodies.told(tx, issue)


def _version(one: versions.Version) -> VersionAnswer:
    return VersionAnswer(
        version=str(one.label),
        written_by=one.written_by,
        written_at=one.written_at.isoformat(),
        deed=one.deed,
        is_current=one.is_current,
    )
