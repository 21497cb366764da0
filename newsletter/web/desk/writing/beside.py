"""Two texts side by side: what stands in the issue, and what somebody else wrote meanwhile or a version said."""

from starlette.responses import Response

from newsletter.issues import changes, conflicts, contents, newsletters, sidebyside, store, versions
from newsletter.issues.changes import Change
from newsletter.issues.model import Article, Issue
from newsletter.issues.snapshot import Label
from newsletter.web.desk import frame
from newsletter.web.desk.saving import save
from newsletter.web.desk.writing.article import address, back, kept_article
from newsletter.web.visits import Site, Visit
from subscribers.transaction import Transaction


def show(site: Site, visit: Visit) -> Response:
    """Show a text as it is in the issue beside the same text of a version."""
    label = str(visit.path["label"])
    with site.application.database.read() as tx:
        issue = store.load(tx, visit.number("issue_id"))
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
        now = contents.article_of(tx, issue.id, visit.number("article_id"))
        kept = kept_article(tx, issue, now.id, label)
        told = versions.told(tx, issue, Label.parse(label))
    return frame.page(
        site,
        visit,
        "desk/writing/beside.html",
        issue=issue,
        newsletter=newsletter,
        article=now,
        kept=kept,
        told=told,
        label=label,
        is_aside=Label.parse(label).side > 0,
        address=address(visit),
        rows=sidebyside.articles(now, kept),
    )


def take(site: Site, visit: Visit) -> Response:
    """Let a text say what it said at a version, as a version of its own."""
    issue_id, article_id = visit.number("issue_id"), visit.number("article_id")

    def write(tx: Transaction, seen: int | None) -> Issue:
        kept = kept_article(tx, store.load(tx, issue_id), article_id, visit.text("label"))
        over = None if seen is None else conflicts.over(tx, issue_id, article_id, seen)
        change = _as_in(kept, contents.article_of(tx, issue_id, article_id))
        return changes.change_article(tx, issue_id, article_id, change, visit.now, expected_version=over)

    save(site, visit, issue_id, write, "issue.article", article=article_id, version=visit.text("label"))
    return back(visit, "taken")


def _as_in(kept: Article, now: Article) -> Change:
    return Change(
        title=kept.title if kept.title != now.title else None,
        byline=kept.byline if kept.byline != now.byline else None,
        content=kept.content if kept.document is None else None,
        document=kept.document,
    )
