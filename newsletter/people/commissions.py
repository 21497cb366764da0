"""Asking a guest for a text, reminding them, and asking whether it may stand as edited: the mails, and what is written down."""

from dataclasses import dataclass
from datetime import date, datetime, time

from newsletter.errors import BadValue, ContributionClosed, WrongState
from newsletter.issues import store
from newsletter.issues.model import EDITABLE, Issue, Newsletter
from newsletter.issues.recurrence import instant
from newsletter.letters.letter import Draft, LetterKind
from newsletter.letters.templates import Templates
from newsletter.people import contributors
from newsletter.review import contributions, guests
from newsletter.review.contribution import LEAST_NOTICE, OWED, Contribution, ContributionState
from newsletter.review.guests import GuestLink, GuestPurpose
from newsletter.staff.permissions import LOCAL_OPERATOR, Actor
from subscribers.address import EmailAddress, parse
from subscribers.sentence import say
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

MOST_WORDS = 10_000

# How a text stands that was changed behind its guest's word.
CHANGED = say("changed since agreed")


@dataclass(frozen=True, slots=True)
class Order:
    """What a guest is to be asked for, as somebody typed it."""

    # By its title, in any letter case.
    section: str
    address: str
    name: str
    # The last day, written as 2020-01-24.
    day: str
    # 0: nobody says how many.
    words: int = 0
    # What the mail says besides.
    note: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An order that can be met, with its mail."""

    issue: Issue
    order: Order
    # Of the issue, as it spells it.
    section: str
    due_at: datetime
    letter: Draft


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked for what."""

    contribution: Contribution
    link: GuestLink


@dataclass(frozen=True, slots=True)
class Invited:
    """A guest that was asked, and whoever had been asked for the same before, or is asked for something else."""

    asked: Asked
    before: tuple[Asked, ...]


def compose_invitation(
    templates: Templates, keyring: Keyring, issue: Issue, newsletter: Newsletter, actor: Actor, order: Order
) -> Invitation:
    """Compose the mail that asks for a text; outside of a transaction, for it is rendered.

    Raises:
        SectionNotFound: the issue has no section of this title.
        AddressRefused: nobody can be written to there.
        BadValue: the last day is no day, or too many words are asked for.

    """
    parse(order.address)
    if not 0 <= order.words <= MOST_WORDS:
        raise BadValue(say("number of words"), order.words, say("is at most %(most)s", most=f"{MOST_WORDS:,}"))
    due_at = _end_of(order.day, newsletter)
    section = issue.section_called(order.section).title
    errand = contributors.errand(
        issue,
        newsletter,
        host=_host(actor, newsletter),
        section=section,
        due_at=due_at,
        name=order.name,
        words=order.words,
        note=order.note,
    )
    about = f"{order.address}:{due_at.isoformat()}"
    letter = contributors.compose(LetterKind.INVITATION, templates, keyring, newsletter, errand, about)
    return Invitation(issue, order, section, due_at, letter)


def invite(tx: Transaction, keyring: Keyring, invitation: Invitation, by: str, now: datetime) -> Invited:
    """Ask a guest for a text by the mail that was composed.

    Raises:
        WrongState: the issue is being sent, was sent or cancelled.
        BadValue: the last day has passed, or is too far away.

    """
    order, issue_id = invitation.order, invitation.issue.id
    before = _asked_already(tx, issue_id, invitation.section, parse(order.address))
    made = contributors.invite(
        tx,
        issue_id,
        section=invitation.section,
        address=order.address,
        name=order.name,
        by=by,
        words=order.words,
        due_at=invitation.due_at,
        now=now,
    )
    link = link_of(tx, made)
    contributors.write_to(tx, keyring, invitation.letter, link, now)
    return Invited(Asked(made, link), before)


def compose_question(
    templates: Templates, keyring: Keyring, issue: Issue, newsletter: Newsletter, actor: Actor, asked: Asked, note: str
) -> Draft:
    """Compose the mail that asks whether a text may stand as it is edited."""
    known, link = asked.contribution, asked.link
    errand = contributors.errand(
        issue,
        newsletter,
        host=_host(actor, newsletter),
        section=known.section,
        due_at=known.due_at,
        name=link.name,
        note=note,
    )
    return contributors.compose(LetterKind.EDITED, templates, keyring, newsletter, errand, f"{link.id}:{issue.version}")


def ask(tx: Transaction, keyring: Keyring, asked: Asked, letter: Draft, now: datetime) -> None:
    """Ask a guest whether their text may stand, by the mail that was composed.

    Raises:
        ContributionClosed: it was not handed in, or was withdrawn.

    """
    contributors.ask_again(tx, asked.contribution, now)
    contributors.write_to(tx, keyring, letter, asked.link, now)


