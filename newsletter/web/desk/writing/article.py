"""The page of one text: what it says, where it is written, and what is said about it."""

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from starlette.responses import JSONResponse, RedirectResponse, Response

from newsletter.errors import ImageNotFound, NewsletterError, Outdated, Refused
from newsletter.images import store as images
from newsletter.issues import changes, conflicts, contents, differences, document, newsletters, revised, store, versions
from newsletter.issues.draft import LONGEST_TITLE
from newsletter.issues.model import EDITABLE, Article, Issue, IssueState, Newsletter, Section
from newsletter.issues.revised import Kind
from newsletter.issues.snapshot import Label
from newsletter.languages.catalogue import later
from newsletter.letters import store as letters
from newsletter.letters.answers import NAME
from newsletter.letters.greeting import nameless
from newsletter.letters.letter import Draft
from newsletter.review import comments, contributions
from newsletter.review.comments import Comment
from newsletter.review.contribution import Contribution, ContributionState
from newsletter.staff.permissions import Permission, allowed
from newsletter.web.desk import frame, sightings
from newsletter.web.desk.composer import preview
from newsletter.web.desk.frame import Said
from newsletter.web.desk.issue import states
from newsletter.web.desk.saving import save as save_over
from newsletter.web.desk.writing import typed
from newsletter.web.desk.writing.typed import Begun
from newsletter.web.faults import fault_of
from newsletter.web.visits import Site, Visit
from subscribers import attributebook
from subscribers.attributes import Attribute
from subscribers.transaction import Transaction

SEE_OTHER = 303

# A form of the page's own script says so, and is answered in JSON.
BY_SCRIPT = "script"

# Somebody answers for it already: it is read until its editor says that the approval may end.
APPROVED = frozenset({IssueState.APPROVED, IssueState.SCHEDULED})

SAID = {
    "saved": Said(later("Saved.")),
    "same": Said(later("It says that already; nothing was saved.")),
    "taken": Said(later("This text is what that version said. What stood here is among the versions.")),
    "renewed": Said(later("This text says what its blog says now. What stood here is among the versions.")),
    "kept": Said(later("It stays as it is. Nobody is asked again until the blog changes the post once more.")),
    "commented": Said(later("Your comment stands below.")),
    "resolved": Said(later("The comment is done.")),
}


class ApprovedMeanwhile(Refused):
    """Somebody approved the issue while a window of it was open."""

    def __init__(self) -> None:
        msg = "The issue was approved meanwhile. Open this text anew if it is to be edited all the same."
        super().__init__(msg)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A text with everything the page shows around it."""

    issue: Issue
    newsletter: Newsletter
    section: Section
    article: Article
    begun: Begun
    # Key of each picture in the text -> its file.
    pictures: dict[str, str]
    attributes: tuple[Attribute, ...]
    remarks: tuple[Comment, ...]
    guest: Contribution | None
    # The letter as it was approved; None where it is composed as the issue is now.
    frozen: Draft | None
    # What became of its post, where nobody has decided about it.
    changes: tuple[Kind, ...] = ()
    # The version whose words stand in the editor and are not saved yet; empty for those of the issue.
    source: str = ""


def show(site: Site, visit: Visit) -> Response:
    """Show a text, and write it where that may be done."""
    with site.application.database.read() as tx:
        sheet = _sheet(tx, visit)
    return _page(site, visit, sheet)


def save(site: Site, visit: Visit) -> Response:
    """Save what was typed; the page's script is told in JSON, a form by the page that follows."""
    issue_id, article_id = visit.number("issue_id"), visit.number("article_id")

    def write(tx: Transaction, seen: int | None) -> Issue:
        over = None if seen is None else conflicts.over(tx, issue_id, article_id, seen)
        require_unapproved(tx, visit, issue_id)
        change = typed.change(visit, contents.article_of(tx, issue_id, article_id))
        return changes.change_article(tx, issue_id, article_id, change, visit.now, expected_version=over)

    try:
        before = visit.text("version")
        issue = save_over(site, visit, issue_id, write, "issue.article", article=article_id)
    except Outdated as refused:
        return _collided(visit, refused)
    except NewsletterError as error:
        return _refused(site, visit, error)
    if _is_script(visit):
        return JSONResponse({"version": issue.version, "said": _saved_at(site, visit, issue)})
    return back(visit, "saved" if str(issue.version) != before else "same")


def address(visit: Visit) -> str:
    """Give the address of the text that a page is about."""
    return f"/desk/issues/{visit.number('issue_id')}/articles/{visit.number('article_id')}"


def back(visit: Visit, said: str, anchor: str = "") -> Response:
    """Lead back to the text, where *said* is told."""
    return RedirectResponse(f"{address(visit)}?said={said}{anchor}", SEE_OTHER)


def _collided(visit: Visit, refused: Outdated) -> Response:
    """Lead to both texts side by side; where the refused one could not be kept, nothing of it is lost on the page."""
    if not refused.kept:
        if _is_script(visit):
            return JSONResponse({"error": visit.words.said(str(refused))}, fault_of(refused).status)
        raise refused
    place = f"{address(visit)}/beside/{refused.kept}"
    if _is_script(visit):
        return JSONResponse({"beside": place, "changes": refused.changes, "kept": refused.kept}, fault_of(refused).status)
    return RedirectResponse(place, SEE_OTHER)


