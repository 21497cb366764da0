"""Everything that one text was: the saves that changed it, with the way to what each changed, and back."""

from starlette.responses import Response

from newsletter.issues import contents, lineage, newsletters, store
from newsletter.web.desk import frame
from newsletter.web.desk.writing.article import address
from newsletter.web.visits import Site, Visit

# As many saves as nobody makes.
_MOST_DIGITS = 9


def show(site: Site, visit: Visit) -> Response:
    """Show the versions of one text, the newest first."""
    behind = visit.query.get("behind", "")
    known = int(behind) if behind.isascii() and behind.isdecimal() and len(behind) <= _MOST_DIGITS else 0
    with site.application.database.read() as tx:
        issue = store.load(tx, visit.number("issue_id"))
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
        article = contents.article_of(tx, issue.id, visit.number("article_id"))
        found = lineage.of_article(tx, issue, article.id, known)
    return frame.page(
        site,
        visit,
        "desk/writing/lineage.html",
        issue=issue,
        newsletter=newsletter,
        article=article,
        address=address(visit),
        turns=found.turns,
        behind=known,
        next=found.behind,
    )
