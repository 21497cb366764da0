"""What blogs say otherwise than when an issue took their posts, and an editor's word on which of the two it is."""

from datetime import datetime

from pydantic import Field

from newsletter.issues import revised, store
from newsletter.issues.revised import Change, Kind, PartName
from newsletter.staff.acting import Acting
from newsletter.staff.permissions import Permission
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Given, Moment
from newsletter.web.api.issuebodies import IssueAnswer
from newsletter.web.api.problems import Invalid, Wrong
from newsletter.web.api.resources.issues import Over, told
from newsletter.web.api.routing import Routes
from newsletter.web.api.saving import seen
from newsletter.web.visits import Of

P = Permission
ARTICLE = "/issues/{issue_id:int}/articles/{article_id:int}"

routes = Routes("revisions", "Posts that were changed in their blogs after an issue took them.")


class PartAnswer(Answer):
    """One part of a post that says something else now."""

    name: PartName
    before: str
    after: str
    is_edited: bool = Field(description="An editor has written it otherwise, which taking it would give up.")


class ChangeAnswer(Answer):
    """What became of a post that an article was taken from."""

    article_id: int
    post_id: int
    title: str
    kind: Kind
    at: datetime
    text: str = Field(description="What happened, as a sentence.")
    parts: list[PartAnswer]


class Deciding(Given):
    """Which change is decided on: nobody takes what they have not seen."""

    at: Moment = Field(description="`at` of the change, as it was listed.")
    version: Over = None


@routes.get("/issues/{issue_id:int}/revisions", P.VIEW, Of.ISSUE)
def list_revisions(call: Calling, issue_id: int) -> list[ChangeAnswer]:
    """List what blogs say otherwise than when an issue took their posts, where nobody has decided yet."""
    with call.reading() as tx:
        return [_answer(one) for one in revised.changes_of(tx, store.load(tx, issue_id))]


@routes.post(f"{ARTICLE}/take-revision", P.EDIT, Of.ARTICLE)
def take_revision(call: Calling, issue_id: int, article_id: int, given: Deciding) -> IssueAnswer:
    """Let an article say what its blog says now, in the parts that the blog has changed; an approval of the issue ends."""
    with call.acting() as acting:
        _require_seen(acting, issue_id, article_id, given)
        issue = revised.take(acting.tx, issue_id, article_id, acting.now, expected_version=given.version)
        acting.record("issue.take_revision", f"issue {issue_id}", article=article_id)
    return told(call, issue)


@routes.post(f"{ARTICLE}/keep-text", P.EDIT, Of.ARTICLE)
def keep_text(call: Calling, issue_id: int, article_id: int, given: Deciding) -> IssueAnswer:
    """Let an article stay as it is though its blog says something else; nothing of the issue changes."""
    with call.acting() as acting:
        _require_seen(acting, issue_id, article_id, given)
        issue = revised.keep_mine(acting.tx, issue_id, article_id)
        acting.record("issue.keep_text", f"issue {issue_id}", article=article_id)
    return told(call, issue)


def _require_seen(acting: Acting, issue_id: int, article_id: int, given: Deciding) -> None:
    changes = revised.changes_of(acting.tx, seen(acting, issue_id, given.version))
    its = [one.at for one in changes if one.article_id == article_id]
    if its and given.at not in its:
        raise Invalid([Wrong("body/at", "is of a change that was followed by another; look at it again")])


def _answer(one: Change) -> ChangeAnswer:
    return ChangeAnswer(
        article_id=one.article_id,
        post_id=one.post_id,
        title=one.title,
        kind=one.kind,
        at=one.at,
        text=one.words,
        parts=[PartAnswer.model_validate(part) for part in one.parts],
    )
