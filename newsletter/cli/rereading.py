"""Reading the feeds before an issue is drafted or approved, with a bar while servers are waited for."""

from newsletter.cli.door import Door
from newsletter.cli.issueviews import load
from newsletter.cli.progress import counting_bar
from newsletter.feeds import store as feeds
from newsletter.issues import newsletters
from newsletter.issues.model import Month
from newsletter.staff.permissions import Permission

# Of a busy month on a slow blog, in seconds; the worker has as long.
LONGEST_GATHERING = 60.0


def read_month(door: Door, newsletter: str, month: Month) -> tuple[str, ...]:
    """Read a newsletter's month before it is drafted, and give in words what could not be read.

    Raises:
        NotPermitted: whoever acts may not draft.
        NewsletterNotFound: there is none of this name.

    """
    door.allow(Permission.EDIT)
    with door.reading() as tx:
        owner = newsletters.find(tx, newsletter)
        count = len(feeds.feeds_of(tx, owner.id))
    with counting_bar("Reading the feeds", count) as tell:
        return door.application.reader(LONGEST_GATHERING).read(owner.id, month, tell)


def read_again(door: Door, issue_id: int) -> tuple[str, ...]:
    """Read the feeds of an issue once more before it is approved, and give in words what could not be read.

    Raises:
        NotPermitted: whoever acts may not approve.
        IssueNotFound: there is none of this id.

    """
    door.allow(Permission.APPROVE)
    issue = load(door, issue_id)
    with door.reading() as tx:
        count = len(feeds.feeds_of(tx, issue.newsletter_id))
    with counting_bar("Reading the feeds", count) as tell:
        return door.application.reader().read_again(issue, tell)
