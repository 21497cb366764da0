"""The letter with a text as it is being written, beside it; nothing is written down."""

from starlette.responses import Response

from newsletter.issues import unsaved
from newsletter.issues.model import Issue
from newsletter.web.desk.composer import preview
from newsletter.web.desk.saving import version_shown
from newsletter.web.desk.writing import typed
from newsletter.web.visits import Site, Visit
from subscribers.transaction import Transaction


def show(site: Site, visit: Visit) -> Response:
    """Show the letter with the text as it stands in the editor."""

    def made(tx: Transaction) -> Issue:
        issue_id, article_id = visit.number("issue_id"), visit.number("article_id")
        return unsaved.with_article(
            tx, issue_id, article_id, version_shown(visit), lambda article: typed.change(visit, article)
        )

    return preview.show_unsaved(site, visit, made)
