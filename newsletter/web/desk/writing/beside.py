"""Two texts side by side: what stands in the issue and what somebody else wrote meanwhile, or any two versions."""

from dataclasses import dataclass, replace

from starlette.responses import Response

from newsletter.errors import ImageNotFound
from newsletter.images import store as images
from newsletter.issues import conflicts, contents, newsletters, restoring, sidebyside, store, versions
from newsletter.issues.model import EDITABLE, Article, Issue
from newsletter.issues.snapshot import Label
from newsletter.issues.versions import Version
from newsletter.staff.permissions import Permission, allowed
from newsletter.web.desk import frame
from newsletter.web.desk.saving import save
from newsletter.web.desk.writing.article import address, back
from newsletter.web.visits import Site, Visit
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two."""

    article: Article
    # None: it is what stands in the issue now.
    version: Version | None


def show(site: Site, visit: Visit) -> Response:
    """Show a text as it was at a version beside what it is now, or what it was at another one."""
    label, other = Label.parse(str(visit.path["label"])), visit.query.get("with", "")
    with site.application.database.read() as tx:
        issue = store.load(tx, visit.number("issue_id"))
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
        now = contents.article_of(tx, issue.id, visit.number("article_id"))
        right = _side(tx, issue, now.id, label)
        left = _side(tx, issue, now.id, Label.parse(other)) if other else Side(now, None)
        rows = sidebyside.articles(_with_names(tx, left.article), _with_names(tx, right.article))
    return frame.page(
        site,
        visit,
        "desk/writing/beside.html",
        issue=issue,
        newsletter=newsletter,
        article=now,
        left=left,
        right=right,
        label=label,
        is_aside=label.side > 0 and not other,
        can_edit=issue.state in EDITABLE and allowed(visit.actor, Permission.EDIT, issue.newsletter_id),
        address=address(visit),
        rows=rows,
    )


def take(site: Site, visit: Visit) -> Response:
    """Let a text say what it said at a version, as a version of its own."""
    issue_id, article_id, label = visit.number("issue_id"), visit.number("article_id"), Label.parse(visit.text("label"))

    def write(tx: Transaction, seen: int | None) -> Issue:
        over = None if seen is None else conflicts.over(tx, issue_id, article_id, seen)
        return restoring.restore_article(tx, issue_id, article_id, label, visit.now, expected_version=over)

    save(site, visit, issue_id, write, "issue.article", article=article_id, version=str(label))
    return back(visit, "taken")


def _side(tx: Transaction, issue: Issue, article_id: int, label: Label) -> Side:
    return Side(versions.article_at(tx, issue, article_id, label), versions.told(tx, issue, label))


def _with_names(tx: Transaction, article: Article) -> Article:
    """Give an article with the names of its pictures where it has their keys, for people to compare."""
    return replace(article, picture=_name(tx, article.picture), portrait=_name(tx, article.portrait))


def _name(tx: Transaction, key: str) -> str:
    try:
        return images.find(tx, key).facts.name if key else ""
    except ImageNotFound:
        # It was taken out of the library since.
        return key