def compose_reminder(
    templates: Templates, keyring: Keyring, issue: Issue, newsletter: Newsletter, asked: Asked, now: datetime
) -> Draft:
    """Compose the mail that reminds a guest of a text that is due, or was."""
    known, link = asked.contribution, asked.link
    errand = contributors.errand(
        issue,
        newsletter,
        host=newsletter.sender_name if link.invited_by == LOCAL_OPERATOR.name else link.invited_by,
        section=known.section,
        due_at=known.due_at,
        name=link.name,
        words=known.words,
        is_late=known.due_at <= now,
    )
    return contributors.compose(LetterKind.DUE, templates, keyring, newsletter, errand, f"{link.id}:{now.isoformat()}")


def remind(tx: Transaction, keyring: Keyring, asked: Asked, letter: Draft, now: datetime) -> None:
    """Remind a guest of their text by the mail that was composed, because somebody of the staff wants it.

    Raises:
        ContributionClosed: it was handed in or withdrawn, or their link opens nothing any more.
        WrongState: the issue is being sent, was sent or cancelled.
        BadValue: they were asked or reminded within the last day.

    """
    held = contributions.hold(tx, asked.contribution)
    found = Asked(held, link_of(tx, held))
    issue = store.load(tx, held.issue_id)
    if issue.state not in EDITABLE:
        raise WrongState(issue.id, say("written for"), issue.state.words)
    if not can_remind(found, now):
        raise ContributionClosed(held.section, held.state.words)
    if now < rests_until(tx, found):
        raise BadValue(say("reminder"), found.link.name, say("has to wait: they were asked or reminded within the last day"))
    contributions.reminded_by_hand(tx, held, now)
    contributors.write_to(tx, keyring, letter, found.link, now)


def can_remind(asked: Asked, now: datetime) -> bool:
    """Whether a guest still owes a text, and can be written to."""
    return asked.contribution.state in OWED and asked.link.is_open(now) and asked.link.address != ""


def rests_until(tx: Transaction, asked: Asked) -> datetime:
    """Give until when a guest is left in peace: a day after they were asked for this, or reminded of anything."""
    return max(asked.link.made_at, contributions.last_reminded(tx, asked.link.address) or asked.link.made_at) + LEAST_NOTICE


def asked_for(tx: Transaction, issue_id: int, number: int) -> Asked:
    """Give one text that an issue asks for.

    Raises:
        GuestLinkNotFound: there is none of this number.

    """
    known = contributions.find(tx, issue_id, number)
    return Asked(known, link_of(tx, known))


def all_asked(tx: Transaction, issue_id: int) -> tuple[Asked, ...]:
    """Give all texts that an issue asks or asked for, in the order they were asked for."""
    return tuple(Asked(one, link_of(tx, one)) for one in contributions.contributions_of(tx, issue_id))


def stands(tx: Transaction, known: Contribution) -> str:
    """Say how a text stands, also where it was changed behind the guest's word."""
    article = contributors.article_of(tx, known)
    if known.state is ContributionState.AGREED and (article is None or article.content != known.agreed_to):
        return CHANGED
    return known.state.words


def link_of(tx: Transaction, known: Contribution) -> GuestLink:
    """Give the link by which a text is written."""
    return guests.find(tx, known.link_id, GuestPurpose.CONTRIBUTION)


def _asked_already(tx: Transaction, issue_id: int, section: str, address: EmailAddress) -> tuple[Asked, ...]:
    """Give whom else an issue asks for the same section, and for what else it asks whoever has this address."""
    return tuple(
        one
        for one in all_asked(tx, issue_id)
        if one.contribution.state is not ContributionState.WITHDRAWN
        and (one.contribution.section == section or _is_to(one.link, address))
    )


def _is_to(link: GuestLink, address: EmailAddress) -> bool:
    return link.address != "" and parse(link.address).key == address.key


def _host(actor: Actor, newsletter: Newsletter) -> str:
    """Say who asks: a stranger knows no local operator."""
    return newsletter.sender_name if actor == LOCAL_OPERATOR else actor.name


def _end_of(day: str, newsletter: Newsletter) -> datetime:
    try:
        last = date.fromisoformat(day.strip())
        return instant(datetime.combine(last, time(23, 59)), newsletter.zone)
    except (ValueError, OverflowError) as error:
        raise BadValue(say("last day"), day, say("write it as 2020-01-24")) from error
