"""The verb of asking somebody without an account to look an issue over: a link for a time, and a mail that carries it."""

from datetime import datetime, timedelta

from newsletter.errors import WrongState
from newsletter.issues import newsletters, store
from newsletter.issues.model import EDITABLE, Issue, Newsletter
from newsletter.languages.catalogue import words_for
from newsletter.letters import guestnotices
from newsletter.letters.guestnotices import Errand
from newsletter.letters.letter import Draft, LetterKind
from newsletter.letters.templates import Templates
from newsletter.mail import dispatch
from newsletter.review import guests
from newsletter.review.guests import GuestLink, GuestPurpose
from subscribers.address import parse
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction


def compose(
    templates: Templates, keyring: Keyring, newsletter: Newsletter, issue: Issue, errand: Errand, address: str
) -> Draft:
    """Compose the mail to a reviewer, in the newsletter's language.

    Raises:
        RenderFailed: a template is wrong.

    """
    spoken = templates.speaking(words_for(newsletter.language))
    about = f"{issue.id}:{address}"
    return guestnotices.compose(LetterKind.REVIEW, spoken, newsletter, keyring.derive("slots"), about, errand)


def errand(issue: Issue, newsletter: Newsletter, *, host: str, ends_at: datetime, name: str = "", note: str = "") -> Errand:
    """Say what a reviewer is asked for."""
    until = words_for(newsletter.language).day(ends_at, newsletter.zone)
    return Errand(title=issue.title, host=host, until=until, guest=name, note=note)


def invite(
    tx: Transaction,
    keyring: Keyring,
    letter: Draft,
    issue_id: int,
    *,
    address: str,
    name: str,
    by: str,
    life: timedelta,
    now: datetime,
) -> GuestLink:
    """Make a reviewer's link and plan the mail that carries it; *letter* was composed before.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it is being sent, was sent or cancelled: nothing that a reviewer says could change it.
        AddressRefused: nobody can be written to there.
        BadValue: the link would work for no time, or for too long.

    """
    known = store.load(tx, issue_id)
    if known.state not in EDITABLE:
        raise WrongState(issue_id, "reviewed", known.state.words)
    made = guests.make(tx, issue_id, GuestPurpose.REVIEW, address=address, name=name, by=by, now=now, ends_at=now + life)
    list_id = newsletters.by_id(tx, known.newsletter_id).list_id
    dispatch.to_guest(
        tx,
        keyring,
        letter,
        parse(address),
        now,
        newsletter_id=known.newsletter_id,
        issue_id=issue_id,
        list_id=list_id,
        number=made.id,
    )
    return made
