"""The composer's page: the issue as cards, what is open of it, and what stands beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.responses import Response

from newsletter.errors import NewsletterError, Outdated
from newsletter.images.model import Image
from newsletter.images.store import library
from newsletter.issues import authorbook, contents, newsletters, revised, snippets, store, versions
from newsletter.issues.model import EDITABLE, IN_THE_MAKING, Article, Issue, IssueState, Newsletter, SectionKind
from newsletter.issues.versions import Version, Walk
from newsletter.letters import store as letters
from newsletter.letters.illustrate import shelf_of
from newsletter.letters.letter import Draft
from newsletter.review import charging, contributions
from newsletter.review import comments as remarks
from newsletter.review.comments import Comment
from newsletter.staff.permissions import Permission, allowed
from newsletter.web.desk import frame, sightings
from newsletter.web.desk.composer import cards, checks, collisions, posts, preview, said, subjects
from newsletter.web.desk.composer.cards import Group
from newsletter.web.desk.composer.readers import reader_of
from newsletter.web.desk.composer.view import KEEP_FIELD, Side, View
from newsletter.web.desk.issue import around, readiness, states
from newsletter.web.desk.meanwhile import CONFLICT, Both
from newsletter.web.desk.sightings import Around
from newsletter.web.faults import fault_of
from newsletter.web.visits import Site, Visit
from subscribers import attributebook
from subscribers.attributes import Attribute
from subscribers.transaction import Transaction

S = IssueState

# A browser lists no more names usefully, and no more pictures.
MOST_NAMES = 300
MOST_PICTURES = 60

# Where the preview stands; on a phone it is one of several pages.
_PREVIEWED = frozenset({Side.ISSUE, Side.PREVIEW})

_APPROVED = frozenset({S.APPROVED, S.SCHEDULED})


@dataclass(frozen=True, slots=True)
class Trouble:
    """What did not work, what became of it, and what to do."""

    text: str
    # Who did what meanwhile.
    changes: tuple[str, ...] = ()
    # The version under which it is kept; empty where it is not.
    kept: str = ""
    # Where that stands beside what the issue says now; empty where it is not about one article.
    beside: str = ""
    # The version that was typed over; None where nobody else saved.
    over: int | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form that is open offers to choose from."""

    names: tuple[str, ...] = ()
    pictures: tuple[Image, ...] = ()
    snippets: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    # Whether the library is open to whoever looks.
    can_tend: bool = False


@dataclass(frozen=True, slots=True)
class Laid:
    """Everything that the page is made of."""

    # Who else has it open.
    around: Around
    issue: Issue
    newsletter: Newsletter
    groups: tuple[Group, ...]
    dropped: tuple[Article, ...]
    # What became of the posts of articles, where nobody has decided about it, by the ids of those.
    changed: Mapping[int, str]
    # About the whole issue.
    comments: tuple[Comment, ...]
    latest: Version
    walk: Walk
    choices: Choices
    # The letter as it was approved; None where it is composed as the issue is now.
    frozen: Draft | None
    # The form that is open, as it was typed and as somebody else saved it meanwhile.
    both: Both | None = None


def show(site: Site, visit: Visit) -> Response:
    """Show the composer."""
    return render(site, visit, View.read(visit.number("issue_id"), visit.query))


def refused(site: Site, visit: Visit, view: View, error: NewsletterError) -> Response:
    """Show the composer as it is now, with why something was not done and what became of it."""
    if isinstance(error, Outdated):
        text = visit.words.gettext(
            "Not saved: the issue was changed after this page was shown to you. It is shown below as it is now."
        )
        is_article = view.open.startswith("a") and bool(error.kept)
        beside = f"/desk/issues/{view.issue_id}/articles/{view.open[1:]}/beside/{error.kept}" if is_article else ""
        return render(site, visit, view, Trouble(text, error.changes, error.kept, beside, error.expected), status=CONFLICT)
    return render(site, visit, view, Trouble(str(error)), status=fault_of(error).status)


def kept_view(visit: Visit) -> View:
    """Give what was open on the page that a form stood on."""
    return View.kept(visit.number("issue_id"), visit.text(KEEP_FIELD))


