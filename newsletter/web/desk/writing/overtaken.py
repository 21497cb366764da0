"""A text whose post was changed in its blog, or is gone from it: both side by side, and an editor's word on which it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from newsletter.errors import BadValue, Outdated
from newsletter.issues import authors, conflicts, contents, editing, newsletters, revised, sidebyside, store
from newsletter.issues.model import EDITABLE, Article, Issue, Newsletter
from newsletter.issues.revised import Change, Kind
from newsletter.issues.sidebyside import Pair
from newsletter.languages.catalogue import later
from newsletter.staff import audit
from newsletter.staff.permissions import Permission, allowed
from newsletter.web.desk import frame
from newsletter.web.desk.composer.said import Done
from newsletter.web.desk.composer.view import View
from newsletter.web.desk.frame import Said
from newsletter.web.desk.saving import version_shown
from newsletter.web.desk.writing.article import APPROVED, SEE_OTHER, address, back, require_unapproved
from newsletter.web.visits import Site, Visit
from subscribers.sentence import say
from subscribers.transaction import Transaction

# What the buttons say, and what the audit calls it.
TAKE, KEEP, LEAVE_OUT = "take", "keep", "out"
_ACTS = {TAKE: "issue.take_revision", KEEP: "issue.keep_text", LEAVE_OUT: "issue.edit"}

_SAID = {
    "meanwhile": Said(
        later("Nothing was done: the text or its post was changed after this page was shown to you. Here they are now.")
    ),
}


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A text, and what became of its post."""

    issue: Issue
    newsletter: Newsletter
    article: Article
    # Nothing where an editor has decided, or it says what its post says.
    changes: tuple[Change, ...]
    # The text as it is and as it would be, where the post says something else.
    rows: tuple[Pair, ...]

    @property
    def revision(self) -> Change | None:
        """What the post says otherwise; None where it says the same or is gone."""
        return next((one for one in self.changes if one.kind is Kind.REVISED), None)

    @property
    def edited(self) -> tuple[str, ...]:
        """The parts that editors have written otherwise and would give up."""
        return tuple(part.name.value for part in self.revision.parts if part.is_edited) if self.revision else ()

    @property
    def is_gone(self) -> bool:
        """Whether the post is not in its feed any more."""
        return any(one.kind is Kind.VANISHED for one in self.changes)


def show(site: Site, visit: Visit) -> Response:
    """Show what stands in the issue beside what the blog says now."""
    with site.application.database.read() as tx:
        found = _look(tx, visit)
    issue = found.issue
    return frame.page(
        site,
        visit,
        "desk/writing/overtaken.html",
        said=_SAID.get(visit.query.get("said", "")),
        address=address(visit),
        issue=issue,
        newsletter=found.newsletter,
        article=found.article,
        found=found,
        shown=mark(found.changes),
        can_edit=issue.state in EDITABLE and allowed(visit.actor, Permission.EDIT, issue.newsletter_id),
        ends_approval=issue.state in APPROVED,
    )


def decide(site: Site, visit: Visit) -> Response:
    """Do what the button says, if the text and its post are still what the page showed.

    Raises:
        BadValue: there is no such button.

    """
    act = visit.text("act")
    if act not in _ACTS:
        raise BadValue(say("act"), act, say("is none of %(acts)s", acts=", ".join(_ACTS)))
    issue_id, article_id = visit.number("issue_id"), visit.number("article_id")
    try:
        with site.application.database.write() as tx:
            authors.sign(tx, visit.actor.name)
            over = conflicts.over(tx, issue_id, article_id, version_shown(visit))
            store.require_version(tx, issue_id, over)
            changes = _look(tx, visit).changes
            if mark(changes) != visit.text("shown") or not changes:
                return _again(visit)
            _do(tx, visit, act, over)
            audit.record(tx, visit.actor, _ACTS[act], f"issue {issue_id}", {"article": article_id}, visit.now)
    except Outdated:
        return _again(visit)
    if act == LEAVE_OUT:
        done = Done("dropped", article_id, focus=f"restore{article_id}")
        return RedirectResponse(done.place(View(issue_id)), SEE_OTHER)
    return back(visit, "renewed" if act == TAKE else "kept")


def mark(changes: Sequence[Change]) -> str:
    """Give what tells these changes from later ones: nobody takes what they have not seen."""
    return " ".join(f"{one.kind.value}@{one.at.isoformat()}" for one in changes)


def _do(tx: Transaction, visit: Visit, act: str, over: int) -> None:
    issue_id, article_id = visit.number("issue_id"), visit.number("article_id")
    if act == KEEP:
        revised.keep_mine(tx, issue_id, article_id)
        return
    require_unapproved(tx, visit, issue_id)
    if act == TAKE:
        revised.take(tx, issue_id, article_id, visit.now, expected_version=over)
    else:
        editing.drop_article(tx, issue_id, article_id, visit.now, expected_version=over)


def _again(visit: Visit) -> Response:
    return RedirectResponse(f"{address(visit)}/post?said=meanwhile", SEE_OTHER)


def _look(tx: Transaction, visit: Visit) -> Overtaken:
    issue = store.load(tx, visit.number("issue_id"))
    article = contents.article_of(tx, issue.id, visit.number("article_id"))
    changes = tuple(one for one in revised.changes_of(tx, issue) if one.article_id == article.id)
    found = Overtaken(issue, newsletters.by_id(tx, issue.newsletter_id), article, changes, ())
    if found.revision is None:
        return found
    rows = sidebyside.articles(article, revised.renewed(article, found.revision))
    return Overtaken(found.issue, found.newsletter, article, changes, rows)
