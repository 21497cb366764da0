"""Reads what tells that an issue is out: the issue as the archive has it, with what is inside and where it is to be had."""

from newsletter.archive import index, prints, shelf
from newsletter.archive.announcement import Announcement, announce
from newsletter.errors import BadValue, IssueNotFound, WrongState
from newsletter.issues import newsletters, store
from newsletter.letters.links import Links
from subscribers import register
from subscribers.transaction import Transaction


def announcement_of(tx: Transaction, links: Links, issue_id: int, title: str = "") -> Announcement:
    """Announce an issue that is on the web, under a *title* of one's own or the usual one.

    Raises:
        IssueNotFound: there is none of this id.
        BadValue: its newsletter is not on the web.
        WrongState: it is not out.

    """
    issue = store.load(tx, issue_id)
    newsletter = newsletters.by_id(tx, issue.newsletter_id)
    if not newsletter.is_shown:
        raise BadValue("newsletter", newsletter.name, "is not on the web, so there is nothing to lead to")
    try:
        published = index.by_id(tx, issue_id)
    except IssueNotFound as unpublished:
        raise WrongState(issue_id, "announced", issue.state.value) from unpublished
    list_ = register.list_by_id(tx, newsletter.list_id)
    return announce(
        newsletter,
        published,
        shelf.articles_of(tx, [issue_id]).get(issue_id, ()),
        links,
        is_monthly=bool(issue.month),
        is_printed=issue_id in prints.printed(tx, [issue_id]),
        subscribe=links.subscribe(list_.slug) if list_.has_form else "",
        title=title,
    )