def render(site: Site, visit: Visit, view: View, trouble: Trouble | None = None, *, status: int = 200) -> Response:
    """Answer with the page; what was typed into a form that was refused stands in it still."""
    # Before the page has a connection of its own: two for a page, and some pages at once wait for each other.
    company = sightings.around(site, visit, view.issue_id)
    with site.application.database.read() as tx:
        laid = _laid(site, tx, visit, view, company)
        if trouble is not None and trouble.over is not None:
            laid = replace(laid, both=collisions.both(tx, laid.issue, view.open, trouble.over, visit))
        pool = posts.look(tx, laid.newsletter, view) if view.side is Side.POSTS else None
        reader = reader_of(tx, visit.actor, laid.newsletter, view.reader)
    checked = checks.check(site, visit, laid.issue, laid.newsletter, view) if view.side is Side.CHECKS else None
    issue = laid.issue
    can_edit = issue.state in EDITABLE and allowed(visit.actor, Permission.EDIT, issue.newsletter_id)
    answer = frame.page(
        site,
        visit,
        "desk/composer/compose.html",
        tabs=around.tabs(issue.id, visit.words),
        view=view,
        laid=laid,
        pool=pool,
        checked=checked,
        envelope=preview.outside(site, laid.issue, laid.newsletter, laid.frozen) if view.side in _PREVIEWED else None,
        reader=reader,
        can_see_people=allowed(visit.actor, Permission.MANAGE_PEOPLE, issue.newsletter_id),
        into=_into(visit.query, issue),
        issue=issue,
        newsletter=laid.newsletter,
        state=states.shown(issue.state, is_paused=issue.is_paused),
        can_edit=can_edit,
        is_approved=issue.state in _APPROVED,
        may_assign=can_edit and issue.state in IN_THE_MAKING,
        told=said.sentence(visit.query, issue, laid.dropped, visit.words) if trouble is None else "",
        focus=visit.query.get("focus", ""),
        at=f"a{on}" if (on := visit.query.get("on", "")) in {str(one.id) for one in issue.articles} else "",
        trouble=trouble,
        typed=_typed(visit, laid.both) if trouble is not None else {},
        walk=laid.walk,
        subjects=subjects.alternatives(issue, laid.newsletter) if view.open == "head" else (),
        lengths=subjects.lengths(issue),
        words=visit.words,
        looks=cards.LOOKS,
        kinds=cards.KINDS,
        shows=cards.SHOWS,
    )
    answer.status_code = status
    return answer


def _typed(visit: Visit, both: Both | None) -> Mapping[str, str]:
    return visit.form if both is None else {**visit.form, **both.merged}


def _laid(site: Site, tx: Transaction, visit: Visit, view: View, company: Around) -> Laid:
    issue = store.load(tx, view.issue_id)
    newsletter = newsletters.by_id(tx, issue.newsletter_id)
    said_of = remarks.comments_of(tx, issue.id)
    shelf = shelf_of(tx, issue, site.application.links)
    asked = contributions.contributions_of(tx, issue.id)
    lines = tuple(readiness.line(one, visit) for one in charging.progress_of(tx, issue))
    return Laid(
        around=company,
        issue=issue,
        newsletter=newsletter,
        groups=cards.groups(issue, shelf, asked, said_of, company.at, lines),
        dropped=contents.dropped_of(tx, issue.id),
        # Told once of each: that it was changed, if both.
        changed={one.article_id: one.kind for one in reversed(revised.changes_of(tx, issue))},
        comments=tuple(one for one in said_of if one.article_id is None),
        latest=versions.latest(tx, issue),
        walk=versions.walk(tx, issue),
        choices=_choices(tx, visit, newsletter, view),
        frozen=letters.load(tx, issue.letter_id).draft if issue.letter_id is not None else None,
    )


def _choices(tx: Transaction, visit: Visit, newsletter: Newsletter, view: View) -> Choices:
    """Give what the open form offers; nothing is read for one that is closed."""
    if not view.open or view.open[0] not in "an":
        return Choices()
    return Choices(
        names=tuple(author.name for author in authorbook.register(tx, newsletter.id).authors[:MOST_NAMES]),
        pictures=library(tx)[:MOST_PICTURES],
        snippets=tuple(one.name for one in snippets.all_snippets(tx, newsletter.id)),
        attributes=attributebook.all_attributes(tx),
        can_tend=allowed(visit.actor, Permission.EDIT),
    )


def _into(query: Mapping[str, str], issue: Issue) -> int:
    """Give the section that is chosen for posts: that of the last time, else the first of articles."""
    on = query.get("on", "") if query.get("did") == "taken" else ""
    fit = (one for one in issue.sections if str(one.id) == on or (not on and one.kind is SectionKind.ARTICLES))
    return next((one.id for one in fit), 0)
