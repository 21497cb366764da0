"""In whose name people are written to: a list, and the newsletter that its people get."""

from dataclasses import dataclass

from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.web.faults import PageNotFound
from subscribers import register
from subscribers.model import MailingList, Subscriber
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Subject:
    """The list a page is about, and the newsletter its people get."""

    list: MailingList
    newsletter: Newsletter
    # What people call it: the newsletter, and the list only where several newsletters go to it.
    called: str
    # Whether any newsletter of the list counts how often its links are followed.
    counts_clicks: bool = False


def subject_of(tx: Transaction, list_: MailingList) -> Subject:
    """Give the newsletter that belongs to a list.

    Raises:
        PageNotFound: nothing is mailed to this list, so nobody has to do with it from outside.

    """
    subject = find_subject(tx, list_)
    if subject is None:
        raise PageNotFound
    return subject


def find_subject(tx: Transaction, list_: MailingList) -> Subject | None:
    """Give the newsletter that belongs to a list; None when nothing is mailed to it."""
    found = newsletters.all_of_list(tx, list_.id)
    if not found:
        return None
    called = found[0].name if len(found) == 1 else list_.name
    return Subject(list_, found[0], called, counts_clicks=any(one.counts_clicks for one in found))


def subject_for(tx: Transaction, person: Subscriber) -> Subject:
    """Give the list in whose name a person is written to about themselves: the first they are on, else the first there is.

    Raises:
        PageNotFound: there is no newsletter.

    """
    standings = sorted(register.subscriptions_of(tx, person.id), key=lambda standing: not standing.is_confirmed)
    lists = [register.list_by_id(tx, standing.list_id) for standing in standings]
    found = (find_subject(tx, list_) for list_ in (*lists, *register.all_lists(tx)))
    subject = next((one for one in found if one is not None), None)
    if subject is None:
        raise PageNotFound
    return subject