def _refused(site: Site, visit: Visit, error: NewsletterError) -> Response:
    """Say why nothing was saved, with everything that was typed where it was typed."""
    status = fault_of(error).status
    if _is_script(visit):
        return JSONResponse({"error": visit.words.said(str(error))}, status)
    with site.application.database.read() as tx:
        sheet = _sheet(tx, visit)
    kept = replace(
        sheet,
        article=replace(
            sheet.article,
            title=visit.form.get("title", sheet.article.title),
            byline=visit.form.get("byline", sheet.article.byline),
        ),
        begun=replace(sheet.begun, html=visit.form.get(typed.TEXT_FIELD, sheet.begun.html)),
    )
    return _page(site, visit, kept, trouble=str(error), status=status)


def require_unapproved(tx: Transaction, visit: Visit, issue_id: int) -> None:
    """Let nobody end an approval who was not told that there is one: it may have come while their window was open."""
    known = store.load(tx, issue_id)
    if known.state in APPROVED and visit.text("ends") != "approval":
        raise ApprovedMeanwhile


def _is_script(visit: Visit) -> bool:
    return visit.text("by") == BY_SCRIPT


def _saved_at(site: Site, visit: Visit, issue: Issue) -> str:
    with site.application.database.read() as tx:
        zone = newsletters.by_id(tx, issue.newsletter_id).zone
    return visit.words.gettext("Saved at %(time)s", time=visit.words.clock(visit.now.astimezone(ZoneInfo(zone)).time()))


def _sheet(tx: Transaction, visit: Visit) -> Sheet:
    issue = store.load(tx, visit.number("issue_id"))
    article = contents.article_of(tx, issue.id, visit.number("article_id"))
    section = issue.section_of(article)
    source = visit.query.get("from", "")
    shown = versions.article_at(tx, issue, article.id, Label.parse(source)) if source else article
    begun = typed.begun(shown)
    return Sheet(
        issue=issue,
        newsletter=newsletters.by_id(tx, issue.newsletter_id),
        section=section,
        article=shown,
        begun=begun,
        pictures=_pictures(tx, begun),
        attributes=attributebook.all_attributes(tx),
        remarks=tuple(one for one in comments.comments_of(tx, issue.id) if one.article_id == article.id),
        guest=_guest(tx, issue, section, article),
        frozen=letters.load(tx, issue.letter_id).draft if issue.letter_id is not None else None,
        changes=tuple(one.kind for one in revised.changes_of(tx, issue) if one.article_id == article.id),
        source=source,
    )


def _pictures(tx: Transaction, begun: Begun) -> dict[str, str]:
    found = {}
    for key in document.image_keys(document.read(begun.document)):
        try:
            found[key] = f"/images/{images.find(tx, key).file}"
        except ImageNotFound:
            continue
    return found


def _guest(tx: Transaction, issue: Issue, section: Section, article: Article) -> Contribution | None:
    """Give what a guest was asked for here: their text, or the gap that it is to fill."""
    asked = [one for one in contributions.contributions_of(tx, issue.id) if one.state is not ContributionState.WITHDRAWN]
    own = [one for one in asked if one.article_id == article.id]
    to_come = [one for one in asked if one.article_id is None and one.section == section.title and article.is_placeholder]
    return next(iter((*own, *to_come)), None)


def _page(site: Site, visit: Visit, sheet: Sheet, *, trouble: str = "", status: int = 200) -> Response:
    issue = sheet.issue
    may_edit = allowed(visit.actor, Permission.EDIT, issue.newsletter_id) and issue.state in EDITABLE
    is_approved = issue.state in APPROVED
    wants_edit = "edit" in visit.query or bool(trouble) or bool(sheet.source)
    answer = frame.page(
        site,
        visit,
        "desk/writing/article.html",
        said=SAID.get(visit.query.get("said", "")),
        address=address(visit),
        envelope=preview.outside(site, issue, sheet.newsletter, sheet.frozen),
        words=visit.words,
        preview=f"/desk/issues/{issue.id}/preview#a{sheet.article.id}",
        issue=issue,
        newsletter=sheet.newsletter,
        section=sheet.section,
        article=sheet.article,
        begun=sheet.begun,
        pictures=sheet.pictures,
        attributes=sheet.attributes,
        slots={NAME: visit.words.gettext("Name"), **{one.key: one.label for one in sheet.attributes}},
        nameless=nameless(sheet.newsletter.language),
        remarks=sheet.remarks,
        guest=sheet.guest,
        changes=sheet.changes,
        source=sheet.source,
        state=states.shown(issue.state, is_paused=issue.is_paused),
        can_edit=may_edit and (not is_approved or wants_edit),
        can_begin=may_edit and is_approved and not wants_edit,
        may_edit=may_edit,
        ends_approval=is_approved,
        paragraphs=differences.paragraphs(sheet.article.content),
        others=sightings.around(site, visit, issue.id).at(f"t{sheet.article.id}", f"a{sheet.article.id}"),
        trouble=trouble,
        longest_title=LONGEST_TITLE,
        longest_byline=changes.LONGEST_BYLINE,
    )
    answer.status_code = status
    return answer
