"""A newsletter goes to another list from now on; what somebody approved for the one before still goes there."""

from dataclasses import dataclass

from sqlalchemy import update

from newsletter.errors import BadValue
from newsletter.issues import newsletters, readers, store
from newsletter.issues.model import IssueState, Newsletter
from newsletter.issues.store import IssueLine
from newsletter.tables.issues import newsletter
from subscribers import register
from subscribers.model import MailingList
from subscribers.sentence import say
from subscribers.transaction import Transaction

S = IssueState


@dataclass(frozen=True, slots=True)
class Left:
    """What another list of a newsletter leaves with the one before."""

    list: MailingList
    # Approved or on their way; they go where they were approved for.
    issues: tuple[IssueLine, ...]
    # Whether no other newsletter goes to it: nobody can join it then, and nothing is mailed to it.
    is_alone: bool
    # Those that are for topics of it only, in the way of a change.
    for_topics: tuple[IssueLine, ...]


def left(tx: Transaction, known: Newsletter) -> Left:
    """Say what would stay with the list that a newsletter has; changes nothing."""
    waiting = store.waiting(tx, known.id)
    return Left(
        list=register.list_by_id(tx, known.list_id),
        issues=tuple(line for line in (*waiting, *_on_their_way(tx, known)) if line.state in readers.BOUND),
        is_alone=len(newsletters.all_of_list(tx, known.list_id)) == 1,
        for_topics=tuple(line for line in waiting if readers.topics_of(tx, line.id)),
    )


def change(tx: Transaction, newsletter_id: int, list_id: int) -> Newsletter:
    """Let the issues of a newsletter that are approved from now on go to another list. Nobody moves from list to list.

    Raises:
        NewsletterNotFound: there is none of this id.
        ListNotFound: there is no such list.
        ListArchived: nothing is sent to it any more.
        BadValue: an issue is for topics of the list before; of the other one they would select nobody who chose them.

    """
    newsletters.take_turn(tx, newsletter_id)
    known = newsletters.by_id(tx, newsletter_id)
    register.require_open(tx, list_id)
    if list_id == known.list_id:
        return known
    stays = left(tx, known)
    if stays.for_topics:
        named = ", ".join(say("no. %(number)s (%(title)s)", number=line.number, title=line.title) for line in stays.for_topics)
        raise BadValue(
            say("list"),
            stays.list.name,
            say("%(named)s is for some of its topics only; send it first, or let it be for all", named=named),
        )
    tx.execute(update(newsletter).where(newsletter.c.id == newsletter_id).values(list_id=list_id))
    return newsletters.by_id(tx, newsletter_id)


def _on_their_way(tx: Transaction, known: Newsletter) -> tuple[IssueLine, ...]:
    return tuple(line for line in store.issues_in(tx, frozenset({S.SENDING})) if line.newsletter_id == known.id)
