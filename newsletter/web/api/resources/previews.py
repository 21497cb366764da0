"""The letter of an issue as it would arrive, what an issue was at a version, and how many get it."""

from typing import Annotated

from fastapi import Path
from pydantic import Field

from newsletter import inspection
from newsletter.errors import BadValue
from newsletter.issues import newsletters, restoring, store, versions
from newsletter.issues.model import Issue
from newsletter.issues.snapshot import Label, Snapshot
from newsletter.letters import store as letters
from newsletter.letters.answers import otherwise_of
from newsletter.letters.compose import compose_issue
from newsletter.letters.illustrate import shelf_of
from newsletter.letters.letter import fill_html, fill_text
from newsletter.letters.webcopy import public_values
from newsletter.staff.acting import Acting
from newsletter.staff.permissions import Permission
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Given
from newsletter.web.api.issuebodies import ArticleAnswer, IssueAnswer, SectionAnswer, section_answer
from newsletter.web.api.resources.issues import Over, told
from newsletter.web.api.routing import Routes
from newsletter.web.api.saving import save
from newsletter.web.visits import Of
from subscribers.sentence import say

VIEW = Permission.VIEW
ISSUE = "/issues/{issue_id:int}"

# Seconds that whoever counts waits.
LONGEST_COUNT = 20.0

LABEL = r"^[0-9]{1,9}(\.[0-9]{1,9})?$"

routes = Routes("previews", "Letters as they would arrive, issues as they were, and how many get them.")


class LetterAnswer(Answer):
    """A letter as it arrives; links of a person's own lead where the web copy's do."""

    version: int
    is_frozen: bool = Field(description="It was approved: what is shown is what is mailed.")
    sender_name: str
    sender_address: str
    reply_to: str
    subject: str
    preheader: str
    language: str
    html: str
    text: str


class ReachAnswer(Answer):
    """How many get an issue."""

    people: int
    before: int | None = Field(description="How many the one before was for; null: there was none.")


class SnapshotAnswer(Answer):
    """What an issue was at a version."""

    title: str
    subject: str
    preheader: str
    sections: list[SectionAnswer]
    dropped: list[ArticleAnswer]


class Taking(Given):
    """Which version of a text is to be its text again."""

    to: Annotated[str, Field(pattern=LABEL)] = Field(description="As `versions` names it.")
    version: Over = None


@routes.get(f"{ISSUE}/preview", VIEW, Of.ISSUE)
def preview_issue(call: Calling, issue_id: int) -> LetterAnswer:
    """Show the letter of an issue as it would arrive: the frozen one, or as it would be composed now."""
    application = call.application
    with call.reading() as tx:
        issue = store.load(tx, issue_id)
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
        frozen = letters.load(tx, issue.letter_id).draft if issue.letter_id is not None else None
        shelf = shelf_of(tx, issue, application.links)
    seed = application.keyring.derive("slots")
    draft = frozen or compose_issue(application.templates, newsletter, issue, application.links, seed, shelf).draft
    values = public_values(application.links, newsletter.slug, issue.number, draft.language)
    answers = {asked: otherwise_of(asked) for asked in draft.answers}
    html = fill_html(draft.html, draft.answers, answers)  # type: ignore[arg-type]  # answers have keys as slots have names
    text = fill_text(draft.text, draft.answers, answers)  # type: ignore[arg-type]  # as above
    return LetterAnswer(
        version=issue.version,
        is_frozen=frozen is not None,
        sender_name=draft.sender_name,
        sender_address=draft.sender_address,
        reply_to=draft.reply_to,
        subject=draft.subject,
        preheader=draft.preheader,
        language=draft.language,
        html=fill_html(html, draft.slots, values),
        text=fill_text(text, draft.slots, values),
    )


@routes.get(f"{ISSUE}/readers/count", VIEW, Of.ISSUE)
def count_readers(call: Calling, issue_id: int) -> ReachAnswer:
    """Count who would get an issue now."""
    with call.reading(LONGEST_COUNT) as tx:
        found = inspection.reach(tx, issue_id, call.now)
    if found is None:
        raise BadValue(say("segment"), "", say("speaks of what there is not any more; change it, or the audience"))
    return ReachAnswer.model_validate(found)


@routes.get(f"{ISSUE}/versions/{{label}}", VIEW, Of.ISSUE)
def show_version(call: Calling, issue_id: int, label: Annotated[str, Path(pattern=LABEL)]) -> SnapshotAnswer:
    """Show what an issue was at a version."""
    with call.reading() as tx:
        return _snapshot(versions.version_of(tx, store.load(tx, issue_id), Label.parse(label)))


@routes.post(f"{ISSUE}/articles/{{article_id:int}}/take-version", Permission.EDIT, Of.ARTICLE)
def take_version(call: Calling, issue_id: int, article_id: int, given: Taking) -> IssueAnswer:
    """Let one text say again what it said at a version, where it stands now; that is a version of its own."""
    label = Label.parse(given.to)

    def write(acting: Acting, over: int | None) -> Issue:
        return restoring.restore_article(acting.tx, issue_id, article_id, label, acting.now, expected_version=over)

    return told(call, save(call, issue_id, write, given.version, "issue.article", article=article_id))


def _snapshot(one: Snapshot) -> SnapshotAnswer:
    return SnapshotAnswer(
        title=one.title,
        subject=one.subject,
        preheader=one.preheader,
        sections=[section_answer(section) for section in one.sections],
        dropped=[ArticleAnswer.model_validate(article) for article in one.dropped],
    )
