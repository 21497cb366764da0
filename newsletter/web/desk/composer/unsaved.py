"""The letter as it would be with what is being typed in a form of the composer: shown beside it, and written nowhere."""

from starlette.responses import Response

from newsletter.issues import unsaved
from newsletter.issues.model import Issue
from newsletter.web.desk.composer import preview, typed
from newsletter.web.desk.saving import version_shown
from newsletter.web.visits import Site, Visit
from subscribers.transaction import Transaction


def head(site: Site, visit: Visit) -> Response:
    """Show the letter with the lines above the sections as they are typed."""

    def made(tx: Transaction) -> Issue:
        return unsaved.with_head(tx, visit.number("issue_id"), version_shown(visit), **typed.head_of(visit))

    return preview.show_unsaved(site, visit, made)


def article(site: Site, visit: Visit) -> Response:
    """Show the letter with an article as it is typed; a picture that is not here yet comes with the save."""

    def made(tx: Transaction) -> Issue:
        issue_id, article_id, seen = visit.number("issue_id"), visit.number("article_id"), version_shown(visit)
        change = typed.change_of(visit)
        return unsaved.with_article(tx, issue_id, article_id, seen, lambda known: typed.news(change, known))

    return preview.show_unsaved(site, visit, made)


def section(site: Site, visit: Visit) -> Response:
    """Show the letter with a section laid out as it is typed."""

    def made(tx: Transaction) -> Issue:
        issue_id, section_id, seen = visit.number("issue_id"), visit.number("section_id"), version_shown(visit)
        return unsaved.with_section(tx, issue_id, section_id, seen, typed.section_change_of(visit))

    return preview.show_unsaved(site, visit, made)
